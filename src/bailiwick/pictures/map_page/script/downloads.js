// Files from the page: the alignment as CSV, the picture as PNG.

const RISKY_START = /^[=+\-@\t\r]/;

// Text that a spreadsheet would run as a formula gets an apostrophe; numbers are written as they are.
function csvCell(value) {
  if (typeof value === "number") return String(value);
  const safe = RISKY_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvText = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

function alignmentCsv(model) {
  const { ids, names } = model.plan.territories;
  const rows = [["unit_id", "unit_name", "territory_id", "territory_name", ...model.plan.measures.map((measure) => measure.name)]];
  for (let i = 0; i < model.n; i++) {
    const t = model.territory[i];
    rows.push([model.ids[i], model.labels[i], t < 0 ? "" : ids[t], t < 0 ? "" : names[t], ...model.values.map((values) => values[i])]);
  }
  return csvText(rows);
}

function territoriesCsv(model) {
  const { plan } = model;
  const { ids, names, counts } = plan.territories;
  const head = ["territory_id", "territory_name", plan.noun[1]];
  for (const measure of plan.measures) head.push(measure.name, `${measure.name} target`, `${measure.name} deviation`);
  head.push(...plan.columns.map((column) => (column.unit ? `${column.name} (${column.unit})` : column.name)));
  const rows = ids.map((id, t) => {
    const row = [id, names[t], counts[t]];
    for (const measure of plan.measures) row.push(measure.totals[t], measure.targets[t], measure.deviations[t]);
    row.push(...plan.columns.map((column) => column.values[t]));
    return row.map((value) => value ?? "");
  });
  return csvText([head, ...rows]);
}

function connectDownloads(app) {
  const { model } = app;
  byId("save-territories").addEventListener("click", () => save("territories.csv", territoriesCsv(model), "text/csv"));
  const whole = byId("save-alignment");
  whole.addEventListener("click", () => save("alignment.csv", alignmentCsv(model), "text/csv"));
  if (model.standsFor) {
    whole.disabled = true;
    whole.title = "This page holds only the units that it draws; the whole alignment is in the file alignment.csv of the plan.";
  }
  byId("save-picture").addEventListener("click", () => byId("map").toBlob((blob) => save("map.png", blob)));
}
