/* Where everything stands. */
import type { Ground } from "../model/ground";
import type { AccountTable } from "./account_table";
import type { Balance } from "./balance";
import type { Chosen } from "./chosen";
import type { ChosenAccounts } from "./chosen_accounts";
import { h, on } from "./dom";
import type { Status } from "./status";
import type { Table } from "./table";
import type { Tip } from "./tip";
import type { Toolbar } from "./toolbar";
import { t } from "./words";

export interface Stage {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly upper: readonly [names: HTMLCanvasElement, trail: HTMLCanvasElement];
  say(message: string): void;
}

export function layout(
  root: HTMLElement,
  toolbar: Toolbar,
  status: Status,
  balance: Balance,
  chosen: Chosen,
  table: Table,
  accounts: { readonly table: AccountTable; readonly chosen: ChosenAccounts },
  tip: Tip,
  ground: Ground,
  found: (() => void) | null,
): Stage {
  const canvas = h("canvas", {
    id: "map",
    tabindex: 0,
    role: "application",
    "aria-label": t("Map of {n} units. The table below shows the same and can do the same.", { n: ground.n }),
    "data-tool": "select",
  });
  const upper = [h("canvas", { class: "ws-upper", "aria-hidden": "true" }), h("canvas", { class: "ws-upper", "aria-hidden": "true" })] as const;
  const note = h("p", { class: "map-state", role: "status", hidden: true });
  const element = h(
    "section",
    { class: "ws-stage", "aria-label": t("Map") },
    canvas,
    ...upper,
    h("div", { class: "ws-left" }, toolbar.tools),
    toolbar.top,
    toolbar.zoom,
    toolbar.legend,
    tip.element,
    note,
    chosen.form,
    accounts.chosen.form,
    h("p", { class: "credit" }, ground.credit),
  );
  const head = h("div", { class: "ws-side-head" }, status.element, status.facts);
  const side = h("aside", { class: "ws-side", "aria-label": t("Balance") }, head, balance.list);
  if (found) {
    const make = h("button", { type: "button", class: "button small" }, t("New territory"));
    on(make, "click", found);
    side.append(h("div", { class: "ws-side-foot" }, make));
  }
  root.replaceChildren(element, side, table.element, accounts.table.element, chosen.live, accounts.chosen.live);
  return {
    element,
    canvas,
    upper,
    say: (message) => {
      note.hidden = false;
      note.textContent = message;
    },
  };
}
