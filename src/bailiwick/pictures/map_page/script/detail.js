// What the card of the selected territory holds: its figures and its units.

const FIRST_UNITS = 60;

function territoryCard(app, t) {
  const { plan } = app.model;
  const { names, ids, counts, pieces, centre_labels: homes } = plan.territories;
  const parts = [names[t] === ids[t] ? null : ids[t], countOf(counts[t], plan.noun), pieces && pieces[t] > 1 ? `in ${pieces[t]} pieces` : null, homes ? homes[t] : null];
  const about = make("p", { class: "quiet" });
  parts.filter(Boolean).forEach((part, i) => about.append(i ? " · " : "", text(part)));
  const zoom = make("button", { type: "button", class: "plain", onclick: () => app.goToTerritory(t) }, "Zoom to it");
  return [make("div", { class: "row" }, about, zoom), figures(app, t), unitList(app, t)];
}

function figures(app, t) {
  const list = make("dl", { class: "figures" });
  const add = (name, value, detail, isOutside) => {
    list.append(make("div", {}, make("dt", {}, text(name)), make("dd", {}, make("span", { class: "value" }, value), detail ? make("span", { class: isOutside ? "outside" : "quiet" }, detail) : null)));
  };
  for (const measure of app.model.plan.measures) {
    const unit = measure.unit ? ` ${measure.unit}` : "";
    const target = measure.targets[t] === null ? "" : ` against ${formatNumber(measure.targets[t])}`;
    add(measure.name, formatNumber(measure.totals[t]) + unit, `${formatDeviation(measure.deviations[t])}${target}`, measure.is_outside[t]);
  }
  for (const column of app.model.plan.columns) add(column.name, `${formatNumber(column.values[t], column.decimals)} ${column.unit}`.trim());
  return list;
}

// The units with most of the first measure; all of them on demand.
function unitList(app, t) {
  const { model } = app;
  const values = model.values[0];
  const members = [...model.members[t]].sort((a, b) => values[b] - values[a] || a - b);
  const rows = make("ul", { class: "units" });
  const more = make("button", { type: "button", class: "plain" });
  const show = (from, to) => rows.append(...members.slice(from, to).map((unit) => unitRow(app, unit)));
  show(0, FIRST_UNITS);
  const rest = members.length - FIRST_UNITS;
  if (rest > 0) {
    more.textContent = `Show ${countOf(rest, ["more", "more"])}`;
    more.addEventListener("click", () => {
      show(FIRST_UNITS, members.length);
      more.remove();
      rows.children[FIRST_UNITS]?.querySelector("button").focus();
    });
  }
  const label = `${capital(model.plan.noun[1])}${model.standsFor ? " (those drawn)" : ""}, largest ${model.plan.measures[0].name} first`;
  const list = make("details", {}, make("summary", {}, text(label)), rows);
  if (rest > 0) list.append(more);
  return list;
}

function unitRow(app, unit) {
  const { model } = app;
  const figure = formatNumber(model.values[0][unit]);
  return make("li", {}, make("button", { type: "button", class: "plain unit", onclick: () => app.goToUnit(unit) }, make("span", {}, text(model.labels[unit])), make("span", { class: "quiet figure" }, figure)));
}
