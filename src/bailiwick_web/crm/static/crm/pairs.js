/* Lists that are worked through by keys: j and k go down and up, Enter opens, x puts one away. */
"use strict";

let wasAt = 0;

function rowsOf() {
  return [...document.querySelectorAll("[data-keys] [data-main]")];
}

function goTo(at) {
  const rows = rowsOf();
  if (!rows.length) return;
  wasAt = Math.max(0, Math.min(at, rows.length - 1));
  rows[wasAt].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const at = rowsOf().indexOf(document.activeElement);
  if (event.key === "j") goTo(at < 0 ? 0 : at + 1);
  if (event.key === "k") goTo(at < 0 ? 0 : at - 1);
  if (event.key === "x" && at >= 0) {
    wasAt = at;
    document.activeElement.closest(".pair").querySelector("[data-dismiss]")?.click();
  }
});

/* The list is drawn anew: whoever works through it by keys goes on where they were. */
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "pairs-main" && document.activeElement === document.body) goTo(wasAt);
});
