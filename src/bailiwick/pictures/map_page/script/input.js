// Mouse, fingers and keys on the map.

const CLICK_SLACK = 5;

class MapInput {
  constructor(app) {
    this.app = app;
    this.canvas = byId("map");
    this.pointers = new Map();
    const on = (name, handler, options) => this.canvas.addEventListener(name, handler, options);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.drop(event));
    on("pointerleave", (event) => event.pointerType === "mouse" && !this.pointers.size && app.point(-1, -1));
    on("wheel", (event) => this.wheel(event), { passive: false });
    on("dblclick", (event) => app.zoomBy(event.shiftKey ? 0.5 : 2, ...this.place(event)));
    on("keydown", (event) => this.key(event));
    on("focus", () => app.setCrosshair(this.canvas.matches(":focus-visible")));
    on("blur", () => app.setCrosshair(false));
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button > 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    if (this.pointers.size === 1) this.start = this.place(event);
    this.isDrag = this.pointers.size > 1;
    this.app.setCrosshair(false);
    this.app.stopFlight();
  }

  move(event) {
    const now = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") this.app.pointAt(...now);
      return;
    }
    if (!this.isDrag && Math.hypot(now[0] - this.start[0], now[1] - this.start[1]) < CLICK_SLACK) return;
    if (!this.isDrag) {
      this.isDrag = true;
      this.app.point(-1, -1);
    }
    if (this.pointers.size === 1) this.app.panBy(now[0] - before[0], now[1] - before[1]);
    else this.pinch(event.pointerId, now);
    this.pointers.set(event.pointerId, now);
  }

  pinch(id, now) {
    const other = [...this.pointers].find(([key]) => key !== id)[1];
    const before = this.pointers.get(id);
    const middle = (a) => [(a[0] + other[0]) / 2, (a[1] + other[1]) / 2];
    const span = (a) => Math.max(10, Math.hypot(a[0] - other[0], a[1] - other[1]));
    const [from, to] = [middle(before), middle(now)];
    this.app.panBy(to[0] - from[0], to[1] - from[1]);
    this.app.zoomNow(span(now) / span(before), ...to);
  }

  up(event) {
    const isClick = this.pointers.has(event.pointerId) && !this.isDrag && this.pointers.size === 1;
    this.drop(event);
    if (isClick) this.app.click(...this.place(event), event.pointerType);
  }

  drop(event) {
    this.pointers.delete(event.pointerId);
    this.canvas.classList.toggle("dragging", this.pointers.size > 0);
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * (event.ctrlKey ? 0.012 : 0.0028));
    this.app.zoomNow(factor, ...this.place(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { app } = this;
    const far = event.shiftKey ? 240 : 80;
    const moves = { ArrowLeft: [far, 0], ArrowRight: [-far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
    if (moves[event.key]) app.panBy(...moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") app.clickCrosshair();
    else return;
    event.preventDefault();
    app.setCrosshair(true);
    app.pointCrosshair();
  }
}

const KEYS_STORED = "bailiwick-single-keys";

// People who dictate, or whose hands shake, must be able to switch single keys off (WCAG 2.1.4); the browser remembers it.
class SingleKeys {
  constructor() {
    this.box = byId("keys-on");
    this.titles = [...document.querySelectorAll("[data-key]")].map((element) => [element, element.title]);
    this.box.addEventListener("change", () => this.set(this.box.checked));
    this.show(this.stored() !== "off");
  }

  get isOn() {
    return this.box.checked;
  }

  set(isOn) {
    this.show(isOn);
    try {
      localStorage.setItem(KEYS_STORED, isOn ? "on" : "off");
    } catch {
      // Some browsers remember nothing for pages from disk; the choice then holds until the page is closed.
    }
  }

  stored() {
    try {
      return localStorage.getItem(KEYS_STORED);
    } catch {
      return null;
    }
  }

  show(isOn) {
    this.box.checked = isOn;
    document.documentElement.dataset.keys = isOn ? "on" : "off";
    for (const [element, title] of this.titles) element.title = isOn ? `${title} (${element.dataset.key})` : title;
  }
}

// Keys that work wherever the focus is, but not while somebody writes.
function connectKeys(app) {
  const singleKeys = new SingleKeys();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    const isWriting = event.target.closest("input, select, textarea");
    if (event.key === "Escape") app.escape();
    if (isWriting || !singleKeys.isOn) return;
    const actions = {
      "/": () => byId("search").focus(),
      "?": () => app.showHelp(),
      "+": () => app.zoomBy(1.6),
      "=": () => app.zoomBy(1.6),
      "-": () => app.zoomBy(1 / 1.6),
      0: () => app.goHome(),
      c: () => app.nextColouring(),
      t: () => app.nextTheme(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
