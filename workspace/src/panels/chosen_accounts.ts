/* What can be done with the accounts that are chosen over the areas. */
import type { Plan } from "../model/plan";
import { h, on, options, text } from "./dom";
import { t, tn } from "./words";

export interface ChosenAccountsEvents {
  move(to: string, reason: string): void;
  zoom(): void;
  clear(): void;
}

const BACK = "-";

export class ChosenAccounts {
  readonly form = h("form", { class: "ws-chosen", id: "accounts-chosen", hidden: true });
  readonly live = h("p", { class: "hidden", role: "status", "aria-live": "polite" });
  readonly to = h("select", { id: "move-accounts-to", required: true });
  private readonly count = h("strong", { id: "accounts-count" });
  private readonly what = h("span", { class: "quiet small" });
  private readonly reason = h("input", { id: "move-reason", maxlength: 500, placeholder: t("Reason, for whoever asks why"), autocomplete: "off" });

  constructor(events: ChosenAccountsEvents, canEdit: boolean) {
    const button = (label: string, act: () => void): HTMLButtonElement => {
      const made = h("button", { type: "button", class: "button small" }, label);
      on(made, "click", act);
      return made;
    };
    const row = h("div", { class: "row wrap" });
    if (canEdit) {
      const labels = [h("label", { class: "hidden", for: "move-accounts-to" }, t("Move to")), h("label", { class: "hidden", for: "move-reason" }, t("Reason"))] as const;
      row.append(labels[0], this.to, labels[1], this.reason, h("button", { class: "button primary small" }, t("Move")));
    }
    row.append(button(t("Zoom"), () => events.zoom()), button(t("Clear"), () => events.clear()));
    this.form.append(h("div", { class: "row" }, this.count, this.what), row);
    on(this.form, "submit", (event) => {
      event.preventDefault();
      if (this.to.value === "") return;
      events.move(this.to.value === BACK ? "" : this.to.value, this.reason.value.trim());
      this.to.value = "";
      this.reason.value = "";
    });
  }

  setPlan(plan: Plan): void {
    options(this.to, [["", t("Move to…")], ...plan.territories.map((x) => [x.code, x.is_locked ? `${x.name} (${t("locked")})` : x.name] as const), [BACK, t("back with their areas")]]);
  }

  /* How many, and what is known of them: names and where they are. */
  update(n: number, what: string): void {
    this.form.hidden = n === 0;
    text(this.count, tn(n, "{n} account chosen", "{n} accounts chosen"));
    text(this.what, what);
    text(this.live, n === 0 ? "" : `${this.count.textContent ?? ""} ${what}`);
  }
}
