/* Puts model, journal, map and panels together. */
import { Acts } from "./acts";
import { ServerPort, move } from "./changes";
import { MapHands } from "./hands";
import type { Server } from "./api/server";
import { clashes, Journal, type Change, type Listener, type Move } from "./journal/journal";
import { listenToKeys } from "./keys";
import { Tools, type Tool } from "./map/tools";
import { MapView } from "./map/view";
import { Columns } from "./model/columns";
import { Draft } from "./model/draft";
import { windowOf, type Ground } from "./model/ground";
import { Plan, type AssignmentFile } from "./model/plan";
import { Selection } from "./model/selection";
import { Space } from "./model/space";
import { Balance } from "./panels/balance";
import { Chosen } from "./panels/chosen";
import { askMineOrTheirs } from "./panels/dialogs";
import { layout, type Stage } from "./panels/layout";
import { Status, type Trouble } from "./panels/status";
import { Table } from "./panels/table";
import { Tip } from "./panels/tip";
import { Toolbar } from "./panels/toolbar";
import { t } from "./panels/words";

export interface Setting {
  readonly canEdit: boolean;
  readonly canChallenge: boolean;
  readonly parent: string;
  readonly key: string;
}

export class Workspace implements Listener {
  plan: Plan;
  readonly selection: Selection;
  readonly space: Space;
  readonly stage: Stage;
  readonly view: MapView | null;
  readonly tools: Tools | null;
  readonly journal: Journal;
  readonly toolbar: Toolbar;
  readonly status: Status;
  readonly balance: Balance;
  readonly chosen: Chosen;
  readonly table: Table;
  readonly tip: Tip;
  private readonly port: ServerPort;
  private base: { of: Int16Array; codes: string[] };
  private readonly acts = new Acts(this);
  private readonly hands = new MapHands(this);
  private others = 0;
  private asking = 0;

  constructor(
    readonly root: HTMLElement,
    readonly server: Server,
    readonly ground: Ground,
    file: AssignmentFile,
    readonly setting: Setting,
  ) {
    this.plan = new Plan(ground, file);
    this.base = snapshot(this.plan);
    this.selection = new Selection(ground.n);
    this.space = new Space(ground);
    this.port = new ServerPort(server, `pending:${setting.key}`);
    const { canEdit, canChallenge } = setting;
    this.toolbar = new Toolbar(
      ground,
      { tool: (tool) => this.setTool(tool), colour: () => this.recolour(), scope: (scope) => this.setScope(scope), zoom: (how) => this.zoom(how) },
      canEdit,
    );
    this.status = new Status({ step: (step) => this.acts.step(step), trouble: (which) => this.trouble(which) }, canEdit);
    this.balance = new Balance(
      { choose: (j) => this.chooseTerritory(j), hover: (j) => this.shine(j), lock: (j, on) => this.acts.lockTerritory(j, on), menu: (j) => this.acts.menu(j) },
      canEdit,
    );
    this.chosen = new Chosen(
      {
        move: (to) => this.moveChosen(to),
        preview: (to) => this.preview(to),
        lock: (on) => this.acts.lockChosen(on),
        forbid: (code, on) => this.acts.forbid(code, on),
        found: () => this.acts.found(),
        why: (unit) => this.acts.why(unit),
        zoom: () => this.zoomToSelection(),
        clear: () => this.choose([]),
      },
      canEdit,
    );
    this.table = new Table(
      this.selection,
      { chosen: () => this.selected(), show: (unit) => this.goTo([unit]), why: (unit) => this.acts.why(unit), move: () => this.focusMove() },
      canEdit,
      canChallenge,
    );
    this.tip = new Tip(ground);
    this.stage = layout(root, this.toolbar, this.status, this.balance, this.chosen, this.table, this.tip, ground, canEdit ? () => this.acts.found() : null);
    this.view = this.makeView();
    this.tools = this.view ? new Tools(this.view, this.space, this.hands) : null;
    if (this.tools) this.tools.canDraw = canEdit;
    const kept = canEdit ? this.port.kept() : [];
    this.journal = new Journal(this.port, this, file.version, kept);
    this.adopt(this.plan);
    this.apply(kept);
    this.setTool("select");
    this.keys();
    this.fit();
    if (kept.length > 0) void this.journal.run();
  }

  /* Without WebGL the table still shows and does everything. */
  private makeView(): MapView | null {
    try {
      return new MapView(this.stage.canvas, this.stage.upper, this.ground, this.plan, this.selection);
    } catch (error) {
      this.stage.say(t("The map cannot be drawn here ({why}). The table below shows and does the same.", { why: error instanceof Error ? error.message : String(error) }));
      return null;
    }
  }

  private fit(): void {
    const { view } = this;
    if (!view) return;
    new ResizeObserver(() => view.resize()).observe(this.stage.element);
    view.resize();
    view.refresh();
    document.body.addEventListener("theme-changed", () => this.retheme());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.retheme());
  }

  private retheme(): void {
    this.view?.readTheme();
    this.view?.refresh();
    this.recolour();
  }

  /* ── what is shown ─────────────────────────────────────────────── */

  /* Another assignment, from the server; with the selection as it is. */
  private adopt(plan: Plan): void {
    this.plan = plan;
    this.toolbar.setPlan(plan, this.setting.parent);
    this.balance.setPlan(plan);
    this.chosen.setPlan(plan);
    this.table.setPlan(plan);
    this.view?.setPlan(plan);
    this.status.steps(plan.file.can_undo, plan.file.can_redo);
    this.legend();
    this.counted();
    this.chosen.update(plan, this.selection.units());
    this.root.dataset["version"] = String(plan.version);
  }

  /* Some units have moved: bars of the territories concerned at once, the rest when the hand rests. */
  moved(units: readonly number[], touched: Iterable<number>, isLast: boolean): void {
    this.view?.changed(units);
    this.balance.update(touched);
    if (!isLast) return;
    this.balance.sort();
    this.table.refresh();
    this.counted();
    this.legend();
  }

  private counted(): void {
    this.status.counts(this.plan, this.plan.counts(), this.others);
    clearTimeout(this.asking);
    this.asking = window.setTimeout(() => void this.askConflicts(), 1_500);
  }

  /* What only the server knows: doubles, units that another plan gives away. */
  private async askConflicts(): Promise<void> {
    if (this.journal.pending.length > 0 || this.hands.draft) return;
    const { counts } = await this.server.json<Found>("conflicts").catch((): Found => ({ counts: {} }));
    this.others = (counts["duplicate"] ?? 0) + (counts["two_owners"] ?? 0);
    this.status.counts(this.plan, this.plan.counts(), this.others);
  }

  private legend(): void {
    this.toolbar.explain(this.plan, this.view?.colourBy ?? { kind: "territory" }, this.view?.isDark ?? false);
  }

  private recolour(): void {
    if (this.view) {
      this.view.colourBy = this.toolbar.by;
      this.view.refresh();
    }
    this.legend();
  }

  colourBy(value: string): void {
    if (![...this.toolbar.colour.options].some((option) => option.value === value)) return;
    this.toolbar.colour.value = value;
    this.recolour();
  }

  private setScope(scope: "areas" | "accounts" | "both"): void {
    if (!this.view) return;
    this.view.renderer.scope = scope;
    this.view.ask();
  }

  /* Points over the areas, when there are some; the map does not wait for them. */
  async loadAccounts(): Promise<void> {
    const { view } = this;
    if (!view || !this.ground.areas) return;
    const content = await this.server.binary("accounts");
    if (content.byteLength === 0) return;
    view.renderer.loadAccounts(Columns.read<unknown>(content));
    this.toolbar.offerScope();
    view.ask();
  }

  private shine(index: number): void {
    if (!this.view || this.view.only === index || this.hands.draft) return;
    this.view.only = index;
    this.view.refresh();
  }

  /* ── selection ─────────────────────────────────────────────────── */

  choose(units: Iterable<number>, isAdding = false): void {
    const before = this.selection.units();
    if (!isAdding) this.selection.set(units);
    else this.selection.add(units);
    this.selected(before);
  }

  selected(before: readonly number[] = []): void {
    const now = this.selection.units();
    this.view?.changed([...before, ...now]);
    if (now.length === 0) this.view?.refresh();
    this.chosen.update(this.plan, now);
    if (this.table.view.only === "selected") this.table.refresh();
    else this.table.draw();
  }

  private chooseTerritory(index: number): void {
    const units: number[] = [];
    for (let i = 0; i < this.plan.of.length; i += 1) if (this.plan.of[i] === index) units.push(i);
    this.table.show({ territory: this.plan.territories[index]?.code ?? "", only: "all", text: "" });
    this.goTo(units);
  }

  goTo(units: readonly number[]): void {
    this.choose(units);
    this.zoomToSelection();
  }

  private zoomToSelection(): void {
    const window = windowOf(this.ground, this.selection.units());
    if (window) this.view?.show(window);
  }

  private zoom(how: "near" | "far" | "all"): void {
    if (!this.view) return;
    if (how === "all") this.view.camera.showAll();
    else this.view.camera.zoom(how === "near" ? 1.6 : 1 / 1.6);
    this.view.ask();
  }

  private trouble(which: Trouble): void {
    if (which === "conflicts") void this.acts.conflicts();
    else if (which === "unassigned") {
      this.table.show({ only: "unassigned", territory: "", text: "" });
      this.goTo(this.plan.unassigned());
    } else if (which === "astray") {
      this.table.show({ only: "astray", territory: "", text: "" });
      this.goTo(this.plan.astray());
    } else this.stage.worst();
  }

  private setTool(tool: Tool): void {
    if (this.tools) this.tools.tool = tool;
    this.toolbar.press(tool);
    this.stage.canvas.dataset["tool"] = tool;
  }

  private leave(): void {
    if (this.tools?.cancel()) return;
    if (this.tools && this.tools.tool !== "select") this.setTool("select");
    else this.choose([]);
  }

  /* ── changes ───────────────────────────────────────────────────── */

  moveChosen(code: string): void {
    const to = code === "" ? -1 : this.plan.indexOf(code);
    const draft = new Draft(this.plan, to);
    this.preview(null);
    const units = draft.add(this.selection.units()).length > 0 ? draft.units : [];
    if (draft.staying.size > 0) this.say(t("{n} locked or forbidden units stay where they are.", { n: draft.staying.size }));
    else if (units.length === 0) this.say(t("They are there already."));
    this.moved(units, this.plan.territories.keys(), true);
    if (units.length > 0) this.save(move(units, code));
    this.chosen.to.value = "";
  }

  /* What the move would do to the bars, before it is made. */
  private preview(code: string | null): void {
    if (code === null) {
      this.balance.remember(false);
      return;
    }
    this.balance.remember(true);
    const draft = new Draft(this.plan, code === "" ? -1 : this.plan.indexOf(code));
    draft.add(this.selection.units());
    this.balance.update(null);
    draft.undo();
  }

  save(change: Change): void {
    if (change.kind === "move") this.status.steps(true, false);
    this.journal.add(change).catch((error: unknown) => this.refused(error instanceof Error ? error.message : String(error)));
  }

  private apply(moves: readonly Move[]): void {
    for (const { units, to } of moves) {
      const draft = new Draft(this.plan, to === "" ? -1 : this.plan.indexOf(to));
      if (to === "" || draft.to >= 0) draft.add(units);
    }
    if (moves.length > 0) this.adopt(this.plan);
  }

  /* ── what the journal says ─────────────────────────────────────── */

  state(state: Journal["state"], nPending: number): void {
    this.status.state(state, nPending);
    this.root.dataset["saved"] = state;
  }

  done(change: Change, outcome: { version: number; summary: string; stayed: number }): void {
    this.root.dataset["version"] = String(outcome.version);
    if (change.kind === "move") for (const i of change.units) this.base.of[i] = this.base.codes.indexOf(change.to);
    if (change.kind === "call") this.say(outcome.stayed > 0 ? t("{summary}; {n} stayed", { summary: outcome.summary, n: outcome.stayed }) : outcome.summary);
    document.body.dispatchEvent(new CustomEvent("scenario-changed", { detail: { from: "workspace", version: outcome.version } }));
  }

  refused(message: string): void {
    document.body.dispatchEvent(new CustomEvent("refused", { detail: { message, from: "workspace" } }));
  }

  overtaken(by: string, isRebased: boolean): void {
    const text = isRebased ? t("{by} changed this meanwhile; your moves were put on top.", { by }) : t("{by} changed this meanwhile. This is how it is now; look and do it again.", { by });
    if (isRebased) this.say(text);
    else this.refused(text);
  }

  ask(by: string, n: number): Promise<"mine" | "theirs"> {
    return askMineOrTheirs(this.root, by, n);
  }

  async reload(pending: readonly Move[]): Promise<{ version: number; clashes: number }> {
    const file = await this.server.json<AssignmentFile>("assignment");
    const fresh = new Plan(this.ground, file);
    const theirs = snapshot(fresh);
    const n = clashes(pending, this.base, theirs);
    this.base = theirs;
    this.hands.draft = null;
    this.adopt(fresh);
    this.apply(pending);
    return { version: file.version, clashes: n };
  }

  /* Somebody else, or another part of the page, has changed something. */
  async refresh(): Promise<void> {
    if (this.journal.pending.length > 0 || this.hands.draft) return;
    const fresh = await this.reload([]);
    this.journal.version = fresh.version;
  }

  say(message: string): void {
    document.body.dispatchEvent(new CustomEvent("said", { detail: { message } }));
  }

  private focusMove(): void {
    if (this.selection.size > 0) this.chosen.to.focus();
    else this.say(t("Choose units first."));
  }

  private keys(): void {
    listenToKeys(
      this.stage.canvas,
      {
        tool: (tool) => this.setTool(tool),
        pan: (dx, dy) => (this.view?.camera.pan(dx, dy), this.view?.ask()),
        zoom: (how) => (how === "selection" ? this.zoomToSelection() : this.zoom(how)),
        step: (step) => this.acts.step(step),
        move: () => this.focusMove(),
        lock: () => this.selection.size > 0 && this.acts.lockChosen(!this.selection.units().every((i) => this.plan.locked[i] === 1)),
        found: () => this.acts.found(),
        why: () => this.selection.size === 1 && this.acts.why(this.selection.units()[0] ?? 0),
        grow: (factor) => this.tools && (this.tools.radius = Math.min(Math.max(this.tools.radius * factor, 6), 120)),
        space: (isDown) => this.tools && ((this.tools.isSpace = isDown), this.stage.canvas.classList.toggle("panning", isDown)),
        leave: () => this.leave(),
        visit: (step) => this.visit(step),
      },
      this.setting.canEdit,
    );
  }

  /* From unit to unit by the keyboard, in the order of the table. */
  private visit(step: 1 | -1): void {
    const unit = this.table.next(this.selection.units()[0] ?? -1, step);
    if (unit >= 0) this.goTo([unit]);
  }
}

interface Found {
  readonly counts: Readonly<Record<string, number>>;
}

function snapshot(plan: Plan): { of: Int16Array; codes: string[] } {
  return { of: plan.of.slice(), codes: plan.territories.map((x) => x.code) };
}
