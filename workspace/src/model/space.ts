/* Which units are at a place, in a lasso, under a brush. Map km, y up. */
import type { Ground, Polygons } from "./ground";

export type Point = readonly [x: number, y: number];

/* By crossing rays; the polygon need not be closed. */
export function isInside(polygon: readonly Point[], x: number, y: number): boolean {
  let isIn = false;
  for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a, a += 1) {
    const [ax, ay] = polygon[a] ?? [0, 0];
    const [bx, by] = polygon[b] ?? [0, 0];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn;
  }
  return isIn;
}

function isInRing(xy: Float32Array, first: number, end: number, x: number, y: number): boolean {
  let isIn = false;
  for (let a = first, b = end - 1; a < end; b = a, a += 1) {
    const ay = xy[2 * a + 1] ?? 0;
    const by = xy[2 * b + 1] ?? 0;
    if (ay > y === by > y) continue;
    const ax = xy[2 * a] ?? 0;
    if (x < (((xy[2 * b] ?? 0) - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn;
  }
  return isIn;
}

/* Things in a grid of cells, so that few are looked at. */
class Grid {
  private readonly side: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly starts: Uint32Array;
  private readonly items: Uint32Array;

  constructor(
    n: number,
    private readonly west: number,
    private readonly south: number,
    east: number,
    north: number,
    boxOf: (i: number) => readonly [number, number, number, number],
  ) {
    const [width, height] = [Math.max(east - west, 1e-6), Math.max(north - south, 1e-6)];
    this.side = Math.sqrt((width * height) / Math.max(Math.min(n, 60_000), 16));
    this.side = Math.max(this.side, width / 512, height / 512);
    this.columns = Math.floor(width / this.side) + 1;
    this.rows = Math.floor(height / this.side) + 1;
    this.starts = new Uint32Array(this.columns * this.rows + 1);
    for (let i = 0; i < n; i += 1) this.cells(boxOf(i), (c) => (this.starts[c + 1] = (this.starts[c + 1] ?? 0) + 1));
    for (let c = 0; c < this.columns * this.rows; c += 1) this.starts[c + 1] = (this.starts[c + 1] ?? 0) + (this.starts[c] ?? 0);
    this.items = new Uint32Array(this.starts[this.columns * this.rows] ?? 0);
    const next = this.starts.slice();
    for (let i = 0; i < n; i += 1)
      this.cells(boxOf(i), (c) => {
        const at = next[c] ?? 0;
        this.items[at] = i;
        next[c] = at + 1;
      });
  }

  visit(box: readonly [number, number, number, number], look: (i: number) => void): void {
    this.cells(box, (c) => {
      const end = this.starts[c + 1] ?? 0;
      for (let k = this.starts[c] ?? 0; k < end; k += 1) look(this.items[k] ?? 0);
    });
  }

  private cells(box: readonly [number, number, number, number], visit: (cell: number) => void): void {
    const clamp = (value: number, most: number): number => Math.min(Math.max(Math.floor(value), 0), most);
    const [left, right] = [clamp((box[0] - this.west) / this.side, this.columns - 1), clamp((box[2] - this.west) / this.side, this.columns - 1)];
    const [low, high] = [clamp((box[1] - this.south) / this.side, this.rows - 1), clamp((box[3] - this.south) / this.side, this.rows - 1)];
    for (let row = low; row <= high; row += 1) for (let column = left; column <= right; column += 1) visit(row * this.columns + column);
  }
}

export class Space {
  private points: Grid | null = null;
  private polygons: Grid | null = null;
  private boxes: Float32Array | null = null;

  constructor(private readonly ground: Ground) {}

  /* Makes the grids before a hand needs them. */
  warm(): void {
    this.pointGrid();
    if (this.ground.areas) this.areaGrid(this.ground.areas);
  }

  /* The unit at a place: the area that holds it, else the nearest point within a reach; −1 if there is none. */
  at(x: number, y: number, reach: number): number {
    const near = this.nearest(x, y, reach);
    if (near >= 0 && this.ground.hasArea[near] === 0) return near;
    const area = this.areaAt(x, y);
    return area >= 0 || this.ground.areas ? area : near;
  }

  /* Units whose point lies in a polygon. */
  within(polygon: readonly Point[]): number[] {
    const found: number[] = [];
    if (polygon.length < 3) return found;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of polygon) {
      west = Math.min(west, x);
      east = Math.max(east, x);
      south = Math.min(south, y);
      north = Math.max(north, y);
    }
    const { x, y } = this.ground;
    this.pointGrid().visit([west, south, east, north], (i) => {
      if (isInside(polygon, x[i] ?? 0, y[i] ?? 0)) found.push(i);
    });
    return found;
  }

  /* Units under a brush that went from one place to another; areas count when it passes over their point or stops in them. */
  along(from: Point, to: Point, radius: number): number[] {
    const found: number[] = [];
    const [ax, ay] = from;
    const [dx, dy] = [to[0] - ax, to[1] - ay];
    const length2 = dx * dx + dy * dy;
    const { x, y } = this.ground;
    const box = [Math.min(ax, to[0]) - radius, Math.min(ay, to[1]) - radius, Math.max(ax, to[0]) + radius, Math.max(ay, to[1]) + radius] as const;
    this.pointGrid().visit(box, (i) => {
      const [px, py] = [(x[i] ?? 0) - ax, (y[i] ?? 0) - ay];
      const t = length2 > 0 ? Math.min(Math.max((px * dx + py * dy) / length2, 0), 1) : 0;
      const [qx, qy] = [px - t * dx, py - t * dy];
      if (qx * qx + qy * qy <= radius * radius) found.push(i);
    });
    const steps = Math.min(Math.ceil(Math.sqrt(length2) / Math.max(radius, 1e-9)), 64);
    for (let s = 0; s <= steps; s += 1) {
      const area = this.areaAt(ax + (dx * s) / Math.max(steps, 1), ay + (dy * s) / Math.max(steps, 1));
      if (area >= 0 && !found.includes(area)) found.push(area);
    }
    return found;
  }

  private nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = reach * reach;
    this.pointGrid().visit([x - reach, y - reach, x + reach, y + reach], (i) => {
      const [dx, dy] = [(this.ground.x[i] ?? 0) - x, (this.ground.y[i] ?? 0) - y];
      const d = dx * dx + dy * dy;
      if (d < least) [least, best] = [d, i];
    });
    return best;
  }

  private areaAt(x: number, y: number): number {
    const { areas } = this.ground;
    if (!areas) return -1;
    const { grid, boxes } = this.areaGrid(areas);
    let found = -1;
    grid.visit([x, y, x, y], (p) => {
      const b = 4 * p;
      if (found >= 0 || x < (boxes[b] ?? 0) || y < (boxes[b + 1] ?? 0) || x > (boxes[b + 2] ?? 0) || y > (boxes[b + 3] ?? 0)) return;
      let isIn = false;
      const end = areas.polygons[p + 1] ?? 0;
      for (let r = areas.polygons[p] ?? 0; r < end; r += 1) {
        if (isInRing(areas.xy, areas.rings[r] ?? 0, areas.rings[r + 1] ?? 0, x, y)) isIn = !isIn;
      }
      if (isIn) found = areas.owner[p] ?? -1;
    });
    return found;
  }

  private pointGrid(): Grid {
    const { n, window, x, y } = this.ground;
    this.points ??= new Grid(n, ...window, (i) => [x[i] ?? 0, y[i] ?? 0, x[i] ?? 0, y[i] ?? 0]);
    return this.points;
  }

  private areaGrid(areas: Polygons): { grid: Grid; boxes: Float32Array } {
    const boxes = (this.boxes ??= boxesOf(areas));
    this.polygons ??= new Grid(areas.owner.length, ...this.ground.window, (p) => [
      boxes[4 * p] ?? 0,
      boxes[4 * p + 1] ?? 0,
      boxes[4 * p + 2] ?? 0,
      boxes[4 * p + 3] ?? 0,
    ]);
    return { grid: this.polygons, boxes };
  }
}

function boxesOf(areas: Polygons): Float32Array {
  const boxes = new Float32Array(4 * areas.owner.length);
  for (let p = 0; p < areas.owner.length; p += 1) {
    const ring = areas.polygons[p] ?? 0;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let v = areas.rings[ring] ?? 0; v < (areas.rings[ring + 1] ?? 0); v += 1) {
      const [x, y] = [areas.xy[2 * v] ?? 0, areas.xy[2 * v + 1] ?? 0];
      west = Math.min(west, x);
      east = Math.max(east, x);
      south = Math.min(south, y);
      north = Math.max(north, y);
    }
    boxes.set([west, south, east, north], 4 * p);
  }
  return boxes;
}
