/* The map's equal: all units in rows, of which only those in sight are made. Sort, filter, choose, assign; the selection is the map's. */
import type { Plan } from "../model/plan";
import { EVERYTHING, rows, type Only, type View } from "../model/rows";
import type { Selection } from "../model/selection";
import { h, on, options, set, swatch, text } from "./dom";
import { evenly, number, t, title, tn } from "./words";

export interface TableEvents {
  chosen(units: readonly number[]): void;
  show(unit: number): void;
  why(unit: number): void;
  move(): void;
}

const ROW_PX = 34;
const AROUND = 12;

export class Table {
  readonly element: HTMLElement;
  readonly search = h("input", { type: "search", id: "q", placeholder: t("Name or id"), "data-search": true, autocomplete: "off" });
  view: View = EVERYTHING;
  private plan: Plan | null = null;
  private found: Uint32Array = new Uint32Array(0);
  private active = 0;
  private anchor = 0;
  private readonly title = h("h2", { id: "table-title" });
  private readonly head = h("tr");
  private readonly body = h("tbody");
  private readonly scroll: HTMLElement;
  private readonly grid: HTMLTableElement;
  private readonly blank = h("p", { class: "quiet blank", hidden: true });
  private readonly territory = h("select", { id: "t" });
  private readonly only = h("select", { id: "only" });

  constructor(
    private readonly selection: Selection,
    private readonly events: TableEvents,
    private readonly canEdit: boolean,
    private readonly canChallenge: boolean,
  ) {
    this.grid = h("table", { class: "list units", "aria-labelledby": "table-title" }, h("thead", {}, this.head), this.body);
    this.scroll = h("div", { class: "ws-rows", tabindex: 0, role: "region", "aria-labelledby": "table-title" }, this.grid, this.blank);
    const all = h("button", { type: "button", class: "button small" }, t("Choose all found"));
    on(all, "click", () => this.choose(this.found));
    this.element = h(
      "section",
      { class: "ws-table", "aria-label": t("Customers or areas") },
      h(
        "div",
        { class: "row wrap filters" },
        label("q", t("Search")),
        this.search,
        label("t", t("Territory")),
        this.territory,
        label("only", t("Show")),
        this.only,
        this.title,
        h("span", { class: "push" }),
        canEdit ? all : null,
      ),
      this.scroll,
    );
    options(this.only, ONLY.map(([value, text_]) => [value, t(text_)]));
    this.listen();
  }

  setPlan(plan: Plan): void {
    this.plan = plan;
    options(this.territory, [["", t("All territories")], ...plan.territories.map((x) => [x.code, x.name] as const)]);
    this.makeHead(plan);
    this.refresh();
  }

  /* Other rows, or the same ones with other contents. */
  refresh(): void {
    if (!this.plan) return;
    this.found = rows(this.plan, this.selection, this.view);
    this.active = Math.min(this.active, Math.max(this.found.length - 1, 0));
    text(this.title, t("{n} of {all}", { n: this.found.length, all: this.plan.ground.n }));
    this.blank.hidden = this.found.length > 0;
    this.grid.hidden = this.found.length === 0;
    text(this.blank, t("Nothing fits."));
    set(this.grid, "aria-rowcount", this.found.length + 1);
    this.draw();
  }

  show(view: Partial<View>): void {
    this.view = { ...this.view, ...view };
    this.search.value = this.view.text;
    this.territory.value = this.view.territory;
    this.only.value = this.view.only;
    this.scroll.scrollTop = 0;
    this.refresh();
  }

  /* The unit after (or before) another one in the order of the rows; the first one if it is not among them. */
  next(unit: number, step: 1 | -1): number {
    const at = this.found.indexOf(unit);
    return this.found[at < 0 ? 0 : Math.min(Math.max(at + step, 0), this.found.length - 1)] ?? -1;
  }

  /* Only the rows in sight, and empty ones of the right height above and below. */
  draw(): void {
    const { plan } = this;
    if (!plan) return;
    const hadFocus = this.body.contains(document.activeElement);
    const first = Math.max(Math.floor(this.scroll.scrollTop / ROW_PX) - AROUND, 0);
    const last = Math.min(first + Math.ceil(this.scroll.clientHeight / ROW_PX) + 2 * AROUND, this.found.length);
    const lines: HTMLElement[] = [];
    if (first > 0) lines.push(spacer(first * ROW_PX));
    for (let place = first; place < last; place += 1) lines.push(this.line(plan, place));
    if (last < this.found.length) lines.push(spacer((this.found.length - last) * ROW_PX));
    this.body.replaceChildren(...lines);
    if (hadFocus) this.focusActive();
  }

  private line(plan: Plan, place: number): HTMLTableRowElement {
    const unit = this.found[place] ?? 0;
    const { ground } = plan;
    const isChosen = this.selection.is[unit] === 1;
    const name = ground.names[unit] ?? "";
    const territory = plan.territories[plan.of[unit] ?? -1];
    const row = h("tr", { "aria-rowindex": place + 2, "data-unit": unit, class: isChosen ? "chosen" : null });
    if (this.canEdit) {
      const box = h("input", { type: "checkbox", "aria-label": t("Choose {name}", { name }), tabindex: place === this.active ? 0 : -1, "data-place": place });
      box.checked = isChosen;
      row.append(h("td", {}, box));
    }
    row.append(
      h("td", {}, h("button", { type: "button", class: "link plain-link", "data-show": unit, tabindex: -1 }, name), plan.locked[unit] === 1 ? h("span", { class: "chip" }, t("locked")) : plan.named[unit] === 1 ? h("span", { class: "chip" }, t("named")) : null, barred(plan, unit)),
      h("td", { class: "quiet" }, ground.ids[unit] ?? ""),
      h("td", {}, territory ? h("span", { class: "named" }, swatch(territory.colour), territory.name) : h("span", { class: "chip warning" }, t("none"))),
      ...plan.own.map((m) => h("td", { class: "num" }, number(m.values[unit] ?? 0, evenly(m.values)))),
      ...ground.attributes.map((a) => h("td", {}, a.categories[(a.codes[unit] ?? 0) - 1] ?? "")),
    );
    const why = h("button", { type: "button", class: "link", "data-why": unit, tabindex: -1 }, plan.file.causes[plan.causes[unit] ?? 0] || t("why?"), h("span", { class: "hidden" }, `: ${t("why is {name} here?", { name })}`));
    const cell = h("td", { class: "small" }, territory ? why : null);
    if (this.canChallenge) {
      const attributes = { type: "button", class: "button small", "data-open": "challenge-dialog", "data-unit": unit, "data-unit-name": name, tabindex: -1 };
      cell.append(" ", h("button", attributes, t("Challenge"), h("span", { class: "hidden" }, ` ${name}`)));
    }
    row.append(cell);
    return row;
  }

  private makeHead(plan: Plan): void {
    const cells: HTMLElement[] = [];
    if (this.canEdit) cells.push(h("th", { scope: "col" }, h("span", { class: "hidden" }, t("Chosen"))));
    const column = (key: string, name: string, isNumber = false): void => {
      const sign = this.view.sort === key ? (this.view.isDescending ? " ↓" : " ↑") : "";
      const button = h("button", { type: "button", class: "sort", "data-sort": key }, name + sign);
      const order = this.view.sort === key ? (this.view.isDescending ? "descending" : "ascending") : null;
      cells.push(h("th", { scope: "col", class: isNumber ? "num" : null, "aria-sort": order }, button));
    };
    column("name", t("Name"));
    column("code", t("Id"));
    column("territory", t("Territory"));
    for (const m of plan.ground.measures) column(`measure:${m.key}`, title(m.key), true);
    for (const a of plan.ground.attributes) column(`attribute:${a.key}`, title(a.key));
    column("cause", t("Why here?"));
    this.head.replaceChildren(...cells);
  }

  private listen(): void {
    let timer = 0;
    on(this.search, "input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => this.show({ text: this.search.value }), 120);
    });
    on(this.search, "keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown") return;
      event.preventDefault();
      this.show({ text: this.search.value });
      this.active = 0;
      this.draw();
      this.focusActive();
    });
    on(this.territory, "change", () => this.show({ territory: this.territory.value }));
    on(this.only, "change", () => this.show({ only: this.only.value as Only }));
    let isAsked = false;
    on(this.scroll, "scroll", () => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        this.draw();
      });
    });
    on(this.element, "click", (event) => this.clicked(event));
    on(this.body, "keydown", (event) => this.key(event));
  }

  private clicked(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const value = (name: string): string | undefined => target?.closest<HTMLElement>(`[data-${name}]`)?.dataset[name];
    const sort = value("sort");
    const box = target instanceof HTMLInputElement && target.type === "checkbox" ? target : null;
    if (sort !== undefined && this.plan) {
      this.view = { ...this.view, sort, isDescending: this.view.sort === sort && !this.view.isDescending };
      this.makeHead(this.plan);
      this.refresh();
      this.head.querySelector<HTMLElement>(`[data-sort="${CSS.escape(sort)}"]`)?.focus();
    } else if (box) this.toggle(Number(box.dataset["place"]), event.shiftKey);
    else if (value("why") !== undefined) this.events.why(Number(value("why")));
    else if (value("show") !== undefined) this.events.show(Number(value("show")));
  }

  private toggle(place: number, isRange: boolean): void {
    const unit = this.found[place];
    if (unit === undefined) return;
    if (isRange) {
      const [a, b] = [Math.min(this.anchor, place), Math.max(this.anchor, place)];
      this.selection.add(this.found.subarray(a, b + 1));
    } else {
      this.selection.toggle(unit);
      this.anchor = place;
    }
    this.active = place;
    this.draw();
    this.events.chosen(this.selection.units());
  }

  private choose(units: Uint32Array): void {
    this.selection.set(units);
    this.draw();
    this.events.chosen(this.selection.units());
  }

  private key(event: KeyboardEvent): void {
    const page = Math.max(Math.floor(this.scroll.clientHeight / ROW_PX) - 1, 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.found.length, End: this.found.length };
    const step = steps[event.key];
    if (step !== undefined && !(event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const from = this.active;
      this.active = Math.min(Math.max(this.active + step, 0), this.found.length - 1);
      if (event.shiftKey) {
        this.anchor = from;
        this.toggle(this.active, true);
      }
      this.reveal();
      this.draw();
      this.focusActive();
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.choose(this.found);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const unit = this.found[this.active];
      if (unit !== undefined) this.events.why(unit);
    } else if (event.key === "m") {
      event.preventDefault();
      event.stopPropagation();
      this.events.move();
    }
  }

  private reveal(): void {
    const top = this.active * ROW_PX;
    const room = this.scroll.clientHeight - 2 * ROW_PX;
    if (top < this.scroll.scrollTop) this.scroll.scrollTop = top;
    else if (top > this.scroll.scrollTop + room) this.scroll.scrollTop = top - room;
  }

  private focusActive(): void {
    const row = this.body.querySelector<HTMLElement>(`[aria-rowindex="${this.active + 2}"]`);
    (row?.querySelector<HTMLElement>("input") ?? row?.querySelector<HTMLElement>("button"))?.focus({ preventScroll: true });
  }
}

const ONLY: readonly (readonly [Only, string])[] = [
  ["all", "All"],
  ["selected", "Chosen"],
  ["unassigned", "Without territory"],
  ["astray", "Apart from their territory"],
  ["forbidden", "Where they must not be"],
  ["changed", "Changed"],
  ["locked", "Locked"],
];

function label(for_: string, words_: string): HTMLLabelElement {
  return h("label", { class: "hidden", for: for_ }, words_);
}

function spacer(height: number): HTMLElement {
  const row = h("tr", { "aria-hidden": "true", class: "spacer" }, h("td"));
  row.style.setProperty("height", `${height}px`);
  return row;
}

/* Where a unit must not be: one name, or how many with all names behind. */
function barred(plan: Plan, unit: number): HTMLElement | null {
  const names = plan.forbiddenTo(unit);
  if (names.length === 0) return null;
  const all = names.join(", ");
  return h("span", { class: "chip", title: t("not in {name}", { name: all }) }, names.length === 1 ? t("not in {name}", { name: all }) : tn(names.length, "not in {n} territory", "not in {n} territories"));
}
