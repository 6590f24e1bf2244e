/* What every page does: keys, messages, theme, files that are dropped. */
"use strict";

/* The browser tells its time zone, so that a time and a day are those of whoever looks. */
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = document.cookie.split("; ").find((part) => part.startsWith("bailiwick_zone="));
  if (!zone || known === `bailiwick_zone=${zone}`) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `bailiwick_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  if (!known && document.cookie.includes("bailiwick_zone=") && zone !== "UTC") location.reload();
})();

const toasts = document.getElementById("toasts");

function say(message, kind = "") {
  const toast = document.createElement("p");
  toast.className = `toast ${kind}`;
  toast.textContent = message;
  toasts.append(toast);
  setTimeout(() => toast.remove(), kind === "refused" ? 12000 : 5000);
}

document.body.addEventListener("said", (event) => say(event.detail.message));
document.body.addEventListener("refused", (event) => {
  say(event.detail.message, "refused");
  document.body.dispatchEvent(new CustomEvent("scenario-changed"));
});
document.body.addEventListener("scenario-changed", (event) => {
  const version = document.getElementById("version");
  if (version && event.detail?.version) version.value = event.detail.version;
});
document.body.addEventListener("htmx:sendError", () => say(document.body.dataset.noAnswer, "refused"));
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say(document.body.dataset.failed, "refused");
});

/* A second click while the first is on its way does nothing: what is added is added once. */
const MOST_WAIT = 3000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" && !form.hasAttribute("hx-post")) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "";
  setTimeout(() => delete form.dataset.sent, MOST_WAIT);
}, true);
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.xhr?.getResponseHeader("HX-Redirect")) delete event.detail.elt.dataset.sent;
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* On a phone the rail is longer than the screen: where one is, and what has the focus, is brought into it whole. */
const rail = document.querySelector(".rail");
const inRail = (link) => link?.scrollIntoView({ block: "nearest", inline: "center" });
rail?.addEventListener("focusin", (event) => inRail(event.target));
inRail(rail?.querySelector("[aria-current]"));
for (const link of document.querySelectorAll(".tabs > [aria-current]")) {
  const tabs = link.parentElement, [inner, outer] = [link.getBoundingClientRect(), tabs.getBoundingClientRect()];
  tabs.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  document.body.dispatchEvent(new CustomEvent("theme-changed"));
});

/* From its beginning, although what has the focus may stand at its end. */
function open(dialog) {
  dialog.showModal();
  dialog.scrollTop = 0;
}

let isGoing = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  if (event.key === "?") open(document.getElementById("keys"));
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (isGoing) {
    const link = [...document.querySelectorAll(".rail [data-key]")].find((a) => a.dataset.key === event.key);
    if (link) link.click();
  }
  isGoing = event.key === "g";
  if (isGoing) setTimeout(() => (isGoing = false), 1200);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-open]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.open);
  if (opener.dataset.unit && dialog) {
    dialog.querySelector("[name=unit]").value = opener.dataset.unit;
    dialog.querySelector("[data-unit-name]").textContent = opener.dataset.unitName;
  }
  if (dialog) open(dialog);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) {
    for (const box of document.querySelectorAll(`input[name="${event.target.dataset.checkAll}"]`)) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-go-on-change]") && event.target.value) location.href = event.target.value;
});

for (const zone of document.querySelectorAll(".drop")) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-file-name]");
  const show = () => (name.textContent = [...input.files].map((file) => file.name).join(", "));
  input.addEventListener("change", show);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
    show();
  });
}

/* A second click while the first is on its way sends nothing twice. */
const ANSWERED_WITHIN_MS = 5000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" && !form.hasAttribute("hx-post")) return;
  if (Date.now() - Number(form.dataset.sentAt ?? 0) < ANSWERED_WITHIN_MS) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sentAt = Date.now();
}, true);
const mayBeSentAgain = (form) => delete form.dataset?.sentAt;
document.body.addEventListener("htmx:afterRequest", (event) => mayBeSentAgain(event.target));
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent-at]").forEach(mayBeSentAgain));

/* Dialogs: the version that the page knows by now goes with every form; sending or cancelling closes them. */
document.addEventListener("submit", (event) => {
  const version = document.getElementById("version");
  if (version && event.target.matches("[data-with-version]")) event.target.elements.version.value = version.value;
  if (event.target.matches("[data-close]")) event.target.closest("dialog")?.close();
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-cancel]")) event.target.closest("dialog").close();
});

/* Parts of a picture that stand for a button of the page. */
document.addEventListener("click", (event) => {
  const part = event.target.closest("[data-press]");
  if (!part) return;
  event.preventDefault();
  document.getElementById(part.dataset.press).click();
});

/* Links that are shown once. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  say(button.dataset.done);
});
