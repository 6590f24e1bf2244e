/* What is under the mouse. */
import type { Ground } from "../model/ground";
import type { Plan } from "../model/plan";
import { h, text } from "./dom";
import { number, t, title } from "./words";

export class Tip {
  readonly element = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  private unit = -1;

  constructor(private readonly ground: Ground) {}

  show(plan: Plan, unit: number, px: number, py: number): void {
    this.element.hidden = unit < 0;
    if (unit < 0) return;
    if (unit !== this.unit) this.fill(plan, unit);
    const { width, height } = this.element.parentElement?.getBoundingClientRect() ?? { width: 0, height: 0 };
    this.element.style.setProperty("left", `${Math.min(px + 16, width - 250)}px`);
    this.element.style.setProperty("top", `${Math.min(py + 16, height - 40 - 22 * this.element.children.length)}px`);
    this.unit = unit;
  }

  private fill(plan: Plan, unit: number): void {
    const territory = plan.territories[plan.of[unit] ?? -1];
    const head = h("strong");
    text(head, this.ground.names[unit] ?? "");
    const lines = plan.own.map((m) => h("div", {}, `${title(m.key)}: ${number(m.values[unit] ?? 0)}`));
    const where = h("div", {}, (territory?.name ?? t("no territory")) + (plan.locked[unit] === 1 ? ` · ${t("locked")}` : ""));
    const names = plan.forbiddenTo(unit).slice(0, 3).join(", ");
    if (names !== "") lines.push(h("div", {}, t("not in {name}", { name: names })));
    this.element.replaceChildren(head, where, ...lines);
  }
}
