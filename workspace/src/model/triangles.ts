/* Polygons as triangles for the graphics card. */
import earcut from "earcut";
import type { Polygons } from "./ground";

/* Corners of the triangles, as numbers of points; and where those of each owner begin, if owners follow each other. */
export interface Triangles {
  readonly corners: Uint32Array;
  readonly starts: Uint32Array;
}

export function triangulate(polygons: Polygons, nOwners: number): Triangles {
  const corners: number[] = [];
  const starts = new Uint32Array(nOwners + 1);
  let last = -1;
  for (let p = 0; p < polygons.owner.length; p += 1) {
    const owner = polygons.owner[p] ?? 0;
    while (last < owner) starts[++last] = corners.length;
    add(polygons, p, corners);
  }
  while (last < nOwners) starts[++last] = corners.length;
  return { corners: Uint32Array.from(corners), starts };
}

function add({ xy, rings, polygons }: Polygons, p: number, corners: number[]): void {
  const firstRing = polygons[p] ?? 0;
  const endRing = polygons[p + 1] ?? 0;
  const first = rings[firstRing] ?? 0;
  const end = rings[endRing] ?? 0;
  const holes: number[] = [];
  for (let r = firstRing + 1; r < endRing; r += 1) holes.push((rings[r] ?? 0) - first);
  for (const corner of earcut(xy.subarray(2 * first, 2 * end), holes.length > 0 ? holes : undefined, 2)) corners.push(first + corner);
}
