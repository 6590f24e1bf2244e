/* Which colour and flags every unit gets, for the way of colouring that was chosen. */
import { patterns, type Classes } from "../model/classes";
import type { Attribute } from "../model/ground";
import type { Plan } from "../model/plan";
import type { Selection } from "../model/selection";
import { mix, rgb, type Rgb } from "./gl";
import { CHANGED, DIM, LOCKED, PATTERN_SHIFT, SELECTED } from "./shaders";

/* Twelve colours that stay apart in all kinds of colour blindness; the same as the library's. */
export const PALETTE = [
  "#93801b", "#8eddfe", "#efcc73", "#8097e3", "#a6baa5", "#a594a8",
  "#c4d8bd", "#b96174", "#78bde6", "#6e7ac1", "#c68969", "#d0b056",
] as const;
export const RAMP = ["#dbe9e6", "#a9cdc8", "#6faaa6", "#3a8182", "#0d5c63"] as const;
export const RAMP_DARK = ["#1d3b3d", "#2a5c5e", "#3d8583", "#63b3ae", "#a8e0d8"] as const;

export type ColourBy =
  | { readonly kind: "territory" }
  | { readonly kind: "change" }
  | { readonly kind: "measure"; readonly key: string; readonly classes: Classes }
  | { readonly kind: "segment"; readonly attribute: Attribute };

export interface Look {
  readonly by: ColourBy;
  readonly only: number;
  readonly isDark: boolean;
  readonly land: Rgb;
  readonly unassigned: Rgb;
}

export class Painter {
  readonly colours: Uint8Array;
  readonly flags: Uint8Array;
  readonly olds: Uint8Array;

  constructor(capacity: number) {
    this.olds = new Uint8Array(4 * capacity);
    this.colours = new Uint8Array(4 * capacity);
    this.flags = new Uint8Array(capacity);
  }

  paint(plan: Plan, selection: Selection, look: Look, units: readonly number[] | null): void {
    const table = this.tints(plan, look);
    const marks = look.by.kind === "territory" ? patterns(plan.territories.map((t) => t.colour)) : [];
    const before = look.by.kind === "change" ? plan.before : null;
    const tints = plan.territories.map((x) => rgb(x.colour));
    const locked = plan.territories.map((t) => t.is_locked);
    const one = (i: number): void => {
      const t = plan.of[i] ?? -1;
      const [r, g, b] = table(i, t);
      this.colours[4 * i] = r;
      this.colours[4 * i + 1] = g;
      this.colours[4 * i + 2] = b;
      const isNew = before !== null && before[i] !== t;
      const isDim = (look.only >= 0 && t !== look.only) || (before !== null && !isNew);
      if (isNew) this.olds.set(tints[before[i] ?? -1] ?? look.unassigned, 4 * i);
      const isLocked = plan.locked[i] === 1 || locked[t] === true;
      this.flags[i] =
        (selection.is[i] === 1 ? SELECTED : 0) | (isLocked ? LOCKED : 0) | (isDim ? DIM : 0) | ((marks[t] ?? 0) << PATTERN_SHIFT) | (isNew ? CHANGED : 0);
    };
    if (units) units.forEach(one);
    else for (let i = 0; i < plan.of.length; i += 1) one(i);
  }

  private tints(plan: Plan, look: Look): (unit: number, territory: number) => Rgb {
    const soft = (colour: Rgb): Rgb => mix(colour, look.land, look.isDark ? 0.3 : 0.14);
    const { by } = look;
    if (by.kind === "measure") {
      const ramp = (look.isDark ? RAMP_DARK : RAMP).map(rgb);
      return (i) => ramp[by.classes.of[i] ?? 0] ?? look.unassigned;
    }
    if (by.kind === "segment") {
      const colours = by.attribute.categories.map((_, c) => soft(rgb(PALETTE[c % PALETTE.length] ?? "#888888")));
      return (i) => colours[(by.attribute.codes[i] ?? 0) - 1] ?? look.unassigned;
    }
    const colours = plan.territories.map((t) => soft(rgb(t.colour)));
    return (_, t) => colours[t] ?? look.unassigned;
  }
}
