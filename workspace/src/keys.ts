/* Every act of the map has a key; `?` lists them (the list stands in the page). */
import type { Tool } from "./map/tools";

export interface KeyEvents {
  tool(tool: Tool): void;
  pan(dx: number, dy: number): void;
  zoom(how: "near" | "far" | "all" | "selection"): void;
  step(step: "undo" | "redo"): void;
  move(): void;
  lock(): void;
  found(): void;
  why(): void;
  grow(factor: number): void;
  space(isDown: boolean): void;
  leave(): void;
  visit(step: 1 | -1): void;
  territory(): void;
  forbid(): void;
  conflicts(): void;
  outside(): void;
  look(at: "colour" | "scope" | "target"): void;
}

const TOOLS: Readonly<Record<string, Tool>> = { v: "select", b: "brush", x: "box", l: "lasso" };
const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [70, 0], ArrowRight: [-70, 0], ArrowUp: [0, 70], ArrowDown: [0, -70] };

export function listenToKeys(canvas: HTMLElement, events: KeyEvents, canEdit: boolean): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("dialog, textarea, select, input:not([type=checkbox])")) return;
    if ((event.ctrlKey || event.metaKey) && canEdit && /^[zy]$/i.test(event.key)) {
      event.preventDefault();
      events.step(event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo");
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isDone = everywhere(event, events, target, canEdit) || (document.activeElement === canvas && onMap(event, events));
    if (isDone) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") events.space(false);
  });
  window.addEventListener("blur", () => events.space(false));
}

function everywhere(event: KeyboardEvent, events: KeyEvents, target: Element, canEdit: boolean): boolean {
  const { key } = event;
  if (key === "Escape") events.leave();
  else if (key === "+" || key === "=") events.zoom("near");
  else if (key === "-") events.zoom("far");
  else if (key === "0") events.zoom("all");
  else if (key === "z") events.zoom("selection");
  else if (key === "c") events.conflicts();
  else if (key === "i") events.outside();
  else if (key === "o") events.look("colour");
  else if (key === "s") events.look("scope");
  else if (key === " " && !target.closest("button, a, input, summary")) {
    if (!event.repeat) events.space(true);
  } else if (key === "w") events.why();
  else return canEdit && edits(key, events);
  return true;
}

function edits(key: string, events: KeyEvents): boolean {
  const tool = TOOLS[key];
  if (tool) events.tool(tool);
  else if (key === "u") events.step("undo");
  else if (key === "r") events.step("redo");
  else if (key === "m") events.move();
  else if (key === "k") events.lock();
  else if (key === "n") events.found();
  else if (key === "t") events.territory();
  else if (key === "f") events.forbid();
  else if (key === "d") events.look("target");
  else if (key === "[") events.grow(1 / 1.4);
  else if (key === "]") events.grow(1.4);
  else return false;
  return true;
}

function onMap(event: KeyboardEvent, events: KeyEvents): boolean {
  const arrow = ARROWS[event.key];
  if (arrow) events.pan(...arrow);
  else if (event.key === "." || event.key === ",") events.visit(event.key === "." ? 1 : -1);
  else if (event.key === "Enter") events.why();
  else return false;
  return true;
}
