/* Draws land, areas, borders and points; all that changes while somebody edits are two small textures and a few lines. */
import { territoryBorders, type Edges } from "../model/borders";
import type { Accounts } from "../model/accounts";
import type { Ground, Window } from "../model/ground";
import { triangulate, type Triangles } from "../model/triangles";
import type { Camera } from "./camera";
import { buffer, numbers, floats, Program, rgb, type Gl, type Rgb } from "./gl";
import { Points } from "./points";
import { AREA_FRAGMENT, AREA_VERTEX, PLAIN_FRAGMENT, PLAIN_VERTEX, TEXTURE_WIDTH } from "./shaders";
import { Strokes } from "./strokes";
import { Tiled } from "./tiled";

export interface Theme {
  readonly map: Rgb;
  readonly land: Rgb;
  readonly border: Rgb;
  readonly ink: Rgb;
  readonly paper: Rgb;
  readonly accent: Rgb;
}

export type Scope = "areas" | "accounts" | "both";
type Vec4 = readonly [number, number, number, number];

export class Renderer {
  readonly gl: Gl;
  readonly isSoftware: boolean;
  scope: Scope = "both";
  /* Outlines of areas, where they are large enough for them. */
  hasOutlines = true;
  theme: Theme = { map: rgb("#e9edeb"), land: rgb("#f7f5ef"), border: rgb("#cfd3cc"), ink: rgb("#1f272b"), paper: rgb("#fdfcf9"), accent: rgb("#0d5c63") };
  points: Points | null = null;
  accounts: Points | null = null;
  edges: Edges | null = null;
  readonly borders: Strokes;
  readonly rings: Strokes;
  readonly chosen: Strokes;
  private readonly area: Program;
  private readonly plain: Program;
  private readonly colours: WebGLTexture;
  private readonly flags: WebGLTexture;
  private readonly olds: WebGLTexture;
  private readonly rows: number;
  private areas: Tiled | null = null;
  private triangles: Triangles | null = null;
  private patchVao: WebGLVertexArrayObject | null = null;
  private patchIndex: WebGLBuffer | null = null;
  private outlines: Tiled | null = null;
  private landVao: WebGLVertexArrayObject | null = null;
  private nLand = 0;
  private lineVao: WebGLVertexArrayObject | null = null;
  private nLines = 0;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly ground: Ground,
  ) {
    const options: WebGLContextAttributes = { alpha: false, antialias: false, preserveDrawingBuffer: true, depth: false, stencil: false };
    const gl: Gl | null = canvas.getContext("webgl2", options);
    if (!gl) throw new Error("This browser draws no WebGL.");
    this.gl = gl;
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    this.isSoftware = /swiftshader|llvmpipe|software/i.test(String(info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : ""));
    this.area = new Program(gl, AREA_VERTEX, AREA_FRAGMENT);
    this.plain = new Program(gl, PLAIN_VERTEX, PLAIN_FRAGMENT);
    this.rows = Math.max(Math.ceil(ground.n / TEXTURE_WIDTH), 1);
    this.colours = this.texture(gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE);
    this.olds = this.texture(gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE);
    this.flags = this.texture(gl.R8UI, gl.RED_INTEGER, gl.UNSIGNED_BYTE);
    this.borders = new Strokes(gl);
    this.rings = new Strokes(gl);
    this.chosen = new Strokes(gl);
    this.loadAreas();
    this.loadLand();
    const bare = Uint32Array.from({ length: ground.n }, (_, i) => i).filter((i) => ground.hasArea[i] === 0);
    if (bare.length > 0) this.points = new Points(gl, ground.x, ground.y, bare);
  }

  /* Colours (4 bytes each, the last unused) and flags of all units; colours of before, where changes are shown. */
  paint(colours: Uint8Array, flags: Uint8Array, olds: Uint8Array | null): void {
    const { gl, rows } = this;
    if (olds) {
      gl.bindTexture(gl.TEXTURE_2D, this.olds);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXTURE_WIDTH, rows, gl.RGBA, gl.UNSIGNED_BYTE, olds);
    }
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXTURE_WIDTH, rows, gl.RGBA, gl.UNSIGNED_BYTE, colours);
    gl.bindTexture(gl.TEXTURE_2D, this.flags);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXTURE_WIDTH, rows, gl.RED_INTEGER, gl.UNSIGNED_BYTE, flags);
  }

  get capacity(): number {
    return this.rows * TEXTURE_WIDTH;
  }

  setBorders(of: Int16Array, colour: Rgb): void {
    if (this.edges && this.ground.areas) this.borders.set(territoryBorders(this.edges, this.ground.areas.xy, of), () => colour);
  }

  /* Everything but what `drawMore` adds when there is time, or only a part of the map. True if there is more. */
  draw(camera: Camera, ratio: number, nPoints: number, part: Window | null = null): boolean {
    const { gl, theme } = this;
    const cam = this.cam(camera);
    const window = part ?? camera.window;
    if (part) this.cut(camera, ratio, part);
    else gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(theme.map[0] / 255, theme.map[1] / 255, theme.map[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.disable(gl.BLEND);
    this.flat(this.landVao, this.nLand, gl.TRIANGLES, cam, theme.land, 1);
    this.drawAreas(cam, ratio, window);
    this.drawLines(camera, cam, window);
    this.restartPoints();
    const isMore = this.drawPoints(camera, cam, ratio, nPoints);
    this.drawStrokes(cam, ratio);
    gl.disable(gl.SCISSOR_TEST);
    return isMore;
  }

  /* Nothing is drawn outside of a part of the map. */
  private cut(camera: Camera, ratio: number, [west, south, east, north]: Window): void {
    const [left, top] = camera.toScreen(west, north);
    const [right, bottom] = camera.toScreen(east, south);
    const [x, y] = [Math.floor(left * ratio), Math.floor((camera.height - bottom) * ratio)];
    this.gl.enable(this.gl.SCISSOR_TEST);
    this.gl.scissor(x, y, Math.ceil(right * ratio) - x, Math.ceil((camera.height - top) * ratio) - y);
  }

  get hasPoints(): boolean {
    return this.points !== null || (this.accounts !== null && this.scope !== "areas");
  }

  /* Where some units lie, with a rim; null if they have no area. */
  around(units: readonly number[], rim: number): Window | null {
    const { triangles } = this;
    const xy = this.ground.areas?.xy;
    if (!triangles || !xy) return null;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const i of units) {
      for (let c = triangles.starts[i] ?? 0; c < (triangles.starts[i + 1] ?? 0); c += 1) {
        const p = 2 * (triangles.corners[c] ?? 0);
        const [x, y] = [xy[p] ?? 0, xy[p + 1] ?? 0];
        [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
      }
    }
    return west <= east ? [west - rim, south - rim, east + rim, north + rim] : null;
  }

  /* The next points, and borders over them once all are there: between two parts they would cost more than the points. */
  drawMore(camera: Camera, ratio: number, nPoints: number): boolean {
    const cam = this.cam(camera);
    const isMore = this.drawPoints(camera, cam, ratio, nPoints);
    if (!isMore) this.drawStrokes(cam, ratio);
    return isMore;
  }

  private drawPoints(camera: Camera, cam: Vec4, ratio: number, nPoints: number): boolean {
    let isMore = false;
    if (this.accounts) this.accounts.shade = this.hasAreas ? 0.55 : 0;
    for (const layer of [this.points, this.scope === "areas" ? null : this.accounts]) {
      if (layer) isMore = layer.draw(cam, camera, ratio, this.bindUnits, nPoints) || isMore;
    }
    return isMore;
  }

  /* Draws some units anew over what is there, so that a brush never waits for the whole map. */
  patch(camera: Camera, ratio: number, units: readonly number[]): void {
    const { gl, triangles } = this;
    const cam = this.cam(camera);
    if (triangles && this.hasAreas) {
      let n = 0;
      for (const i of units) n += (triangles.starts[i + 1] ?? 0) - (triangles.starts[i] ?? 0);
      const corners = new Uint32Array(n);
      let at = 0;
      for (const i of units) {
        const part = triangles.corners.subarray(triangles.starts[i], triangles.starts[i + 1]);
        corners.set(part, at);
        at += part.length;
      }
      gl.bindVertexArray(this.patchVao);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.patchIndex);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.DYNAMIC_DRAW);
      this.useArea(cam, ratio);
      gl.drawElements(gl.TRIANGLES, n, gl.UNSIGNED_INT, 0);
    }
    this.points?.patch(cam, camera, ratio, this.bindUnits, units);
    gl.bindVertexArray(null);
  }

  restartPoints(): void {
    this.points?.restart();
    this.accounts?.restart();
  }

  private drawAreas(cam: Vec4, ratio: number, window: Window): void {
    if (!this.areas || !this.hasAreas) return;
    this.useArea(cam, ratio);
    this.areas.draw(window);
  }

  /* Without areas there is nothing to draw borders around. */
  private get hasAreas(): boolean {
    return this.scope !== "accounts" || this.accounts === null;
  }

  private drawLines(camera: Camera, cam: Vec4, window: Window): void {
    const { gl, theme, ground } = this;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    if (this.outlines && this.hasAreas && this.hasOutlines) {
      const [west, south, east, north] = ground.window;
      const side = Math.sqrt(((east - west) * (north - south)) / Math.max(ground.n, 1)) * camera.scale;
      if (side > 7) {
        this.usePlain(cam, theme.paper, Math.min((side - 7) / 20, 0.75));
        this.outlines.draw(window);
      }
    }
    this.flat(this.lineVao, this.nLines, gl.LINES, cam, theme.border, ground.areas ? 0.6 : 1);
    gl.disable(gl.BLEND);
  }

  private drawStrokes(cam: Vec4, ratio: number): void {
    if (!this.hasAreas) return;
    const pixel = [2 / this.canvas.width, 2 / this.canvas.height] as const;
    this.borders.draw(cam, pixel, 1.7 * ratio);
    this.rings.draw(cam, pixel, 2.6 * ratio, 0.5);
    this.chosen.draw(cam, pixel, 2.2 * ratio);
  }

  private useArea(cam: Vec4, ratio: number): void {
    this.area.use();
    this.bindUnits(this.area);
    this.gl.uniform4f(this.area.at("cam"), ...cam);
    this.gl.uniform1f(this.area.at("ratio"), ratio);
  }

  private readonly bindUnits = (program: Program): void => {
    const { gl, theme } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.colours);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.flags);
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_2D, this.olds);
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(program.at("colours"), 0);
    gl.uniform1i(program.at("olds"), 2);
    gl.uniform1i(program.at("flags"), 1);
    for (const name of ["ink", "paper", "accent"] as const) {
      const [r, g, b] = theme[name];
      gl.uniform3f(program.at(name), r / 255, g / 255, b / 255);
    }
  };

  private usePlain(cam: Vec4, [r, g, b]: Rgb, alpha: number): void {
    const { gl, plain } = this;
    plain.use();
    gl.uniform4f(plain.at("cam"), ...cam);
    gl.uniform4f(plain.at("tint"), r / 255, g / 255, b / 255, alpha);
  }

  private flat(vao: WebGLVertexArrayObject | null, n: number, kind: number, cam: Vec4, colour: Rgb, alpha: number): void {
    if (!vao || n === 0) return;
    const { gl } = this;
    this.usePlain(cam, colour, alpha);
    gl.bindVertexArray(vao);
    gl.drawElements(kind, n, gl.UNSIGNED_INT, 0);
  }

  private cam(camera: Camera): Vec4 {
    return [camera.x, camera.y, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height];
  }

  private texture(inside: number, format: number, type: number): WebGLTexture {
    const { gl } = this;
    const made = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, made);
    gl.texImage2D(gl.TEXTURE_2D, 0, inside, TEXTURE_WIDTH, this.rows, 0, format, type, null);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    return made;
  }

  private loadAreas(): void {
    const { gl, ground } = this;
    const { areas } = ground;
    if (!areas) return;
    this.triangles = triangulate(areas, ground.n);
    const owners = new Uint32Array(areas.xy.length / 2);
    for (let p = 0; p < areas.owner.length; p += 1) {
      owners.fill(areas.owner[p] ?? 0, areas.rings[areas.polygons[p] ?? 0], areas.rings[areas.polygons[p + 1] ?? 0]);
    }
    const xy = buffer(gl, areas.xy);
    const unit = buffer(gl, owners);
    const make = (corners: Uint32Array | null): [WebGLVertexArrayObject, WebGLBuffer] => {
      const vao = gl.createVertexArray();
      gl.bindVertexArray(vao);
      gl.bindBuffer(gl.ARRAY_BUFFER, xy);
      floats(gl, 0, 2);
      gl.bindBuffer(gl.ARRAY_BUFFER, unit);
      numbers(gl, 1);
      const index = buffer(gl, corners, gl.ELEMENT_ARRAY_BUFFER);
      gl.bindVertexArray(null);
      return [vao, index];
    };
    this.areas = new Tiled(gl, this.triangles.corners, 3, areas.xy, (index) => make(index)[0]);
    [this.patchVao, this.patchIndex] = make(null);
  }

  /* Once the first picture is there: the edges, for outlines and borders. */
  loadEdges(edges: Edges): void {
    const { areas } = this.ground;
    if (!areas) return;
    this.edges = edges;
    const pairs = new Uint32Array(2 * edges.a.length);
    for (let e = 0; e < edges.a.length; e += 1) pairs.set([edges.a[e] ?? 0, edges.b[e] ?? 0], 2 * e);
    this.outlines = new Tiled(this.gl, pairs, 2, areas.xy, (index) => this.indexed(areas.xy, index));
  }

  loadAccounts({ x, y, unit }: Accounts): void {
    this.accounts = new Points(this.gl, x, y, unit, true);
  }

  private loadLand(): void {
    const { land, lines } = this.ground;
    if (land) {
      const { corners } = triangulate(land, 0);
      this.landVao = this.indexed(land.xy, corners);
      this.nLand = corners.length;
    }
    if (!lines) return;
    const pairs: number[] = [];
    for (let l = 0; l + 1 < lines.starts.length; l += 1) {
      for (let v = (lines.starts[l] ?? 0) + 1; v < (lines.starts[l + 1] ?? 0); v += 1) pairs.push(v - 1, v);
    }
    this.lineVao = this.indexed(lines.xy, Uint32Array.from(pairs));
    this.nLines = pairs.length;
  }

  private indexed(xy: Float32Array, index: Uint32Array): WebGLVertexArrayObject {
    const { gl } = this;
    const vao = gl.createVertexArray();
    gl.bindVertexArray(vao);
    buffer(gl, xy);
    floats(gl, 0, 2);
    buffer(gl, index, gl.ELEMENT_ARRAY_BUFFER);
    gl.bindVertexArray(null);
    return vao;
  }
}
