/* Five classes of a measure, of about as many units each; equal numbers are never torn apart. */

export interface Classes {
  readonly of: Uint8Array;
  /* Least and greatest number in each class; null where it is empty. */
  readonly ranges: readonly (readonly [number, number] | null)[];
}

export function classify(values: Float64Array, nClasses = 5): Classes {
  const sorted = Float64Array.from(values).sort();
  const limits = Array.from({ length: nClasses - 1 }, (_, c) => sorted[Math.floor(((c + 1) / nClasses) * (sorted.length - 1))] ?? 0);
  const of = new Uint8Array(values.length);
  const ranges: ([number, number] | null)[] = Array.from({ length: nClasses }, () => null);
  values.forEach((value, i) => {
    let c = 0;
    while (c < limits.length && value > (limits[c] ?? 0)) c += 1;
    of[i] = c;
    const range = ranges[c];
    ranges[c] = range ? [Math.min(range[0], value), Math.max(range[1], value)] : [value, value];
  });
  return { of, ranges };
}

/* 0 for the first territory of a colour, then a pattern for each that has the same. */
export function patterns(colours: readonly string[]): number[] {
  const seen = new Map<string, number>();
  return colours.map((colour) => {
    const n = seen.get(colour) ?? 0;
    seen.set(colour, n + 1);
    return n % 4;
  });
}
