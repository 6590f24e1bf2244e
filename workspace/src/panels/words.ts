/* Texts and numbers as people read them. */

let dictionary: Readonly<Record<string, string>> = {};
let locale: string | undefined;

export function setWords(words: Readonly<Record<string, string>>, lang: string): void {
  dictionary = words;
  locale = lang === "" ? undefined : lang;
}

/* A sentence in the reader's language; {name} stands for a value. */
export function t(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (dictionary[text] ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? count(value) : value;
  });
}

export function count(value: number): string {
  return value.toLocaleString(locale);
}

export function number(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/* +4.1 %, −3 %: relative deviations always carry their sign. */
export function signed(share: number): string {
  const percent = 100 * share;
  const text = Math.abs(percent).toLocaleString(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  return `${percent > 0.049 ? "+" : percent < -0.049 ? "−" : ""}${text} %`;
}

/* workload_hours → workload hours */
export function words(key: string): string {
  return key.replaceAll("_", " ");
}
