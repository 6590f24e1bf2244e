/* The rows of the table: which units, in what order. */
import type { Plan } from "./plan";
import type { Selection } from "./selection";

export type Only = "all" | "selected" | "unassigned" | "astray" | "forbidden" | "changed" | "locked";
export interface View {
  readonly text: string;
  /* Code of a territory, or empty. */
  readonly territory: string;
  readonly only: Only;
  /* name, code, territory, cause, measure:KEY, attribute:KEY */
  readonly sort: string;
  readonly isDescending: boolean;
}

export const EVERYTHING: View = { text: "", territory: "", only: "all", sort: "name", isDescending: false };

export function rows(plan: Plan, selection: Selection, view: View): Uint32Array {
  const { ground } = plan;
  const keep = new Uint8Array(ground.n).fill(1);
  restrict(keep, plan, selection, view);
  const needle = view.text.trim().toLocaleLowerCase();
  const found: number[] = [];
  for (let i = 0; i < ground.n; i += 1) {
    if (keep[i] === 0) continue;
    if (needle !== "" && !`${ground.ids[i] ?? ""} ${ground.names[i] ?? ""}`.toLocaleLowerCase().includes(needle)) continue;
    found.push(i);
  }
  const sign = view.isDescending ? -1 : 1;
  const compare = order(plan, view.sort);
  return Uint32Array.from(found.sort((a, b) => sign * compare(a, b) || a - b));
}

function restrict(keep: Uint8Array, plan: Plan, selection: Selection, view: View): void {
  const territory = view.territory === "" ? null : plan.indexOf(view.territory);
  const chosen = special(plan, view.only);
  for (let i = 0; i < keep.length; i += 1) {
    const isIn =
      (territory === null || plan.of[i] === territory) &&
      (view.only !== "selected" || selection.is[i] === 1) &&
      (view.only !== "unassigned" || (plan.of[i] ?? -1) < 0) &&
      (view.only !== "locked" || plan.locked[i] === 1) &&
      (view.only !== "changed" || plan.isChanged(i)) &&
      (chosen === null || chosen.has(i));
    if (!isIn) keep[i] = 0;
  }
}

function special(plan: Plan, only: Only): Set<number> | null {
  if (only === "astray") return new Set(plan.astray());
  return only === "forbidden" ? new Set(plan.inForbidden()) : null;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function order(plan: Plan, sort: string): (a: number, b: number) => number {
  const { ground } = plan;
  const numbers = sort.startsWith("measure:") ? plan.own.find((m) => m.key === sort.slice(8))?.values : undefined;
  if (numbers) return (a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0);
  const segment = sort.startsWith("attribute:") ? ground.attributes.find((m) => m.key === sort.slice(10)) : undefined;
  if (segment) return ranked((i) => segment.categories[(segment.codes[i] ?? 0) - 1] ?? "", ground.n);
  if (sort === "territory") return ranked((i) => plan.territories[plan.of[i] ?? -1]?.name ?? "", ground.n);
  if (sort === "cause") return ranked((i) => plan.file.causes[plan.causes[i] ?? 0] ?? "", ground.n);
  return ranked((i) => (sort === "code" ? ground.ids[i] : ground.names[i]) ?? "", ground.n);
}

/* Compares texts by their place among all texts, so that each text is collated a few times and not once per comparison. */
function ranked(textOf: (i: number) => string, n: number): (a: number, b: number) => number {
  const texts = new Set<string>();
  for (let i = 0; i < n; i += 1) texts.add(textOf(i));
  const rank = new Map([...texts].sort(collator.compare).map((text, place) => [text, place]));
  return (a, b) => (rank.get(textOf(a)) ?? 0) - (rank.get(textOf(b)) ?? 0);
}
