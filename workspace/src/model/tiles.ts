/* Triangles or lines cut into tiles of the map, so that only what may be in sight is drawn. */
import type { Window } from "./ground";

export interface Tiles {
  /* Numbers of points, tile after tile. */
  readonly index: Uint32Array;
  /* Where each tile begins in it, and the end of the last. */
  readonly starts: Uint32Array;
  /* West, south, east, north of what each tile holds. */
  readonly boxes: Float32Array;
}

export type Span = readonly [first: number, count: number];

const SIDE = 24;

/* Each triangle (three numbers of points) or line (two) lies in the tile of its first point; a tile's box holds all of it. */
export function tilesOf(index: Uint32Array, each: 2 | 3, xy: Float32Array): Tiles {
  const n = index.length / each;
  const [west, south, east, north] = bounds(index, each, xy);
  const [width, height] = [Math.max(east - west, 1e-6), Math.max(north - south, 1e-6)];
  const tile = new Uint16Array(n);
  const starts = new Uint32Array(SIDE * SIDE + 1);
  for (let i = 0; i < n; i += 1) {
    const p = 2 * (index[each * i] ?? 0);
    const column = Math.min(Math.floor((((xy[p] ?? 0) - west) / width) * SIDE), SIDE - 1);
    const row = Math.min(Math.floor((((xy[p + 1] ?? 0) - south) / height) * SIDE), SIDE - 1);
    const t = row * SIDE + column;
    tile[i] = t;
    starts[t + 1] = (starts[t + 1] ?? 0) + each;
  }
  for (let t = 0; t < SIDE * SIDE; t += 1) starts[t + 1] = (starts[t + 1] ?? 0) + (starts[t] ?? 0);
  const sorted = new Uint32Array(index.length);
  const boxes = new Float32Array(4 * SIDE * SIDE);
  for (let t = 0; t < SIDE * SIDE; t += 1) boxes.set([Infinity, Infinity, -Infinity, -Infinity], 4 * t);
  const at = starts.slice(0, -1);
  for (let i = 0; i < n; i += 1) {
    const t = tile[i] ?? 0;
    const place = at[t] ?? 0;
    at[t] = place + each;
    for (let c = 0; c < each; c += 1) {
      const point = index[each * i + c] ?? 0;
      sorted[place + c] = point;
      widen(boxes, 4 * t, xy[2 * point] ?? 0, xy[2 * point + 1] ?? 0);
    }
  }
  return { index: sorted, starts, boxes };
}

/* Which parts of the index may be seen through a window; what follows one another is one part. */
export function spans({ starts, boxes }: Tiles, [west, south, east, north]: Window): Span[] {
  const found: [number, number][] = [];
  for (let t = 0; t + 1 < starts.length; t += 1) {
    const [first, end] = [starts[t] ?? 0, starts[t + 1] ?? 0];
    const b = 4 * t;
    if (first === end || (boxes[b] ?? 0) > east || (boxes[b + 1] ?? 0) > north || (boxes[b + 2] ?? 0) < west || (boxes[b + 3] ?? 0) < south) continue;
    const last = found.at(-1);
    if (last && last[0] + last[1] === first) last[1] += end - first;
    else found.push([first, end - first]);
  }
  return found;
}

function bounds(index: Uint32Array, each: number, xy: Float32Array): Window {
  const box = new Float32Array([Infinity, Infinity, -Infinity, -Infinity]);
  for (let i = 0; i < index.length; i += each) widen(box, 0, xy[2 * (index[i] ?? 0)] ?? 0, xy[2 * (index[i] ?? 0) + 1] ?? 0);
  return [box[0] ?? 0, box[1] ?? 0, box[2] ?? 0, box[3] ?? 0];
}

function widen(boxes: Float32Array, b: number, x: number, y: number): void {
  if (x < (boxes[b] ?? 0)) boxes[b] = x;
  if (y < (boxes[b + 1] ?? 0)) boxes[b + 1] = y;
  if (x > (boxes[b + 2] ?? 0)) boxes[b + 2] = x;
  if (y > (boxes[b + 3] ?? 0)) boxes[b + 3] = y;
}
