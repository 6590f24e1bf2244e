/* One bar per territory and measure: where the target is, how wide the tolerance, who is worst. */
import type { Plan } from "../model/plan";
import { patterns } from "../model/classes";
import { h, iconButton, on, set, svg, swatch, text } from "./dom";
import { count, number, signed, t, title } from "./words";

export interface BalanceEvents {
  choose(territory: number): void;
  hover(territory: number): void;
  lock(territory: number, isLocked: boolean): void;
  menu(territory: number): void;
}

interface Gauge {
  readonly bar: SVGElement;
  readonly was: SVGElement;
  readonly value: HTMLElement;
  readonly row: HTMLElement;
}

interface Row {
  readonly item: HTMLLIElement;
  readonly count: HTMLElement;
  readonly pieces: HTMLElement;
  readonly gauges: readonly (Gauge | null)[];
}

export class Balance {
  readonly list = h("ul", { class: "bars" });
  private rows: Row[] = [];
  private marks: readonly number[] = [];
  private plan: Plan | null = null;
  private before: Float64Array | null = null;
  private readonly inSight = new Set<Element>();
  private readonly sight: IntersectionObserver;

  constructor(
    private readonly events: BalanceEvents,
    private readonly canEdit: boolean,
  ) {
    on(this.list, "pointerleave", () => this.events.hover(-1));
    this.sight = new IntersectionObserver((entries) => this.scrolled(entries));
  }

  setPlan(plan: Plan): void {
    this.plan = plan;
    const focused = document.activeElement instanceof HTMLElement && this.list.contains(document.activeElement) ? document.activeElement.dataset["focus"] : undefined;
    this.sight.disconnect();
    this.inSight.clear();
    this.marks = patterns(plan.territories.map((x) => x.colour));
    this.rows = plan.territories.map((_, index) => this.row(plan, index));
    for (const { item } of this.rows) this.sight.observe(item);
    this.update(null);
    this.list.replaceChildren();
    this.sort();
    if (focused !== undefined) this.list.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  /* Remembers the present sums: while somebody drags, a mark shows where each bar was. */
  remember(isOn: boolean): void {
    this.before = isOn && this.plan ? this.plan.sums.totals.slice() : null;
    if (!isOn) this.update(null);
  }

  update(territories: Iterable<number> | null): void {
    const { plan } = this;
    if (!plan) return;
    for (const index of territories ?? plan.territories.keys()) {
      const row = this.rows[index];
      if (!row || (this.before && !this.inSight.has(row.item))) continue; // a hand that drags does not wait for bars that nobody sees
      text(row.count, count(plan.sums.count(index)));
      row.gauges.forEach((gauge, m) => gauge && this.gauge(plan, gauge, index, m));
      if (!this.before) this.piecesOf(plan, row, index);
    }
  }

  private scrolled(entries: readonly IntersectionObserverEntry[]): void {
    const came = new Set<Element>();
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) came.add(target);
      else this.inSight.delete(target);
    }
    for (const target of came) this.inSight.add(target);
    if (this.before) this.update(this.rows.flatMap((row, index) => (came.has(row.item) ? [index] : [])));
  }

  /* The most strained first; not while the focus is inside, as it would be lost. */
  sort(): void {
    const { plan } = this;
    if (!plan) return;
    const order = [...plan.territories.keys()].sort((a, b) => plan.strain(b) - plan.strain(a) || a - b);
    const items = order.flatMap((index) => this.rows[index]?.item ?? []);
    const isSame = items.length === this.list.children.length && items.every((item, i) => this.list.children[i] === item);
    if (!isSame && !this.list.contains(document.activeElement)) this.list.replaceChildren(...items);
  }

  private piecesOf(plan: Plan, row: Row, index: number): void {
    const n = plan.file.is_contiguous ? plan.pieces(index).length : 1;
    row.pieces.hidden = n <= 1;
    if (n > 1) text(row.pieces, t("{n} pieces", { n }));
  }

  private gauge(plan: Plan, gauge: Gauge, index: number, m: number): void {
    const { total, target, deviation, isOutside } = plan.bar(index, m);
    const reach = 4 * Math.max(plan.measures[m]?.tolerance ?? 0.05, 0.005);
    const width = 50 * Math.min(Math.abs(deviation) / reach, 1);
    set(gauge.bar, "x", (deviation < 0 ? 50 - width : 50).toFixed(2));
    set(gauge.bar, "width", width.toFixed(2));
    set(gauge.bar, "class", isOutside ? "bar out" : "bar");
    text(gauge.value, signed(deviation));
    set(gauge.value, "class", isOutside ? "num small out" : "num small");
    set(gauge.row, "title", t("{have} of {want}", { have: number(total), want: number(target) }));
    const was = this.before?.[index * plan.measures.length + m];
    const isMarked = was !== undefined && Math.abs(was - total) > 1e-9 && target > 0;
    set(gauge.was, "visibility", isMarked ? "visible" : "hidden");
    if (isMarked) set(gauge.was, "x", (50 + 50 * Math.max(Math.min((was / target - 1) / reach, 1), -1) - 0.6).toFixed(2));
  }

  private row(plan: Plan, index: number): Row {
    const territory = plan.territories[index];
    if (!territory) throw new Error("There is no such territory.");
    const name = h("button", { type: "button", class: "bar-name", "data-focus": `name:${territory.code}`, "data-territory": territory.code }, territory.name);
    on(name, "click", () => this.events.choose(index));
    const pieces = h("span", { class: "chip warning", hidden: true });
    const n = h("span", { class: "quiet small push" });
    const head = h("div", { class: "row bar-head" }, swatch(territory.colour, this.marks[index]), name, pieces, n);
    if (this.canEdit) head.append(this.lockButton(index, territory.is_locked, territory.name, territory.code), this.menuButton(index, territory.name, territory.code));
    else if (territory.is_locked) head.append(h("span", { class: "chip" }, t("locked")));
    const item = h("li", { "data-code": territory.code }, head);
    const gauges = plan.measures.map(({ key, tolerance }) => {
      if (tolerance === null) return null;
      const made = gaugeOf(key, tolerance);
      item.append(made.row);
      return made;
    });
    on(item, "pointerenter", () => this.events.hover(index));
    on(item, "focusin", () => this.events.hover(index));
    on(item, "focusout", () => this.events.hover(-1));
    return { item, count: n, pieces, gauges };
  }

  private lockButton(index: number, isLocked: boolean, name: string, code: string): HTMLButtonElement {
    const label = isLocked ? t("Unlock {name}", { name }) : t("Lock {name}", { name });
    const button = iconButton(isLocked ? "locked" : "open", label, { class: "tiny", "aria-pressed": String(isLocked), "data-focus": `lock:${code}` });
    on(button, "click", () => this.events.lock(index, !isLocked));
    return button;
  }

  private menuButton(index: number, name: string, code: string): HTMLButtonElement {
    const button = iconButton("more", t("Change {name}", { name }), { class: "tiny", "aria-haspopup": "dialog", "data-focus": `menu:${code}` });
    on(button, "click", () => this.events.menu(index));
    return button;
  }
}

function gaugeOf(key: string, tolerance: number): Gauge {
  const width = (100 * tolerance) / (4 * Math.max(tolerance, 0.005));
  const bar = svg("rect", { class: "bar", y: 3, height: 8, x: 50, width: 0 });
  const was = svg("rect", { class: "was", y: 0, height: 14, width: 1.2, x: 50, visibility: "hidden" });
  const picture = svg(
    "svg",
    { class: "gauge", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "band", x: 50 - width / 2, width, y: 0, height: 14 }),
    bar,
    was,
    svg("path", { class: "axis", d: "M50 0v14" }),
  );
  const value = h("span", { class: "num small" });
  const row = h("div", { class: "bar-row" }, h("span", { class: "quiet small" }, title(key)), h("span", {}), value);
  row.children[1]?.replaceWith(picture);
  return { bar, was, value, row };
}
