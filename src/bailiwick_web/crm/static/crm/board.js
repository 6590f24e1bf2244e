/* Deals go from stage to stage: dragged, by their menu, or by Shift and an arrow; where one ends, the reason is asked. */
"use strict";

let dragged = null;

function move(card, stage, kind) {
  if (kind !== "open") {
    ask(card, stage, kind);
    return;
  }
  const { address, version } = card.dataset;
  movable(card).inert = true; // until it is shown where it went: a second move would start from what is past
  htmx.ajax("POST", address, { source: card, swap: "none", values: { stage, version } });
}

const movable = (card) => card.closest(".path") ?? card;

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful && event.target.dataset?.address) movable(event.target).inert = false;
});

function ask(card, stage, kind) {
  const dialog = document.getElementById("close-dialog");
  const form = document.getElementById("close-form");
  form.reset();
  form.dataset.address = card.dataset.address;
  form.elements.stage.value = stage;
  form.elements.version.value = card.dataset.version;
  dialog.querySelector("[data-close-name]").textContent = card.dataset.name;
  for (const part of dialog.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== kind;
  dialog.showModal();
}

document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "close-form" && event.target.dataset.address) event.detail.path = event.target.dataset.address;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move-to]");
  if (!button) return;
  button.closest("details")?.removeAttribute("open");
  move(button.closest("[data-address]"), button.dataset.moveTo, button.dataset.kind);
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".deal-card");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!card || !step || !event.shiftKey || !card.draggable) return;
  event.preventDefault();
  const lanes = [...document.querySelectorAll(".lane")];
  const lane = lanes[lanes.indexOf(card.closest(".lane")) + step];
  if (lane) move(card, lane.dataset.stage, lane.dataset.kind);
});

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.(".deal-card");
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.name);
  card.classList.add("dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  for (const lane of document.querySelectorAll(".lane.over")) lane.classList.remove("over");
});
document.addEventListener("dragover", (event) => {
  const lane = event.target.closest?.(".lane");
  if (!lane || !dragged) return;
  event.preventDefault();
  for (const other of document.querySelectorAll(".lane.over")) if (other !== lane) other.classList.remove("over");
  lane.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const lane = event.target.closest?.(".lane");
  if (!lane || !dragged) return;
  event.preventDefault();
  if (lane !== dragged.closest(".lane")) move(dragged, lane.dataset.stage, lane.dataset.kind);
});
