/* A drag that assigns while it goes on: units that come under it move, units that it lets go return. */
import type { Plan } from "./plan";

export class Draft {
  private readonly from = new Map<number, number>();
  /* Locked or forbidden ones that were touched and stay. */
  readonly staying = new Set<number>();

  constructor(
    private readonly plan: Plan,
    readonly to: number,
  ) {}

  /* Adds units; the ones that moved now. */
  add(units: Iterable<number>): number[] {
    const moved: number[] = [];
    for (const i of units) {
      if (this.from.has(i) || this.plan.of[i] === this.to) continue;
      if (!this.plan.canMove(i, this.to)) {
        this.staying.add(i);
        continue;
      }
      this.from.set(i, this.plan.of[i] ?? -1);
      this.plan.move(i, this.to);
      moved.push(i);
    }
    return moved;
  }

  /* Exactly these units and no others; the ones that changed now. */
  replace(units: readonly number[]): number[] {
    const wanted = new Set(units);
    const changed: number[] = [];
    for (const [i, from] of this.from) {
      if (wanted.has(i)) continue;
      this.plan.move(i, from);
      this.from.delete(i);
      changed.push(i);
    }
    this.staying.clear();
    changed.push(...this.add(units));
    return changed;
  }

  get units(): number[] {
    return [...this.from.keys()].sort((a, b) => a - b);
  }

  undo(): number[] {
    return this.replace([]);
  }
}
