/* Two planners moved the same units: what differs, and whose word counts, for all or unit by unit. */
import type { Choice, Choices, Clash } from "../journal/clashes";
import type { Plan } from "../model/plan";
import { button, dialog } from "./dialogs";
import { h, options } from "./dom";
import { t, tn } from "./words";

const MOST_ROWS = 40;

/* Closed without a choice, theirs stays: nothing of it is lost, as both can be undone. */
export function askMineOrTheirs(root: HTMLElement, plan: Plan, by: string, found: readonly Clash[]): Promise<Choices> {
  return new Promise((resolve) => {
    let answer: Choices = allOf(found, "theirs");
    const rows = found.slice(0, MOST_ROWS).map((clash) => ({ clash, select: choiceOf(plan, clash) }));
    const box = dialog(
      root,
      t("{by} moved some of the same units", { by }),
      h("p", {}, tn(found.length, "{n} unit has another territory by now than when you moved it. Nothing is lost: both can be undone.", "{n} units have another territory by now than when you moved them. Nothing is lost: both can be undone.")),
      table(plan, by, rows),
      found.length > rows.length ? h("p", { class: "quiet small" }, t("{n} more are not listed; they follow the buttons for all, or stay yours.", { n: found.length - rows.length })) : "",
    );
    box.classList.add("wide-dialog");
    const close = (choices: Choices) => (): void => {
      answer = choices;
      box.close();
    };
    const each = (): void => close(new Map(rows.map(({ clash, select }) => [clash.unit, select.value as Choice])))();
    const acts = h("div", { class: "row wrap" }, button(t("Put mine on top"), close(allOf(found, "mine")), "primary"), button(t("Keep theirs"), close(allOf(found, "theirs"))));
    if (found.every((clash) => clash.canReturn)) acts.append(button(t("As before both"), close(allOf(found, "before"))));
    if (rows.length > 1) acts.append(button(t("As chosen in the list"), each));
    box.append(acts);
    box.addEventListener("close", () => resolve(answer));
  });
}

function allOf(found: readonly Clash[], choice: Choice): Choices {
  return new Map(found.map(({ unit }) => [unit, choice]));
}

function choiceOf(plan: Plan, clash: Clash): HTMLSelectElement {
  const select = h("select", { "aria-label": t("Whose word counts for {name}?", { name: plan.ground.names[clash.unit] ?? "" }) });
  const choices: [Choice, string][] = [["mine", t("mine")], ["theirs", t("theirs")]];
  options(select, clash.canReturn ? [...choices, ["before", t("as before")]] : choices);
  return select;
}

function table(plan: Plan, by: string, rows: readonly { clash: Clash; select: HTMLSelectElement }[]): HTMLElement {
  const name = (code: string): string => (code === "" ? t("no territory") : (plan.territories.find((x) => x.code === code)?.name ?? code));
  const titles = [t("Name"), t("Before"), by, t("Mine"), t("Counts")];
  const head = titles.map((text) => h("th", { scope: "col" }, text));
  const lines = rows.map(({ clash, select }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, plan.ground.names[clash.unit] ?? ""),
      ...[clash.before, clash.theirs, clash.mine].map((code, i) => h("td", { "data-label": titles[i + 1] }, name(code))),
      h("td", { "data-label": titles[4] }, rows.length > 1 ? select : "–"),
    ),
  );
  const label = t("What differs");
  return h("div", { class: "scroll ws-clashes", tabindex: 0, role: "region", "aria-label": label }, h("table", { class: "list stacked" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...lines)));
}
