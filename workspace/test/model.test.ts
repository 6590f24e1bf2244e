import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changeRings, edgesOf, NO_UNIT, territoryBorders } from "../src/model/borders";
import { classify, patterns } from "../src/model/classes";
import { Columns } from "../src/model/columns";
import { Draft } from "../src/model/draft";
import { EVERYTHING, rows } from "../src/model/rows";
import { Plan, type AssignmentFile } from "../src/model/plan";
import { Selection } from "../src/model/selection";
import { Accounts } from "../src/model/accounts";
import { Space } from "../src/model/space";
import { Sums } from "../src/model/sums";
import { spans, tilesOf } from "../src/model/tiles";
import { triangulate } from "../src/model/triangles";
import { base64, dice, file, grid, halves } from "./make";

describe("sums", () => {
  it("add up, deviate from the target, and know the tolerance", () => {
    const plan = halves();
    expect([plan.sums.total(0, 0), plan.sums.count(1)]).toEqual([8, 8]);
    plan.move(2, 0);
    const bar = plan.bar(0, 0);
    expect([bar.total, bar.target, bar.deviation, bar.isOutside]).toEqual([9, 8, 0.125, true]);
    expect(plan.strain(0)).toBeCloseTo(1.25, 12);
  });

  it("follow a thousand random moves exactly as if counted anew", () => {
    const throws = dice(3);
    const ground = grid(10, (i) => (i % 7) + 0.25);
    const plan = new Plan(ground, file(Array.from({ length: 100 }, (_, i) => i % 5), 5));
    for (let step = 0; step < 1_000; step += 1) plan.move(Math.floor(throws() * 100), Math.floor(throws() * 6) - 1);
    const anew = Sums.of(plan.sums.values, plan.of, 5);
    expect([...plan.sums.counts]).toEqual([...anew.counts]);
    plan.sums.totals.forEach((total, place) => expect(total).toBeCloseTo(anew.totals[place] ?? Number.NaN, 9));
  });

  it("agree with the server on the golden plan", () => {
    const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Golden;
    const ground = { ...grid(golden.side), measures: Object.entries(golden.measures).map(([key, values]) => ({ key, values: Float64Array.from(values) })) };
    const territories = golden.capacities.map((capacity, t) => ({ code: `T${t}`, name: `T${t}`, colour: "#000000", is_locked: false, home_km: null, capacity }));
    const measures = Object.entries(golden.tolerances).map(([key, tolerance]) => ({ key, tolerance }));
    const plan = new Plan(ground, file(golden.territory_idx, golden.capacities.length, { territories, measures }));
    const k = [...golden.capacities.keys()];
    golden.expected.deviations.forEach((row, t) => row.forEach((value, m) => expect(plan.bar(t, m).deviation).toBeCloseTo(value, 12)));
    expect(k.map((t) => measures.map((_, m) => plan.sums.total(t, m)))).toEqual(golden.expected.totals);
    expect(k.map((t) => plan.pieces(t).length)).toEqual(golden.expected.n_pieces);
    expect(k.map((t) => measures.some((_, m) => plan.bar(t, m).isOutside))).toEqual(golden.expected.is_outside);
    expect(plan.sums.nUnassigned).toBe(golden.expected.n_unassigned);
  });
});

interface Golden {
  side: number;
  measures: Record<string, number[]>;
  tolerances: Record<string, number>;
  capacities: number[];
  territory_idx: number[];
  expected: { totals: number[][]; deviations: number[][]; is_outside: boolean[]; n_pieces: number[]; n_unassigned: number };
}

describe("pieces", () => {
  it("are counted, and those apart are found", () => {
    const plan = halves();
    expect(plan.counts()).toEqual({ unassigned: 0, inPieces: 0, outside: 0, forbidden: 0 });
    plan.move(3, 0);
    expect(plan.pieces(0).map((p) => p.length)).toEqual([8, 1]);
    expect(plan.astray()).toEqual([3]);
    plan.move(3, 1);
    expect(plan.astray()).toEqual([]);
  });
});

describe("a drag", () => {
  it("takes units, gives back those it leaves, and undoes everything", () => {
    const plan = halves();
    const before = [...plan.of];
    const draft = new Draft(plan, 0);
    expect(draft.replace([2, 3])).toEqual([2, 3]);
    expect(draft.replace([2]).sort()).toEqual([3]);
    expect([plan.of[2], plan.of[3], draft.units]).toEqual([0, 1, [2]]);
    draft.undo();
    expect([...plan.of]).toEqual(before);
  });

  it("never moves what is locked or forbidden", () => {
    const locked = new Uint8Array(16);
    locked[2] = 1;
    const plan = halves({ is_locked: base64(locked), forbidden: [[3, 0]] });
    const draft = new Draft(plan, 0);
    expect(draft.add([2, 3, 6])).toEqual([6]);
    expect([...draft.staying]).toEqual([2, 3]);
  });

  it("leaves the territories alone that are locked", () => {
    const territories = file([0], 2).territories.map((t, i) => ({ ...t, is_locked: i === 1 }));
    const plan = halves({ territories });
    expect([plan.canMove(2, 0), plan.canMove(0, 1), plan.canMove(0, -1)]).toEqual([false, false, true]);
  });
});

describe("space", () => {
  const space = new Space(grid(4));
  it("knows the area at a place, and none outside", () => {
    expect([space.at(2.2, 1.9, 0.1), space.at(3.99, 3.99, 0.1), space.at(-1, 2, 0.1)]).toEqual([6, 15, -1]);
  });
  it("finds what a lasso holds as a plain test of every point does", () => {
    const throws = dice(9);
    const ground = grid(12);
    const all = new Space(ground);
    for (let round = 0; round < 30; round += 1) {
      const lasso = Array.from({ length: 7 }, () => [throws() * 12, throws() * 12] as const);
      const plain = [...ground.x.keys()].filter((i) => crossings(lasso, ground.x[i] ?? 0, ground.y[i] ?? 0) % 2 === 1);
      expect(all.within(lasso).sort((a, b) => a - b)).toEqual(plain);
    }
  });
  it("finds what a brush passes over", () => {
    expect(space.along([0.5, 0.5], [3.5, 0.5], 0.3).sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(space.along([0.9, 0.9], [0.9, 0.9], 0.01)).toEqual([0]);
  });
});

function crossings(polygon: readonly (readonly [number, number])[], x: number, y: number): number {
  return polygon.filter(([ax, ay], k) => {
    const [bx, by] = polygon[(k + 1) % polygon.length] ?? [0, 0];
    return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax);
  }).length;
}

describe("geometry", () => {
  it("edges know both sides, and borders are where territories differ", () => {
    const { areas } = grid(4);
    if (!areas) throw new Error("no areas");
    const edges = edgesOf(areas);
    expect([edges.a.length, [...edges.right].filter((unit) => unit === NO_UNIT).length]).toEqual([40, 16]);
    const plan = halves();
    expect(territoryBorders(edges, areas.xy, plan.of).length / 4).toBe(16 + 4);
  });
  it("rings follow what changed on its own side, in the old territory", () => {
    const ground = grid(4);
    const before = halves().of;
    const plan = halves();
    plan.move(2, 0);
    plan.move(6, 0);
    if (!ground.areas) throw new Error("no areas");
    const rings = changeRings(edgesOf(ground.areas), ground.areas, ground.x, ground.y, plan.of, before);
    expect([...rings.before]).toEqual([1, 1, 1, 1, 1, 1]); // two squares above each other: six sides, not the one between them
    for (let k = 0; k < rings.pieces.length; k += 4) {
      const [ax, ay, bx, by] = [0, 1, 2, 3].map((c) => rings.pieces[k + c] ?? 0) as [number, number, number, number];
      expect((bx - ax) * (1 - ay) - (by - ay) * (2.5 - ax)).toBeGreaterThan(0); // the middle of both lies to the left
    }
  });
  it("triangles cover a polygon with a hole", () => {
    const ring = [0, 0, 4, 0, 4, 4, 0, 4, 0, 0];
    const hole = [1, 1, 1, 2, 2, 2, 2, 1, 1, 1];
    const polygons = { xy: Float32Array.from([...ring, ...hole]), rings: Uint32Array.of(0, 5, 10), polygons: Uint32Array.of(0, 2), owner: Uint32Array.of(0) };
    const { corners, starts } = triangulate(polygons, 1);
    let area = 0;
    for (let c = 0; c < corners.length; c += 3) {
      const [a, b, d] = [0, 1, 2].map((k) => [polygons.xy[2 * (corners[c + k] ?? 0)] ?? 0, polygons.xy[2 * (corners[c + k] ?? 0) + 1] ?? 0] as const);
      if (a && b && d) area += Math.abs((b[0] - a[0]) * (d[1] - a[1]) - (d[0] - a[0]) * (b[1] - a[1])) / 2;
    }
    expect([area, [...starts]]).toEqual([15, [0, corners.length]]);
  });
});

describe("classes", () => {
  it("hold about as many units each and never tear equal numbers apart", () => {
    const { of, ranges } = classify(Float64Array.of(1, 2, 3, 4, 5, 5, 5, 5, 9, 10));
    expect(new Set([...of].slice(4, 8)).size).toBe(1);
    expect(ranges.at(-1)).toEqual([9, 10]);
  });
});

describe("rows", () => {
  const plan = halves();
  const selection = new Selection(16);
  selection.set([4, 5]);
  it("filter by text, territory and selection", () => {
    expect([...rows(plan, selection, { ...EVERYTHING, text: "unit 1" })]).toEqual([1, 10, 11, 12, 13, 14, 15]);
    expect(rows(plan, selection, { ...EVERYTHING, territory: "T1" }).length).toBe(8);
    expect([...rows(plan, selection, { ...EVERYTHING, only: "selected" })]).toEqual([4, 5]);
  });
  it("sort names as people count, and segments by name", () => {
    expect([...rows(plan, selection, { ...EVERYTHING, isDescending: true })].slice(0, 2)).toEqual([15, 14]);
    expect([...rows(plan, selection, { ...EVERYTHING, sort: "attribute:size" })].slice(0, 7)).toEqual([0, 3, 6, 9, 12, 15, 2]);
  });
});

describe("columns", () => {
  it("read what the server writes", () => {
    const text = JSON.stringify({ n: 2, columns: { x: ["f4", 0, 2], names: ["u1", 8, 5] } });
    const header = new TextEncoder().encode(text.padEnd(text.length + ((8 - ((8 + text.length) % 8)) % 8)));
    const bytes = new Uint8Array(8 + header.length + 16);
    bytes.set(new TextEncoder().encode("BWC1"));
    new DataView(bytes.buffer).setUint32(4, header.length, true);
    bytes.set(header, 8);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 8 + header.length);
    bytes.set(new TextEncoder().encode("a\0\u00e9b"), 16 + header.length);
    const read = Columns.read<{ n: number }>(bytes.buffer);
    expect([read.header.n, [...read.f4("x")], read.texts("names")]).toEqual([2, [1.5, -2], ["a", "éb"]]);
    expect(() => read.f4("y")).toThrow("no column y");
    expect(() => Columns.read(new ArrayBuffer(16))).toThrow("BWC1");
  });
});

it("an assignment without units has no territory to show", () => {
  const empty: AssignmentFile = file([], 0);
  expect(new Plan({ ...grid(1), n: 0 }, empty).counts().unassigned).toBe(0);
});

it("territories that share a colour are told apart by a pattern, up to four of each", () => {
  const colours = Array.from({ length: 48 }, (_, i) => `#${i % 12}`);
  const marks = patterns(colours);
  expect(marks.slice(0, 12)).toEqual(new Array(12).fill(0));
  expect(new Set(colours.map((colour, i) => `${colour} ${marks[i]}`)).size).toBe(48);
});

describe("named accounts", () => {
  const away = { account_idx: 7, id: "C7", name: "Customer 7", reason: "", unit_idx: 0, territory: 1, at_km: [0.5, 0.5] as const, amounts: [0.25] };

  it("take along what is theirs and leave it with their territory when their area moves", () => {
    const plan = halves({ accounts: [away] });
    expect([plan.sums.total(0, 0), plan.sums.total(1, 0)]).toEqual([7.75, 8.25]);
    expect([...plan.targets]).toEqual([8, 8]);
    expect([plan.own[0]?.values[0], plan.own[0]?.values[1], plan.ground.measures[0]?.values[0]]).toEqual([0.75, 1, 1]);
    plan.move(0, 1);
    expect([plan.sums.total(0, 0), plan.sums.total(1, 0), plan.sums.count(1)]).toEqual([7, 9, 9]);
  });

  it("cost nothing where there are none", () => {
    const plan = halves();
    expect(plan.own[0]?.values).toBe(plan.ground.measures[0]?.values);
  });

  it("are found by place and by number", () => {
    const columns: Record<string, Float32Array | Uint32Array | Uint16Array> = {
      "segment:Kind": Uint16Array.from([1, 0]),
      x_km: Float32Array.from([0.5, 1.5, 3.5]),
      y_km: Float32Array.from([0.5, 1.5, 3.5]),
      unit: Uint32Array.from([0, 5, 15]),
      account: Uint32Array.from([2, 3, 9]),
    };
    const column = (name: string): unknown => columns[name];
    const header = { segments: [{ key: "Kind", categories: ["Shop"] }] };
    const accounts = new Accounts({ header, f4: column, u4: column, u2: column } as unknown as Columns<typeof header>, [0, 0, 4, 4]);
    expect(accounts.segments).toEqual([{ key: "Kind", categories: ["Shop"], codes: columns["segment:Kind"] }]);
    expect([accounts.at(1.4, 1.4, 0.3), accounts.at(2.5, 2.5, 0.3), accounts.point(9), accounts.point(4)]).toEqual([1, -1, 2, -1]);
    expect(accounts.within([[0, 0], [2, 0], [2, 2], [0, 2]])).toEqual([0, 1]);
    expect(accounts.along([3, 3], [4, 4], 0.1)).toEqual([2]);
  });
});

describe("tiles", () => {
  const { areas } = grid(30);
  if (!areas) throw new Error("the grid has areas");
  const whole = triangulate(areas, 900).corners;
  const tiles = tilesOf(whole, 3, areas.xy);
  const key = (index: Uint32Array, at: number): string => [...index.subarray(at, at + 3)].join(" ");
  const all = (index: Uint32Array): string[] => Array.from({ length: index.length / 3 }, (_, i) => key(index, 3 * i));

  it("hold every triangle once, in one part where everything is in sight", () => {
    expect(all(tiles.index).sort()).toEqual(all(whole).sort());
    expect(spans(tiles, [-1e6, -1e6, 1e6, 1e6])).toEqual([[0, whole.length]]);
    expect(spans(tiles, [1e5, 1e5, 1e6, 1e6])).toEqual([]);
  });

  it("leave out what is far away and nothing that is in sight", () => {
    const xy = areas.xy;
    for (const [x, y] of [[0, 0], [7.5, 11.5], [20, 29]] as const) {
      const window = [x, y, x + 3, y + 3] as const;
      const found = spans(tiles, window);
      const shown = new Set(found.flatMap(([first, n]) => Array.from({ length: n / 3 }, (_, i) => key(tiles.index, first + 3 * i))));
      for (let i = 0; i < whole.length; i += 3) {
        const [xs, ys] = [0, 1].map((d) => [0, 1, 2].map((c) => xy[2 * (whole[i + c] ?? 0) + d] ?? 0)) as [number[], number[]];
        const isIn = Math.max(...xs) > x && Math.min(...xs) < x + 3 && Math.max(...ys) > y && Math.min(...ys) < y + 3;
        if (isIn) expect(shown.has(key(whole, i))).toBe(true);
      }
      expect(shown.size).toBeLessThan(whole.length / 3 / 10);
    }
  });
});
