// One page: what is looked at, and what changes it.

const REST_MS = 130;
const FLIGHT_MS = 420;
const LIVE_COST_MS = 12;

class App {
  constructor(model) {
    this.model = model;
    this.colourings = listColourings(model);
    this.look = { colouring: this.colourings[0], selected: -1, unit: -1, hoverUnit: -1, hoverTerritory: -1, hasCrosshair: false };
    this.canvas = byId("map");
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.camera = new Camera(model);
    this.scene = new Scene(model);
    this.theme = "auto";
    this.isHome = true;
    this.labels = [];
    this.movedAt = -Infinity;
    this.style = readStyle();
  }

  start() {
    fillPanel(this);
    fillColourings(this);
    this.table = new TerritoryTable(this);
    this.search = new Search(this);
    this.sheet = new Sheet(this);
    this.input = new MapInput(this);
    connectKeys(this);
    connectDownloads(this);
    this.connectButtons();
    this.resize();
    readAddress(this);
    new ResizeObserver(() => this.resize()).observe(byId("stage"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
    addEventListener("hashchange", () => {
      readAddress(this);
      this.refresh();
    });
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
    this.refresh();
    this.frame(performance.now());
  }

  connectButtons() {
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("zoom-in", () => this.zoomBy(1.6));
    on("zoom-out", () => this.zoomBy(1 / 1.6));
    on("zoom-home", () => this.goHome());
    on("theme", () => this.nextTheme());
    on("keys", () => this.showHelp());
    on("help-close", () => byId("help").close());
  }

  // -- drawing ---------------------------------------------------------------------------------------------------

  resize() {
    const { clientWidth: width, clientHeight: height } = byId("stage");
    const [top, inset] = this.sheet?.insets ?? [0, 0];
    const { camera } = this;
    if (camera.width === width && camera.height === height && camera.inset === inset) return;
    camera.resize(width, height, top, inset);
    const ratio = pixelRatio();
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    byId("table-frame").style.setProperty("--frame-width", `${byId("table-frame").clientWidth - 24}px`);
    if (this.isHome) this.camera.set(this.camera.home);
    this.refresh();
  }

  refresh() {
    this.scene.isStale = true;
    this.labels = placeLabels(this.context, this.model, this.camera, this.look);
    this.request();
  }

  request() {
    this.waiting ??= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.waiting = null;
    if (this.flight) this.fly(now);
    const isResting = now - this.movedAt > REST_MS && !this.flight;
    const isLive = this.scene.cost < LIVE_COST_MS;
    const isDue = this.scene.isStale || (!this.scene.isSharp(this.camera) && (isResting || isLive));
    const started = performance.now();
    if (isDue) {
      this.scene.draw(this.camera, this.style, this.look);
      this.labels = placeLabels(this.context, this.model, this.camera, this.look);
    }
    const ratio = pixelRatio();
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.scene.show(this.context, this.camera, this.style.ground);
    if (isDue) this.scene.cost = performance.now() - started;
    drawOverlay(this.context, this.model, this.camera, this.style, this.look, this.labels);
    showScale(this);
    if (!isResting || !this.scene.isSharp(this.camera)) this.request();
    else writeAddress(this);
    document.documentElement.dataset.state = "ready";
  }

  // -- moving ----------------------------------------------------------------------------------------------------

  moved() {
    this.isHome = false;
    this.movedAt = performance.now();
    this.request();
  }

  panBy(dx, dy) {
    this.camera.panBy(dx, dy);
    this.moved();
  }

  zoomNow(factor, px, py) {
    this.stopFlight();
    this.camera.zoomAt(factor, px, py);
    this.moved();
  }

  zoomBy(factor, px = this.camera.width / 2, py = this.camera.middle) {
    const { x, y, k } = this.camera;
    this.camera.zoomAt(factor, px, py);
    const target = { x: this.camera.x, y: this.camera.y, k: this.camera.k };
    this.camera.set({ x, y, k });
    this.flyTo(target);
  }

  goHome() {
    this.flyTo(this.camera.home);
    this.isHome = true;
  }

  flyTo(target) {
    if (!(matchMedia("(prefers-reduced-motion: reduce)").matches)) {
      const { x, y, k } = this.camera;
      this.flight = { from: { x, y, k }, target, start: performance.now() };
    } else {
      this.camera.set(target);
    }
    this.moved();
  }

  stopFlight() {
    this.flight = null;
  }

  fly(now) {
    const { from, target, start } = this.flight;
    const part = Math.max(0, Math.min(1, (now - start) / FLIGHT_MS));
    const ease = 1 - (1 - part) ** 3;
    const k = from.k * (target.k / from.k) ** ease;
    const share = Math.abs(target.k - from.k) < 1e-9 * from.k ? ease : (1 / from.k - 1 / k) / (1 / from.k - 1 / target.k);
    this.camera.set({ x: from.x + (target.x - from.x) * share, y: from.y + (target.y - from.y) * share, k });
    if (part === 1) this.flight = null;
  }

  // -- pointing and choosing -------------------------------------------------------------------------------------

  pointAt(px, py) {
    const [x, y] = this.camera.toMap(px, py);
    const unit = unitAt(this.model, x, y, this.reach(10));
    this.point(unit, territoryAt(this.model, x, y, unit), px, py);
  }

  reach(pixels) {
    return (pixels + dotRadius(this.model, this.camera.k)) / this.camera.k;
  }

  point(unit, territory, px, py) {
    const { look } = this;
    const isNew = look.hoverUnit !== unit || look.hoverTerritory !== territory;
    [look.hoverUnit, look.hoverTerritory] = [unit, territory];
    if (px === undefined) byId("tip").hidden = true;
    else showTooltip(this, px, py);
    if (isNew) this.request();
  }

  click(px, py, pointerType) {
    const [x, y] = this.camera.toMap(px, py);
    const unit = unitAt(this.model, x, y, this.reach(pointerType === "touch" ? 20 : 10));
    const t = territoryAt(this.model, x, y, unit);
    this.look.unit = -1;
    if (pointerType === "touch") this.point(unit, t, px, py);
    if (pointerType === "touch" && t === this.look.selected) return;
    if (t < 0) this.selectTerritory(-1);
    else this.toggleTerritory(t, { isScrolled: true });
  }

  setCrosshair(isOn) {
    if (this.look.hasCrosshair === isOn) return;
    this.look.hasCrosshair = isOn;
    if (!isOn) this.point(-1, -1);
    this.request();
  }

  pointCrosshair() {
    const [px, py] = [this.camera.width / 2, this.camera.middle];
    this.pointAt(px, py);
    const { hoverUnit: unit, hoverTerritory: t } = this.look;
    const place = unit >= 0 ? `${this.model.labels[unit]}, ` : "";
    say(t < 0 ? `${place}no territory here` : `${place}territory ${this.model.plan.territories.names[t]}`);
  }

  clickCrosshair() {
    this.pointCrosshair();
    if (this.look.hoverTerritory >= 0) this.toggleTerritory(this.look.hoverTerritory, { isScrolled: true });
  }

  toggleTerritory(t, options) {
    this.selectTerritory(t === this.look.selected ? -1 : t, options);
  }

  selectTerritory(t, { isQuiet = false, isScrolled = false } = {}) {
    this.look.selected = t;
    if (t < 0) this.look.unit = -1;
    this.table.show(t, { isScrolled });
    this.refresh();
    if (isQuiet) return;
    if (t < 0) say("Nothing selected");
    else say(`Territory ${this.model.plan.territories.names[t]} selected, ${countOf(this.model.plan.territories.counts[t], this.model.plan.noun)}`);
  }

  goToTerritory(t) {
    this.selectTerritory(t, { isScrolled: true });
    const box = this.model.boxes[t];
    if (Number.isFinite(box[0])) this.flyTo(this.camera.closeUp(box));
  }

  goToUnit(unit) {
    this.selectTerritory(this.model.territory[unit], { isQuiet: true, isScrolled: true });
    this.look.unit = unit;
    this.flyTo(this.camera.closeUp(unitBox(this.model, unit)));
    const t = this.model.territory[unit];
    say(`${this.model.labels[unit]} shown on the map, ${t < 0 ? "no territory" : `territory ${this.model.plan.territories.names[t]}`}`);
  }

  escape() {
    if (!byId("tip").hidden && this.look.hasCrosshair) return this.setCrosshair(false);
    return this.selectTerritory(-1);
  }

  // -- colours ---------------------------------------------------------------------------------------------------

  colourBy(key, { isQuiet = false } = {}) {
    this.look.colouring = this.colourings.find((entry) => entry.key === key);
    byId("colour-by").value = key;
    fillLegend(this);
    this.refresh();
    if (!isQuiet) say(`Colour: ${this.look.colouring.name}`);
  }

  nextColouring() {
    const at = this.colourings.indexOf(this.look.colouring);
    this.colourBy(this.colourings[(at + 1) % this.colourings.length].key);
  }

  colourOfTerritory(t) {
    return this.colourings[0].colourOf(t, this.style.isDark);
  }

  nextTheme() {
    this.setTheme(this.style.isDark ? "light" : "dark");
    say(`${this.style.isDark ? "Dark" : "Light"} colours`);
  }

  setTheme(theme) {
    this.theme = theme;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.restyle();
  }

  restyle() {
    this.style = readStyle();
    fillLegend(this);
    this.table.recolour();
    this.refresh();
  }

  showHelp() {
    byId("help").showModal();
  }

  // On paper everything is light, and the whole plan is in view.
  print(isPrinting) {
    if (isPrinting) {
      const { x, y, k } = this.camera;
      this.before = { theme: this.theme, view: { x, y, k } };
      this.setTheme("light");
      this.camera.set(this.isHome ? this.camera.home : { x, y, k });
    } else {
      this.setTheme(this.before.theme);
      this.camera.set(this.before.view);
    }
    this.scene.isStale = true;
    this.frame(performance.now());
  }
}

// The colours of the canvas are those of the style sheet.
function readStyle() {
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(`--${name}`).trim();
  const number = (name) => Number(colour(name));
  return {
    isDark: css.colorScheme.includes("dark"),
    ground: colour("ground"),
    land: colour("land"),
    coast: colour("coast"),
    state: colour("state"),
    overState: colour("over-state"),
    county: colour("county"),
    unitLine: colour("unit-line"),
    unitLineAlpha: number("unit-line-alpha"),
    casing: colour("casing"),
    casingAlpha: number("casing-alpha"),
    outline: colour("outline"),
    fill: number("fill"),
    dimFill: number("dim-fill"),
    tint: number("tint"),
    dot: number("dot"),
    dimDot: number("dim-dot"),
    dotRing: colour("dot-ring"),
    ink: colour("ink"),
    accent: colour("accent"),
    halo: colour("halo"),
    stateText: colour("state-text"),
    cityText: colour("city-text"),
  };
}
