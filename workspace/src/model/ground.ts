/* What never changes while somebody edits: units, areas, measures, neighbours, and the land under them. */
import { Columns } from "./columns";

export type Window = readonly [west: number, south: number, east: number, north: number];
export type Label = readonly [text: string, kind: string, x: number, y: number];

/* Polygons: the first ring of each is the outer one, the others are holes. */
export interface Polygons {
  readonly xy: Float32Array;
  readonly rings: Uint32Array;
  readonly polygons: Uint32Array;
  readonly owner: Uint32Array;
}

export interface Lines {
  readonly xy: Float32Array;
  readonly starts: Uint32Array;
}

export interface Measure {
  readonly key: string;
  readonly values: Float64Array;
}

/* A segment: category of each unit, 0 for none, else 1 + place in `categories`. */
export interface Attribute {
  readonly key: string;
  readonly categories: readonly string[];
  readonly codes: Uint16Array;
}

export interface Ground {
  readonly n: number;
  readonly window: Window;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  readonly measures: readonly Measure[];
  readonly attributes: readonly Attribute[];
  readonly starts: Uint32Array;
  readonly neighbours: Uint32Array;
  readonly areas: Polygons | null;
  readonly hasArea: Uint8Array;
  readonly land: Polygons | null;
  readonly lines: Lines | null;
  readonly labels: readonly Label[];
  readonly credit: string;
}

interface Header {
  readonly n_units: number;
  readonly window_km: Window;
  readonly measures: readonly string[];
  readonly attributes: readonly { readonly key: string; readonly categories: readonly string[] }[];
  readonly labels: readonly Label[];
  readonly credit: string;
}

function polygons(file: Columns<Header>, name: string): Polygons | null {
  if (!file.has(`${name}_xy_km`)) return null;
  return {
    xy: file.f4(`${name}_xy_km`),
    rings: file.u4(`${name}_rings`),
    polygons: file.u4(`${name}_polygons`),
    owner: file.u4(`${name}_owner`),
  };
}

export function readGround(content: ArrayBuffer): Ground {
  const file = Columns.read<Header>(content);
  const { header } = file;
  const areas = polygons(file, "area");
  const hasArea = new Uint8Array(header.n_units);
  if (areas) for (const unit of areas.owner) hasArea[unit] = 1;
  return {
    n: header.n_units,
    window: header.window_km,
    ids: file.texts("ids"),
    names: file.texts("names"),
    x: file.f4("x_km"),
    y: file.f4("y_km"),
    lon: file.f8("lon"),
    lat: file.f8("lat"),
    measures: header.measures.map((key) => ({ key, values: file.f8(`measure:${key}`) })),
    attributes: header.attributes.map((a) => ({ ...a, codes: file.u2(`attribute:${a.key}`) })),
    starts: file.u4("neighbour_starts"),
    neighbours: file.u4("neighbours"),
    areas,
    hasArea,
    land: polygons(file, "land"),
    lines: file.has("line_xy_km") ? { xy: file.f4("line_xy_km"), starts: file.u4("line_starts") } : null,
    labels: header.labels,
    credit: header.credit,
  };
}

/* What to show first: where nearly all units are, if a few far ones would make the rest tiny. */
export function focus(ground: Ground): Window {
  const [west, south, east, north] = ground.window;
  if (ground.n === 1 && ground.hasArea[0] === 0) return withSurroundings(ground, windowOf(ground, [0]) ?? ground.window);
  if (ground.n < 50) return ground.window;
  const [left, right] = middle(ground.x);
  const [low, high] = middle(ground.y);
  if ((high - low) * (right - left) >= 0.4 * (east - west) * (north - south)) return ground.window;
  const margin = 0.06 * Math.max(right - left, high - low);
  return [left - margin, low - margin, right + margin, high + margin];
}

function middle(values: Float32Array): [number, number] {
  const sorted = Float32Array.from(values).sort();
  const last = sorted.length - 1;
  return [sorted[Math.floor(0.015 * last)] ?? 0, sorted[Math.ceil(0.985 * last)] ?? 0];
}

export function windowOf(ground: Ground, units: Iterable<number>): Window | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of units) {
    const x = ground.x[i] ?? 0;
    const y = ground.y[i] ?? 0;
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  return west > east ? null : [west, south, east, north];
}

const ALONE_KM = 60;

/* The same with what lies around it: about two units on each side, as units reach beyond their points and one alone says nothing of where it is. */
export function withSurroundings(ground: Ground, window: Window): Window {
  const [west, south, east, north] = ground.window;
  const around = ground.n > 1 ? 2 * Math.sqrt(((east - west) * (north - south)) / ground.n) : ALONE_KM;
  const margin = Number.isFinite(around) && around > 0 ? around : ALONE_KM;
  return [window[0] - margin, window[1] - margin, window[2] + margin, window[3] + margin];
}
