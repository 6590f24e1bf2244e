// The small card beside the pointer.

function showTooltip(app, px, py) {
  const tip = byId("tip");
  const { hoverUnit: unit, hoverTerritory: t } = app.look;
  tip.hidden = unit < 0 && t < 0;
  if (tip.hidden) return;
  tip.replaceChildren(...(unit >= 0 ? unitLines(app, unit) : territoryLines(app, t)));
  const { width, height } = tip.getBoundingClientRect();
  const { width: mapWidth, height: mapHeight } = app.camera;
  const x = px + 16 + width > mapWidth ? px - 16 - width : px + 16;
  const y = Math.max(8, Math.min(py + 16, mapHeight - app.camera.inset - height - 8));
  tip.style.transform = `translate(${Math.round(Math.max(8, x))}px, ${Math.round(y)}px)`;
}

function unitLines(app, unit) {
  const { model } = app;
  const { plan } = model;
  const id = model.ids[unit];
  const label = model.labels[unit];
  const lines = [make("strong", {}, text(label))];
  if (label !== id) lines.push(make("span", { class: "quiet" }, text(id)));
  lines.push(territoryLine(app, model.territory[unit]));
  const list = make("dl");
  plan.measures.forEach((measure, number) => list.append(make("dt", {}, text(measure.name)), make("dd", {}, `${formatNumber(model.values[number][unit])} ${measure.unit}`.trim())));
  model.categories.forEach((category) => list.append(make("dt", {}, text(category.name)), make("dd", {}, text(category.texts[category.index[unit]] || "–"))));
  lines.push(list);
  const others = (model.standsFor?.[unit] ?? 1) - 1;
  if (others > 0) lines.push(make("span", { class: "quiet" }, `and ${countOf(others, ["other", "others"])} close by, not drawn`));
  return lines;
}

function territoryLine(app, t) {
  if (t < 0) return make("span", { class: "of" }, swatch(NO_TERRITORY), "no territory");
  return make("span", { class: "of" }, swatch(app.colourOfTerritory(t)), text(app.model.plan.territories.names[t]));
}

function territoryLines(app, t) {
  const { plan } = app.model;
  const { names, counts } = plan.territories;
  const list = make("dl");
  for (const measure of plan.measures) list.append(make("dt", {}, text(measure.name)), make("dd", {}, `${formatNumber(measure.totals[t])} (${formatDeviation(measure.deviations[t])})`));
  return [make("strong", {}, swatch(app.colourOfTerritory(t)), " ", text(names[t])), make("span", { class: "quiet" }, countOf(counts[t], plan.noun)), list];
}
