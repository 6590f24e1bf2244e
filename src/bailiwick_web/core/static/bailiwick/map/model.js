/* What the map shows, as typed arrays; knows neither the page nor the canvas. */
"use strict";

function bytes(text) {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) out[i] = raw.charCodeAt(i);
  return out.buffer;
}

function paths(part) {
  if (!part) return null;
  return { xy: new Float32Array(bytes(part.xy_km)), starts: new Uint32Array(bytes(part.starts)), owner: new Uint32Array(bytes(part.owner)) };
}

export function readGround(document_) {
  return {
    n: document_.n_units,
    window: document_.window_km,
    ids: document_.ids,
    names: document_.names,
    x: new Float32Array(bytes(document_.x_km)),
    y: new Float32Array(bytes(document_.y_km)),
    measures: new Map(document_.measures.map((m) => [m.key, new Float32Array(bytes(m.values))])),
    areas: paths(document_.areas),
    land: paths(document_.land),
    lines: paths(document_.lines),
    labels: document_.labels,
    credit: document_.credit,
  };
}

export function readAssignment(document_) {
  return {
    version: document_.version,
    territories: document_.territories,
    of: new Int16Array(bytes(document_.territory_idx)),
    isLocked: new Uint8Array(bytes(document_.is_locked)),
    before: document_.baseline_idx ? new Int16Array(bytes(document_.baseline_idx)) : null,
  };
}

/* Units whose point lies in a polygon of map km, by crossing rays. */
export function inside(ground, polygon) {
  const found = [];
  const n = polygon.length;
  for (let i = 0; i < ground.n; i += 1) {
    const x = ground.x[i];
    const y = ground.y[i];
    let isIn = false;
    for (let a = 0, b = n - 1; a < n; b = a, a += 1) {
      const [ax, ay] = polygon[a];
      const [bx, by] = polygon[b];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn;
    }
    if (isIn) found.push(i);
  }
  return found;
}

/* The unit nearest to a point, within a reach in km; −1 if there is none. */
export function nearest(ground, x, y, reach) {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < ground.n; i += 1) {
    const dx = ground.x[i] - x;
    const dy = ground.y[i] - y;
    const d = dx * dx + dy * dy;
    if (d < least) {
      least = d;
      best = i;
    }
  }
  return best;
}

/* The area that holds a point; −1 if there is none. Rings of one unit follow each other; holes count twice. */
export function areaAt(ground, x, y) {
  const { xy, starts, owner } = ground.areas;
  const boxes = (ground.boxes ??= ringBoxes(ground.areas));
  let found = -1;
  for (let ring = 0; ring < owner.length; ring += 1) {
    const b = 4 * ring;
    if (x < boxes[b] || y < boxes[b + 1] || x > boxes[b + 2] || y > boxes[b + 3]) continue;
    let isIn = false;
    for (let p = starts[ring], q = starts[ring + 1] - 1; p < starts[ring + 1]; q = p, p += 1) {
      const [ax, ay, bx, by] = [xy[2 * p], xy[2 * p + 1], xy[2 * q], xy[2 * q + 1]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn;
    }
    if (isIn) found = found === owner[ring] ? -1 : owner[ring];
  }
  return found;
}

function ringBoxes({ xy, starts, owner }) {
  const boxes = new Float32Array(4 * owner.length);
  for (let ring = 0; ring < owner.length; ring += 1) {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = starts[ring]; p < starts[ring + 1]; p += 1) {
      west = Math.min(west, xy[2 * p]);
      east = Math.max(east, xy[2 * p]);
      south = Math.min(south, xy[2 * p + 1]);
      north = Math.max(north, xy[2 * p + 1]);
    }
    boxes.set([west, south, east, north], 4 * ring);
  }
  return boxes;
}

/* What to show first: where nearly all units are, if a few far ones would make the rest tiny. */
export function focus(ground) {
  const [west, south, east, north] = ground.window;
  if (ground.n < 50) return ground.window;
  const [a, b] = [span(ground.x), span(ground.y)];
  const isTiny = (b[1] - b[0]) * (a[1] - a[0]) < 0.4 * (east - west) * (north - south);
  if (!isTiny) return ground.window;
  const margin = 0.06 * Math.max(a[1] - a[0], b[1] - b[0]);
  return [a[0] - margin, b[0] - margin, a[1] + margin, b[1] + margin];
}

function span(values) {
  const sorted = Float32Array.from(values).sort();
  return [sorted[Math.floor(0.015 * sorted.length)], sorted[Math.floor(0.985 * (sorted.length - 1))]];
}

/* Five classes of a measure, of about as many units each. */
export function classes(values) {
  const sorted = Float32Array.from(values).sort();
  const limits = [0.2, 0.4, 0.6, 0.8].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i += 1) out[i] = limits.filter((limit) => values[i] > limit).length;
  return out;
}
