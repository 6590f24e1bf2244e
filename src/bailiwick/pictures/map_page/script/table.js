// The table of territories: the map's equal.

class TerritoryTable {
  constructor(app) {
    this.app = app;
    this.model = app.model;
    this.rows = [];
    this.columns = this.listColumns();
    this.sort = { key: "worst", isDescending: true };
    this.build();
  }

  listColumns() {
    const { plan } = this.model;
    const { counts, names, pieces } = plan.territories;
    const collator = new Intl.Collator("en", { numeric: true });
    const rank = names.map((name, t) => [name, t]).sort((a, b) => collator.compare(a[0], b[0]));
    const place = [];
    rank.forEach(([, t], i) => (place[t] = i));
    const columns = [{ key: "name", head: "Territory", value: (t) => place[t], ascendingFirst: true }];
    plan.measures.forEach((measure, number) => {
      const reach = barReach(measure);
      columns.push({
        key: `deviation-${number}`,
        head: measure.name,
        sub: measure.tolerance === null ? "against target" : `target ${formatTolerance(measure.tolerance)}`,
        value: (t) => Math.abs(measure.deviations[t] ?? 0),
        cell: (t) => balanceCell(measure, t, reach),
        kind: "gauge",
      });
    });
    plan.measures.forEach((measure, number) => {
      columns.push({ key: `total-${number}`, head: plan.measures.length > 1 ? measure.name : "Total", sub: measure.unit || (plan.measures.length > 1 ? "total" : measure.name), value: (t) => measure.totals[t], cell: (t) => formatNumber(measure.totals[t]) });
    });
    columns.push({ key: "count", head: capital(plan.noun[1]), value: (t) => counts[t], cell: (t) => formatNumber(counts[t]) });
    for (const [number, column] of plan.columns.entries()) {
      columns.push({ key: `column-${number}`, head: column.name, sub: column.unit, value: (t) => column.values[t] ?? -Infinity, cell: (t) => formatNumber(column.values[t], column.decimals) });
    }
    if (pieces?.some((count) => count !== 1)) {
      columns.push({ key: "pieces", head: "Pieces", value: (t) => pieces[t], cell: (t) => formatNumber(pieces[t]) });
    }
    return columns;
  }

  build() {
    for (const column of this.columns) {
      const button = make("button", { type: "button", class: "sort", onclick: () => this.sortBy(column) }, make("span", { class: "head" }, text(column.head)));
      if (column.sub) button.append(make("span", { class: "sub" }, text(column.sub)));
      column.heading = make("th", { scope: "col", class: column.key === "name" ? "name" : cellClass(column) }, button);
      byId("territory-head").append(column.heading);
    }
    for (let t = 0; t < this.model.k; t++) this.rows.push(this.row(t));
    byId("territory-rows").addEventListener("keydown", (event) => this.walk(event));
    for (const view of VIEWS) byId(`view-${view}`).addEventListener("click", () => this.setView(view));
    this.arrange();
  }

  row(t) {
    const { names, ids } = this.model.plan.territories;
    const button = make("button", { type: "button", class: "pick", "aria-expanded": "false", tabindex: "-1", onclick: () => this.app.toggleTerritory(t) }, swatch(this.app.colourOfTerritory(t)), text(names[t]));
    if (names[t] !== ids[t]) button.title = ids[t];
    const row = make("tr", {}, make("th", { scope: "row", class: "name" }, button));
    for (const column of this.columns.slice(1)) row.append(make("td", { class: cellClass(column) }, column.cell(t)));
    row.addEventListener("pointerenter", () => this.app.point(-1, t));
    row.addEventListener("pointerleave", () => this.app.point(-1, -1));
    row.addEventListener("click", (event) => {
      if (!event.target.closest("button")) this.app.toggleTerritory(t);
    });
    return { t, row, button };
  }

  // Bars and bare figures take turns, so that neither is cut off beside the map; paper has room for both.
  setView(view) {
    byId("table-frame").dataset.view = view;
    for (const name of VIEWS) byId(`view-${name}`).setAttribute("aria-pressed", String(name === view));
    byId("table-frame").scrollLeft = 0;
  }

  // The same header again turns the order round; a third time brings back the worst first.
  sortBy(column) {
    const { key, isDescending } = this.sort;
    const first = !column.ascendingFirst;
    if (key !== column.key) this.sort = { key: column.key, isDescending: first };
    else if (isDescending === first) this.sort = { key, isDescending: !first };
    else this.sort = { key: "worst", isDescending: true };
    this.arrange();
    const order = this.sort.key === "worst" ? "worst first" : `${column.head}, ${this.sort.isDescending ? "largest" : "smallest"} first`;
    say(`Territories sorted: ${order}`);
  }

  arrange() {
    const { key, isDescending } = this.sort;
    const column = this.columns.find((entry) => entry.key === key);
    const value = column ? column.value : (t) => this.model.plan.territories.strain[t];
    const sign = isDescending ? -1 : 1;
    this.rows.sort((a, b) => sign * (value(a.t) - value(b.t)) || a.t - b.t);
    byId("territory-rows").replaceChildren(...this.rows.map((entry) => entry.row));
    this.placeCard();
    for (const entry of this.columns) {
      if (entry.key === key) entry.heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else entry.heading.removeAttribute("aria-sort");
    }
    byId("sorted").textContent = key === "worst" ? "Worst first" : "";
    this.rove();
  }

  recolour() {
    for (const { t, button } of this.rows) button.firstChild.style.backgroundColor = this.app.colourOfTerritory(t);
  }

  rove() {
    const current = this.rows.find((entry) => entry.t === this.app.look.selected) ?? this.rows[0];
    for (const entry of this.rows) entry.button.tabIndex = entry === current ? 0 : -1;
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    const at = this.rows.findIndex((entry) => entry.button === document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = this.rows[Math.max(0, Math.min(this.rows.length - 1, at + step))];
    for (const entry of this.rows) entry.button.tabIndex = entry === next ? 0 : -1;
    next.button.focus();
  }

  show(selected, { isScrolled = false } = {}) {
    for (const entry of this.rows) {
      const isSelected = entry.t === selected;
      entry.row.classList.toggle("selected", isSelected);
      entry.button.setAttribute("aria-expanded", String(isSelected));
    }
    this.placeCard();
    if (isScrolled && selected >= 0) this.scrollToCard();
    this.rove();
  }

  // The card of the selected territory opens right below its row, so that the row itself stays where it was.
  placeCard() {
    this.card?.remove();
    const entry = this.rows.find(({ t }) => t === this.app.look.selected);
    if (!entry) return;
    const frame = make("div", { class: "card" }, ...territoryCard(this.app, entry.t));
    this.card = make("tr", { class: "card-row" }, make("td", { colspan: this.columns.length }, frame));
    entry.row.after(this.card);
  }

  scrollToCard() {
    const row = this.card.previousElementSibling;
    this.card.scrollIntoView({ block: "nearest" });
    row.scrollIntoView({ block: "nearest" });
  }
}

const VIEWS = ["balance", "figures"];
const cellClass = (column) => `${column.kind ?? "number"} ${column.kind === "gauge" ? "in-balance" : "in-figures"}`;

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

// Half the width of a balance bar as a fraction: room for nearly all, so that one giant does not flatten the rest.
function barReach(measure) {
  const sizes = measure.deviations.map((value) => Math.abs(value ?? 0)).sort((a, b) => a - b);
  const most = sizes[Math.floor(0.9 * (sizes.length - 1))];
  return Math.max(1.8 * (measure.tolerance ?? 0), 1.1 * most, 0.01);
}

// Deviation in words and as a bar from the target line, over the band that the tolerance allows.
function balanceCell(measure, t, reach) {
  const value = measure.deviations[t];
  const isOutside = Boolean(measure.is_outside[t]);
  const cell = make("span", { class: isOutside ? "balance outside" : "balance" });
  cell.append(make("span", { class: "figure" }, formatDeviation(value)), balanceBar(measure, value, reach, isOutside));
  if (isOutside) cell.append(make("span", { class: "hidden" }, "outside the tolerance"));
  return cell;
}

function balanceBar(measure, value, reach, isOutside) {
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  const place = (fraction) => 50 + 50 * Math.max(-1, Math.min(1, fraction / reach));
  const block = (name, from, to) => {
    const part = make("span", { class: name });
    part.style.left = `${from}%`;
    part.style.width = `${to - from}%`;
    return part;
  };
  if (measure.tolerance !== null) bar.append(block("band", place(-measure.tolerance), place(measure.tolerance)));
  const end = place(value ?? 0);
  bar.append(block(isOutside ? "load outside" : "load", Math.min(50, end), Math.max(50, end)), block("target", 50, 50));
  if (Math.abs(value ?? 0) > reach) bar.classList.add(value > 0 ? "over" : "under");
  return bar;
}
