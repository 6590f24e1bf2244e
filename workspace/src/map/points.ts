/* Points, up to a million: in a shuffled order, so that any first part is a fair sample. A frame draws as many as it has time for; the
   rest follows while the map rests. */
import type { Camera } from "./camera";
import { buffer, floats, numbers, Program, type Gl } from "./gl";
import { POINT_FRAGMENT, POINT_VERTEX } from "./shaders";

type Bind = (program: Program) => void;
type Vec4 = readonly [number, number, number, number];

export class Points {
  readonly n: number;
  /* Towards the colour of ink, so that points stand out from areas of their own colour. */
  shade = 0;
  private readonly program: Program;
  private readonly vao: WebGLVertexArrayObject;
  private readonly patchVao: WebGLVertexArrayObject;
  private readonly patchAt: WebGLBuffer;
  private readonly patchUnit: WebGLBuffer;
  private drawn = 0;

  constructor(
    private readonly gl: Gl,
    private readonly x: Float32Array,
    private readonly y: Float32Array,
    units: Uint32Array,
    private readonly isOverAreas = false,
  ) {
    this.n = units.length;
    this.program = new Program(gl, POINT_VERTEX, POINT_FRAGMENT);
    const order = shuffled(this.n);
    const at = new Float32Array(2 * this.n);
    const unit = new Uint32Array(this.n);
    order.forEach((from, to) => {
      const place = isOverAreas ? from : (units[from] ?? 0);
      at[2 * to] = x[place] ?? 0;
      at[2 * to + 1] = y[place] ?? 0;
      unit[to] = units[from] ?? 0;
    });
    [this.vao] = this.make(at, unit);
    [this.patchVao, this.patchAt, this.patchUnit] = this.make(null, null);
  }

  restart(): void {
    this.drawn = 0;
  }

  /* Draws the next ones; true if more are waiting. */
  draw(cam: Vec4, camera: Camera, ratio: number, bind: Bind, most: number): boolean {
    const count = Math.min(most, this.n - this.drawn);
    if (count <= 0) return false;
    this.use(cam, camera, ratio, bind);
    this.gl.bindVertexArray(this.vao);
    this.gl.drawArrays(this.gl.POINTS, this.drawn, count);
    this.drawn += count;
    return this.drawn < this.n;
  }

  patch(cam: Vec4, camera: Camera, ratio: number, bind: Bind, units: readonly number[]): void {
    if (this.isOverAreas) return;
    const { gl } = this;
    const at = new Float32Array(2 * units.length);
    units.forEach((i, k) => {
      at[2 * k] = this.x[i] ?? 0;
      at[2 * k + 1] = this.y[i] ?? 0;
    });
    gl.bindBuffer(gl.ARRAY_BUFFER, this.patchAt);
    gl.bufferData(gl.ARRAY_BUFFER, at, gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.patchUnit);
    gl.bufferData(gl.ARRAY_BUFFER, Uint32Array.from(units), gl.DYNAMIC_DRAW);
    this.use(cam, camera, ratio, bind);
    gl.bindVertexArray(this.patchVao);
    gl.drawArrays(gl.POINTS, 0, units.length);
  }

  /* Pixels across: larger when few are on the screen. */
  size(camera: Camera): number {
    const zoom = Math.sqrt(camera.scale / camera.home);
    return Math.min(Math.max(5.4 * zoom * Math.sqrt(4_000 / Math.max(this.n, 400)), 1), 13);
  }

  private use(cam: Vec4, camera: Camera, ratio: number, bind: Bind): void {
    const { gl, program } = this;
    program.use();
    bind(program);
    gl.uniform4f(program.at("cam"), ...cam);
    gl.uniform1f(program.at("shade"), this.shade);
    gl.uniform1f(program.at("size"), Math.max(this.size(camera) * ratio, 1));
  }

  private make(at: Float32Array | null, unit: Uint32Array | null): [WebGLVertexArrayObject, WebGLBuffer, WebGLBuffer] {
    const { gl } = this;
    const vao = gl.createVertexArray();
    gl.bindVertexArray(vao);
    const first = buffer(gl, at);
    floats(gl, 0, 2);
    const second = buffer(gl, unit);
    numbers(gl, 1);
    gl.bindVertexArray(null);
    return [vao, first, second];
  }
}

/* 0…n−1 in an order without pattern, the same every time. */
function shuffled(n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let seed = 20_261;
  for (let i = n - 1; i > 0; i -= 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((seed / 4_294_967_296) * (i + 1));
    const kept = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = kept;
  }
  return order;
}
