/* Who has what now: one assignment with its sums, pieces, selection; everything that the screen shows is read from here. */
import { withoutNamed, type NamedAccount } from "./accounts";
import { unpack } from "./columns";
import type { Ground, Measure } from "./ground";
import { Pieces, membersOf } from "./pieces";
import { bar, Sums, targets, type Bar } from "./sums";

export interface Territory {
  readonly code: string;
  readonly name: string;
  readonly colour: string;
  readonly is_locked: boolean;
  readonly home_km: readonly [number, number] | null;
  readonly capacity: number;
}

export interface MeasureGoal {
  readonly key: string;
  readonly tolerance: number | null;
}

/* As the server sends it. */
export interface AssignmentFile {
  readonly version: number;
  readonly territories: readonly Territory[];
  readonly measures: readonly MeasureGoal[];
  readonly territory_idx: string;
  readonly is_locked: string;
  readonly is_named: string;
  readonly baseline_idx: string | null;
  readonly causes: readonly string[];
  readonly cause_idx: string;
  readonly forbidden: readonly (readonly [unit: number, territory: number])[];
  readonly accounts: readonly NamedAccount[];
  readonly is_contiguous: boolean;
  readonly can_undo: boolean;
  readonly can_redo: boolean;
}

export interface Counts {
  readonly unassigned: number;
  readonly inPieces: number;
  readonly outside: number;
  readonly forbidden: number;
}

export class Plan {
  readonly of: Int16Array;
  readonly locked: Uint8Array;
  readonly named: Uint8Array;
  readonly before: Int16Array | null;
  readonly causes: Uint16Array;
  readonly territories: readonly Territory[];
  readonly measures: readonly MeasureGoal[];
  /* The measures of the units without what their named accounts take along. */
  readonly own: readonly Measure[];
  readonly sums: Sums;
  readonly targets: Float64Array;
  readonly version: number;
  readonly forbiddenPairs: ReadonlySet<number>;
  private readonly walker: Pieces;
  private pieceCache: (number[][] | null)[];
  private forbiddenNames: Map<number, string[]> | null = null;

  constructor(
    readonly ground: Ground,
    readonly file: AssignmentFile,
  ) {
    this.version = file.version;
    this.of = new Int16Array(unpack(file.territory_idx));
    this.locked = new Uint8Array(unpack(file.is_locked));
    this.named = new Uint8Array(unpack(file.is_named));
    this.before = file.baseline_idx === null ? null : new Int16Array(unpack(file.baseline_idx));
    this.causes = new Uint16Array(unpack(file.cause_idx));
    this.territories = file.territories;
    this.measures = file.measures;
    const columns = file.measures.map(({ key }) => ground.measures.find((m) => m.key === key)?.values ?? new Float64Array(ground.n).fill(1));
    const own = withoutNamed(columns, file.accounts);
    this.own = ground.measures.map((measure) => ({ key: measure.key, values: own[file.measures.findIndex(({ key }) => key === measure.key)] ?? measure.values }));
    this.sums = Sums.of(own, this.of, this.k);
    for (const account of file.accounts) this.sums.add(account.territory, account.amounts);
    this.targets = targets(columns, file.territories.map((t) => t.capacity));
    this.forbiddenPairs = new Set(file.forbidden.map(([unit, territory]) => pair(unit, territory)));
    this.walker = new Pieces(ground.starts, ground.neighbours);
    this.pieceCache = Array.from({ length: this.k }, () => null);
  }

  get k(): number {
    return this.territories.length;
  }

  indexOf(code: string): number {
    return this.territories.findIndex((t) => t.code === code);
  }

  /* Whether a unit may leave where it is and enter a territory. */
  canMove(unit: number, to: number): boolean {
    const from = this.of[unit] ?? -1;
    if (from === to || this.locked[unit] === 1 || this.named[unit] === 1 || this.territories[from]?.is_locked === true) return false;
    return this.territories[to]?.is_locked !== true && !(to >= 0 && this.forbiddenPairs.has(pair(unit, to)));
  }

  /* Names of the territories that are forbidden to a unit. */
  forbiddenTo(unit: number): readonly string[] {
    this.forbiddenNames ??= this.namesOfForbidden();
    return this.forbiddenNames.get(unit) ?? [];
  }

  private namesOfForbidden(): Map<number, string[]> {
    const names = new Map<number, string[]>();
    for (const [unit, territory] of this.file.forbidden) {
      const name = this.territories[territory]?.name ?? "";
      names.set(unit, [...(names.get(unit) ?? []), name]);
    }
    return names;
  }

  /* Moves one unit; sums follow. */
  move(unit: number, to: number): void {
    const from = this.of[unit] ?? -1;
    if (from === to) return;
    this.sums.move(unit, from, to);
    this.of[unit] = to;
    if (from >= 0) this.pieceCache[from] = null;
    if (to >= 0) this.pieceCache[to] = null;
  }

  bar(territory: number, measure: number, sums: Sums = this.sums): Bar {
    return bar(
      sums.total(territory, measure),
      this.targets[territory * this.measures.length + measure] ?? 0,
      this.measures[measure]?.tolerance ?? null,
    );
  }

  /* How strained a territory is: the largest deviation in tolerances. */
  strain(territory: number): number {
    let most = 0;
    this.measures.forEach(({ tolerance }, m) => {
      if (tolerance !== null) most = Math.max(most, Math.abs(this.bar(territory, m).deviation) / Math.max(tolerance, 1e-3));
    });
    return most;
  }

  pieces(territory: number): number[][] {
    const kept = this.pieceCache[territory];
    if (kept) return kept;
    const members: number[] = [];
    for (let i = 0; i < this.of.length; i += 1) if (this.of[i] === territory) members.push(i);
    return (this.pieceCache[territory] = this.walker.split(members, this.of, territory));
  }

  /* Everything that is not yet known about pieces, in one pass. */
  walkAll(): void {
    if (!this.pieceCache.includes(null)) return;
    membersOf(this.of, this.k).forEach((members, t) => (this.pieceCache[t] ??= this.walker.split(members, this.of, t)));
  }

  counts(): Counts {
    this.walkAll();
    let [inPieces, outside] = [0, 0];
    for (let t = 0; t < this.k; t += 1) {
      if (this.file.is_contiguous && this.pieces(t).length > 1) inPieces += 1;
      if (this.measures.some((_, m) => this.bar(t, m).isOutside)) outside += 1;
    }
    return { unassigned: this.sums.nUnassigned, inPieces, outside, forbidden: this.inForbidden().length };
  }

  /* Units apart from the largest piece of their territory. */
  astray(): number[] {
    if (!this.file.is_contiguous) return [];
    this.walkAll();
    return this.territories.flatMap((_, t) => this.pieces(t).slice(1).flat());
  }

  inForbidden(): number[] {
    return this.file.forbidden.filter(([unit, territory]) => this.of[unit] === territory).map(([unit]) => unit);
  }

  unassigned(): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.of.length; i += 1) if ((this.of[i] ?? -1) < 0) found.push(i);
    return found;
  }

  isChanged(unit: number): boolean {
    return this.before !== null && this.before[unit] !== this.of[unit];
  }
}

function pair(unit: number, territory: number): number {
  return unit * 65_536 + territory;
}
