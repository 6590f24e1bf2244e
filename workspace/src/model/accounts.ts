/* Accounts over the areas of a plan: where they are, in which area, and which of them were given away against it. */
import { Columns } from "./columns";
import { Grid, nearestPoint, pointsAlong, pointsWithin, type Point } from "./grid";
import type { Attribute, Window } from "./ground";

/* As the server sends it with the assignment. */
export interface NamedAccount {
  readonly account_idx: number;
  readonly id: string;
  readonly name: string;
  readonly reason: string;
  readonly unit_idx: number;
  readonly territory: number;
  readonly at_km: readonly [number, number];
  /* What goes along with it, in the order of the measures of the plan. */
  readonly amounts: readonly number[];
}

interface Header {
  readonly segments: readonly { readonly key: string; readonly categories: readonly string[] }[];
}

/* Places in the file are called points, the numbers of the server accounts. */
export class Accounts {
  readonly n: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly unit: Uint32Array;
  readonly account: Uint32Array;
  /* Of the areas: the segment that most of their accounts have. */
  readonly segments: readonly Attribute[];
  private grid: Grid | null = null;

  constructor(
    file: Columns<Header>,
    private readonly window: Window,
  ) {
    this.x = file.f4("x_km");
    this.y = file.f4("y_km");
    this.unit = file.u4("unit");
    this.account = file.u4("account");
    this.n = this.unit.length;
    this.segments = file.header.segments.map((one) => ({ ...one, codes: file.u2(`segment:${one.key}`) }));
  }

  at(x: number, y: number, reach: number): number {
    return nearestPoint(this.points(), this.x, this.y, x, y, reach);
  }

  within(polygon: readonly Point[]): number[] {
    return pointsWithin(this.points(), this.x, this.y, polygon);
  }

  along(from: Point, to: Point, radius: number): number[] {
    return pointsAlong(this.points(), this.x, this.y, from, to, radius);
  }

  /* Where an account is in the file, which is in the order of the accounts; −1 if it lies in no area. */
  point(account: number): number {
    let [low, high] = [0, this.n - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.account[middle] ?? 0;
      if (found === account) return middle;
      if (found < account) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  private points(): Grid {
    this.grid ??= new Grid(this.n, ...this.window, (i) => [this.x[i] ?? 0, this.y[i] ?? 0, this.x[i] ?? 0, this.y[i] ?? 0]);
    return this.grid;
  }
}

/* Measures of areas without what their named accounts take along; the same columns where there are none. */
export function withoutNamed(values: readonly Float64Array[], named: readonly NamedAccount[]): readonly Float64Array[] {
  if (named.length === 0) return values;
  const own = values.map((column) => column.slice());
  for (const { unit_idx, amounts } of named) {
    own.forEach((column, q) => {
      if (unit_idx >= 0) column[unit_idx] = Math.max((column[unit_idx] ?? 0) - (amounts[q] ?? 0), 0);
    });
  }
  return own;
}
