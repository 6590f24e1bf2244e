/* Hands on the map: mouse, pen, fingers, wheel. Turns them into "these units" and leaves the meaning to others. */
import type { Point } from "../model/grid";
import type { MapView } from "./view";

export type Tool = "select" | "brush" | "box" | "lasso";

export interface Hands {
  /* A drag begins at a unit (−1: none); whether it may. */
  begin(tool: Tool, unit: number): boolean;
  /* What lies under the drag: everything (box, lasso) or what came last (brush). */
  update(tool: Tool, units: number[]): void;
  end(isCancelled: boolean, isAdding: boolean): void;
  click(unit: number, isAdding: boolean): void;
  hover(unit: number, px: number, py: number): void;
}

/* What lies where: units, or the accounts over them. */
export interface Things {
  at(x: number, y: number, reach: number): number;
  within(polygon: readonly Point[]): number[];
  along(from: Point, to: Point, radius: number): number[];
}

export class Tools {
  tool: Tool = "select";
  radius = 22;
  canDraw = true;
  isSpace = false;
  /* Whether a click means something that lies over the units; asked first. */
  first: (px: number, py: number, isAdding: boolean) => boolean = () => false;
  private readonly pointers = new Map<number, Point>();
  private kind: "pan" | Tool | null = null;
  private from: Point = [0, 0];
  private last: Point = [0, 0];
  private moved = 0;
  private trail: Point[] = [];
  private waiting: Point | null = null;
  private isAdding = false;

  constructor(
    private readonly view: MapView,
    private things: Things,
    private hands: Hands,
  ) {
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event, false));
    canvas.addEventListener("pointercancel", (event) => this.up(event, true));
    canvas.addEventListener("pointerleave", () => {
      this.hands.hover(-1, 0, 0);
      if (!this.kind) this.view.setTrail(null);
    });
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => {
      this.view.camera.zoom(1.8, ...this.place(event));
      this.view.ask();
    });
  }

  /* Leaves what is going on; true if something was. */
  cancel(): boolean {
    const wasDrawing = this.kind !== null && this.kind !== "pan" && this.kind !== "select";
    if (wasDrawing) this.finish(true);
    return wasDrawing;
  }

  /* Other things under other hands. */
  take(things: Things, hands: Hands): void {
    if (hands === this.hands) return;
    this.cancel();
    [this.things, this.hands] = [things, hands];
  }

  /* Account numbers where those are taken; see `take`. */
  unitAt(px: number, py: number): number {
    const { camera, renderer } = this.view;
    const reach = Math.max(((renderer.points ?? renderer.accounts)?.size(camera) ?? 8) / 2 + 5, 9) / camera.scale;
    return this.things.at(...camera.toMap(px, py), reach);
  }

  private down(event: PointerEvent): void {
    const at = this.place(event);
    this.view.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, at);
    if (this.pointers.size > 1) {
      this.cancel();
      this.kind = "pan";
      return;
    }
    [this.from, this.last, this.moved, this.trail] = [at, at, 0, [at]];
    this.isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    const wantsBox = this.tool === "select" && event.shiftKey;
    const tool: Tool = wantsBox ? "box" : this.tool;
    const isPanning = event.button === 1 || this.isSpace || !this.canDraw;
    this.kind = isPanning || tool === "select" ? (isPanning ? "pan" : "select") : tool;
    if (this.kind !== "pan" && this.kind !== "select" && !this.hands.begin(tool, this.unitAt(...at))) this.kind = "pan";
    this.view.isDragging = this.kind !== "pan" && this.kind !== "select";
    if (this.kind === "brush") this.draw(at);
    this.hands.hover(-1, 0, 0);
  }

  private move(event: PointerEvent): void {
    const at = this.place(event);
    if (!this.pointers.has(event.pointerId)) {
      if (event.pointerType === "mouse") this.hands.hover(this.unitAt(...at), ...at);
      this.view.setTrail(this.tool === "brush" && this.canDraw && !this.isSpace ? { kind: "brush", at, radius: this.radius } : null);
      return;
    }
    if (this.pointers.size === 2) this.pinch(event.pointerId, at);
    this.pointers.set(event.pointerId, at);
    this.moved += Math.abs(at[0] - this.last[0]) + Math.abs(at[1] - this.last[1]);
    if (this.pointers.size === 2) {
      this.last = at;
      return;
    }
    if (this.kind === "pan" || this.kind === "select") {
      if (this.moved > 4) {
        this.view.canvas.classList.add("dragging");
        this.view.camera.pan(at[0] - this.last[0], at[1] - this.last[1]);
        this.view.ask();
      }
      this.last = at;
      return;
    }
    if (this.kind === "lasso") this.trail.push(at);
    if (this.waiting === null) requestAnimationFrame(() => this.catchUp());
    this.waiting = at;
  }

  /* Once per picture, however many events there were. */
  private catchUp(): void {
    const at = this.waiting;
    this.waiting = null;
    if (!at || !this.kind || this.kind === "pan" || this.kind === "select") return;
    this.draw(at);
    this.view.flush();
  }

  private draw(at: Point): void {
    const { camera } = this.view;
    const toMap = ([px, py]: Point): Point => camera.toMap(px, py);
    if (this.kind === "brush") {
      this.hands.update("brush", this.things.along(toMap(this.last), toMap(at), this.radius / camera.scale));
      this.view.setTrail({ kind: "brush", at, radius: this.radius });
    } else if (this.kind === "box" || this.kind === "lasso") {
      const [[ax, ay], [bx, by]] = [this.from, at];
      const points: Point[] = this.kind === "lasso" ? this.trail : [[ax, ay], [bx, ay], [bx, by], [ax, by]];
      this.hands.update(this.kind, this.things.within(points.map(toMap)));
      this.view.setTrail({ kind: "polygon", points });
    }
    this.last = at;
  }

  private up(event: PointerEvent, isCancelled: boolean): void {
    const at = this.place(event);
    this.pointers.delete(event.pointerId);
    this.view.canvas.classList.remove("dragging");
    if (!this.kind || this.pointers.size > 0) return;
    if (this.kind === "select" || this.kind === "pan") {
      const isClick = this.kind === "select" && this.moved <= 4 && !isCancelled;
      this.kind = null;
      if (isClick) this.click(at);
      return;
    }
    if (!isCancelled) this.draw(at);
    const isClick = this.kind !== "brush" && this.moved <= 4;
    this.finish(isCancelled || isClick);
    if (isClick && !isCancelled) this.click(at);
  }

  private click(at: Point): void {
    if (!this.first(...at, this.isAdding)) this.hands.click(this.unitAt(...at), this.isAdding);
  }

  private finish(isCancelled: boolean): void {
    this.kind = null;
    this.waiting = null;
    this.view.isDragging = false;
    this.view.setTrail(null);
    this.hands.end(isCancelled, this.isAdding);
    this.view.settle();
  }

  private pinch(id: number, at: Point): void {
    const before = this.pointers.get(id);
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (!before || !other) return;
    const factor = Math.hypot(at[0] - other[0], at[1] - other[1]) / Math.max(Math.hypot(before[0] - other[0], before[1] - other[1]), 1);
    const { camera } = this.view;
    camera.zoom(factor, (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
    camera.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    this.view.ask();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.view.camera.zoom(Math.exp(-step * (event.ctrlKey ? 0.01 : 0.0016)), ...this.place(event));
    this.view.ask();
  }

  private place(event: MouseEvent): [number, number] {
    const box = this.view.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
