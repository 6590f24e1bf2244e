/* What is looked at: colours, legend, selection, and where the map is. Changes nothing of the plan. */
import type { Scope } from "./map/renderer";
import type { Tool } from "./map/tools";
import { windowOf } from "./model/ground";
import type { Trouble } from "./panels/status";
import type { Workspace } from "./workspace";

export class Sight {
  constructor(private readonly w: Workspace) {}

  fit(): void {
    const { view } = this.w;
    if (!view) return;
    new ResizeObserver(() => view.resize()).observe(this.w.stage.element);
    view.resize();
    view.refresh();
    document.body.addEventListener("theme-changed", () => this.retheme());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.retheme());
  }

  private retheme(): void {
    this.w.view?.readTheme();
    this.w.view?.refresh();
    this.recolour();
  }

  legend(): void {
    this.w.toolbar.explain(this.w.plan, this.w.view?.colourBy ?? { kind: "territory" }, this.w.view?.isDark ?? false);
  }

  recolour(): void {
    if (this.w.view) {
      this.w.view.colourBy = this.w.toolbar.by;
      this.w.view.refresh();
    }
    this.legend();
  }

  colourBy(value: string): void {
    if (![...this.w.toolbar.colour.options].some((option) => option.value === value)) return;
    this.w.toolbar.colour.value = value;
    this.recolour();
  }

  setScope(scope: Scope): void {
    if (this.w.view) this.w.view.renderer.scope = scope;
    this.w.accounts.setScope(scope);
    this.w.view?.ask();
  }

  /* Points over the areas, when there are some; the map does not wait for them. */
  async loadAccounts(): Promise<void> {
    const { view, ground, toolbar } = this.w;
    if (!ground.areas) return;
    const content = await this.w.server.binary("accounts");
    if (content.byteLength === 0) return;
    const accounts = this.w.accounts.read(content);
    view?.renderer.loadAccounts(accounts);
    toolbar.offerSegments(accounts.segments);
    toolbar.offerScope(["both", "areas", "accounts"]);
    this.setScope("both");
  }

  shine(index: number): void {
    if (!this.w.view || this.w.view.only === index || this.w.hands.draft) return;
    this.w.view.only = index;
    this.w.view.refresh();
  }

  choose(units: Iterable<number>, isAdding = false): void {
    const before = this.w.selection.units();
    if (!isAdding) this.w.selection.set(units);
    else this.w.selection.add(units);
    this.selected(before);
  }

  selected(before: readonly number[] = []): void {
    const now = this.w.selection.units();
    this.w.view?.changed([...before, ...now]);
    if (now.length === 0 && before.length > 0) this.w.view?.settle();
    this.w.chosen.update(this.w.plan, now);
    if (this.w.table.view.only === "selected") this.w.table.refresh();
    else this.w.table.draw();
  }

  chooseTerritory(index: number): void {
    const units: number[] = [];
    for (let i = 0; i < this.w.plan.of.length; i += 1) if (this.w.plan.of[i] === index) units.push(i);
    this.w.table.show({ territory: this.w.plan.territories[index]?.code ?? "", only: "all", text: "" });
    this.goTo(units);
  }

  goTo(units: readonly number[]): void {
    this.choose(units);
    this.zoomToSelection();
  }

  zoomToSelection(): void {
    const window = windowOf(this.w.ground, this.w.selection.units());
    if (window) this.w.view?.show(window);
  }

  zoom(how: "near" | "far" | "all"): void {
    if (!this.w.view) return;
    if (how === "all") this.w.view.camera.showAll();
    else this.w.view.camera.zoom(how === "near" ? 1.6 : 1 / 1.6);
    this.w.view.ask();
  }

  trouble(which: Trouble): void {
    if (which === "conflicts") void this.w.acts.conflicts();
    else if (which === "unassigned") {
      this.w.table.show({ only: "unassigned", territory: "", text: "" });
      this.goTo(this.w.plan.unassigned());
    } else if (which === "astray") {
      this.w.table.show({ only: "astray", territory: "", text: "" });
      this.goTo(this.w.plan.astray());
    } else this.nextOutside();
  }

  /* The worst territory that is out of balance; the next worst with every further click. */
  private nextOutside(): void {
    const { plan } = this.w;
    const worst = [...plan.territories.keys()].filter((j) => plan.measures.some((_, m) => plan.bar(j, m).isOutside)).sort((a, b) => plan.strain(b) - plan.strain(a) || a - b);
    const now = worst.indexOf(plan.indexOf(this.w.table.view.territory));
    const next = worst[(now + 1) % Math.max(worst.length, 1)];
    if (next !== undefined) this.chooseTerritory(next);
  }

  setTool(tool: Tool): void {
    if (this.w.tools) this.w.tools.tool = tool;
    this.w.toolbar.press(tool);
    this.w.stage.canvas.dataset["tool"] = tool;
  }

  leave(): void {
    if (this.w.tools?.cancel()) return;
    if (this.w.tools && this.w.tools.tool !== "select") this.setTool("select");
    else {
      this.choose([]);
      this.w.accounts.choose([]);
    }
  }

  /* From unit to unit by the keyboard, in the order of the table. */
  visit(step: 1 | -1): void {
    const unit = this.w.table.next(this.w.selection.units()[0] ?? -1, step);
    if (unit >= 0) this.goTo([unit]);
  }
}
