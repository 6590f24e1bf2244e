/* A little order around WebGL. */

export type Gl = WebGL2RenderingContext;

export class Program {
  private readonly places = new Map<string, WebGLUniformLocation | null>();
  private readonly program: WebGLProgram;

  constructor(
    private readonly gl: Gl,
    vertex: string,
    fragment: string,
  ) {
    this.program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
      const shader = gl.createShader(kind);
      if (!shader) throw new Error("The graphics card gives no shader.");
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    if (gl.getProgramParameter(this.program, gl.LINK_STATUS) !== true) {
      const logs = (gl.getAttachedShaders(this.program) ?? []).map((s) => gl.getShaderInfoLog(s) ?? "");
      throw new Error(`The map's program does not run here: ${gl.getProgramInfoLog(this.program) ?? ""} ${logs.join(" ")}`);
    }
  }

  use(): void {
    this.gl.useProgram(this.program);
  }

  at(name: string): WebGLUniformLocation | null {
    if (!this.places.has(name)) this.places.set(name, this.gl.getUniformLocation(this.program, name));
    return this.places.get(name) ?? null;
  }
}

export function buffer(gl: Gl, data: AllowSharedBufferSource | null, kind: number = gl.ARRAY_BUFFER, usage: number = gl.STATIC_DRAW): WebGLBuffer {
  const made = gl.createBuffer();
  gl.bindBuffer(kind, made);
  if (data) gl.bufferData(kind, data, usage);
  return made;
}

export function floats(gl: Gl, place: number, size: number, divisor = 0): void {
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
  gl.vertexAttribDivisor(place, divisor);
}

export function numbers(gl: Gl, place: number): void {
  gl.enableVertexAttribArray(place);
  gl.vertexAttribIPointer(place, 1, gl.UNSIGNED_INT, 0, 0);
}

export type Rgb = readonly [number, number, number];

export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.replace("#", "").slice(0, 6).padEnd(6, "0"), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}
