/* What lies over the map and is not of the graphics card: names, homes, the trail of a tool. */
import type { Ground } from "../model/ground";
import type { Plan } from "../model/plan";
import type { Camera } from "./camera";

/* Names of territories of points stand above a point, not on it. */
const ABOVE_POINT_PX = 13;

export interface Inks {
  readonly ink: string;
  readonly quiet: string;
  readonly halo: string;
  readonly accent: string;
}

export type Trail = { readonly kind: "polygon"; readonly points: readonly (readonly [number, number])[] } | { readonly kind: "brush"; readonly at: readonly [number, number]; readonly radius: number };

/* A single account that stands out: given away against its area, or chosen. */
export interface Mark {
  readonly at: readonly [number, number];
  readonly colour: string;
  readonly isChosen: boolean;
}

interface Name {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly n: number;
  readonly rise: number;
}

export class Overlay {
  inks: Inks = { ink: "#1f272b", quiet: "#566065", halo: "#fdfcf9", accent: "#0d5c63" };
  trail: Trail | null = null;
  marks: readonly Mark[] = [];
  /* Units that are points and chosen, when they are few: a small dot among thousands is not found otherwise. */
  chosen: readonly number[] = [];
  private names: Name[] = [];
  private readonly context: CanvasRenderingContext2D;
  private readonly pen: CanvasRenderingContext2D;

  /* Names change with the map, the trail with every move of the hand: two layers, so that a hand never waits for names. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly sheet: HTMLCanvasElement,
    private readonly ground: Ground,
  ) {
    this.context = flat(canvas);
    this.pen = flat(sheet);
  }

  /* Names of territories stand on the unit nearest to the middle of their units. */
  place(plan: Plan): void {
    const { x, y, n } = this.ground;
    const sums = new Float64Array(3 * plan.k);
    for (let i = 0; i < n; i += 1) {
      const t = plan.of[i] ?? -1;
      if (t < 0) continue;
      sums[3 * t] = (sums[3 * t] ?? 0) + (x[i] ?? 0);
      sums[3 * t + 1] = (sums[3 * t + 1] ?? 0) + (y[i] ?? 0);
      sums[3 * t + 2] = (sums[3 * t + 2] ?? 0) + 1;
    }
    const best = new Int32Array(plan.k).fill(-1);
    const least = new Float64Array(plan.k).fill(Infinity);
    for (let i = 0; i < n; i += 1) {
      const t = plan.of[i] ?? -1;
      if (t < 0) continue;
      const count = sums[3 * t + 2] ?? 1;
      const d = ((x[i] ?? 0) - (sums[3 * t] ?? 0) / count) ** 2 + ((y[i] ?? 0) - (sums[3 * t + 1] ?? 0) / count) ** 2;
      if (d < (least[t] ?? 0)) [least[t], best[t]] = [d, i];
    }
    this.names = plan.territories.flatMap((territory, t) => {
      const i = best[t] ?? -1;
      return i < 0 ? [] : [{ text: territory.name, x: x[i] ?? 0, y: y[i] ?? 0, n: sums[3 * t + 2] ?? 0, rise: this.ground.hasArea[i] === 1 ? 0 : ABOVE_POINT_PX }];
    });
    this.names.sort((a, b) => b.n - a.n);
  }

  draw(camera: Camera, ratio: number, plan: Plan): void {
    const { context: c } = this;
    clear(this.canvas, c, camera, ratio);
    const taken: [number, number, number][] = [];
    this.drawMarks(camera);
    this.drawChosen(camera);
    this.drawHomes(camera, plan, taken);
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.font = "600 12.5px system-ui, sans-serif";
    for (const name of this.names) this.write(camera, name.text, name.x, name.y, this.inks.ink, taken, name.rise);
    c.font = "11px system-ui, sans-serif";
    const span = camera.width / camera.scale;
    for (const [text, kind, x, y] of this.ground.labels) {
      if (kind === "country" || (kind === "city" && span > 1_500) || (kind === "state" && span < 500)) continue;
      this.write(camera, text, x, y, this.inks.quiet, taken);
    }
  }

  private write(camera: Camera, text: string, x: number, y: number, colour: string, taken: [number, number, number][], rise = 0): void {
    const [px, base] = camera.toScreen(x, y);
    const py = base - rise;
    const c = this.context;
    if (px < 0 || py < 0 || px > camera.width || py > camera.height) return;
    const half = c.measureText(text).width / 2 + 6;
    if (taken.some(([a, b, h]) => Math.abs(a - px) < h + half && Math.abs(b - py) < 16)) return;
    taken.push([px, py, half]);
    c.lineJoin = "round";
    c.strokeStyle = this.inks.halo;
    c.lineWidth = 3;
    c.strokeText(text, px, py);
    c.fillStyle = colour;
    c.fillText(text, px, py);
  }

  private drawMarks(camera: Camera): void {
    const c = this.context;
    for (const { at, colour, isChosen } of this.marks) {
      const [px, py] = camera.toScreen(...at);
      if (px < -9 || py < -9 || px > camera.width + 9 || py > camera.height + 9) continue;
      c.beginPath();
      c.arc(px, py, isChosen ? 6.5 : 5, 0, 2 * Math.PI);
      c.fillStyle = colour;
      c.fill();
      c.strokeStyle = this.inks.halo;
      c.lineWidth = 4;
      c.stroke();
      c.strokeStyle = isChosen ? this.inks.accent : this.inks.ink;
      c.lineWidth = isChosen ? 2.6 : 1.6;
      c.stroke();
    }
  }

  private drawChosen(camera: Camera): void {
    const c = this.context;
    for (const i of this.chosen) {
      c.beginPath();
      c.arc(...camera.toScreen(this.ground.x[i] ?? 0, this.ground.y[i] ?? 0), 8, 0, 2 * Math.PI);
      c.strokeStyle = this.inks.halo;
      c.lineWidth = 4.5;
      c.stroke();
      c.strokeStyle = this.inks.accent;
      c.lineWidth = 2.4;
      c.stroke();
    }
  }

  private drawHomes(camera: Camera, plan: Plan, taken: [number, number, number][]): void {
    const c = this.context;
    for (const territory of plan.territories) {
      if (!territory.home_km) continue;
      const [px, py] = camera.toScreen(...territory.home_km);
      if (px < -9 || py < -9 || px > camera.width + 9 || py > camera.height + 9) continue;
      taken.push([px, py, 8]);
      c.beginPath();
      for (const [dx, dy] of HOUSE) c.lineTo(px + dx, py + dy);
      c.closePath();
      c.fillStyle = territory.colour;
      c.fill();
      c.strokeStyle = this.inks.halo;
      c.lineWidth = 3.4;
      c.stroke();
      c.strokeStyle = this.inks.ink;
      c.lineWidth = 1.4;
      c.stroke();
      c.fill();
    }
  }

  drawTrail(camera: Camera, ratio: number): void {
    const { trail, pen: c } = this;
    clear(this.sheet, c, camera, ratio);
    if (!trail) return;
    c.beginPath();
    if (trail.kind === "brush") c.arc(...trail.at, trail.radius, 0, 2 * Math.PI);
    else for (const point of trail.points) c.lineTo(...point);
    c.closePath();
    c.globalAlpha = 0.12;
    c.fillStyle = this.inks.accent;
    c.fill();
    c.globalAlpha = 1;
    c.strokeStyle = this.inks.halo;
    c.lineWidth = 3.5;
    c.stroke();
    c.strokeStyle = this.inks.accent;
    c.lineWidth = 1.6;
    c.stroke();
  }
}

function flat(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser draws nothing.");
  return context;
}

function clear(canvas: HTMLCanvasElement, c: CanvasRenderingContext2D, camera: Camera, ratio: number): void {
  const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, camera.width, camera.height);
}

const HOUSE = [[0, -7], [6, -1], [4.4, -1], [4.4, 5], [-4.4, 5], [-4.4, -1], [-6, -1]] as const;
