/* Texts and numbers as people read them. */

let dictionary: Readonly<Record<string, string>> = {};
let locale: string | undefined;
let isRightToLeft = false;

export function setWords(words: Readonly<Record<string, string>>, lang: string, direction = ""): void {
  dictionary = words;
  locale = lang === "" ? undefined : lang;
  isRightToLeft = direction === "rtl";
}

/* A name within a sentence that runs the other way keeps its own direction. */
function apart(text: string): string {
  return isRightToLeft ? `\u2068${text}\u2069` : text;
}

/* Signs, numbers and what stands between them stay in their order, whichever way the sentence runs. */
function inOrder(text: string): string {
  return isRightToLeft ? `\u2066${text}\u2069` : text;
}

/* A sentence in the reader's language; {name} stands for a value. */
export function t(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (dictionary[text] ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? count(value) : apart(value);
  });
}

export function count(value: number): string {
  return value.toLocaleString(locale);
}

/* One or many; {n} stands for the number. */
export function tn(n: number, one: string, many: string): string {
  return t(n === 1 ? one : many, { n });
}

export function number(value: number, digits = digitsOf(value)): string {
  return value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

function digitsOf(value: number): number {
  return Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
}

const evenDigits = new WeakMap<Float64Array, number>();

/* Digits behind the point for a whole column, so that its numbers stand one under the other: none if all are whole, else by the largest. */
export function evenly(values: Float64Array): number {
  let digits = evenDigits.get(values);
  if (digits === undefined) {
    const most = values.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
    digits = values.every(Number.isInteger) || most >= 1000 ? 0 : most >= 10 ? 1 : 2;
    evenDigits.set(values, digits);
  }
  return digits;
}

/* +4.1 %, −3 %: relative deviations always carry their sign. */
export function signed(share: number): string {
  const percent = 100 * share;
  const text = Math.abs(percent).toLocaleString(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  return inOrder(`${percent > 0.049 ? "+" : percent < -0.049 ? "−" : ""}${text} %`);
}

/* From the least to the greatest; one number where they are the same. */
export function range([least, greatest]: readonly [number, number]): string {
  return least === greatest ? number(least) : inOrder(`${number(least)} – ${number(greatest)}`);
}

/* So much of a measure: "1,690 workload hours". */
export function amount(value: number, measure: string): string {
  return apart(`${number(value)} ${words(measure)}`);
}

/* workload_hours → Workload hours: where it stands alone. */
export function title(key: string): string {
  const text = words(key);
  return text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1);
}

/* workload_hours → workload hours: within a sentence. */
export function words(key: string): string {
  return key.replaceAll("_", " ");
}
