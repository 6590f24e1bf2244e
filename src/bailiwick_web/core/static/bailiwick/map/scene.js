/* Draws the ground, the units and what is selected. */
"use strict";

const RAMP = ["#dbe9e6", "#a9cdc8", "#6faaa6", "#3a8182", "#0d5c63"];

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Scene {
  constructor(canvas, ground, camera) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.ground = ground;
    this.camera = camera;
    this.colourBy = "territory";
    this.isSelected = new Uint8Array(ground.n);
    this.trail = null;
    this.only = -1;
    this.classes = null;
    this.isAsked = false;
    this.readTheme();
  }

  readTheme() {
    this.theme = Object.fromEntries(["map", "land", "border", "ink", "quiet", "halo", "unassigned", "accent", "paper"].map((n) => [n, token(`--${n}`)]));
  }

  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw();
    });
  }

  draw() {
    const ratio = devicePixelRatio || 1;
    const { width, height } = this.camera;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio);
    const c = this.context;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = this.theme.map;
    c.fillRect(0, 0, width, height);
    this.drawGround();
    if (this.ground.areas) this.drawAreas();
    else this.drawPoints();
    this.drawLabels();
    this.drawHomes();
    this.drawTrail();
  }

  trace(part, first, last) {
    const { x, y, scale, width, height } = this.camera;
    const c = this.context;
    const { xy, starts } = part;
    for (let ring = first; ring < last; ring += 1) {
      for (let p = starts[ring]; p < starts[ring + 1]; p += 1) {
        const px = (xy[2 * p] - x) * scale + width / 2;
        const py = (y - xy[2 * p + 1]) * scale + height / 2;
        if (p === starts[ring]) c.moveTo(px, py);
        else c.lineTo(px, py);
      }
    }
  }

  drawGround() {
    const c = this.context;
    if (this.ground.land) {
      c.beginPath();
      this.trace(this.ground.land, 0, this.ground.land.owner.length);
      c.fillStyle = this.theme.land;
      c.fill("evenodd");
    }
    if (this.ground.lines) {
      c.beginPath();
      this.trace(this.ground.lines, 0, this.ground.lines.owner.length);
      c.strokeStyle = this.theme.border;
      c.lineWidth = 0.8;
      c.stroke();
    }
  }

  colourOf(i) {
    const { of, before, territories } = this.assignment;
    if (this.classes) return RAMP[this.classes[i]];
    const t = of[i];
    if (this.colourBy === "change" && before && before[i] === t) return this.theme.unassigned;
    return t < 0 ? this.theme.unassigned : territories[t].colour;
  }

  drawPoints() {
    const c = this.context;
    const { camera, ground } = this;
    const radius = Math.min(Math.max(2.1 * Math.sqrt(camera.scale / (camera.homeScale ?? 1)) * Math.sqrt(4000 / Math.max(ground.n, 500)), 1.1), 7);
    const groups = new Map();
    const { of, before, isLocked } = this.assignment;
    for (let i = 0; i < ground.n; i += 1) {
      const [px, py] = camera.toScreen(ground.x[i], ground.y[i]);
      if (px < -8 || py < -8 || px > camera.width + 8 || py > camera.height + 8) continue;
      const colour = this.colourOf(i);
      const isDim = (this.only >= 0 && of[i] !== this.only) || (this.colourBy === "change" && before && before[i] === of[i]);
      const key = isDim ? `${colour} dim` : colour;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(px, py);
    }
    for (const [key, at] of [...groups].sort((a, b) => b[0].endsWith("dim") - a[0].endsWith("dim"))) {
      c.beginPath();
      for (let k = 0; k < at.length; k += 2) {
        c.moveTo(at[k] + radius, at[k + 1]);
        c.arc(at[k], at[k + 1], radius, 0, 7);
      }
      c.globalAlpha = key.endsWith("dim") ? 0.22 : 1;
      c.fillStyle = key.replace(" dim", "");
      c.fill();
      if (radius > 2.2 && !key.endsWith("dim")) {
        c.strokeStyle = this.theme.ink;
        c.globalAlpha = 0.45;
        c.lineWidth = 0.6;
        c.stroke();
      }
    }
    c.globalAlpha = 1;
    this.drawMarks(radius, isLocked, before, of);
  }

  drawMarks(radius, isLocked, before, of) {
    const c = this.context;
    const { camera, ground } = this;
    for (let i = 0; i < ground.n; i += 1) {
      const isNew = this.colourBy === "change" && before && before[i] !== of[i];
      if (!this.isSelected[i] && !isLocked[i] && !isNew) continue;
      const [px, py] = camera.toScreen(ground.x[i], ground.y[i]);
      if (isNew && before[i] >= 0) this.ring(px, py, radius + 1.2, this.assignment.territories[before[i]].colour, 1.6);
      if (isLocked[i]) {
        c.strokeStyle = this.theme.ink;
        c.lineWidth = 1.4;
        c.strokeRect(px - radius - 2, py - radius - 2, 2 * radius + 4, 2 * radius + 4);
      }
      if (this.isSelected[i]) this.ring(px, py, radius + 2, this.theme.ink, 2);
    }
  }

  ring(px, py, radius, colour, width) {
    const c = this.context;
    c.beginPath();
    c.arc(px, py, radius, 0, 7);
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.stroke();
  }

  drawAreas() {
    const c = this.context;
    const { areas } = this.ground;
    const { of, before, isLocked } = this.assignment;
    let ring = 0;
    while (ring < areas.owner.length) {
      const unit = areas.owner[ring];
      let last = ring;
      while (last < areas.owner.length && areas.owner[last] === unit) last += 1;
      c.beginPath();
      this.trace(areas, ring, last);
      const isDim = (this.only >= 0 && of[unit] !== this.only) || (this.colourBy === "change" && before && before[unit] === of[unit]);
      c.fillStyle = this.colourOf(unit);
      c.globalAlpha = isDim ? 0.22 : 0.82;
      c.fill("evenodd");
      if (this.isSelected[unit]) {
        c.fillStyle = this.theme.ink;
        c.globalAlpha = 0.3;
        c.fill("evenodd");
      }
      c.globalAlpha = 1;
      const isChosen = this.isSelected[unit] || isLocked[unit];
      c.strokeStyle = isChosen ? this.theme.ink : this.theme.halo;
      c.lineWidth = isLocked[unit] ? 1.6 : this.isSelected[unit] ? 0.8 : 0.4;
      c.stroke();
      ring = last;
    }
  }

  drawLabels() {
    const c = this.context;
    const span = this.camera.width / this.camera.scale;
    c.textAlign = "center";
    c.font = "11px system-ui, sans-serif";
    const taken = [];
    for (const [text, kind, x, y] of this.ground.labels ?? []) {
      if (kind === "country" || (kind === "city" && span > 900) || (kind === "state" && span < 500)) continue;
      const [px, py] = this.camera.toScreen(x, y);
      if (px < 0 || py < 0 || px > this.camera.width || py > this.camera.height) continue;
      const half = text.length * 3.4;
      if (taken.some(([a, b, h]) => Math.abs(a - px) < h + half && Math.abs(b - py) < 14)) continue;
      taken.push([px, py, half]);
      this.text(text, px, py, this.theme.quiet);
    }
  }

  text(text, px, py, colour) {
    const c = this.context;
    c.strokeStyle = this.theme.halo;
    c.lineWidth = 3;
    c.lineJoin = "round";
    c.strokeText(text, px, py);
    c.fillStyle = colour;
    c.fillText(text, px, py);
  }

  drawHomes() {
    const c = this.context;
    for (const t of this.assignment.territories) {
      if (!t.home_km) continue;
      const [px, py] = this.camera.toScreen(...t.home_km);
      c.beginPath();
      c.moveTo(px, py - 7);
      c.lineTo(px + 6, py - 1);
      c.lineTo(px + 4.4, py - 1);
      c.lineTo(px + 4.4, py + 5);
      c.lineTo(px - 4.4, py + 5);
      c.lineTo(px - 4.4, py - 1);
      c.lineTo(px - 6, py - 1);
      c.closePath();
      c.fillStyle = t.colour;
      c.fill();
      c.strokeStyle = this.theme.ink;
      c.lineWidth = 1.4;
      c.stroke();
    }
  }

  drawTrail() {
    if (!this.trail) return;
    const c = this.context;
    c.beginPath();
    this.trail.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
    c.closePath();
    c.fillStyle = this.theme.accent;
    c.globalAlpha = 0.14;
    c.fill();
    c.globalAlpha = 1;
    c.strokeStyle = this.theme.accent;
    c.lineWidth = 1.5;
    c.stroke();
  }
}
