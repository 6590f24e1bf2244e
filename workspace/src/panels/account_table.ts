/* Accounts over the areas in rows, a page at a time from the server: search, choose, see whose each is and why. */
import type { Plan } from "../model/plan";
import { h, on, options, swatch, text } from "./dom";
import { number, t, words } from "./words";

export interface AccountRow {
  readonly account_idx: number;
  readonly id: string;
  readonly name: string;
  readonly unit_idx: number;
  readonly area: string;
  readonly territory: string | null;
  readonly is_named: boolean;
  readonly reason: string;
  readonly measures: Readonly<Record<string, number>>;
}

export interface AccountPage {
  readonly n: number;
  readonly items: readonly AccountRow[];
  readonly next: number | null;
}

export interface AccountTableEvents {
  load(query: URLSearchParams): Promise<AccountPage>;
  toggle(account: number): void;
  show(account: number): void;
}

export class AccountTable {
  readonly element: HTMLElement;
  private readonly title = h("h2", { id: "accounts-title" });
  private readonly search = h("input", { type: "search", id: "accounts-q", placeholder: t("Name or id"), autocomplete: "off" });
  private readonly territory = h("select", { id: "accounts-t" });
  private readonly only = h("select", { id: "accounts-only" });
  private readonly head = h("tr");
  private readonly body = h("tbody");
  private readonly blank = h("p", { class: "quiet blank", hidden: true });
  private readonly more = h("button", { type: "button", class: "button small", hidden: true }, t("More"));
  private rows: AccountRow[] = [];
  private next: number | null = null;
  private asked = 0;
  private plan: Plan | null = null;

  constructor(
    private readonly events: AccountTableEvents,
    private readonly isChosen: (account: number) => boolean,
    private readonly canEdit: boolean,
  ) {
    const grid = h("table", { class: "list units", "aria-labelledby": "accounts-title" }, h("thead", {}, this.head), this.body);
    const label = (for_: string, words_: string): HTMLLabelElement => h("label", { class: "hidden", for: for_ }, words_);
    this.element = h(
      "section",
      { class: "ws-table", id: "accounts", "aria-label": t("Accounts"), hidden: true },
      h("div", { class: "row wrap filters" }, label("accounts-q", t("Search")), this.search, label("accounts-t", t("Territory")), this.territory, label("accounts-only", t("Show")), this.only, this.title),
      h("div", { class: "ws-rows", tabindex: 0, role: "region", "aria-labelledby": "accounts-title" }, grid, this.blank, this.more),
    );
    options(this.only, [["", t("All")], ["1", t("Named")]]);
    this.listen();
  }

  setPlan(plan: Plan): void {
    this.plan = plan;
    options(this.territory, [["", t("All territories")], ...plan.territories.map((x) => [x.code, x.name] as const)]);
    if (!this.element.hidden) void this.refresh();
  }

  /* The first page anew; an answer that comes too late is not shown. */
  async refresh(): Promise<void> {
    const turn = (this.asked += 1);
    const page = await this.events.load(this.query(0));
    if (turn !== this.asked) return;
    this.rows = [...page.items];
    this.shown(page);
  }

  /* Boxes as they are chosen now. */
  draw(): void {
    const { plan } = this;
    if (!plan) return;
    const kept = document.activeElement instanceof HTMLElement && this.body.contains(document.activeElement) ? document.activeElement.dataset : null;
    const measures = [...new Set(this.rows.flatMap((row) => Object.keys(row.measures)))];
    this.head.replaceChildren(...this.columns(measures));
    this.body.replaceChildren(...this.rows.map((row) => this.line(plan, row, measures)));
    const [name, value] = Object.entries(kept ?? {})[0] ?? [];
    if (name !== undefined) this.body.querySelector<HTMLElement>(`[data-${name}="${value ?? ""}"]`)?.focus({ preventScroll: true });
  }

  private shown(page: AccountPage): void {
    this.next = page.next;
    this.more.hidden = page.next === null;
    this.blank.hidden = page.n > 0;
    text(this.blank, t("Nothing fits."));
    text(this.title, t("{n} of {all}", { n: this.rows.length, all: page.n }));
    this.draw();
  }

  private query(after: number): URLSearchParams {
    return new URLSearchParams({ text: this.search.value, territory: this.territory.value, named: this.only.value === "" ? "0" : "1", after: String(after) });
  }

  private columns(measures: readonly string[]): HTMLElement[] {
    const column = (name: string, isNumber = false): HTMLElement => h("th", { scope: "col", class: isNumber ? "num" : null }, name);
    const first = this.canEdit ? [h("th", { scope: "col" }, h("span", { class: "hidden" }, t("Chosen")))] : [];
    return [...first, column(t("Name")), column(t("Id")), column(t("Area")), column(t("Territory")), ...measures.map((key) => column(words(key), true)), column(t("Why here?"))];
  }

  private line(plan: Plan, row: AccountRow, measures: readonly string[]): HTMLElement {
    const isChosen = this.isChosen(row.account_idx);
    const territory = plan.territories.find((x) => x.code === row.territory);
    const line = h("tr", { class: isChosen ? "chosen" : null, "data-account": row.account_idx });
    if (this.canEdit) {
      const box = h("input", { type: "checkbox", "aria-label": t("Choose {name}", { name: row.name }), "data-choose": row.account_idx });
      box.checked = isChosen;
      line.append(h("td", {}, box));
    }
    line.append(
      h("td", {}, h("button", { type: "button", class: "link plain-link", "data-show": row.account_idx }, row.name), row.is_named ? h("span", { class: "chip" }, t("named")) : null),
      h("td", { class: "quiet" }, row.id),
      h("td", {}, row.area),
      h("td", {}, territory ? h("span", { class: "named" }, swatch(territory.colour), territory.name) : h("span", { class: "chip warning" }, t("none"))),
      ...measures.map((key) => h("td", { class: "num" }, row.measures[key] === undefined ? "" : number(row.measures[key]))),
      h("td", { class: "small" }, row.is_named ? (row.reason === "" ? t("given by name") : t("given by name: {reason}", { reason: row.reason })) : t("it lies in {area}", { area: row.area })),
    );
    return line;
  }

  private listen(): void {
    let timer = 0;
    on(this.search, "input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void this.refresh(), 200);
    });
    for (const select of [this.territory, this.only]) on(select, "change", () => void this.refresh());
    on(this.more, "click", () => void this.add());
    on(this.body, "click", (event) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const { choose, show } = target?.dataset ?? {};
      if (choose !== undefined) this.events.toggle(Number(choose));
      else if (show !== undefined) this.events.show(Number(show));
    });
  }

  private async add(): Promise<void> {
    if (this.next === null) return;
    const turn = (this.asked += 1);
    const page = await this.events.load(this.query(this.next));
    if (turn !== this.asked) return;
    this.rows.push(...page.items);
    this.shown(page);
  }
}
