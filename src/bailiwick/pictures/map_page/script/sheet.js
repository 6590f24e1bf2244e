// On a phone the panel is a sheet at the bottom: low, half, or full.

const SHEET = window.matchMedia("(max-width: 760px)");
const HEIGHTS = { low: () => 148, half: () => Math.round(innerHeight * 0.52), full: () => innerHeight - 64 };

class Sheet {
  constructor(app) {
    this.app = app;
    this.panel = byId("panel");
    this.handle = byId("handle");
    this.handle.addEventListener("click", () => this.wasDragged || this.set(this.state === "low" ? "half" : this.state === "half" ? "full" : "low"));
    this.handle.addEventListener("pointerdown", (event) => this.grab(event));
    SHEET.addEventListener("change", () => this.set(this.state));
    byId("search").addEventListener("focus", () => SHEET.matches && this.set("low"));
    const { width, height } = app.model.plan;
    this.set(height > width ? "low" : "half");
  }

  // Pixels of the map that tools cover above and the sheet below; a full sheet covers it all, so it does not count.
  get insets() {
    return SHEET.matches ? [56, Math.min(HEIGHTS[this.state](), HEIGHTS.half()) + 60] : [0, 0];
  }

  set(state) {
    this.state = state;
    this.panel.style.height = SHEET.matches ? `${HEIGHTS[state]()}px` : "";
    document.documentElement.dataset.sheet = state;
    document.documentElement.style.setProperty("--sheet", `${HEIGHTS[state]()}px`);
    this.handle.setAttribute("aria-expanded", String(state !== "low"));
    this.app.resize();
  }

  grab(event) {
    const from = { y: event.clientY, height: this.panel.offsetHeight };
    this.wasDragged = false;
    this.handle.setPointerCapture(event.pointerId);
    const drag = (move) => {
      if (Math.abs(move.clientY - from.y) < 6 && !this.wasDragged) return;
      this.wasDragged = true;
      this.panel.style.height = `${Math.max(96, Math.min(innerHeight - 64, from.height + from.y - move.clientY))}px`;
    };
    const release = () => {
      this.handle.removeEventListener("pointermove", drag);
      if (!this.wasDragged) return;
      const height = this.panel.offsetHeight;
      const nearest = Object.keys(HEIGHTS).reduce((a, b) => (Math.abs(HEIGHTS[a]() - height) <= Math.abs(HEIGHTS[b]() - height) ? a : b));
      this.set(nearest);
      setTimeout(() => (this.wasDragged = false));
    };
    this.handle.addEventListener("pointermove", drag);
    this.handle.addEventListener("pointerup", release, { once: true });
    this.handle.addEventListener("pointercancel", release, { once: true });
  }
}
