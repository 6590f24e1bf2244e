/* Where two planners moved the same units: what it was, what they made of it, what I want; and what becomes of my moves. */
import type { Move } from "./journal";

export interface Owners {
  readonly of: Int16Array;
  readonly codes: readonly string[];
}

/* One unit; territories by code, as their order may change. Empty: none. */
export interface Clash {
  readonly unit: number;
  readonly before: string;
  readonly theirs: string;
  readonly mine: string;
  /* Whether the territory before is still there. */
  readonly canReturn: boolean;
}

export type Choice = "mine" | "theirs" | "before";
export type Choices = ReadonlyMap<number, Choice>;

/* Pending units that another person has moved since the last look, or whose goal is gone. */
export function clashes(pending: readonly Move[], base: Owners, theirs: Owners): Clash[] {
  const found = new Map<number, Clash>();
  for (const { units, to } of pending) {
    const isGone = to !== "" && !theirs.codes.includes(to);
    for (const unit of units) {
      const now = theirs.codes[theirs.of[unit] ?? -1] ?? "";
      const before = base.codes[base.of[unit] ?? -1] ?? "";
      if (isGone || (now !== before && now !== to)) found.set(unit, { unit, before, theirs: now, mine: to, canReturn: before === "" || theirs.codes.includes(before) });
    }
  }
  return [...found.values()];
}

/* My moves after the choice: without the units that stay theirs, and with those that go back to where they were. */
export function settled(pending: readonly Move[], found: readonly Clash[], choices: Choices, make: (units: readonly number[], to: string) => Move): Move[] {
  const isMine = (unit: number): boolean => (choices.get(unit) ?? "mine") === "mine";
  const kept = pending.map((move) => ({ ...move, units: move.units.filter(isMine) })).filter((move) => move.units.length > 0);
  const back = new Map<string, number[]>();
  for (const { unit, before, theirs } of found) if (choices.get(unit) === "before" && theirs !== before) back.set(before, [...(back.get(before) ?? []), unit]);
  return [...kept, ...[...back].map(([to, units]) => make(units, to))];
}
