/* What can be done with the selection. */
import type { Plan } from "../model/plan";
import { h, on, options, text } from "./dom";
import { amount, count, t } from "./words";

export interface ChosenEvents {
  move(to: string): void;
  preview(to: string | null): void;
  lock(isLocked: boolean): void;
  forbid(code: string, isForbidden: boolean): void;
  found(name: string): void;
  why(unit: number): void;
  zoom(): void;
  clear(): void;
}

export const NONE = "-";

export class Chosen {
  readonly form = h("form", { class: "ws-chosen", id: "selection", hidden: true });
  readonly live = h("p", { class: "hidden", role: "status", "aria-live": "polite" });
  readonly to = h("select", { id: "move-to", required: true });
  private readonly count = h("strong", { id: "selection-count" });
  private readonly sum = h("span", { class: "quiet small" });
  private readonly whyButton: HTMLButtonElement;
  private units: readonly number[] = [];
  private timer = 0;

  constructor(
    private readonly events: ChosenEvents,
    canEdit: boolean,
  ) {
    const button = (label: string, act: () => void): HTMLButtonElement => {
      const made = h("button", { type: "button", class: "button small" }, label);
      on(made, "click", act);
      return made;
    };
    this.whyButton = button(t("Why here?"), () => this.events.why(this.units[0] ?? 0));
    const edit = h("div", { class: "row wrap" });
    if (canEdit) {
      const more = h("details", { class: "menu up" }, h("summary", { class: "button small" }, t("More")));
      more.append(
        h(
          "div",
          { class: "menu-body" },
          button(t("Lock"), () => this.events.lock(true)),
          button(t("Unlock"), () => this.events.lock(false)),
          button(t("New territory of these"), () => this.events.found("")),
          button(t("Forbid in the territory chosen"), () => this.forbid(true)),
          button(t("Allow there again"), () => this.forbid(false)),
        ),
      );
      on(more, "click", (event) => {
        if (event.target instanceof HTMLButtonElement) more.open = false;
      });
      edit.append(h("label", { class: "hidden", for: "move-to" }, t("Move to")), this.to, h("button", { class: "button primary small" }, t("Move")), more);
    }
    edit.append(this.whyButton, button(t("Zoom"), () => this.events.zoom()), button(t("Clear"), () => this.events.clear()));
    this.form.append(h("div", { class: "row" }, this.count, this.sum), edit);
    on(this.form, "submit", (event) => {
      event.preventDefault();
      if (this.to.value !== "") this.events.move(this.to.value === NONE ? "" : this.to.value);
    });
    on(this.to, "change", () => this.events.preview(this.to.value === "" ? null : this.to.value === NONE ? "" : this.to.value));
  }

  setPlan(plan: Plan): void {
    options(this.to, [["", t("Move to…")], ...plan.territories.map((x) => [x.code, x.is_locked ? `${x.name} (${t("locked")})` : x.name] as const), [NONE, t("no territory")]]);
  }

  update(plan: Plan, units: readonly number[]): void {
    this.units = units;
    this.form.hidden = units.length === 0;
    this.whyButton.hidden = units.length !== 1;
    text(this.count, t("{n} chosen", { n: units.length }));
    text(this.sum, sums(plan, units));
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => text(this.live, units.length === 0 ? "" : this.spoken(plan)), 350);
  }

  private spoken(plan: Plan): string {
    const { units } = this;
    const names = new Set(units.map((i) => plan.territories[plan.of[i] ?? -1]?.name ?? t("no territory")));
    const where = [...names].slice(0, 3).join(", ") + (names.size > 3 ? " …" : "");
    const what = units.length === 1 ? (plan.ground.names[units[0] ?? 0] ?? "") : count(units.length);
    return t("{what} chosen, in {where}. {sums}", { what, where, sums: sums(plan, units) });
  }

  forbid(isForbidden: boolean): void {
    if (this.to.value === "" || this.to.value === NONE) this.to.focus();
    else this.events.forbid(this.to.value, isForbidden);
  }
}

function sums(plan: Plan, units: readonly number[]): string {
  return plan.own
    .slice(0, 2)
    .map((m) => {
      let sum = 0;
      for (const i of units) sum += m.values[i] ?? 0;
      return amount(sum, m.key);
    })
    .join(" · ");
}
