/* From map km to pixels and back. */
"use strict";

export class Camera {
  constructor(home, whole) {
    this.home = home;
    this.whole = whole;
    this.width = this.height = 1;
    this.isHome = true;
    [this.x, this.y, this.scale] = [0, 0, 1];
  }

  resize(width, height) {
    [this.width, this.height] = [width, height];
    if (this.isHome) this.showAll();
  }

  showAll() {
    const [west, south, east, north] = this.home;
    this.x = (west + east) / 2;
    this.y = (south + north) / 2;
    this.scale = this.fitting(this.home);
    this.homeScale = this.scale;
    this.least = this.fitting(this.whole) / 3;
    this.isHome = true;
  }

  fitting([west, south, east, north]) {
    return 0.92 * Math.min(this.width / Math.max(east - west, 1e-6), this.height / Math.max(north - south, 1e-6));
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (this.y - y) * this.scale + this.height / 2];
  }

  toMap(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, this.y - (py - this.height / 2) / this.scale];
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
    this.isHome = false;
  }

  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = this.toMap(px, py);
    this.scale = Math.min(Math.max(this.scale * factor, this.least ?? 0), 4000);
    const [nx, ny] = this.toMap(px, py);
    this.x += x - nx;
    this.y += y - ny;
    this.isHome = false;
  }
}
