// What stands beside the map: headline, key facts, notices, legend.

function fillPanel(app) {
  const { plan } = app.model;
  byId("facts").replaceChildren(...plan.facts.map((fact) => make("div", { class: `fact ${fact.tone}` }, make("dt", {}, text(fact.label)), make("dd", {}, make("span", { class: "value" }, text(fact.value)), fact.detail ? make("span", { class: "quiet" }, text(fact.detail)) : null))));
  byId("credit").textContent = plan.credit;
  byId("credit").hidden = !plan.credit;
  byId("facts").hidden = plan.facts.length === 0;
  fillNotices(plan);
  fillBound(plan.objective);
  fillDrawn(plan);
}

function fillNotices(plan) {
  const { notices } = plan;
  byId("notices").hidden = notices.length === 0;
  byId("notices-title").textContent = notices.length === 1 ? "One thing to know" : `${notices.length} things to know`;
  byId("notice-list").replaceChildren(
    ...notices.map(({ message, examples }) => {
      const item = make("li", {}, text(message));
      const names = examples.filter((name) => !message.includes(name));
      if (names.length) item.append(make("span", { class: "quiet" }, " (", text(names.join(", ")), ")"));
      return item;
    }),
  );
}

function fillBound({ words, value, unit, bound, gap, holds_for: holdsFor }) {
  const line = byId("bound");
  line.hidden = !words;
  if (!words) return;
  line.append("Made smallest: ", text(words));
  if (value !== null) line.append(` (${formatInWords(value)} `, text(unit), ")");
  if (bound !== null && gap !== null) {
    const percent = formatPercent(gap);
    if (holdsFor) line.append(". Proven for ", text(holdsFor), `: none is more than ${percent} better`);
    else line.append(`. No plan can be more than ${percent} better`);
  }
  line.append(".");
}

function fillDrawn(plan) {
  const note = byId("drawn");
  note.hidden = plan.n_drawn === plan.n_units && !plan.is_simplified;
  if (plan.n_drawn < plan.n_units) {
    note.textContent = `Drawn: ${formatNumber(plan.n_drawn)} of ${countOf(plan.n_units, plan.noun)}; each stands for those close by. All sums count every one.`;
  } else if (plan.is_simplified) {
    note.textContent = `${countOf(plan.n_units, plan.noun)} are drawn as dots, not as areas. All sums count every one.`;
  }
}

function fillColourings(app) {
  const select = byId("colour-by");
  const groups = new Map();
  for (const colouring of app.colourings) {
    const option = make("option", { value: colouring.key }, colouring.name);
    if (!colouring.group) {
      select.append(option);
      continue;
    }
    if (!groups.has(colouring.group)) groups.set(colouring.group, make("optgroup", { label: colouring.group }));
    groups.get(colouring.group).append(option);
  }
  select.append(...groups.values());
  select.addEventListener("change", () => app.colourBy(select.value));
}

function fillLegend(app) {
  const { colouring } = app.look;
  const { plan, units, areas } = app.model;
  const list = byId("legend-entries");
  const entries = colouring.entries().map(({ text: label, value }) => make("li", {}, swatch(colouring.colourOf(value, app.style.isDark)), text(label)));
  if (colouring.key === "territory") {
    if (app.model.dots.length) entries.push(make("li", {}, make("span", { class: "key dot", "aria-hidden": "true" }), capital(plan.noun[0])));
    if (areas || units) entries.push(make("li", {}, make("span", { class: "key area", "aria-hidden": "true" }), "Territory; neighbours never share a colour"));
  }
  if (plan.territories.centres) {
    const isHome = Boolean(plan.territories.centre_labels);
    entries.push(make("li", {}, make("span", { class: isHome ? "key home" : "key centre", "aria-hidden": "true" }), isHome ? "Home" : "Centre"));
  }
  if (app.model.territory.includes(-1)) entries.push(make("li", {}, swatch(NO_TERRITORY), "No territory"));
  byId("legend").classList.toggle("plain", colouring.key === "territory");
  byId("legend-title").textContent = colouring.key === "territory" ? "Colour: territory" : colouring.name;
  list.replaceChildren(...entries);
}

// A round length near ninety pixels. The projection keeps areas, so that lengths are nearly true everywhere.
function showScale(app) {
  const kmPerPixel = app.model.plan.km_per_step / app.camera.k;
  const most = 90 * kmPerPixel;
  const power = 10 ** Math.floor(Math.log10(most));
  const km = [5, 2, 1].map((digit) => digit * power).find((length) => length <= most) ?? power;
  byId("scale-bar").style.width = `${km / kmPerPixel}px`;
  byId("scale-text").textContent = km >= 1 ? `${formatNumber(km)} km` : `${formatNumber(km * 1000)} m`;
}
