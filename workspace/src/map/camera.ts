/* Which part of the map is on the screen. */
import type { Window } from "../model/ground";

export class Camera {
  x = 0;
  y = 0;
  /* Pixels per km. */
  scale = 1;
  width = 1;
  height = 1;
  home = 1;
  /* Until somebody moves it, it shows the start also when the window changes. */
  private isAtStart = true;

  constructor(
    private readonly start: Window,
    private readonly all: Window,
  ) {}

  resize(width: number, height: number): void {
    this.width = Math.max(width, 2);
    this.height = Math.max(height, 2);
    this.home = this.fitting(this.start);
    if (this.isAtStart) this.showAll();
  }

  show([west, south, east, north]: Window, most = Infinity): void {
    this.isAtStart = false;
    this.scale = Math.min(this.fitting([west, south, east, north]), most);
    [this.x, this.y] = [(west + east) / 2, (south + north) / 2];
  }

  showAll(): void {
    this.show(this.start);
    this.isAtStart = true;
  }

  pan(dx: number, dy: number): void {
    this.isAtStart = false;
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  zoom(factor: number, px = this.width / 2, py = this.height / 2): void {
    this.isAtStart = false;
    const [x, y] = this.toMap(px, py);
    const least = Math.min(this.fitting(this.all), this.home) / 2;
    this.scale = Math.min(Math.max(this.scale * factor, least), this.home * 2_000);
    const [nx, ny] = this.toMap(px, py);
    this.x += x - nx;
    this.y += y - ny;
  }

  toMap(px: number, py: number): [number, number] {
    return [this.x + (px - this.width / 2) / this.scale, this.y - (py - this.height / 2) / this.scale];
  }

  toScreen(x: number, y: number): [number, number] {
    return [(x - this.x) * this.scale + this.width / 2, (this.y - y) * this.scale + this.height / 2];
  }

  /* What is in sight, in km. */
  get window(): Window {
    const [x, y] = [this.width / 2 / this.scale, this.height / 2 / this.scale];
    return [this.x - x, this.y - y, this.x + x, this.y + y];
  }

  private fitting([west, south, east, north]: Window): number {
    const [width, height] = [Math.max(east - west, 0.5), Math.max(north - south, 0.5)];
    const margin = this.width < 600 ? 24 : 56;
    return Math.min(Math.max(this.width - 2 * margin, 40) / width, Math.max(this.height - 2 * margin, 40) / height);
  }
}
