/* Puts model, journal, map and panels together, and changes the plan; what is looked at stands in `sight`. */
import { AccountScene } from "./accounts";
import { Acts } from "./acts";
import { ServerPort, move } from "./changes";
import { MapHands } from "./hands";
import type { Server } from "./api/server";
import { clashes, type Choices, type Clash } from "./journal/clashes";
import { Journal, type Change, type Fresh, type Listener, type Move } from "./journal/journal";
import { listenToKeys } from "./keys";
import { Tools } from "./map/tools";
import { MapView } from "./map/view";
import { Draft } from "./model/draft";
import type { Ground } from "./model/ground";
import { Plan, type AssignmentFile } from "./model/plan";
import { Selection } from "./model/selection";
import { Space } from "./model/space";
import { Balance } from "./panels/balance";
import { Chosen } from "./panels/chosen";
import { askMineOrTheirs } from "./panels/mine_or_theirs";
import { layout, type Stage } from "./panels/layout";
import { Status } from "./panels/status";
import { Table } from "./panels/table";
import { Tip } from "./panels/tip";
import { Toolbar } from "./panels/toolbar";
import { t, tn } from "./panels/words";
import { Sight } from "./sight";

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
  readonly accounts: AccountScene;
  private readonly port: ServerPort;
  private base: { of: Int16Array; codes: string[] };
  readonly acts = new Acts(this);
  readonly hands = new MapHands(this);
  readonly sight = new Sight(this);
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
      { tool: (tool) => this.sight.setTool(tool), colour: () => this.sight.recolour(), scope: (scope) => this.sight.setScope(scope), zoom: (how) => this.sight.zoom(how) },
      canEdit,
    );
    this.status = new Status({ step: (step) => this.acts.step(step), trouble: (which) => this.sight.trouble(which) }, canEdit);
    this.balance = new Balance(
      { choose: (j) => this.sight.chooseTerritory(j), hover: (j) => this.sight.shine(j), lock: (j, on) => this.acts.lockTerritory(j, on), menu: (j) => this.acts.menu(j) },
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
        zoom: () => this.sight.zoomToSelection(),
        clear: () => this.sight.choose([]),
      },
      canEdit,
    );
    this.table = new Table(
      this.selection,
      { chosen: () => this.sight.selected(), show: (unit) => this.sight.goTo([unit]), why: (unit) => this.acts.why(unit), move: () => this.focusMove() },
      canEdit,
      canChallenge,
    );
    this.tip = new Tip(ground);
    this.accounts = new AccountScene(this);
    this.stage = layout(root, this.toolbar, this.status, this.balance, this.chosen, this.table, this.accounts, this.tip, ground, canEdit ? () => this.acts.found() : null);
    this.view = this.makeView();
    this.tools = this.view ? new Tools(this.view, this.space, this.hands) : null;
    if (this.tools) this.tools.canDraw = canEdit;
    const kept = canEdit ? this.port.kept() : [];
    this.journal = new Journal(this.port, this, file.version, kept);
    this.adopt(this.plan);
    this.apply(kept);
    this.sight.setTool("select");
    this.keys();
    this.sight.fit();
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

  /* ── what is shown ─────────────────────────────────────────────── */

  /* Another assignment, from the server; with the selection as it is. */
  private adopt(plan: Plan): void {
    this.plan = plan;
    this.toolbar.setPlan(plan, this.setting.parent);
    this.balance.setPlan(plan);
    this.chosen.setPlan(plan);
    this.table.setPlan(plan);
    this.view?.setPlan(plan);
    this.accounts.setPlan(plan);
    this.status.steps(plan.file.can_undo, plan.file.can_redo);
    this.sight.legend();
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
    this.sight.legend();
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

  /* ── changes ───────────────────────────────────────────────────── */

  moveChosen(code: string): void {
    const to = code === "" ? -1 : this.plan.indexOf(code);
    const draft = new Draft(this.plan, to);
    this.preview(null);
    const units = draft.add(this.selection.units()).length > 0 ? draft.units : [];
    if (draft.staying.size > 0) this.say(tn(draft.staying.size, "{n} locked or forbidden unit stays where it is.", "{n} locked or forbidden units stay where they are."));
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

  ask(by: string, found: readonly Clash[]): Promise<Choices> {
    return askMineOrTheirs(this.root, this.plan, by, found);
  }

  async reload(pending: readonly Move[]): Promise<Fresh> {
    const file = await this.server.json<AssignmentFile>("assignment");
    const fresh = new Plan(this.ground, file);
    const theirs = snapshot(fresh);
    const found = clashes(pending, this.base, theirs);
    this.base = theirs;
    this.hands.draft = null;
    this.adopt(fresh);
    this.apply(pending);
    return { version: file.version, clashes: found };
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
    if (this.accounts.isChosen) this.accounts.chosen.to.focus();
    else if (this.selection.size > 0) this.chosen.to.focus();
    else this.say(t("Choose units first."));
  }

  private keys(): void {
    listenToKeys(
      this.stage.canvas,
      {
        tool: (tool) => this.sight.setTool(tool),
        pan: (dx, dy) => (this.view?.camera.pan(dx, dy), this.view?.ask()),
        zoom: (how) => (how === "selection" ? this.sight.zoomToSelection() : this.sight.zoom(how)),
        step: (step) => this.acts.step(step),
        move: () => this.focusMove(),
        lock: () => this.selection.size > 0 && this.acts.lockChosen(!this.selection.units().every((i) => this.plan.locked[i] === 1)),
        found: () => this.acts.found(),
        why: () => this.selection.size === 1 && this.acts.why(this.selection.units()[0] ?? 0),
        grow: (factor) => this.tools && (this.tools.radius = Math.min(Math.max(this.tools.radius * factor, 6), 120)),
        space: (isDown) => this.tools && ((this.tools.isSpace = isDown), this.stage.canvas.classList.toggle("panning", isDown)),
        leave: () => this.sight.leave(),
        territory: () => this.acts.menuOfChosen(),
        forbid: () => this.acts.forbidChosen(),
        conflicts: () => void this.acts.conflicts(),
        outside: () => this.sight.trouble("outside"),
        look: (at) => this.toolbar.focus(at),
        visit: (step) => this.sight.visit(step),
      },
      this.setting.canEdit,
    );
  }

}

interface Found {
  readonly counts: Readonly<Record<string, number>>;
}

function snapshot(plan: Plan): { of: Int16Array; codes: string[] } {
  return { of: plan.of.slice(), codes: plan.territories.map((x) => x.code) };
}
