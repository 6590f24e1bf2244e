/* What a planner does beside moving units: locks, territories, undo; and the questions that the engine answers. */
import { post, redo, territory, undo } from "./changes";
import { askNew, askTerritory, showConflicts, showWhy, showWhyTerritory, type Conflict, type Explained } from "./panels/dialogs";
import { t } from "./panels/words";
import type { Workspace } from "./workspace";

export class Acts {
  constructor(private readonly w: Workspace) {}

  lockChosen(isLocked: boolean): void {
    const { w } = this;
    w.save(post("locks", { unit_idx: w.selection.units(), is_locked: isLocked }));
  }

  lockTerritory(index: number, isLocked: boolean): void {
    const { w } = this;
    w.save(post("locks", { territory: w.plan.territories[index]?.code, is_locked: isLocked }));
  }

  forbid(code: string, isForbidden: boolean): void {
    const { w } = this;
    w.save(post("forbids", { unit_idx: w.selection.units(), territory: code, is_forbidden: isForbidden }));
  }

  /* In the territory that is chosen under "Move to…". */
  forbidChosen(): void {
    const { w } = this;
    if (w.selection.size === 0) w.say(t("Choose units first."));
    else w.chosen.forbid(true);
  }

  /* The territory of the chosen units. */
  menuOfChosen(): void {
    const { w } = this;
    const index = w.plan.of[w.selection.units()[0] ?? -1] ?? -1;
    if (index < 0) w.say(t("Choose a unit of the territory first."));
    else this.menu(index);
  }

  menu(index: number): void {
    const { w } = this;
    const code = w.plan.territories[index]?.code ?? "";
    askTerritory(w.root, w.plan, index, {
      save: (name, colour) => w.save({ kind: "call", method: "PATCH", path: territory(code), body: { name, colour } }),
      split: (parts) => w.save(post(`${territory(code)}/split`, { parts })),
      merge: (into) => w.save(post(`${territory(code)}/merge`, { into })),
      remove: () => w.save({ kind: "call", method: "DELETE", path: territory(code), body: {} }),
      lock: (isLocked) => this.lockTerritory(index, isLocked),
      why: () => void showWhyTerritory(w.root, w.plan.territories[index]?.name ?? "", () => w.server.json<Explained>(`${territory(code)}/why`)),
    });
  }

  found(): void {
    const { w } = this;
    const units = w.selection.units();
    askNew(w.root, units.length, (name, colour) => w.save(post("territories", { name, colour, unit_idx: units })));
  }

  step(step: "undo" | "redo"): void {
    const { w } = this;
    if (w.setting.canEdit) w.save(step === "undo" ? undo : redo);
  }

  why(unit: number): void {
    const { w } = this;
    const ask = (instead: string): Promise<Explained> => w.server.json<Explained>(`why?unit_idx=${unit}&instead=${encodeURIComponent(instead)}`);
    showWhy(w.root, w.plan, unit, ask, w.setting.canEdit, (to) => {
      w.sight.choose([unit]);
      w.moveChosen(to);
    });
  }

  async conflicts(): Promise<void> {
    const { w } = this;
    await w.journal.run();
    const { conflicts } = await w.server.json<{ conflicts: Conflict[] }>("conflicts");
    const mend = (conflict: Conflict): void => {
      const at = conflict.fix?.path.indexOf(`${w.setting.key}/`) ?? -1;
      if (conflict.fix && at >= 0) w.save({ kind: "call", method: conflict.fix.method, path: conflict.fix.path.slice(at + w.setting.key.length + 1), body: conflict.fix.body });
    };
    showConflicts(w.root, conflicts, (conflict) => w.sight.goTo(conflict.unit_idx), w.setting.canEdit ? mend : null);
  }
}
