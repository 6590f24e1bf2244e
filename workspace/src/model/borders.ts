/* Edges of areas: each with the units on its two sides, so that borders of territories are those whose sides differ. */
import type { Polygons } from "./ground";

export interface Edges {
  /* Numbers of the two points of every edge. */
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  /* Units on both sides; NO_UNIT where there is none. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

export const NO_UNIT = 0xffffffff;

export function edgesOf(areas: Polygons): Edges {
  const nPoints = areas.xy.length / 2;
  const place = samePoints(areas.xy);
  const size = 2 ** Math.ceil(Math.log2(Math.max(nPoints, 1) * 2 + 2));
  const slots = new Int32Array(size).fill(-1);
  const a = new Uint32Array(nPoints);
  const b = new Uint32Array(nPoints);
  const left = new Uint32Array(nPoints);
  const right = new Uint32Array(nPoints).fill(NO_UNIT);
  let n = 0;
  for (let p = 0; p < areas.owner.length; p += 1) {
    const unit = areas.owner[p] ?? 0;
    const endRing = areas.polygons[p + 1] ?? 0;
    for (let r = areas.polygons[p] ?? 0; r < endRing; r += 1) {
      const end = (areas.rings[r + 1] ?? 0) - 1;
      for (let v = areas.rings[r] ?? 0; v < end; v += 1) {
        const from = place[v] ?? 0;
        const to = place[v + 1] ?? 0;
        if (from === to) continue;
        const [low, high] = from < to ? [from, to] : [to, from];
        let slot = (Math.imul(low, 73856093) ^ Math.imul(high, 19349663)) & (size - 1);
        for (;;) {
          const e = slots[slot] ?? -1;
          if (e < 0) {
            slots[slot] = n;
            [a[n], b[n], left[n]] = [low, high, unit];
            n += 1;
            break;
          }
          if (a[e] === low && b[e] === high) {
            if (left[e] !== unit) right[e] = unit;
            break;
          }
          slot = (slot + 1) & (size - 1);
        }
      }
    }
  }
  return { a: a.slice(0, n), b: b.slice(0, n), left: left.slice(0, n), right: right.slice(0, n) };
}

/* For every point the number of the first one at the same place, to a metre. */
function samePoints(xy: Float32Array): Uint32Array {
  const n = xy.length / 2;
  const size = 2 ** Math.ceil(Math.log2(Math.max(n, 1) * 2 + 2));
  const slots = new Int32Array(size).fill(-1);
  const out = new Uint32Array(n);
  for (let i = 0; i < n; i += 1) {
    const x = Math.round((xy[2 * i] ?? 0) * 1000);
    const y = Math.round((xy[2 * i + 1] ?? 0) * 1000);
    let slot = (Math.imul(x, 73856093) ^ Math.imul(y, 19349663)) & (size - 1);
    for (;;) {
      const j = slots[slot] ?? -1;
      if (j < 0) {
        slots[slot] = i;
        out[i] = i;
        break;
      }
      if (Math.round((xy[2 * j] ?? 0) * 1000) === x && Math.round((xy[2 * j + 1] ?? 0) * 1000) === y) {
        out[i] = j;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  return out;
}

/* The edges between different territories, and those of the outside: four coordinates each. */
export function territoryBorders(edges: Edges, xy: Float32Array, of: Int16Array): Float32Array {
  const out: number[] = [];
  for (let e = 0; e < edges.a.length; e += 1) {
    const right = edges.right[e] ?? NO_UNIT;
    if (right !== NO_UNIT && of[edges.left[e] ?? 0] === of[right]) continue;
    const a = 2 * (edges.a[e] ?? 0);
    const b = 2 * (edges.b[e] ?? 0);
    out.push(xy[a] ?? 0, xy[a + 1] ?? 0, xy[b] ?? 0, xy[b + 1] ?? 0);
  }
  return Float32Array.from(out);
}

export interface Rings {
  /* Four coordinates each; the unit lies to the left. */
  readonly pieces: Float32Array;
  /* Territory that the unit had before, −1 for none. */
  readonly before: Int16Array;
}

/* Outlines of what changed, along the edges where the old territory ends; for every piece the old territory. */
export function changeRings(edges: Edges, areas: Polygons, x: Float32Array, y: Float32Array, of: Int16Array, before: Int16Array): Rings {
  const pieces: number[] = [];
  const olds: number[] = [];
  const isChanged = (unit: number): boolean => unit !== NO_UNIT && of[unit] !== before[unit];
  const add = (e: number, unit: number, other: number): void => {
    if (!isChanged(unit) || (isChanged(other) && before[other] === before[unit])) return;
    const [a, b] = [2 * (edges.a[e] ?? 0), 2 * (edges.b[e] ?? 0)];
    const [ax, ay, bx, by] = [areas.xy[a] ?? 0, areas.xy[a + 1] ?? 0, areas.xy[b] ?? 0, areas.xy[b + 1] ?? 0];
    const isLeft = (bx - ax) * ((y[unit] ?? 0) - ay) - (by - ay) * ((x[unit] ?? 0) - ax) > 0;
    pieces.push(...(isLeft ? [ax, ay, bx, by] : [bx, by, ax, ay]));
    olds.push(before[unit] ?? -1);
  };
  for (let e = 0; e < edges.a.length; e += 1) {
    const [left, right] = [edges.left[e] ?? NO_UNIT, edges.right[e] ?? NO_UNIT];
    add(e, left, right);
    add(e, right, left);
  }
  return { pieces: Float32Array.from(pieces), before: Int16Array.from(olds) };
}
