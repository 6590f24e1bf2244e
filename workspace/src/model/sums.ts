/* Sums per territory that follow every move: adding and taking away, never counting anew while somebody drags. */

export interface Bar {
  readonly total: number;
  readonly target: number;
  readonly deviation: number;
  readonly isOutside: boolean;
}

export class Sums {
  totals: Float64Array;
  counts: Int32Array;

  constructor(
    readonly values: readonly Float64Array[],
    readonly k: number,
  ) {
    this.totals = new Float64Array(k * values.length);
    this.counts = new Int32Array(k + 1);
  }

  /* Everything from scratch; the last count is that of the units without a territory. */
  static of(values: readonly Float64Array[], of: Int16Array, k: number): Sums {
    const sums = new Sums(values, k);
    for (let i = 0; i < of.length; i += 1) sums.put(i, of[i] ?? -1, 1);
    return sums;
  }

  move(unit: number, from: number, to: number): void {
    this.put(unit, from, -1);
    this.put(unit, to, 1);
  }

  /* What belongs to a territory beside its units. */
  add(territory: number, amounts: readonly number[]): void {
    amounts.forEach((amount, q) => {
      const place = territory * this.values.length + q;
      this.totals[place] = (this.totals[place] ?? 0) + amount;
    });
  }

  total(territory: number, measure: number): number {
    return this.totals[territory * this.values.length + measure] ?? 0;
  }

  count(territory: number): number {
    return this.counts[territory < 0 ? this.k : territory] ?? 0;
  }

  get nUnassigned(): number {
    return this.counts[this.k] ?? 0;
  }

  copy(): Sums {
    const copy = new Sums(this.values, this.k);
    copy.totals.set(this.totals);
    copy.counts.set(this.counts);
    return copy;
  }

  private put(unit: number, territory: number, sign: 1 | -1): void {
    const at = territory < 0 ? this.k : territory;
    this.counts[at] = (this.counts[at] ?? 0) + sign;
    if (territory < 0) return;
    const m = this.values.length;
    for (let q = 0; q < m; q += 1) {
      const place = territory * m + q;
      this.totals[place] = (this.totals[place] ?? 0) + sign * (this.values[q]?.[unit] ?? 0);
    }
  }
}

/* What each territory should have of everything there is, by capacity: K × M. */
export function targets(values: readonly Float64Array[], capacities: readonly number[]): Float64Array {
  const all = capacities.reduce((sum, c) => sum + c, 0);
  const out = new Float64Array(capacities.length * values.length);
  values.forEach((column, q) => {
    let sum = 0;
    for (const value of column) sum += value;
    capacities.forEach((c, t) => {
      out[t * values.length + q] = all > 0 ? (sum * c) / all : 0;
    });
  });
  return out;
}

export function bar(total: number, target: number, tolerance: number | null): Bar {
  const deviation = target > 0 ? total / target - 1 : 0;
  return { total, target, deviation, isOutside: tolerance !== null && Math.abs(deviation) > tolerance + 1e-9 };
}
