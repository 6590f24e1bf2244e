// The quick picture over the slow one, drawn in every frame: what is pointed at, selected, found; centres and names.

function drawOverlay(context, model, camera, style, look, labels) {
  const view = { x: camera.x, y: camera.y, k: camera.k, width: camera.width, height: camera.height };
  const pen = new Pen(context, view);
  if (look.hoverTerritory >= 0 && look.hoverTerritory !== look.selected) outlineTerritory(pen, model, look.hoverTerritory, style, style.ink, 1.6);
  if (look.selected >= 0) {
    drawSpokes(context, model, camera, style, look.selected);
    outlineTerritory(pen, model, look.selected, style, style.ink, 2);
  }
  drawCentres(context, model, camera, style, look);
  if (look.hoverUnit >= 0) markUnit(pen, model, look.hoverUnit, style, style.ink, 2);
  if (look.unit >= 0) markUnit(pen, model, look.unit, style, style.accent, 3);
  drawLabels(context, camera, labels, style, look);
  if (look.hasCrosshair) drawCrosshair(context, camera, style);
}

// Coarser than the areas themselves, without islets: a ragged coast would make a blot of a bold line.
function outlineTerritory({ context, view }, model, t, style, colour, width) {
  if (!model.areas) return;
  model.areaRings ??= ringsByOwner(model.areas, model.k);
  const pen = new Pen(context, view, 1.6);
  const { box } = model.areas;
  const size = (r) => Math.max(box[4 * r + 2] - box[4 * r], box[4 * r + 3] - box[4 * r + 1]) * view.k;
  const most = Math.max(...model.areaRings[t].map(size));
  const rings = model.areaRings[t].filter((r) => size(r) > 7 || size(r) === most);
  pen.strokeRings(model.areas, rings, style.halo, width + 2.4);
  pen.strokeRings(model.areas, rings, colour, width);
}

function markUnit(pen, model, unit, style, colour, width) {
  model.unitRings ??= model.units && ringsByOwner(model.units, model.n);
  const rings = model.unitRings?.[unit] ?? [];
  if (rings.length) {
    pen.strokeRings(model.units, rings, style.halo, width + 2);
    pen.strokeRings(model.units, rings, colour, width);
    if (colour !== style.accent || isLarge(pen, model.units, rings)) return;
  }
  const { context } = pen;
  const x = (model.xy[2 * unit] - pen.left) * pen.view.k;
  const y = (model.xy[2 * unit + 1] - pen.top) * pen.view.k;
  const radius = rings.length ? 14 : dotRadius(model, pen.view.k) + (colour === style.accent ? 6 : 2.5);
  for (const [stroke, extra] of [[style.halo, 2], [colour, 0]]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = stroke;
    context.lineWidth = width + extra;
    context.stroke();
  }
}

function isLarge(pen, paths, rings) {
  return rings.some((r) => (paths.box[4 * r + 2] - paths.box[4 * r]) * pen.view.k > 24);
}

// Thin lines from the centre to the units of the selected territory, where they can be told apart.
function drawSpokes(context, model, camera, style, t) {
  const centre = model.plan.territories.centres?.[t];
  const members = model.members[t];
  if (!centre || model.units || members.length > 1500) return;
  context.beginPath();
  const [x, y] = [camera.toScreenX(centre[0]), camera.toScreenY(centre[1])];
  for (const unit of members) {
    context.moveTo(x, y);
    context.lineTo(camera.toScreenX(model.xy[2 * unit]), camera.toScreenY(model.xy[2 * unit + 1]));
  }
  context.strokeStyle = style.ink;
  context.globalAlpha = Math.max(0.08, Math.min(0.3, 30 / members.length));
  context.lineWidth = 0.8;
  context.stroke();
  context.globalAlpha = 1;
}

// Where centres are drawn; in a crowd only those of the territories looked at.
function shownCentres(model, camera, look) {
  const { centres } = model.plan.territories;
  const isCrowded = model.k > 60 && camera.k < 2.5 * camera.home.k;
  const shown = [];
  for (let t = 0; centres && t < model.k; t++) {
    if (!centres[t] || (isCrowded && t !== look.selected && t !== look.hoverTerritory)) continue;
    const x = camera.toScreenX(centres[t][0]);
    const y = camera.toScreenY(centres[t][1]);
    if (x > -10 && y > -10 && x < camera.width + 10 && y < camera.height + 10) shown.push({ t, x, y });
  }
  return shown;
}

function drawCentres(context, model, camera, style, look) {
  const kind = model.plan.territories.centre_labels ? "home" : "centre";
  for (const { t, x, y } of shownCentres(model, camera, look)) {
    context.globalAlpha = look.selected >= 0 && t !== look.selected ? 0.35 : 1;
    tracePin(context, x, y, kind);
    context.fillStyle = style.halo;
    context.strokeStyle = style.ink;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
}

function tracePin(context, x, y, kind) {
  context.beginPath();
  if (kind === "centre") {
    context.arc(x, y, 3.2, 0, 2 * Math.PI);
    return;
  }
  context.moveTo(x, y - 6);
  context.lineTo(x + 5.5, y - 1);
  context.lineTo(x + 4, y - 1);
  context.lineTo(x + 4, y + 4.5);
  context.lineTo(x - 4, y + 4.5);
  context.lineTo(x - 4, y - 1);
  context.lineTo(x - 5.5, y - 1);
  context.closePath();
}

function drawCrosshair(context, camera, style) {
  const x = Math.round(camera.width / 2) + 0.5;
  const y = Math.round(camera.middle) + 0.5;
  for (const [colour, width] of [[style.halo, 4], [style.accent, 1.5]]) {
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 4 * dx, y + 4 * dy);
      context.lineTo(x + 13 * dx, y + 13 * dy);
    }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
