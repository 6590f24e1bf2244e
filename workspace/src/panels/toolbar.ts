/* Tools at the left edge of the map, and what its colours mean. */
import { classify, patterns } from "../model/classes";
import type { Attribute, Ground } from "../model/ground";
import type { Plan } from "../model/plan";
import { PALETTE, RAMP, RAMP_DARK, type ColourBy } from "../map/paint";
import type { Scope } from "../map/renderer";
import type { Tool } from "../map/tools";
import { h, iconButton, on, options, set, swatch } from "./dom";
import { range, t, title } from "./words";

export interface ToolbarEvents {
  tool(tool: Tool): void;
  colour(by: ColourBy): void;
  scope(scope: Scope): void;
  zoom(how: "near" | "far" | "all"): void;
}

const TOOLS: readonly (readonly [Tool, string, string])[] = [
  ["select", "Choose and look around", "v"],
  ["brush", "Brush", "b"],
  ["box", "Box", "x"],
  ["lasso", "Lasso", "l"],
];

const MOST_NAMES = 40;

export class Toolbar {
  readonly tools = h("div", { class: "group column", role: "group", "aria-label": t("Tools") });
  readonly top = h("div", { class: "ws-top row wrap" });
  readonly zoom = h("div", { class: "ws-zoom group column" });
  readonly target = h("select", { id: "drag-to" });
  readonly colour = h("select", { id: "colour-by" });
  readonly scope = h("select", { id: "scope" });
  readonly legend = h("details", { class: "ws-legend", open: window.matchMedia("(min-width: 761px) and (min-height: 561px)").matches });
  private first: readonly (readonly [value: string, label: string])[] = [];
  private over: readonly Attribute[] = [];
  private readonly legendBody = h("ul", { tabindex: 0, "aria-label": t("Legend") });

  constructor(
    private readonly ground: Ground,
    private readonly events: ToolbarEvents,
    canEdit: boolean,
  ) {
    for (const [tool, label, key] of canEdit ? TOOLS : []) {
      const button = iconButton(tool, `${t(label)} (${key})`, { "data-tool": tool, "aria-pressed": "false", "aria-keyshortcuts": key });
      on(button, "click", () => this.events.tool(tool));
      this.tools.append(button);
    }
    for (const [how, label, key] of [["near", "Nearer", "+"], ["far", "Farther", "−"], ["all", "Everything", "0"]] as const) {
      const button = iconButton(how, `${t(label)} (${key})`, { "data-zoom": how });
      on(button, "click", () => this.events.zoom(how));
      this.zoom.append(button);
    }
    options(this.scope, [["both", t("Areas and accounts")], ["areas", t("Areas")], ["accounts", t("Accounts")]]);
    this.offerScope(ground.areas ? ["areas"] : ["accounts"]);
    this.top.append(
      h("div", { class: "group" }, hiddenLabel("colour-by", t("Colour by")), this.colour),
      h("div", { class: "group" }, hiddenLabel("scope", t("Show on the map")), this.scope),
      canEdit ? h("div", { class: "group drag-to" }, h("label", { for: "drag-to", class: "small quiet" }, t("Dragging")), this.target) : "",
    );
    this.legend.append(h("summary", {}, t("Legend")), this.legendBody);
    on(this.colour, "change", () => this.events.colour(this.by));
    on(this.scope, "change", () => this.events.scope(this.scope.value as Scope));
  }

  setPlan(plan: Plan, parent: string): void {
    this.first = [["territory", t("Territories")], ...(plan.before ? [["change", t("Change from “{name}”", { name: parent })] as const] : [])];
    this.offerSegments(this.over);
    options(this.target, [["", t("chooses")], ...plan.territories.filter((x) => !x.is_locked).map((x) => [x.code, t("moves to {name}", { name: x.name })] as const)]);
  }

  /* Of the accounts over the areas: an area shows what most of its accounts are. */
  offerSegments(over: readonly Attribute[]): void {
    this.over = over;
    options(this.colour, [
      ...this.first,
      ...this.ground.measures.map((m) => [`measure:${m.key}`, title(m.key)] as const),
      ...this.ground.attributes.map((a) => [`segment:${a.key}`, title(a.key)] as const),
      ...over.map((a) => [`over:${a.key}`, t("{segment} of most accounts", { segment: title(a.key) })] as const),
    ]);
  }

  /* The switch is always there; what this plan does not have cannot be chosen. The first one is. */
  offerScope(there: readonly Scope[]): void {
    for (const option of this.scope.options) option.disabled = !there.includes(option.value as Scope);
    this.scope.value = there[0] ?? "areas";
    this.scope.title = there.length > 1 ? "" : this.ground.areas ? t("No accounts lie over these areas; import some with their places.") : t("This plan is made of accounts; there are no areas.");
  }

  focus(which: "colour" | "scope" | "target"): void {
    (which === "colour" ? this.colour : which === "scope" ? this.scope : this.target).focus();
  }

  press(tool: Tool): void {
    for (const button of this.tools.children) set(button, "aria-pressed", String(button.getAttribute("data-tool") === tool));
  }

  get by(): ColourBy {
    const [kind, key] = splitOnce(this.colour.value);
    const measure = kind === "measure" ? this.ground.measures.find((m) => m.key === key) : undefined;
    if (measure) return { kind: "measure", key, classes: classify(measure.values) };
    const attributes = kind === "segment" ? this.ground.attributes : kind === "over" ? this.over : [];
    const attribute = attributes.find((a) => a.key === key);
    if (attribute) return { kind: "segment", attribute };
    return kind === "change" ? { kind: "change" } : { kind: "territory" };
  }

  explain(plan: Plan, by: ColourBy, isDark: boolean): void {
    const rows = entries(plan, by, isDark).map(([colour, text, pattern]) => h("li", { class: "row small" }, swatch(colour, pattern), text));
    this.legendBody.replaceChildren(...rows);
  }
}

function entries(plan: Plan, by: ColourBy, isDark: boolean): readonly (readonly [colour: string, text: string, pattern?: number])[] {
  if (by.kind === "measure") {
    const ramp = isDark ? RAMP_DARK : RAMP;
    return by.classes.ranges.flatMap((found, c) => (found ? [[ramp[c] ?? "", range(found)] as const] : []));
  }
  if (by.kind === "segment") {
    const shown = by.attribute.categories.map((category, c) => [PALETTE[c % PALETTE.length] ?? "", category] as const);
    return by.attribute.codes.includes(0) ? [...shown, ["var(--unassigned)", t("none")]] : shown;
  }
  if (by.kind === "change") return [["var(--unassigned)", t("pale: as before")], ["var(--accent)", t("filled: new territory, ring: the old one")]];
  const marks = patterns(plan.territories.map((x) => x.colour));
  const shown = plan.territories.slice(0, MOST_NAMES).map((x, index) => [x.colour, x.name, marks[index] ?? 0] as const);
  const rest = plan.k > MOST_NAMES ? [["none", t("and {n} more, named on the map and beside it", { n: plan.k - MOST_NAMES })] as const] : [];
  return [...(plan.sums.nUnassigned > 0 ? [["var(--unassigned)", t("no territory")] as const] : []), ...shown, ...rest];
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(":");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function hiddenLabel(for_: string, text: string): HTMLLabelElement {
  return h("label", { class: "hidden", for: for_ }, text);
}
