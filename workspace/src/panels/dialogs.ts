/* Questions in the middle of the screen: a territory, what is wrong, why something is where it is. */
import type { Plan } from "../model/plan";
import { PALETTE } from "../map/paint";
import { h, on, options, swatch } from "./dom";
import { t } from "./words";

export interface Conflict {
  readonly kind: string;
  readonly words: string;
  readonly territory: string | null;
  readonly n_units: number;
  readonly unit_idx: readonly number[];
  readonly fix: { readonly words: string; readonly method: "POST" | "PATCH" | "DELETE"; readonly path: string; readonly body: unknown } | null;
}

export interface Explained {
  readonly text?: string;
  readonly cause: string;
  readonly tables: Readonly<Record<string, readonly (readonly string[])[]>>;
}

/* A dialog that goes away when it is closed; the focus returns by itself. */
export function dialog(root: HTMLElement, title: string, ...content: (Node | string)[]): HTMLDialogElement {
  const heading = h("h2", { id: "ws-dialog-title" }, title);
  const box = h("dialog", { "aria-labelledby": "ws-dialog-title", class: "ws-dialog" }, heading, ...content);
  on(box, "close", () => box.remove());
  root.append(box);
  box.showModal();
  return box;
}

export function button(label: string, act: () => void, kind = ""): HTMLButtonElement {
  const made = h("button", { type: "button", class: `button ${kind}` }, label);
  on(made, "click", act);
  return made;
}

export interface TerritoryActs {
  readonly save: (name: string, colour: string) => void;
  readonly split: (parts: number) => void;
  readonly merge: (into: string) => void;
  readonly remove: () => void;
  readonly lock: (isLocked: boolean) => void;
  readonly why: () => void;
}

export function askTerritory(root: HTMLElement, plan: Plan, index: number, acts: TerritoryActs): void {
  const territory = plan.territories[index];
  if (!territory) return;
  const name = h("input", { id: "ws-name", value: territory.name, maxlength: 200, required: true });
  const colours = colourField(territory.colour);
  const parts = h("input", { id: "ws-parts", type: "number", min: 2, max: 20, value: 2 });
  const into = h("select", { id: "ws-into" });
  options(into, plan.territories.filter((x) => x !== territory && !x.is_locked).map((x) => [x.code, x.name]));
  const box = dialog(root, t("Territory {name}", { name: territory.name }));
  const act = (run: () => void) => (): void => {
    box.close();
    run();
  };
  const save = h("form", { class: "stack" }, field("ws-name", t("Name"), name), colours.element, h("button", { class: "button primary" }, t("Save")));
  on(save, "submit", (event) => {
    event.preventDefault();
    act(() => acts.save(name.value.trim(), colours.value()))();
  });
  box.append(
    save,
    h("hr"),
    field("ws-parts", t("Split into parts of equal load"), h("span", { class: "row" }, parts, button(t("Split"), act(() => acts.split(Number(parts.value)))))),
    field("ws-into", t("Merge into"), h("span", { class: "row" }, into, button(t("Merge"), act(() => acts.merge(into.value))))),
    h("div", { class: "row wrap" }, button(territory.is_locked ? t("Unlock") : t("Lock"), act(() => acts.lock(!territory.is_locked))), button(t("What shapes it?"), act(acts.why)), button(t("Take away; its units have none then"), act(acts.remove), "danger"), button(t("Close"), () => box.close())),
  );
}

export function askNew(root: HTMLElement, n: number, make: (name: string, colour: string) => void): void {
  const name = h("input", { id: "ws-name", required: true, maxlength: 200 });
  const box = dialog(root, t("New territory"));
  const form = h("form", { class: "stack" }, h("p", { class: "quiet small" }, n > 0 ? t("It begins with the {n} that are chosen.", { n }) : t("It begins empty.")), field("ws-name", t("Name"), name));
  form.append(h("div", { class: "row" }, h("button", { class: "button primary" }, t("Make it")), button(t("Cancel"), () => box.close())));
  on(form, "submit", (event) => {
    event.preventDefault();
    box.close();
    make(name.value.trim(), "");
  });
  box.append(form);
}

export function showConflicts(root: HTMLElement, found: readonly Conflict[], show: (conflict: Conflict) => void, mend: ((conflict: Conflict) => void) | null): void {
  const box = dialog(root, found.length === 0 ? t("Nothing is wrong") : t("What is wrong"));
  box.classList.add("wide-dialog");
  const list = h("ul", { class: "ws-conflicts" });
  for (const conflict of found) {
    const item = h("li", {}, h("span", {}, conflict.words));
    const acts = h("span", { class: "row wrap" }, button(t("Show"), () => (box.close(), show(conflict)), "small"));
    if (conflict.fix && mend) acts.append(button(conflict.fix.words, () => (box.close(), mend(conflict)), "small"));
    item.append(acts);
    list.append(item);
  }
  box.append(found.length === 0 ? h("p", { class: "quiet" }, t("Everything has one territory, hangs together, and is where it may be.")) : list, button(t("Close"), () => box.close()));
}

/* Why is it here? Why not there? What would it cost? */
export function showWhy(root: HTMLElement, plan: Plan, unit: number, ask: (instead: string) => Promise<Explained>, canMove: boolean, move: (to: string) => void): void {
  const name = plan.ground.names[unit] ?? "";
  const box = dialog(root, t("Why is {name} here?", { name }));
  box.id = "why-dialog";
  box.classList.add("wide-dialog");
  const instead = h("select", { id: "instead" });
  const here = plan.of[unit];
  options(instead, [["", "…"], ...plan.territories.filter((_, j) => j !== here).map((x) => [x.code, x.name] as const)]);
  const body = h("div", { id: "why-body", class: "stack", "aria-live": "polite" });
  const go = button(t("Move it there"), () => (box.close(), move(instead.value)), "small");
  const load = async (): Promise<void> => {
    go.hidden = instead.value === "" || !canMove;
    body.setAttribute("aria-busy", "true");
    try {
      body.replaceChildren(...explanation(await ask(instead.value)));
    } catch (error) {
      body.replaceChildren(h("p", { class: "warn" }, error instanceof Error ? error.message : String(error)));
    }
    body.removeAttribute("aria-busy");
  };
  on(instead, "change", () => void load());
  box.append(body, h("div", { class: "row wrap" }, h("label", { for: "instead", class: "small" }, t("Why not in")), instead, go), button(t("Close"), () => box.close()));
  void load();
}

/* What limits a territory, who presses on it, which of its units are least certain? */
export async function showWhyTerritory(root: HTMLElement, name: string, ask: () => Promise<Explained>): Promise<void> {
  const body = h("div", { class: "stack", "aria-live": "polite", "aria-busy": "true" });
  const box = dialog(root, t("What shapes {name}?", { name }), body);
  box.append(button(t("Close"), () => box.close()));
  box.id = "why-territory";
  box.classList.add("wide-dialog");
  try {
    body.replaceChildren(...explanation(await ask()));
  } catch (error) {
    body.replaceChildren(h("p", { class: "warn" }, error instanceof Error ? error.message : String(error)));
  }
  body.removeAttribute("aria-busy");
}

function explanation(found: Explained): HTMLElement[] {
  const parts: HTMLElement[] = [h("p", { class: "why-text" }, found.text ?? "")];
  for (const [title, rows] of Object.entries(found.tables)) {
    const [head, ...lines] = rows;
    if (!head || lines.length === 0) continue;
    const table = h(
      "table",
      { class: "list units" },
      h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, cell)))),
      h("tbody", {}, ...lines.map((line) => h("tr", {}, ...line.map((cell) => h("td", {}, cell))))),
    );
    parts.push(h("h3", {}, title), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title }, table));
  }
  return parts;
}

function colourField(chosen: string): { element: HTMLElement; value: () => string } {
  const colours = PALETTE.includes(chosen as (typeof PALETTE)[number]) ? [...PALETTE] : [chosen, ...PALETTE];
  const inputs = colours.map((colour, i) => {
    const input = h("input", { type: "radio", name: "ws-colour", value: colour, "aria-label": t("Colour {n}", { n: i + 1 }) });
    input.checked = colour === chosen;
    return input;
  });
  const element = h("fieldset", { class: "ws-colours" }, h("legend", {}, t("Colour")), ...inputs.map((input) => h("label", {}, input, swatch(input.value))));
  return { element, value: () => inputs.find((input) => input.checked)?.value ?? chosen };
}

function field(id: string, label: string, control: Node): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: id }, label), control);
}
