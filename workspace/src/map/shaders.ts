/* Programs of the graphics card. `cam` is centre (x, y) and scale to clip space; colours and flags of units come from textures, so that
   a move changes a few texels and no geometry. */

export const SELECTED = 1;
export const LOCKED = 2;
export const DIM = 4;
export const PATTERN_SHIFT = 3;
export const CHANGED = 32;
export const TEXTURE_WIDTH = 512;

const UNIT = `
uniform sampler2D colours;
uniform highp usampler2D flags;
flat out vec3 colour;
flat out uint flag;
void look(uint unit) {
  ivec2 at = ivec2(int(unit % ${TEXTURE_WIDTH}u), int(unit / ${TEXTURE_WIDTH}u));
  colour = texelFetch(colours, at, 0).rgb;
  flag = texelFetch(flags, at, 0).r;
}`;

export const AREA_VERTEX = `#version 300 es
layout(location=0) in vec2 at;
layout(location=1) in uint unit;
uniform vec4 cam;
${UNIT}
void main() {
  gl_Position = vec4((at - cam.xy) * cam.zw, 0.0, 1.0);
  look(unit);
}`;

export const AREA_FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 colour;
flat in highp uint flag;
uniform vec3 ink;
uniform vec3 paper;
uniform vec3 accent;
uniform float ratio;
out vec4 o;
void main() {
  vec3 c = colour;
  vec2 p = gl_FragCoord.xy / ratio;
  uint pattern = (flag >> ${PATTERN_SHIFT}u) & 3u;
  if (pattern == 1u && mod(p.x + p.y, 9.0) < 1.6) c = mix(c, paper, 0.38);
  if (pattern == 2u && length(mod(p, 7.0) - 3.5) < 1.2) c = mix(c, paper, 0.45);
  if (pattern == 3u && mod(p.x - p.y, 9.0) < 1.6) c = mix(c, paper, 0.38);
  if ((flag & ${DIM}u) != 0u) c = mix(c, paper, 0.72);
  if ((flag & ${LOCKED}u) != 0u && (mod(p.x + p.y, 6.0) < 1.1 || mod(p.x - p.y, 6.0) < 1.1)) c = mix(c, ink, 0.5);
  if ((flag & ${SELECTED}u) != 0u) c = mix(c, mod(p.x + p.y, 4.0) < 2.0 ? ink : accent, 0.5);
  o = vec4(c, 1.0);
}`;

export const POINT_VERTEX = `#version 300 es
layout(location=0) in vec2 at;
layout(location=1) in uint unit;
uniform vec4 cam;
uniform float size;
uniform sampler2D olds;
flat out vec3 old;
${UNIT}
void main() {
  gl_Position = vec4((at - cam.xy) * cam.zw, 0.0, 1.0);
  look(unit);
  old = texelFetch(olds, ivec2(int(unit % ${TEXTURE_WIDTH}u), int(unit / ${TEXTURE_WIDTH}u)), 0).rgb;
  gl_PointSize = (flag & ${SELECTED | LOCKED | CHANGED}u) != 0u ? size + 4.0 : size;
}`;

export const POINT_FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 colour;
flat in vec3 old;
flat in highp uint flag;
uniform vec3 ink;
uniform vec3 paper;
uniform vec3 accent;
uniform float size;
uniform float shade;
out vec4 o;
void main() {
  vec3 c = mix((flag & ${DIM}u) != 0u ? mix(colour, paper, 0.72) : colour, ink, shade);
  if (size < 3.5) {
    o = vec4((flag & ${SELECTED}u) != 0u ? accent : c, 1.0);
    return;
  }
  vec2 q = abs(gl_PointCoord - 0.5) * 2.0;
  bool isLocked = (flag & ${LOCKED}u) != 0u;
  float d = isLocked ? max(q.x, q.y) : length(q);
  if (d > 1.0) discard;
  bool isSelected = (flag & ${SELECTED}u) != 0u;
  bool isChanged = (flag & ${CHANGED}u) != 0u;
  float rim = (isLocked || isChanged ? 3.2 : isSelected ? 2.4 : 1.4) / size * 2.0;
  if (d > 1.0 - rim) c = isSelected ? accent : isChanged ? old : mix(c, ink, isLocked ? 0.85 : 0.28);
  else if (isSelected && d > 1.0 - 1.5 * rim) c = paper;
  o = vec4(c, 1.0);
}`;

/* Thick lines: one rectangle per piece. `side` moves it inwards, for rings inside an outline. */
export const LINE_VERTEX = `#version 300 es
layout(location=0) in vec2 corner;
layout(location=1) in vec4 piece;
layout(location=2) in vec4 tint;
uniform vec4 cam;
uniform vec2 pixel;
uniform float width;
uniform float side;
out vec4 c;
void main() {
  vec2 a = (piece.xy - cam.xy) * cam.zw / pixel;
  vec2 b = (piece.zw - cam.xy) * cam.zw / pixel;
  vec2 along = b - a;
  float len = max(length(along), 1e-6);
  along /= len;
  vec2 normal = vec2(-along.y, along.x);
  float cap = side == 0.0 ? width * 0.5 : 0.0;
  vec2 p = mix(a - along * cap, b + along * cap, corner.x) + normal * width * (corner.y - 0.5 + side);
  gl_Position = vec4(p * pixel, 0.0, 1.0);
  c = tint;
}`;

export const PLAIN_VERTEX = `#version 300 es
layout(location=0) in vec2 at;
uniform vec4 cam;
uniform vec4 tint;
out vec4 c;
void main() {
  gl_Position = vec4((at - cam.xy) * cam.zw, 0.0, 1.0);
  c = tint;
}`;

export const PLAIN_FRAGMENT = `#version 300 es
precision highp float;
in vec4 c;
out vec4 o;
void main() { o = c; }`;
