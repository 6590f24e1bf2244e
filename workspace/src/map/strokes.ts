/* Thick lines: pieces with a colour each. */
import { buffer, floats, Program, type Gl, type Rgb } from "./gl";
import { LINE_VERTEX, PLAIN_FRAGMENT } from "./shaders";

export class Strokes {
  private readonly vao: WebGLVertexArrayObject;
  private readonly pieces: WebGLBuffer;
  private readonly tints: WebGLBuffer;
  private n = 0;
  private static programs = new WeakMap<Gl, Program>();

  constructor(private readonly gl: Gl) {
    this.vao = gl.createVertexArray();
    gl.bindVertexArray(this.vao);
    buffer(gl, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]));
    floats(gl, 0, 2);
    this.pieces = buffer(gl, null);
    floats(gl, 1, 4, 1);
    this.tints = buffer(gl, null);
    gl.enableVertexAttribArray(2);
    gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.vertexAttribDivisor(2, 1);
    gl.bindVertexArray(null);
  }

  set(pieces: Float32Array, colourOf: (i: number) => Rgb, alpha = 1): void {
    const { gl } = this;
    this.n = pieces.length / 4;
    const tints = new Uint8Array(4 * this.n);
    for (let i = 0; i < this.n; i += 1) tints.set([...colourOf(i), Math.round(255 * alpha)], 4 * i);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.pieces);
    gl.bufferData(gl.ARRAY_BUFFER, pieces, gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.tints);
    gl.bufferData(gl.ARRAY_BUFFER, tints, gl.DYNAMIC_DRAW);
  }

  draw(cam: readonly [number, number, number, number], pixel: readonly [number, number], width: number, side = 0): void {
    if (this.n === 0) return;
    const { gl } = this;
    let program = Strokes.programs.get(gl);
    if (!program) Strokes.programs.set(gl, (program = new Program(gl, LINE_VERTEX, PLAIN_FRAGMENT)));
    program.use();
    gl.uniform4f(program.at("cam"), ...cam);
    gl.uniform2f(program.at("pixel"), ...pixel);
    gl.uniform1f(program.at("width"), width);
    gl.uniform1f(program.at("side"), side);
    gl.bindVertexArray(this.vao);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.n);
  }
}
