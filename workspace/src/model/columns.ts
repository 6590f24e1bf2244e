/* The binary file of the server: named columns of little-endian numbers after a header in JSON. */

export type Column = Float32Array | Float64Array | Int16Array | Uint8Array | Uint16Array | Uint32Array;

interface Header {
  readonly columns: Readonly<Record<string, readonly [string, number, number]>>;
}

export class Columns<H> {
  private constructor(
    readonly header: H & Header,
    private readonly file: ArrayBuffer,
    private readonly start: number,
  ) {}

  static read<H>(file: ArrayBuffer): Columns<H> {
    const view = new DataView(file);
    if (file.byteLength < 8 || view.getUint32(0, false) !== 0x42574331) throw new Error("The map file is not what was expected (BWC1).");
    const length = view.getUint32(4, true);
    const text = new TextDecoder().decode(new Uint8Array(file, 8, length));
    return new Columns(JSON.parse(text) as H & Header, file, 8 + length);
  }

  has(name: string): boolean {
    return name in this.header.columns;
  }

  f4(name: string): Float32Array {
    return new Float32Array(this.file, ...this.place(name, "f4"));
  }

  f8(name: string): Float64Array {
    return new Float64Array(this.file, ...this.place(name, "f8"));
  }

  u2(name: string): Uint16Array {
    return new Uint16Array(this.file, ...this.place(name, "u2"));
  }

  u4(name: string): Uint32Array {
    return new Uint32Array(this.file, ...this.place(name, "u4"));
  }

  texts(name: string): string[] {
    const [offset, count] = this.place(name, "u1");
    return count === 0 ? [] : new TextDecoder().decode(new Uint8Array(this.file, offset, count)).split("\0");
  }

  private place(name: string, kind: string): [number, number] {
    const found = this.header.columns[name];
    if (found === undefined || found[0] !== kind) throw new Error(`The map file has no column ${name} of kind ${kind}.`);
    return [this.start + found[1], found[2]];
  }
}

/* Numbers that travel in JSON as base64 of their bytes. */
export function unpack(text: string): ArrayBuffer {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) out[i] = raw.charCodeAt(i);
  return out.buffer;
}
