/* Triangles or lines on the graphics card, of which those in sight are drawn. */
import type { Window } from "../model/ground";
import { spans, tilesOf, type Tiles } from "../model/tiles";
import type { Gl } from "./gl";

export class Tiled {
  private readonly tiles: Tiles;
  private readonly vao: WebGLVertexArrayObject;

  /* `load` makes the geometry with this index. */
  constructor(
    private readonly gl: Gl,
    index: Uint32Array,
    private readonly each: 2 | 3,
    xy: Float32Array,
    load: (index: Uint32Array) => WebGLVertexArrayObject,
  ) {
    this.tiles = tilesOf(index, each, xy);
    this.vao = load(this.tiles.index);
  }

  draw(window: Window): void {
    const { gl } = this;
    gl.bindVertexArray(this.vao);
    for (const [first, count] of spans(this.tiles, window)) gl.drawElements(this.each === 3 ? gl.TRIANGLES : gl.LINES, count, gl.UNSIGNED_INT, 4 * first);
  }
}
