/* Points in a grid of cells: which are at a place, in a lasso, under a brush. Map km, y up. */

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

/* Things in a grid of cells, so that few are looked at. */
export class Grid {
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

type Numbers = Float32Array;

/* The point next to a place, within a reach; −1 if there is none. */
export function nearestPoint(grid: Grid, xs: Numbers, ys: Numbers, x: number, y: number, reach: number): number {
  let best = -1;
  let least = reach * reach;
  grid.visit([x - reach, y - reach, x + reach, y + reach], (i) => {
    const [dx, dy] = [(xs[i] ?? 0) - x, (ys[i] ?? 0) - y];
    const d = dx * dx + dy * dy;
    if (d < least) [least, best] = [d, i];
  });
  return best;
}

export function pointsWithin(grid: Grid, xs: Numbers, ys: Numbers, polygon: readonly Point[]): number[] {
  const found: number[] = [];
  if (polygon.length < 3) return found;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of polygon) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  grid.visit([west, south, east, north], (i) => {
    if (isInside(polygon, xs[i] ?? 0, ys[i] ?? 0)) found.push(i);
  });
  return found;
}

/* Points under a brush that went from one place to another. */
export function pointsAlong(grid: Grid, xs: Numbers, ys: Numbers, from: Point, to: Point, radius: number): number[] {
  const found: number[] = [];
  const [ax, ay] = from;
  const [dx, dy] = [to[0] - ax, to[1] - ay];
  const length2 = dx * dx + dy * dy;
  const box = [Math.min(ax, to[0]) - radius, Math.min(ay, to[1]) - radius, Math.max(ax, to[0]) + radius, Math.max(ay, to[1]) + radius] as const;
  grid.visit(box, (i) => {
    const [px, py] = [(xs[i] ?? 0) - ax, (ys[i] ?? 0) - ay];
    const t = length2 > 0 ? Math.min(Math.max((px * dx + py * dy) / length2, 0), 1) : 0;
    const [qx, qy] = [px - t * dx, py - t * dy];
    if (qx * qx + qy * qy <= radius * radius) found.push(i);
  });
  return found;
}
