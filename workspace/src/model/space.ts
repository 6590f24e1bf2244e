/* Which units are at a place, in a lasso, under a brush. Map km, y up. */
import { Grid, nearestPoint, pointsAlong, pointsWithin, type Point } from "./grid";
import type { Ground, Polygons } from "./ground";

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
    const near = nearestPoint(this.pointGrid(), this.ground.x, this.ground.y, x, y, reach);
    if (near >= 0 && this.ground.hasArea[near] === 0) return near;
    const area = this.areaAt(x, y);
    return area >= 0 || this.ground.areas ? area : near;
  }

  /* Units whose point lies in a polygon. */
  within(polygon: readonly Point[]): number[] {
    return pointsWithin(this.pointGrid(), this.ground.x, this.ground.y, polygon);
  }

  /* Units under a brush that went from one place to another; areas count when it passes over their point or stops in them. */
  along(from: Point, to: Point, radius: number): number[] {
    const found = pointsAlong(this.pointGrid(), this.ground.x, this.ground.y, from, to, radius);
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const steps = Math.min(Math.ceil(Math.hypot(dx, dy) / Math.max(radius, 1e-9)), 64);
    for (let s = 0; s <= steps; s += 1) {
      const area = this.areaAt(from[0] + (dx * s) / Math.max(steps, 1), from[1] + (dy * s) / Math.max(steps, 1));
      if (area >= 0 && !found.includes(area)) found.push(area);
    }
    return found;
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
