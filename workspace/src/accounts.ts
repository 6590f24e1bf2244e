/* Single accounts over the areas of a plan: chosen on the map or in their table, given to a territory against their area. */
import { post } from "./changes";
import type { Mark } from "./map/overlay";
import type { Scope } from "./map/renderer";
import type { Hands, Tool } from "./map/tools";
import { Accounts } from "./model/accounts";
import { Columns } from "./model/columns";
import type { Plan } from "./model/plan";
import { AccountTable, type AccountPage, type AccountRow } from "./panels/account_table";
import { ChosenAccounts } from "./panels/chosen_accounts";
import { t } from "./panels/words";
import type { Workspace } from "./workspace";

/* Discs of this size can be aimed at where areas are shown, too. */
const LARGE_ENOUGH_PX = 6;
const MOST_MARKS = 4_000;
const MOST = 900;
const NAMES = 3;

export class AccountScene implements Hands {
  readonly chosen: ChosenAccounts;
  readonly table: AccountTable;
  private accounts: Accounts | null = null;
  /* Numbers of the accounts, as the server knows them. */
  private readonly selection = new Set<number>();
  private known = new Map<number, AccountRow>();
  private under: number[] = [];
  private scope: Scope = "areas";
  private asking = 0;

  constructor(private readonly w: Workspace) {
    const { canEdit } = w.setting;
    this.chosen = new ChosenAccounts({ move: (to, reason) => this.move([...this.selection], to, reason), zoom: () => this.zoom([...this.selection]), clear: () => this.choose([]) }, canEdit);
    this.table = new AccountTable({ load: (query) => this.load(query), toggle: (account) => this.toggle(account), show: (account) => this.show(account) }, (account) => this.selection.has(account), canEdit);
  }

  /* What the switch offers; both, once accounts are there. */
  read(content: ArrayBuffer): Accounts {
    this.accounts = new Accounts(Columns.read(content), this.w.ground.window);
    return this.accounts;
  }

  setPlan(plan: Plan): void {
    this.chosen.setPlan(plan);
    this.known = new Map();
    this.table.setPlan(plan);
    this.mark();
    if (this.selection.size > 0) void this.tell();
  }

  setScope(scope: Scope): void {
    this.scope = scope;
    const { w } = this;
    const isAlone = scope === "accounts" && this.accounts !== null;
    w.table.element.hidden = isAlone;
    this.table.element.hidden = !isAlone;
    if (isAlone) {
      w.sight.choose([]);
      void this.table.refresh();
    } else if (scope === "areas") this.choose([]);
    if (isAlone && this.accounts) w.tools?.take(this.accounts, this);
    else w.tools?.take(w.space, w.hands);
    if (w.tools) w.tools.first = (px, py, isAdding) => this.over(px, py, isAdding);
    this.mark();
  }

  get isChosen(): boolean {
    return this.selection.size > 0;
  }

  choose(accounts: Iterable<number>, isAdding = false): void {
    if (!isAdding) this.selection.clear();
    for (const account of accounts) this.selection.add(account);
    this.changed();
  }

  /* ── hands on the map; numbers are points of the file ─────────── */

  begin(): boolean {
    this.under = [];
    return true;
  }

  update(tool: Tool, points: number[]): void {
    this.under = tool === "brush" ? [...new Set([...this.under, ...points])] : points;
    this.mark(this.under.map((point) => this.number(point)));
  }

  end(isCancelled: boolean, isAdding: boolean): void {
    const found = this.under.map((point) => this.number(point));
    const to = this.w.toolbar.target.value;
    if (isCancelled) this.mark();
    else if (to === "") this.choose(found, isAdding);
    else this.move(found, to, "");
  }

  click(point: number, isAdding: boolean): void {
    if (point < 0) {
      if (!isAdding) this.choose([]);
    } else if (isAdding) this.toggle(this.number(point));
    else this.choose([this.number(point)]);
  }

  hover(): void {
    this.w.tip.show(this.w.plan, -1, 0, 0);
  }

  /* Where areas are shown, too: a click on a disc that is large enough means the account. */
  private over(px: number, py: number, isAdding: boolean): boolean {
    const { view } = this.w;
    if (this.scope !== "both" || !this.accounts || !view) return false;
    const size = view.renderer.accounts?.size(view.camera) ?? 0;
    const point = size < LARGE_ENOUGH_PX ? -1 : this.accounts.at(...view.camera.toMap(px, py), size / 2 / view.camera.scale);
    if (point < 0) {
      if (!isAdding) this.choose([]);
      return false;
    }
    this.w.sight.choose([]);
    this.click(point, isAdding);
    return true;
  }

  /* ── what is done with them ────────────────────────────────────── */

  private move(accounts: readonly number[], to: string, reason: string): void {
    const { w } = this;
    if (accounts.length > MOST) w.refused(t("{n} accounts are too many at once; move their areas.", { n: accounts.length }));
    else if (accounts.length > 0) w.save(post("accounts/moves", { account_idx: accounts, to, reason }));
    this.mark();
  }

  private toggle(account: number): void {
    if (!this.selection.delete(account)) this.selection.add(account);
    this.changed();
  }

  private show(account: number): void {
    this.choose([account]);
    this.zoom([account]);
  }

  private zoom(accounts: readonly number[]): void {
    const { accounts: file } = this;
    const points = file ? accounts.map((account) => file.point(account)).filter((point) => point >= 0) : [];
    if (!file || points.length === 0) return;
    const [xs, ys] = [points.map((p) => file.x[p] ?? 0), points.map((p) => file.y[p] ?? 0)];
    const [west, south, east, north] = this.w.ground.window;
    const room = Math.max(east - west, north - south) / 60;
    this.w.view?.show([Math.min(...xs) - room, Math.min(...ys) - room, Math.max(...xs) + room, Math.max(...ys) + room]);
  }

  private changed(): void {
    this.mark();
    this.table.draw();
    this.chosen.update(this.selection.size, "");
    if (this.selection.size > 0) void this.tell();
  }

  /* Names of the first few, and whose they are. */
  private async tell(): Promise<void> {
    const turn = (this.asking += 1);
    const first = [...this.selection].slice(0, NAMES);
    const unknown = first.filter((account) => !this.known.has(account));
    if (unknown.length > 0) {
      const { items } = await this.load(new URLSearchParams(unknown.map((account) => ["idx", String(account)])));
      for (const row of items) this.known.set(row.account_idx, row);
    }
    if (turn !== this.asking) return;
    const lines = first.map((account) => this.known.get(account)).filter((row) => row !== undefined);
    const names = lines.map((row) => t("{name}, with {territory}", { name: row.name, territory: this.w.plan.territories.find((x) => x.code === row.territory)?.name ?? t("no territory") }));
    this.chosen.update(this.selection.size, names.join("; ") + (this.selection.size > NAMES ? " …" : ""));
  }

  private async load(query: URLSearchParams): Promise<AccountPage> {
    try {
      return await this.w.server.json<AccountPage>(`accounts/rows?${query.toString()}`);
    } catch (error) {
      this.w.refused(error instanceof Error ? error.message : String(error));
      return { n: 0, items: [], next: null };
    }
  }

  private number(point: number): number {
    return this.accounts?.account[point] ?? -1;
  }

  /* Named accounts in the colour of their territory, and those that are chosen or lie under the hand. */
  private mark(also: readonly number[] = []): void {
    const { w, accounts } = this;
    if (!w.view) return;
    const { territories, of, file } = w.plan;
    const isOn = this.scope !== "areas" && accounts !== null;
    const chosen = new Set(isOn ? [...this.selection, ...also].slice(0, MOST_MARKS) : []);
    const colour = (index: number): string => territories[index]?.colour ?? "#9aa0a3";
    const named = new Map(file.accounts.map((one) => [one.account_idx, one.territory]));
    const marks: Mark[] = isOn ? file.accounts.slice(0, MOST_MARKS).map((one) => ({ at: one.at_km, colour: colour(one.territory), isChosen: chosen.has(one.account_idx) })) : [];
    for (const account of chosen) {
      const point = accounts?.point(account) ?? -1;
      if (accounts && point >= 0 && !named.has(account)) marks.push({ at: [accounts.x[point] ?? 0, accounts.y[point] ?? 0], colour: colour(of[accounts.unit[point] ?? 0] ?? -1), isChosen: true });
    }
    w.view.mark(marks);
  }
}
