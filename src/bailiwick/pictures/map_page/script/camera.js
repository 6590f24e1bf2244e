// Which part of the map is on the screen: page coordinates to CSS pixels and back.

class Camera {
  constructor(model) {
    this.model = model;
    [this.x, this.y, this.k] = [0, 0, 1];
    [this.width, this.height, this.top, this.inset] = [1, 1, 0, 0];
  }

  // On a phone tools cover `top` pixels above and the sheet `inset` pixels below.
  resize(width, height, top, inset) {
    Object.assign(this, { width, height, top, inset });
  }

  // The middle of what is not covered, in pixels from above.
  get middle() {
    return (this.top + this.height - this.inset) / 2;
  }

  centredOn(x, y, k) {
    return { x, y: y + (this.height / 2 - this.middle) / k, k };
  }

  get home() {
    const { width, height } = this.model.plan;
    return this.fitted([0, 0, width, height]);
  }

  get least() {
    return this.home.k * 0.5;
  }

  get most() {
    return Math.max(4, this.home.k * 8);
  }

  fitted([x0, y0, x1, y1], padding = 36) {
    const height = this.height - this.inset - this.top;
    const room = (size) => Math.max(40, size - 2 * Math.min(padding, size / 8));
    const k = Math.min(room(this.width) / Math.max(1, x1 - x0), room(height) / Math.max(1, y1 - y0));
    return this.centredOn((x0 + x1) / 2, (y0 + y1) / 2, k);
  }

  // A close look, but never so close that one unit fills the screen.
  closeUp(box) {
    return this.centredOn((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, Math.min(this.fitted(box, 90).k, this.home.k * 24, this.most));
  }

  set({ x, y, k }) {
    const { width, height } = this.model.plan;
    this.k = Math.max(this.least, Math.min(this.most, k));
    this.x = Math.max(-0.4 * width, Math.min(1.4 * width, x));
    this.y = Math.max(-0.4 * height, Math.min(1.4 * height + this.inset / this.k, y));
  }

  zoomAt(factor, px, py) {
    const [x, y] = this.toMap(px, py);
    const k = Math.max(this.least, Math.min(this.most, this.k * factor));
    this.set({ x: x - (px - this.width / 2) / k, y: y - (py - this.height / 2) / k, k });
  }

  panBy(dx, dy) {
    this.set({ x: this.x - dx / this.k, y: this.y - dy / this.k, k: this.k });
  }

  toScreenX(x) {
    return (x - this.x) * this.k + this.width / 2;
  }

  toScreenY(y) {
    return (y - this.y) * this.k + this.height / 2;
  }

  toMap(px, py) {
    return [(px - this.width / 2) / this.k + this.x, (py - this.height / 2) / this.k + this.y];
  }
}
