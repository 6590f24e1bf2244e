/* Pages of customers: what was saved can be undone, what somebody else changed is told where it was typed, keys keep things quickly. */
"use strict";

document.body.addEventListener("saved", (event) => {
  const form = event.target.closest?.("form");
  if (!form) return;
  form.reset();
  form.closest("dialog")?.close();
});

/* Nobody's dialog is taken away while they type in it: the page behind it is drawn anew once it is closed. */
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const open = event.detail.target.querySelector?.("dialog[open]");
  if (!open) return;
  event.detail.shouldSwap = false;
  open.addEventListener("close", () => document.body.dispatchEvent(new CustomEvent("customer-changed")), { once: true });
});

document.body.addEventListener("gone", () => {
  const main = document.getElementById("customer-main");
  const told = document.getElementById("gone");
  if (!main || !told) return;
  main.hidden = true;
  told.hidden = false;
});

/* A message with a way back. */
document.body.addEventListener("undoable", (event) => {
  const { message, address, ...values } = event.detail;
  delete values.elt;
  const toast = document.createElement("p");
  toast.className = "toast with-undo";
  const button = document.getElementById("undo-template").content.cloneNode(true).firstElementChild;
  toast.append(message, button);
  button.addEventListener("click", () => {
    toast.remove();
    htmx.ajax("POST", address, { source: document.body, swap: "none", values });
  });
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), 9000);
});

/* Somebody was faster: what was typed stays, and may be saved over theirs knowingly. */
document.body.addEventListener("stale", (event) => {
  const form = event.target.closest?.("form");
  if (!form) {
    document.body.dispatchEvent(new CustomEvent("said", { detail: { message: event.detail.message } }));
    document.body.dispatchEvent(new CustomEvent("customer-changed"));
    return;
  }
  form.querySelector(".stale")?.remove();
  const note = document.getElementById("stale-template").content.cloneNode(true).firstElementChild;
  note.querySelector("[data-message]").textContent = event.detail.message;
  note.querySelector("[data-look]").href = location.href;
  const button = form.querySelector("button[data-pressed]") ?? form.querySelector("button:not([type=button])");
  note.querySelector("[data-over]").addEventListener("click", () => {
    form.elements.version.value = event.detail.version;
    note.remove();
    form.requestSubmit(button);
  });
  form.prepend(note);
});

/* The button that sent the form again is the one that was pressed. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("form button[name]");
  if (!button) return;
  for (const other of button.form.querySelectorAll("button[data-pressed]")) delete other.dataset.pressed;
  button.dataset.pressed = "";
});

/* One letter opens what is used most. */
let wasGoing = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const isSecond = Date.now() - wasGoing < 1200;
  wasGoing = event.key === "g" ? Date.now() : 0;
  if (isSecond) return;
  const button = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

/* A form that is changed where it stands is typed into at once. */
document.body.addEventListener("htmx:afterSettle", (event) => {
  const form = event.detail.elt.matches?.("form.editing") ? event.detail.elt : event.detail.elt.querySelector?.("form.editing");
  form?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});
