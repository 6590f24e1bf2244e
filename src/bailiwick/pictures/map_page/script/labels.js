// Names on the map: territories first, then places and states, none over another.

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const KINDS = {
  territory: { font: `600 12.5px ${FONT}`, height: 16 },
  selected: { font: `700 14px ${FONT}`, height: 18 },
  country: { font: `600 12px ${FONT}`, height: 16, spacing: "2px" },
  state: { font: `500 10.5px ${FONT}`, height: 14, spacing: "1.4px" },
  city: { font: `400 11px ${FONT}`, height: 14 },
};

// Pixels by which a name may sit lower than the middle of its territory, in order of liking.
const DROPS = [0, -15, 15, -26, 26];

// The labels that fit at this zoom, each with its place on the page.
function placeLabels(context, model, camera, look) {
  const taken = centreBoxes(model, camera, look);
  const placed = [];
  const put = (text, x, y, kind, offset = 0, extra = {}) => {
    setFont(context, kind);
    const width = context.measureText(text).width;
    const px = camera.toScreenX(x) + (offset ? offset + width / 2 : 0);
    const py = camera.toScreenY(y) + (extra.drop ?? 0);
    if (px < -80 || px > camera.width + 80 || py < -20 || py > camera.height + 20) return true;
    const box = [px - width / 2 - 5, py - KINDS[kind].height / 2 - 1, px + width / 2 + 5, py + KINDS[kind].height / 2 + 1];
    if (taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) return false;
    taken.push(box);
    placed.push({ text, x, y, kind, offset, width, drop: 0, ...extra });
    return true;
  };
  const putNear = (text, place, kind, t, room) => {
    for (const drop of DROPS) if (Math.abs(drop) <= room && put(text, place[0], place[1], kind, 0, { t, drop })) return true;
    return false;
  };
  const others = territoriesBySize(model).filter((t) => t !== look.selected);
  for (const t of look.selected >= 0 ? [look.selected, ...others] : others) {
    const place = model.plan.territories.label_places[t];
    if (!place) continue;
    const name = shorten(model.plan.territories.names[t], 26);
    const room = model.plan.territories.label_radii[t] * camera.k;
    if (t === look.selected) putNear(name, place, "selected", t, Infinity);
    else if (fitsTerritory(context, room, name)) putNear(name, place, "territory", t, room);
  }
  const magnification = camera.k / camera.home.k;
  const mostCities = model.units ? 6 * magnification ** 1.6 - 6 : 14 * magnification ** 1.6;
  for (const label of model.baseLabels) {
    if (label.kind === "city" && label.rank < mostCities) put(label.text, label.x, label.y, "city", 6);
  }
  const isColoured = model.units && magnification < 1.6;
  for (const label of model.baseLabels) {
    if (label.kind === "state" && isColoured) continue;
    if (label.kind !== "city" && hasRoom(context, camera, label)) put(label.text.toUpperCase(), label.x, label.y, label.kind);
  }
  return placed;
}

function centreBoxes(model, camera, look) {
  const boxes = [];
  for (const { x, y } of shownCentres(model, camera, look)) boxes.push([x - 6, y - 6, x + 6, y + 5]);
  return boxes;
}

function territoriesBySize(model) {
  model.bySize ??= model.plan.territories.label_radii.map((radius, t) => [radius, t]).sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, t]) => t);
  return model.bySize;
}

function fitsTerritory(context, radius, name) {
  if (radius < 7) return false;
  setFont(context, "territory");
  return context.measureText(name).width < 5 * radius;
}

// Neither a name larger than its land nor one of which the whole screen is a part.
function hasRoom(context, camera, label) {
  setFont(context, label.kind);
  const room = label.room * camera.k;
  return context.measureText(label.text.toUpperCase()).width < 2.6 * room && room < 0.7 * camera.width;
}

function shorten(text, most) {
  const letters = [...text];
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : text;
}

function setFont(context, kind) {
  context.font = KINDS[kind].font;
  if ("letterSpacing" in context) context.letterSpacing = KINDS[kind].spacing ?? "0px";
}

function drawLabels(context, camera, labels, style, look) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const label of [...labels].reverse()) {
    const px = camera.toScreenX(label.x);
    const py = camera.toScreenY(label.y) + label.drop;
    const isTerritory = label.t !== undefined;
    setFont(context, label.kind);
    context.globalAlpha = isTerritory && look.selected >= 0 && label.t !== look.selected ? 0.55 : 1;
    if (label.kind === "city") {
      context.beginPath();
      context.arc(px, py, 1.8, 0, 2 * Math.PI);
      context.fillStyle = style.cityText;
      context.fill();
    }
    const x = px + (label.offset ? label.offset + label.width / 2 : 0);
    context.strokeStyle = style.halo;
    context.lineWidth = isTerritory ? 3.6 : 2.6;
    context.strokeText(label.text, x, py);
    context.fillStyle = isTerritory ? style.ink : label.kind === "city" ? style.cityText : style.stateText;
    context.fillText(label.text, x, py);
  }
  context.globalAlpha = 1;
  if ("letterSpacing" in context) context.letterSpacing = "0px";
}
