/* A grid of units with neighbours, by hand-sized numbers. */
import type { Ground } from "../src/model/ground";
import type { AssignmentFile } from "../src/model/plan";
import { Plan } from "../src/model/plan";

export function base64(values: Int16Array | Uint8Array | Uint16Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

export function grid(side: number, values: (i: number) => number = () => 1): Ground {
  const n = side * side;
  const starts = new Uint32Array(n + 1);
  const neighbours: number[] = [];
  for (let i = 0; i < n; i += 1) {
    const [row, column] = [Math.floor(i / side), i % side];
    if (row > 0) neighbours.push(i - side);
    if (column > 0) neighbours.push(i - 1);
    if (column < side - 1) neighbours.push(i + 1);
    if (row < side - 1) neighbours.push(i + side);
    starts[i + 1] = neighbours.length;
  }
  const squares = Array.from({ length: n }, (_, i) => square(i % side, Math.floor(i / side))).flat();
  return {
    n,
    window: [0, 0, side, side],
    ids: Array.from({ length: n }, (_, i) => `u${i}`),
    names: Array.from({ length: n }, (_, i) => `Unit ${i}`),
    x: Float32Array.from({ length: n }, (_, i) => (i % side) + 0.5),
    y: Float32Array.from({ length: n }, (_, i) => Math.floor(i / side) + 0.5),
    lon: new Float64Array(n),
    lat: new Float64Array(n),
    measures: [{ key: "sales", values: Float64Array.from({ length: n }, (_, i) => values(i)) }],
    attributes: [{ key: "size", categories: ["small", "large"], codes: Uint16Array.from({ length: n }, (_, i) => i % 3) }],
    starts,
    neighbours: Uint32Array.from(neighbours),
    areas: {
      xy: Float32Array.from(squares),
      rings: Uint32Array.from({ length: n + 1 }, (_, i) => 5 * i),
      polygons: Uint32Array.from({ length: n + 1 }, (_, i) => i),
      owner: Uint32Array.from({ length: n }, (_, i) => i),
    },
    hasArea: new Uint8Array(n).fill(1),
    land: null,
    lines: null,
    labels: [],
    credit: "",
  };
}

function square(x: number, y: number): number[] {
  return [x, y, x + 1, y, x + 1, y + 1, x, y + 1, x, y];
}

export function file(of: readonly number[], k: number, more: Partial<AssignmentFile> = {}): AssignmentFile {
  return {
    version: 1,
    territories: Array.from({ length: k }, (_, t) => ({ code: `T${t}`, name: `Territory ${t}`, colour: "#93801b", is_locked: false, home_km: null, capacity: 1 })),
    measures: [{ key: "sales", tolerance: 0.1 }],
    territory_idx: base64(Int16Array.from(of)),
    is_locked: base64(new Uint8Array(of.length)),
    is_named: base64(new Uint8Array(of.length)),
    baseline_idx: null,
    causes: [""],
    cause_idx: base64(new Uint16Array(of.length)),
    forbidden: [],
    accounts: [],
    is_contiguous: true,
    can_undo: false,
    can_redo: false,
    ...more,
  };
}

/* Columns 0–1 to T0, 2–3 to T1. */
export function halves(more: Partial<AssignmentFile> = {}): Plan {
  return new Plan(grid(4), file(Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 0 : 1)), 2, more));
}

/* The same numbers every time. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
