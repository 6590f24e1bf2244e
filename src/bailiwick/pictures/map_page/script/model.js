// The plan as typed arrays, and where things are.

function readModel(packet) {
  const plan = packet.read("plan");
  const xy = packet.read("xy");
  const territory = packet.read("territory_idx");
  const ids = packet.read("ids");
  const model = {
    plan,
    n: territory.length,
    k: plan.territories.ids.length,
    xy,
    territory,
    ids,
    labels: packet.has("labels") ? packet.read("labels") : ids,
    standsFor: packet.has("stands_for") ? packet.read("stands_for") : null,
    values: plan.measures.map((_, number) => packet.read(`measure_${number}`)),
    categories: plan.categories.map((entry, number) => ({
      ...entry,
      texts: packet.read(`category_${number}_texts`),
      index: packet.read(`category_${number}`),
    })),
    units: readPaths(packet, "unit"),
    areas: readPaths(packet, "territory"),
    land: readPaths(packet, "land"),
    lines: {},
    baseLabels: [],
  };
  for (const name of ["country", "state", "county"]) {
    const paths = readPaths(packet, `line_${name}`);
    model.lines[name] = paths && { ...paths, isOpen: true };
  }
  if (packet.has("base_labels")) {
    const places = packet.read("base_label_xy");
    model.baseLabels = packet.read("base_labels").map((label, i) => ({ ...label, x: places[2 * i], y: places[2 * i + 1] }));
  }
  model.members = groupByTerritory(model);
  model.boxes = territoryBoxes(model);
  model.dots = unitsWithoutShape(model);
  model.dotIndex = indexBoxes(model.dots.length, (i) => pointBox(model, model.dots[i]));
  model.unitIndex = model.units ? indexPaths(model.units) : null;
  model.areaIndex = model.areas ? indexPaths(model.areas) : null;
  return model;
}

// Paths: xy of all, where each starts, to which thing it belongs, and its box.
function readPaths(packet, name) {
  if (!packet.has(`${name}_xy`)) return null;
  const lengths = packet.read(`${name}_lengths`);
  const xy = packet.read(`${name}_xy`);
  const owner = packet.read(`${name}_owner`);
  const n = lengths.length;
  const start = new Uint32Array(n + 1);
  const box = new Int32Array(4 * n);
  for (let i = 0; i < n; i++) {
    start[i + 1] = start[i] + lengths[i];
    let [x0, y0, x1, y1] = [2 ** 30, 2 ** 30, -(2 ** 30), -(2 ** 30)];
    for (let p = 2 * start[i]; p < 2 * start[i + 1]; p += 2) {
      x0 = Math.min(x0, xy[p]);
      x1 = Math.max(x1, xy[p]);
      y0 = Math.min(y0, xy[p + 1]);
      y1 = Math.max(y1, xy[p + 1]);
    }
    box.set([x0, y0, x1, y1], 4 * i);
  }
  return { n, xy, start, owner, box };
}

function groupByTerritory(model) {
  const members = Array.from({ length: model.k }, () => []);
  for (let i = 0; i < model.n; i++) if (model.territory[i] >= 0) members[model.territory[i]].push(i);
  return members;
}

function territoryBoxes(model) {
  const boxes = Array.from({ length: model.k }, () => emptyBox());
  for (let i = 0; i < model.n; i++) {
    if (model.territory[i] >= 0) growBox(boxes[model.territory[i]], model.xy[2 * i], model.xy[2 * i + 1]);
  }
  const paths = model.areas ?? model.units;
  for (let r = 0; paths && r < paths.n; r++) {
    const t = model.areas ? paths.owner[r] : model.territory[paths.owner[r]];
    if (t < 0) continue;
    growBox(boxes[t], paths.box[4 * r], paths.box[4 * r + 1]);
    growBox(boxes[t], paths.box[4 * r + 2], paths.box[4 * r + 3]);
  }
  return boxes;
}

const emptyBox = () => [Infinity, Infinity, -Infinity, -Infinity];

function growBox(box, x, y) {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}

function unitBox(model, unit) {
  const box = emptyBox();
  growBox(box, model.xy[2 * unit], model.xy[2 * unit + 1]);
  for (let r = 0; model.units && r < model.units.n; r++) {
    if (model.units.owner[r] !== unit) continue;
    growBox(box, model.units.box[4 * r], model.units.box[4 * r + 1]);
    growBox(box, model.units.box[4 * r + 2], model.units.box[4 * r + 3]);
  }
  return box;
}

// A grid of cells over boxes: which boxes touch the cell of a place.
function indexBoxes(n, boxOf) {
  const bounds = emptyBox();
  for (let i = 0; i < n; i++) {
    const [x0, y0, x1, y1] = boxOf(i);
    growBox(bounds, x0, y0);
    growBox(bounds, x1, y1);
  }
  const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n))));
  const cellWidth = Math.max(1, (bounds[2] - bounds[0] + 1) / side);
  const cellHeight = Math.max(1, (bounds[3] - bounds[1] + 1) / side);
  const column = (x) => Math.max(0, Math.min(side - 1, Math.floor((x - bounds[0]) / cellWidth)));
  const row = (y) => Math.max(0, Math.min(side - 1, Math.floor((y - bounds[1]) / cellHeight)));
  const visit = (i, fn) => {
    const [x0, y0, x1, y1] = boxOf(i);
    for (let r = row(y0); r <= row(y1); r++) for (let c = column(x0); c <= column(x1); c++) fn(r * side + c);
  };
  const start = new Uint32Array(side * side + 1);
  for (let i = 0; i < n; i++) visit(i, (cell) => start[cell + 1]++);
  for (let cell = 0; cell < side * side; cell++) start[cell + 1] += start[cell];
  const fill = start.slice(0, -1);
  const items = new Uint32Array(start[side * side]);
  for (let i = 0; i < n; i++) visit(i, (cell) => (items[fill[cell]++] = i));
  return {
    near(x0, y0, x1, y1, fn) {
      for (let r = row(y0); r <= row(y1); r++) {
        for (let c = column(x0); c <= column(x1); c++) {
          const cell = r * side + c;
          for (let at = start[cell]; at < start[cell + 1]; at++) fn(items[at]);
        }
      }
    },
  };
}

function indexPaths(paths) {
  return indexBoxes(paths.n, (i) => paths.box.subarray(4 * i, 4 * i + 4));
}

const pointBox = (model, unit) => [model.xy[2 * unit], model.xy[2 * unit + 1], model.xy[2 * unit], model.xy[2 * unit + 1]];

// All units if they are points; otherwise those few that have no polygon.
function unitsWithoutShape(model) {
  const hasShape = new Uint8Array(model.n);
  for (let r = 0; model.units && r < model.units.n; r++) hasShape[model.units.owner[r]] = 1;
  const dots = [];
  for (let i = 0; i < model.n; i++) if (!hasShape[i]) dots.push(i);
  return dots;
}

// The thing whose rings hold the place an odd number of times, or -1.
function ownerAt(paths, index, x, y) {
  const inside = new Map();
  const seen = new Set();
  index.near(x, y, x, y, (ring) => {
    if (seen.has(ring)) return;
    seen.add(ring);
    const b = 4 * ring;
    if (x < paths.box[b] || y < paths.box[b + 1] || x > paths.box[b + 2] || y > paths.box[b + 3]) return;
    if (isInRing(paths, ring, x, y)) inside.set(paths.owner[ring], !inside.get(paths.owner[ring]));
  });
  for (const [owner, isInside] of inside) if (isInside) return owner;
  return -1;
}

function isInRing(paths, ring, x, y) {
  const { xy, start } = paths;
  let inside = false;
  const end = 2 * start[ring + 1];
  for (let p = 2 * start[ring], q = end - 2; p < end; q = p, p += 2) {
    const above = xy[p + 1] > y;
    if (above === xy[q + 1] > y) continue;
    if (x < ((xy[q] - xy[p]) * (y - xy[p + 1])) / (xy[q + 1] - xy[p + 1]) + xy[p]) inside = !inside;
  }
  return inside;
}

// The unit at a place: the nearest point within `reach` steps, or else the polygon around it; -1 if none.
function unitAt(model, x, y, reach) {
  let best = -1;
  let least = reach * reach;
  model.dotIndex.near(x - reach, y - reach, x + reach, y + reach, (at) => {
    const i = model.dots[at];
    const distance = (model.xy[2 * i] - x) ** 2 + (model.xy[2 * i + 1] - y) ** 2;
    if (distance < least || (distance === least && i < best)) [best, least] = [i, distance];
  });
  return best < 0 && model.units ? ownerAt(model.units, model.unitIndex, x, y) : best;
}

function territoryAt(model, x, y, unit) {
  if (unit >= 0) return model.territory[unit];
  return model.areas ? ownerAt(model.areas, model.areaIndex, x, y) : -1;
}
