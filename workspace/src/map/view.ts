/* The map on the screen: when to draw what, so that hands never wait for pixels. */
import { changeRings, edgesOf, NO_UNIT } from "../model/borders";
import { focus, withSurroundings, type Ground, type Window } from "../model/ground";
import type { Plan } from "../model/plan";
import type { Selection } from "../model/selection";
import { Camera } from "./camera";
import { rgb, type Rgb } from "./gl";
import { Overlay, type Mark, type Trail } from "./overlay";
import { Painter, type ColourBy, type Look } from "./paint";
import { Renderer } from "./renderer";

const QUICK_POINTS = 40_000;
const FEW_POINTS = 10_000;
const MANY_POINTS = 400_000;
const QUICK_FRAME_MS = 14;
const MOST_RINGS = 60;
const RINGED_BELOW_PX = 9;
const MOST_TOUCHED = 3_000;
const RIM_PX = 8;

export class MapView {
  readonly camera: Camera;
  readonly renderer: Renderer;
  readonly overlay: Overlay;
  readonly painter: Painter;
  colourBy: ColourBy = { kind: "territory" };
  only = -1;
  /* How long the last whole picture took until it was on the screen, in ms. */
  cost = 0;
  onDrawn: () => void = () => undefined;
  /* While a tool draws, outlines and names wait. */
  isDragging = false;
  private hasTrail = false;
  private asked = 0;
  private isBusy = false;
  private isStale = true;
  private dirty: number[] | null = [];
  /* Units that changed since lines were drawn as they are now, and the part of the picture that is to be drawn anew for them. */
  private touched: number[] = [];
  private part: Window | null = null;
  private lastSeen = "";
  private stillTimer = 0;
  private nPoints = QUICK_POINTS;
  private restTimer = 0;
  private look: Omit<Look, "by" | "only"> = { isDark: false, land: rgb("#f7f5ef"), unassigned: rgb("#a5a29a") };

  constructor(
    readonly canvas: HTMLCanvasElement,
    upper: readonly [names: HTMLCanvasElement, trail: HTMLCanvasElement],
    private readonly ground: Ground,
    public plan: Plan,
    private readonly selection: Selection,
  ) {
    this.camera = new Camera(focus(ground), ground.window);
    this.renderer = new Renderer(canvas, ground);
    this.overlay = new Overlay(...upper, ground);
    this.painter = new Painter(this.renderer.capacity);
    this.readTheme();
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      canvas.dataset["state"] = "lost";
    });
  }

  setPlan(plan: Plan): void {
    this.plan = plan;
    this.refresh();
  }

  /* Everything anew: other territories, another way of colouring, another theme. */
  refresh(): void {
    this.overlay.place(this.plan);
    this.repaint(null);
    this.lines();
    this.touched = [];
    this.ask();
  }

  /* Some units have another territory or are chosen; the rest of the picture stays. */
  changed(units: readonly number[]): void {
    if (units.length === 0) return;
    this.repaint(units);
    if (this.dirty) this.dirty.push(...units);
    if (this.touched.length <= MOST_TOUCHED) this.touched.push(...units);
    this.request();
    clearTimeout(this.restTimer);
    if (!this.isDragging) this.restTimer = window.setTimeout(() => this.settle(), 120);
  }

  /* After a drag: borders, names and rings as they are now. Few areas that changed are drawn anew, not the whole picture. */
  settle(): void {
    clearTimeout(this.restTimer);
    this.overlay.place(this.plan);
    this.lines();
    const isPart = !this.isStale && !this.part && !this.renderer.hasPoints && this.touched.length <= MOST_TOUCHED;
    this.part = isPart ? this.renderer.around(this.touched, RIM_PX / this.camera.scale) : null;
    this.touched = [];
    if (this.part) this.request();
    else this.ask();
  }

  /* The whole picture is to be drawn. */
  ask(): void {
    this.isStale = true;
    this.request();
  }

  setTrail(trail: Trail | null): void {
    if (trail === null && this.overlay.trail === null) return;
    this.overlay.trail = trail;
    this.hasTrail = true;
    this.request();
  }

  /* Single accounts that stand out over the map. */
  mark(marks: readonly Mark[]): void {
    if (marks.length === 0 && this.overlay.marks.length === 0) return;
    this.overlay.marks = marks;
    this.ask();
  }

  resize(): void {
    const { width, height } = (this.canvas.parentElement ?? this.canvas).getBoundingClientRect();
    this.camera.resize(width, height);
    const ratio = this.ratio;
    const [w, h] = [Math.round(this.camera.width * ratio), Math.round(this.camera.height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    this.ask();
  }

  show(window: Window): void {
    this.camera.show(withSurroundings(this.ground, window), this.camera.home * 60);
    this.ask();
  }

  readTheme(): void {
    const style = getComputedStyle(document.documentElement);
    const token = (name: string): string => style.getPropertyValue(`--${name}`).trim() || "#888888";
    const colour = (name: string): Rgb => rgb(token(name));
    const isDark = style.colorScheme.includes("dark") && !style.colorScheme.includes("light");
    this.look = { isDark, land: colour("land"), unassigned: colour("unassigned") };
    this.renderer.theme = { map: colour("map"), land: colour("land"), border: colour("border"), ink: colour("ink"), paper: colour("paper"), accent: colour("accent") };
    this.overlay.inks = { ink: token("ink"), quiet: token("quiet"), halo: token("halo"), accent: token("accent") };
  }

  get isDark(): boolean {
    return this.look.isDark;
  }

  private get ratio(): number {
    return this.renderer.isSoftware ? 1 : Math.min(window.devicePixelRatio || 1, 2);
  }

  private repaint(units: readonly number[] | null): void {
    this.painter.paint(this.plan, this.selection, { ...this.look, by: this.colourBy, only: this.only }, units);
    this.renderer.paint(this.painter.colours, this.painter.flags, this.colourBy.kind === "change" ? this.painter.olds : null);
    if (units === null) this.isStale = true;
  }

  /* Borders of territories, rings of what changed, the outline of the selection. */
  private lines(): void {
    const { renderer, plan, ground } = this;
    const { edges, theme } = renderer;
    if (!edges || !ground.areas) return;
    renderer.setBorders(plan.of, theme.ink);
    const { xy } = ground.areas;
    const outline: number[] = [];
    for (let e = 0; e < edges.a.length; e += 1) {
      const right = edges.right[e] ?? NO_UNIT;
      const isLeft = this.selection.is[edges.left[e] ?? 0] === 1;
      const isRight = right !== NO_UNIT && this.selection.is[right] === 1;
      if (isLeft !== isRight) outline.push(...piece(xy, edges.a[e] ?? 0, edges.b[e] ?? 0));
    }
    renderer.chosen.set(Float32Array.from(outline), () => theme.ink);
    const isOld = this.colourBy.kind === "change" && plan.before !== null;
    const rings = isOld && plan.before ? changeRings(edges, ground.areas, ground.x, ground.y, plan.of, plan.before) : null;
    const colours = plan.territories.map((territory) => rgb(territory.colour));
    renderer.rings.set(rings?.pieces ?? new Float32Array(0), (i) => colours[rings?.before[i] ?? -1] ?? this.look.unassigned);
  }

  /* Now, because the caller is in the middle of a frame already. */
  flush(): void {
    if (this.asked === 0) return;
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.frame();
  }

  private request(): void {
    if (this.asked !== 0) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.frame();
    });
  }

  private frame(): void {
    const { renderer, camera } = this;
    const { dirty } = this;
    const isCheap = this.cost < QUICK_FRAME_MS;
    if (this.hasTrail) {
      this.hasTrail = false;
      this.overlay.drawTrail(camera, this.ratio);
    }
    if (this.isStale || (isCheap && dirty && dirty.length > 0)) {
      if (this.isBusy) return; // the card is still at the last picture; `watch` asks again
      this.isStale = false;
      this.part = null;
      this.dirty = [];
      const start = performance.now();
      this.overlay.chosen = this.ringed();
      this.overlay.draw(camera, this.ratio, this.plan);
      renderer.hasOutlines = !this.isMoving();
      const isMore = renderer.draw(camera, this.ratio, Math.round(Math.min(this.nPoints, QUICK_POINTS)));
      this.watch(start, isMore);
      return;
    }
    if (dirty && dirty.length > 0) {
      this.dirty = [];
      renderer.patch(camera, this.ratio, dirty);
    }
    if (this.part && !this.isBusy) {
      const { part } = this;
      this.part = null;
      const start = performance.now();
      this.overlay.draw(camera, this.ratio, this.plan);
      renderer.draw(camera, this.ratio, 0, part);
      this.watch(start, false, "part");
    }
  }

  /* Whether the map is on its way and pictures take long: outlines, the slowest of them where there is no graphics card, wait until it rests. */
  private isMoving(): boolean {
    const { x, y, scale } = this.camera;
    const seen = `${x} ${y} ${scale}`;
    const isMoving = this.lastSeen !== "" && seen !== this.lastSeen && this.cost >= QUICK_FRAME_MS;
    this.lastSeen = seen;
    clearTimeout(this.stillTimer);
    if (isMoving) this.stillTimer = window.setTimeout(() => this.ask(), 150);
    return isMoving;
  }

  private ringed(): readonly number[] {
    const { points } = this.renderer;
    const isFew = this.selection.size > 0 && this.selection.size <= MOST_RINGS;
    return isFew && points && points.size(this.camera) < RINGED_BELOW_PX ? this.selection.units().filter((i) => this.ground.hasArea[i] === 0) : [];
  }

  /* Waits until the card is done, learns how long that takes, and goes on with what was left out. */
  private watch(start: number, isMore: boolean, what: "whole" | "rest" | "part" = "whole"): void {
    const { gl } = this.renderer;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    this.isBusy = true;
    const look = (): void => {
      if (fence && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) {
        setTimeout(look, 4);
        return;
      }
      if (fence) gl.deleteSync(fence);
      this.isBusy = false;
      const took = performance.now() - start;
      if (what === "rest") this.nPoints = Math.min(Math.max(this.nPoints * (took < 12 ? 1.5 : took > 40 ? 0.7 : 1), FEW_POINTS), MANY_POINTS);
      else if (what === "whole") this.cost = took;
      if (this.isStale || this.part) this.request();
      else if (isMore) this.more();
      else this.onDrawn();
    };
    setTimeout(look, 0);
  }

  /* The points that are still missing; while a hand draws they wait, `settle` asks for all of them. */
  private more(): void {
    requestAnimationFrame(() => {
      if (this.isStale || this.isBusy || this.isDragging) return;
      const start = performance.now();
      const isMore = this.renderer.drawMore(this.camera, this.ratio, Math.round(this.nPoints));
      this.watch(start, isMore, "rest");
    });
  }

  /* Outlines take a moment to be found; the first picture does not wait for them. */
  loadEdges(): void {
    if (!this.ground.areas) return;
    this.renderer.loadEdges(edgesOf(this.ground.areas));
    this.lines();
    this.ask();
  }
}

function piece(xy: Float32Array, a: number, b: number): [number, number, number, number] {
  return [xy[2 * a] ?? 0, xy[2 * a + 1] ?? 0, xy[2 * b] ?? 0, xy[2 * b + 1] ?? 0];
}
