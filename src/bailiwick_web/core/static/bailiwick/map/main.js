/* Puts the map together: data, tools, keys. */
"use strict";

import { Camera } from "./camera.js";
import { areaAt, classes, focus, inside, nearest, readAssignment, readGround } from "./model.js";
import { Scene } from "./scene.js";
import { Server } from "./server.js";

const canvas = document.getElementById("map");
const server = new Server(canvas.dataset.api);
const canEdit = Boolean(canvas.dataset.canEdit);
const state = document.getElementById("map-state");
const tip = document.getElementById("tip");
const selection = document.getElementById("selection");
let tool = "look";
let scene = null;

async function start() {
  const [ground, assignment] = await Promise.all([server.get("ground"), server.get("assignment")]);
  const read = readGround(ground);
  scene = new Scene(canvas, read, new Camera(focus(read), read.window));
  scene.assignment = readAssignment(assignment);
  document.getElementById("credit").textContent = scene.ground.credit;
  new ResizeObserver(fit).observe(canvas.parentElement);
  fit();
  state.hidden = true;
  listen();
  const wanted = new URLSearchParams(location.search).get("colour");
  const choice = document.getElementById("colour-by");
  if (wanted && [...choice.options].some((option) => option.value === wanted)) {
    choice.value = wanted;
    colour(wanted);
  }
  scene.draw();
  canvas.dataset.state = "ready";
}

function fit() {
  const { width, height } = canvas.parentElement.getBoundingClientRect();
  scene.camera.resize(width, height);
  scene.ask();
}

async function refresh() {
  scene.assignment = readAssignment(await server.get("assignment"));
  canvas.dataset.version = scene.assignment.version;
  scene.ask();
}

function chosen() {
  const out = [];
  for (let i = 0; i < scene.isSelected.length; i += 1) if (scene.isSelected[i]) out.push(i);
  return out;
}

function select(units, { isAdding = false } = {}) {
  if (!isAdding) scene.isSelected.fill(0);
  for (const i of units) scene.isSelected[i] = isAdding && units.length === 1 ? 1 - scene.isSelected[i] : 1;
  const all = chosen();
  if (selection) {
    selection.hidden = all.length === 0;
    document.getElementById("selection-count").textContent = `${all.length.toLocaleString()} selected${sums(all)}`;
  }
  scene.ask();
}

function sums(units) {
  const first = scene.ground.measures.entries().next().value;
  if (!first || !units.length) return "";
  let sum = 0;
  for (const i of units) sum += first[1][i];
  return ` · ${Math.round(sum).toLocaleString()} ${first[0].replaceAll("_", " ")}`;
}

function setTool(name) {
  tool = name;
  for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
  canvas.classList.toggle("box", name === "box");
  canvas.classList.toggle("lasso", name === "lasso");
}

function unitAt(event) {
  const at = scene.camera.toMap(...place(event));
  const found = scene.ground.areas ? areaAt(scene.ground, ...at) : -1;
  return found >= 0 ? found : nearest(scene.ground, ...at, 9 / scene.camera.scale);
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function showTip(event) {
  const i = unitAt(event);
  tip.hidden = i < 0;
  if (i < 0) return;
  const t = scene.assignment.territories[scene.assignment.of[i]];
  tip.replaceChildren();
  const name = document.createElement("strong");
  name.textContent = scene.ground.names[i];
  tip.append(name, t ? t.name : "no territory", scene.assignment.isLocked[i] ? " · locked" : "");
  for (const [key, values] of scene.ground.measures) {
    const line = document.createElement("div");
    line.textContent = `${key.replaceAll("_", " ")}: ${values[i].toLocaleString(undefined, { maximumFractionDigits: 1 })}`;
    tip.append(line);
  }
  const [px, py] = place(event);
  tip.style.setProperty("left", `${Math.min(px + 14, scene.camera.width - 250)}px`);
  tip.style.setProperty("top", `${Math.min(py + 14, scene.camera.height - 110)}px`);
}

const pointers = new Map();
let drag = null;

function down(event) {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, place(event));
  const isBox = tool === "box" || (event.shiftKey && canEdit);
  drag = { from: place(event), last: place(event), moved: 0, kind: tool === "lasso" ? "lasso" : isBox ? "box" : "look", trail: [place(event)] };
  tip.hidden = true;
}

function move(event) {
  if (!drag) {
    if (event.pointerType === "mouse") showTip(event);
    return;
  }
  const at = place(event);
  if (pointers.size === 2) pinch(event.pointerId, at);
  else follow(at);
  pointers.set(event.pointerId, at);
  scene.ask();
}

function follow(at) {
  drag.moved += Math.abs(at[0] - drag.last[0]) + Math.abs(at[1] - drag.last[1]);
  if (drag.kind === "look" && drag.moved > 4) {
    canvas.classList.add("dragging");
    scene.camera.pan(at[0] - drag.last[0], at[1] - drag.last[1]);
  } else if (drag.kind === "box") {
    const [[ax, ay], [bx, by]] = [drag.from, at];
    scene.trail = [[ax, ay], [bx, ay], [bx, by], [ax, by]];
  } else if (drag.kind === "lasso") {
    drag.trail.push(at);
    scene.trail = drag.trail;
  }
  drag.last = at;
}

function pinch(id, at) {
  const [other] = [...pointers].filter(([key]) => key !== id).map(([, p]) => p);
  const before = pointers.get(id);
  const factor = Math.hypot(at[0] - other[0], at[1] - other[1]) / Math.max(Math.hypot(before[0] - other[0], before[1] - other[1]), 1);
  scene.camera.zoom(factor, (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
  drag.moved += 10;
}

function up(event) {
  pointers.delete(event.pointerId);
  canvas.classList.remove("dragging");
  if (!drag) return;
  if (scene.trail && drag.moved > 6) {
    const polygon = scene.trail.map(([px, py]) => scene.camera.toMap(px, py));
    select(inside(scene.ground, polygon), { isAdding: event.ctrlKey || event.metaKey });
  } else if (drag.moved <= 4 && canEdit) {
    const i = unitAt(event);
    select(i < 0 ? [] : [i], { isAdding: event.shiftKey || event.ctrlKey || event.metaKey });
  }
  scene.trail = null;
  drag = null;
  scene.ask();
}

async function change(path, body) {
  const isDone = await server.post(path, scene.assignment.version, body);
  if (isDone) select([]);
}

function colour(value) {
  scene.colourBy = value;
  scene.classes = value.startsWith("measure:") ? classes(scene.ground.measures.get(value.slice(8))) : null;
  scene.ask();
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const isHere = document.activeElement === canvas;
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  if (isHere && steps[event.key]) scene.camera.pan(...steps[event.key]);
  else if (event.key === "+" || event.key === "=") scene.camera.zoom(1.4);
  else if (event.key === "-") scene.camera.zoom(1 / 1.4);
  else if (event.key === "0") scene.camera.showAll();
  else if (event.key === "Escape") {
    select([]);
    setTool("look");
  } else if (!canEdit) return;
  else if (event.key === "v") setTool("look");
  else if (event.key === "b") setTool("box");
  else if (event.key === "l") setTool("lasso");
  else if (event.key === "u") document.getElementById("undo")?.click();
  else if (event.key === "r") document.getElementById("redo")?.click();
  else if (event.key === "m" && !selection.hidden) {
    event.preventDefault();
    document.getElementById("move-to").focus();
  } else return;
  if (isHere && steps[event.key]) event.preventDefault();
  scene.ask();
}

function listen() {
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    scene.camera.zoom(Math.exp(-event.deltaY * 0.0015), ...place(event));
    scene.ask();
  }, { passive: false });
  document.addEventListener("keydown", key);
  document.body.addEventListener("scenario-changed", () => refresh().catch(() => {}));
  document.body.addEventListener("theme-changed", () => {
    scene.readTheme();
    scene.ask();
  });
  document.getElementById("colour-by").addEventListener("change", (event) => colour(event.target.value));
  for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => setTool(button.dataset.tool));
  for (const button of document.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => {
      if (button.dataset.zoom === "all") scene.camera.showAll();
      else scene.camera.zoom(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6);
      scene.ask();
    });
  document.getElementById("panel").addEventListener("pointerover", (event) => {
    const row = event.target.closest(".bars > li")?.querySelector("[data-territory]");
    const only = row ? scene.assignment.territories.findIndex((t) => t.code === row.dataset.territory) : -1;
    if (only !== scene.only) {
      scene.only = only;
      scene.ask();
    }
  });
  document.getElementById("panel").addEventListener("pointerleave", () => {
    scene.only = -1;
    scene.ask();
  });
  if (!selection) return;
  selection.addEventListener("submit", (event) => {
    event.preventDefault();
    change("moves", { unit_idx: chosen(), to: document.getElementById("move-to").value, id: crypto.randomUUID?.() });
  });
  for (const button of selection.querySelectorAll("[data-lock]"))
    button.addEventListener("click", () => change("locks", { unit_idx: chosen(), is_locked: Boolean(button.dataset.lock) }));
  selection.querySelector("[data-clear]").addEventListener("click", () => select([]));
}

start().catch((error) => {
  state.hidden = false;
  state.textContent = `The map cannot be drawn: ${error.message}. The table below shows the same.`;
});
