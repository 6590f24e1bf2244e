/* What hands on the map mean: choosing, or moving to a territory while the bars follow. */
import { move } from "./changes";
import type { Hands, Tool } from "./map/tools";
import { Draft } from "./model/draft";
import { t, tn } from "./panels/words";
import type { Workspace } from "./workspace";

export class MapHands implements Hands {
  draft: Draft | null = null;
  private before: number[] = [];

  constructor(private readonly w: Workspace) {}

  begin(tool: Tool, unit: number): boolean {
    const { w } = this;
    const wanted = w.toolbar.target.value;
    const to = wanted !== "" ? w.plan.indexOf(wanted) : tool === "brush" ? (w.plan.of[unit] ?? -1) : -1;
    this.before = w.selection.units();
    if (tool === "brush" && to < 0) {
      w.say(t("Begin on a territory: the brush spreads it. Or choose under “Dragging” where to."));
      return false;
    }
    if (w.plan.territories[to]?.is_locked === true) {
      w.say(t("{name} is locked; unlock it first.", { name: w.plan.territories[to]?.name ?? "" }));
      return false;
    }
    this.draft = to >= 0 ? new Draft(w.plan, to) : null;
    if (this.draft) w.balance.remember(true);
    return true;
  }

  update(tool: Tool, units: number[]): void {
    const { w } = this;
    if (this.draft) {
      const { plan } = w;
      const { draft } = this;
      const touched = new Set([draft.to]);
      for (const i of units) touched.add(plan.of[i] ?? -1);
      const changed = tool === "brush" ? draft.add(units) : draft.replace(units);
      for (const i of changed) touched.add(plan.of[i] ?? -1);
      touched.delete(-1);
      w.moved(changed, touched, false);
      return;
    }
    const before = w.selection.units();
    w.selection.set(units);
    w.view?.changed([...before, ...units]);
    w.chosen.update(w.plan, w.selection.units());
  }

  end(isCancelled: boolean, isAdding: boolean): void {
    const { w } = this;
    const { draft } = this;
    this.draft = null;
    if (draft) {
      w.balance.remember(false);
      if (isCancelled) w.moved(draft.undo(), w.plan.territories.keys(), true);
      else this.assigned(draft);
      return;
    }
    if (isCancelled) w.sight.choose(this.before);
    else if (isAdding) w.sight.choose(this.before, true);
    else w.sight.selected();
  }

  private assigned(draft: Draft): void {
    const { w } = this;
    const { units } = draft;
    w.moved(units, w.plan.territories.keys(), true);
    if (draft.staying.size > 0) w.say(tn(draft.staying.size, "{n} locked or forbidden unit stays where it is.", "{n} locked or forbidden units stay where they are."));
    if (units.length > 0) w.save(move(units, w.plan.territories[draft.to]?.code ?? ""));
  }

  click(unit: number, isAdding: boolean): void {
    const { w } = this;
    if (unit < 0) w.sight.choose(isAdding ? w.selection.units() : []);
    else if (isAdding && w.selection.is[unit] === 1) w.sight.choose(w.selection.units().filter((i) => i !== unit));
    else w.sight.choose([unit], isAdding);
  }

  hover(unit: number, px: number, py: number): void {
    const { w } = this;
    w.tip.show(w.plan, unit, px, py);
  }
}
