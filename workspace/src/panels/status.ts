/* Always in sight: whether everything is saved, what can be undone, and the counts of what is wrong. */
import type { State } from "../journal/journal";
import type { Counts, Plan } from "../model/plan";
import { h, iconButton, on, set, text } from "./dom";
import { count, t, tn } from "./words";

export type Trouble = "unassigned" | "outside" | "astray" | "conflicts";

export interface StatusEvents {
  step(step: "undo" | "redo"): void;
  trouble(which: Trouble): void;
}

export class Status {
  readonly element: HTMLElement;
  readonly facts = h("div", { class: "ws-facts", role: "group", "aria-label": t("What is wrong") });
  private readonly undo = iconButton("undo", `${t("Undo")} (u)`, { id: "undo", class: "tool", disabled: true });
  private readonly redo = iconButton("redo", `${t("Redo")} (r)`, { id: "redo", class: "tool", disabled: true });
  private readonly saved = h("span", { class: "ws-saved small", "data-state": "saved" });
  private readonly people = h("p", { class: "ws-people small", role: "status", hidden: true });
  private readonly values = new Map<Trouble, HTMLElement>();

  constructor(
    private readonly events: StatusEvents,
    canEdit: boolean,
  ) {
    on(this.undo, "click", () => this.events.step("undo"));
    on(this.redo, "click", () => this.events.step("redo"));
    this.element = h("div", { class: "ws-status row" }, canEdit ? h("div", { class: "group" }, this.undo, this.redo) : null, canEdit ? this.saved : null, this.people);
    this.fact("unassigned", t("Unassigned"));
    this.fact("outside", t("Out of balance"));
    this.fact("astray", t("In pieces"));
    this.fact("conflicts", t("Conflicts"));
    this.state("saved", 0);
  }

  state(state: State, nPending: number): void {
    const texts: Record<State, string> = {
      saved: t("Saved"),
      saving: t("Saving …"),
      offline: tn(nPending, "Offline: {n} change waits here", "Offline: {n} changes wait here"),
      conflict: t("Somebody else changed this"),
    };
    set(this.saved, "data-state", state);
    text(this.saved, texts[state]);
  }

  others(names: readonly string[]): void {
    this.people.hidden = names.length === 0;
    const said = names.length === 1 ? t("{name} is here too", { name: names[0] ?? "" }) : t("{names} are here too", { names: names.join(", ") });
    text(this.people, names.length === 0 ? "" : said);
  }

  steps(canUndo: boolean, canRedo: boolean): void {
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
  }

  counts(plan: Plan, counts: Counts, others: number): void {
    this.show("unassigned", counts.unassigned);
    this.show("outside", counts.outside);
    this.show("astray", counts.inPieces);
    this.show("conflicts", counts.forbidden + others);
    this.values.get("astray")?.parentElement?.toggleAttribute("hidden", !plan.file.is_contiguous);
  }

  private show(which: Trouble, n: number): void {
    const value = this.values.get(which);
    if (!value) return;
    text(value, count(n));
    set(value.parentElement ?? value, "class", n > 0 ? "bad" : "fine");
  }

  private fact(which: Trouble, label: string): void {
    const value = h("strong");
    const button = h("button", { type: "button", "data-trouble": which }, value, h("span", {}, label));
    on(button, "click", () => this.events.trouble(which));
    this.values.set(which, value);
    this.facts.append(button);
  }
}
