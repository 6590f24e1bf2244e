// The slow picture: ground, areas, units. Drawn into a bitmap somewhat larger than the screen, which is moved and scaled
// while the map moves and drawn anew when it rests.

const MARGIN = 0.2;
const MOST_POINTS_IN_PATH = 300;

class Scene {
  constructor(model) {
    this.model = model;
    this.canvas = document.createElement("canvas");
    // In main memory: paths of a million points are drawn evenly fast there, whatever the graphics card.
    this.context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.isStale = true;
    this.cost = 0;
  }

  covers(camera) {
    const s = this.view;
    if (!s || s.ratio !== pixelRatio()) return false;
    const slack = (a, b, size, drawn) => Math.abs(a - b) * camera.k <= (drawn * camera.k) / s.k / 2 - size / 2;
    return slack(camera.x, s.x, camera.width, s.width) && slack(camera.y, s.y, camera.height, s.height);
  }

  isSharp(camera) {
    return this.view && !this.isStale && this.view.k === camera.k && this.covers(camera);
  }

  draw(camera, style, look) {
    const ratio = pixelRatio();
    const width = Math.ceil(camera.width * (1 + 2 * MARGIN));
    const height = Math.ceil(camera.height * (1 + 2 * MARGIN));
    if (this.canvas.width !== width * ratio || this.canvas.height !== height * ratio) {
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
    }
    this.view = { x: camera.x, y: camera.y, k: camera.k, width, height, ratio };
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintScene(this.context, this.model, this.view, style, look);
    this.isStale = false;
  }

  show(context, camera, ground) {
    const s = this.view;
    const scale = camera.k / s.k;
    const left = camera.width / 2 + (s.x - camera.x) * camera.k - (s.width * scale) / 2;
    const top = camera.height / 2 + (s.y - camera.y) * camera.k - (s.height * scale) / 2;
    context.fillStyle = ground;
    context.fillRect(0, 0, camera.width, camera.height);
    context.drawImage(this.canvas, left, top, s.width * scale, s.height * scale);
  }
}

const pixelRatio = () => Math.min(2, Math.max(1, window.devicePixelRatio || 1));

function paintScene(context, model, view, style, look) {
  const pen = new Pen(context, view);
  context.globalAlpha = 1;
  context.lineJoin = "round";
  context.fillStyle = style.ground;
  context.fillRect(0, 0, view.width, view.height);
  paintLand(pen, model, style);
  if (model.units) {
    paintUnits(pen, model, style, look);
    paintBorders(pen, model, style, { state: style.overState });
  } else {
    if (model.areas) paintAreas(pen, model, style, look);
    paintBorders(pen, model, style, { county: style.county, state: style.state });
  }
  if (model.areas) paintOutlines(pen, model, style, look);
  paintDots(pen, model, style, look);
}

function paintLand(pen, model, style) {
  if (model.land) pen.fill(model.land, style.land);
  if (model.lines.country) pen.stroke(model.lines.country, style.coast, 1);
}

function paintBorders(pen, model, style, colours) {
  const stepKm = model.plan.km_per_step;
  const kmPerPixel = stepKm / pen.view.k;
  if (colours.county && model.lines.county && kmPerPixel < 2.2) pen.stroke(model.lines.county, colours.county, 0.6);
  if (colours.state && model.lines.state) pen.stroke(model.lines.state, colours.state, 0.9);
}

// Rings in one path per colour, so that thirty thousand polygons take a few fills.
function paintUnits(pen, model, style, look) {
  const { units, territory } = model;
  const classes = new Map();
  let seen = 0;
  for (let r = 0; r < units.n; r++) {
    if (!pen.sees(units, r)) continue;
    seen++;
    const unit = units.owner[r];
    const isDim = look.selected >= 0 && territory[unit] !== look.selected;
    const key = look.colouring.classOf(unit) * 2 + (isDim ? 1 : 0);
    if (!classes.has(key)) classes.set(key, []);
    classes.get(key).push(r);
  }
  for (const [key, rings] of classes) {
    const colour = look.colouring.colourOf(Math.floor(key / 2), style.isDark);
    pen.fillRings(units, rings, colour, key % 2 ? style.dimFill : style.fill);
  }
  const roomPixels = Math.sqrt((pen.view.width * pen.view.height) / Math.max(1, seen));
  const strength = Math.max(0, Math.min(1, (roomPixels - 9) / 14));
  if (strength > 0) pen.stroke(units, style.unitLine, 0.4 + 0.4 * strength, strength * style.unitLineAlpha);
}

function paintAreas(pen, model, style, look) {
  const rings = ringsByOwner(model.areas, model.k);
  for (let t = 0; t < model.k; t++) {
    const value = look.colouring.classOfTerritory?.(t);
    const isDim = look.selected >= 0 && t !== look.selected;
    if (value === undefined || value === null) continue;
    const alpha = look.colouring.key === "territory" ? style.tint : style.tint * 2;
    pen.fillRings(model.areas, rings[t], look.colouring.colourOf(value, style.isDark), isDim ? alpha * 0.25 : alpha);
  }
}

function paintOutlines(pen, model, style, look) {
  const { areas } = model;
  const alpha = look.selected >= 0 ? 0.45 : 1;
  const width = pen.view.k > 0 && model.k > 150 && pen.isFar(model) ? 0.9 : 1.3;
  pen.stroke(areas, style.casing, width + 1.8, alpha * style.casingAlpha);
  pen.stroke(areas, style.outline, width, alpha);
}

function paintDots(pen, model, style, look) {
  const classes = new Map();
  const radius = dotRadius(model, pen.view.k);
  for (const i of model.dots) {
    if (!pen.seesPoint(model.xy[2 * i], model.xy[2 * i + 1], radius)) continue;
    const isDim = look.selected >= 0 && model.territory[i] !== look.selected;
    const key = (look.colouring.classOf(i) + 1) * 2 + (isDim ? 0 : 1);
    if (!classes.has(key)) classes.set(key, []);
    classes.get(key).push(i);
  }
  for (const [key, dots] of [...classes].sort((a, b) => (a[0] % 2) - (b[0] % 2) || a[0] - b[0])) {
    const colourOf = look.colouring.dotColourOf ?? look.colouring.colourOf;
    const colour = colourOf(Math.floor(key / 2) - 1, style.isDark);
    pen.dots(model.xy, dots, radius, colour, key % 2 ? style.dot : style.dimDot, radius >= 2.6 ? style.dotRing : null);
  }
}

// Small where dots are many, larger as one comes closer.
function dotRadius(model, k) {
  if (model.units) return 3.5;
  const { width, height } = model.plan;
  const roomPixels = Math.sqrt((width * height * k * k) / Math.max(50, model.dots.length));
  return Math.max(1, Math.min(6, 0.8 + roomPixels / 7));
}

function ringsByOwner(paths, n) {
  const rings = Array.from({ length: n }, () => []);
  for (let r = 0; r < paths.n; r++) rings[paths.owner[r]].push(r);
  return rings;
}

// Draws paths at a zoom: vertices are rounded to a power of two near half a pixel, the same on both sides of a border.
class Pen {
  constructor(context, view, finestPixels = 0.7) {
    this.context = context;
    this.view = view;
    this.shift = Math.max(0, Math.floor(Math.log2(finestPixels / view.k)));
    this.left = view.x - view.width / 2 / view.k;
    this.top = view.y - view.height / 2 / view.k;
    this.right = view.x + view.width / 2 / view.k;
    this.bottom = view.y + view.height / 2 / view.k;
  }

  sees(paths, r) {
    const b = 4 * r;
    const { box } = paths;
    return box[b] <= this.right && box[b + 2] >= this.left && box[b + 1] <= this.bottom && box[b + 3] >= this.top;
  }

  seesPoint(x, y, radius) {
    const reach = radius / this.view.k;
    return x >= this.left - reach && x <= this.right + reach && y >= this.top - reach && y <= this.bottom + reach;
  }

  isFar(model) {
    return this.view.k * model.plan.width < 1.6 * this.view.width;
  }

  fill(paths, colour) {
    this.fillRings(paths, this.visible(paths), colour, 1);
  }

  fillRings(paths, rings, colour, alpha) {
    this.context.fillStyle = colour;
    this.inChunks(paths, rings, alpha, true, () => this.context.fill());
  }

  stroke(paths, colour, width, alpha = 1) {
    this.strokeRings(paths, this.visible(paths), colour, width, alpha);
  }

  strokeRings(paths, rings, colour, width, alpha = 1) {
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.inChunks(paths, rings, alpha, !paths.isOpen, () => this.context.stroke());
  }

  // Browsers slow down steeply with the length of a path, so that long ones are drawn piece by piece. The rings of one
  // thing stay together, for holes to stay holes.
  inChunks(paths, rings, alpha, isClosed, paint) {
    const { context } = this;
    context.globalAlpha = alpha;
    context.beginPath();
    let length = 0;
    let owner = -1;
    for (const r of rings) {
      if (!this.sees(paths, r)) continue;
      if (length > MOST_POINTS_IN_PATH && (paths.isOpen || paths.owner[r] !== owner)) {
        paint();
        context.beginPath();
        length = 0;
      }
      this.trace(paths, r, isClosed);
      length += paths.start[r + 1] - paths.start[r];
      owner = paths.owner[r];
    }
    paint();
    context.globalAlpha = 1;
  }

  visible(paths) {
    const rings = [];
    for (let r = 0; r < paths.n; r++) if (this.sees(paths, r)) rings.push(r);
    return rings;
  }

  trace({ xy, start }, r, isClosed) {
    const { context, shift, left, top } = this;
    const k = this.view.k;
    const half = shift > 0 ? 1 << (shift - 1) : 0;
    let lastX = NaN;
    let lastY = NaN;
    let drawn = 0;
    for (let p = 2 * start[r], end = 2 * start[r + 1]; p < end; p += 2) {
      const x = ((xy[p] + half) >> shift) << shift;
      const y = ((xy[p + 1] + half) >> shift) << shift;
      if (x === lastX && y === lastY) continue;
      if (drawn++ === 0) context.moveTo((x - left) * k, (y - top) * k);
      else context.lineTo((x - left) * k, (y - top) * k);
      [lastX, lastY] = [x, y];
    }
    if (isClosed) context.closePath();
  }

  dots(xy, dots, radius, colour, alpha, ring) {
    const { context, left, top } = this;
    const k = this.view.k;
    context.beginPath();
    for (const i of dots) {
      const x = (xy[2 * i] - left) * k;
      const y = (xy[2 * i + 1] - top) * k;
      if (radius < 1.2) {
        context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      } else {
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      }
    }
    context.globalAlpha = alpha;
    if (ring) {
      context.strokeStyle = ring;
      context.lineWidth = 1.4;
      context.stroke();
    }
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  }
}
