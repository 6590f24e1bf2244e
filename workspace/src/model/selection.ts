/* What is chosen; map and table share it. */

export class Selection {
  readonly is: Uint8Array;
  private n = 0;

  constructor(size: number) {
    this.is = new Uint8Array(size);
  }

  get size(): number {
    return this.n;
  }

  units(): number[] {
    const out: number[] = [];
    if (this.n > 0) for (let i = 0; i < this.is.length; i += 1) if (this.is[i] === 1) out.push(i);
    return out;
  }

  set(units: Iterable<number>): void {
    this.is.fill(0);
    this.n = 0;
    this.add(units);
  }

  add(units: Iterable<number>): void {
    for (const i of units) {
      if (this.is[i] === 0) this.n += 1;
      this.is[i] = 1;
    }
  }

  toggle(unit: number): void {
    this.is[unit] = this.is[unit] === 1 ? 0 : 1;
    this.n += this.is[unit] === 1 ? 1 : -1;
  }
}
