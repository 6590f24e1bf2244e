/* Elements without markup: nothing that a name or a file says can become code. */

type Value = string | number | boolean | null | undefined;
type Child = Node | string | null;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Readonly<Record<string, Value>> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter((c) => c !== null));
  return element;
}

export function svg(tag: string, attributes: Readonly<Record<string, Value>> = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children);
  return element;
}

export function set(element: Element, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : String(value));
}

export function text(element: Element, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

const ICONS = {
  select: "M5 3l10 7-5 1 3 5-2 1-3-5-3 4z",
  brush: "M16 4c-4 1-7 4-9 7l2 2c3-2 6-5 7-9zM7 11c-2 0-3 2-4 5 3 0 5-1 6-3",
  box: "M4 5h12v10H4z",
  lasso: "M6 13c-6-5 1-10 6-9s7 7 1 9c-3 1-5 0-7 0 0 2 1 3-1 4",
  undo: "M8 5L4 9l4 4M4 9h8a4 4 0 0 1 0 8h-2",
  redo: "M12 5l4 4-4 4M16 9H8a4 4 0 0 0 0 8h2",
  locked: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3",
  open: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 5.5-1.5",
  more: "M10 4.3a.7.7 0 1 0 .01 0zM10 9.3a.7.7 0 1 0 .01 0zM10 14.3a.7.7 0 1 0 .01 0z",
  add: "M10 4v12M4 10h12",
  near: "M10 5v10M5 10h10",
  far: "M5 10h10",
  all: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  legend: "M4 5h3v3H4zM4 12h3v3H4zM10 6.5h6M10 13.5h6",
} as const;
export type Icon = keyof typeof ICONS;

export function icon(name: Icon): SVGElement {
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/* The colour of a territory, with the pattern that the map draws over those that share it. */
export function swatch(colour: string, pattern = 0): SVGElement {
  const marks = ["", "M0 6 6 0M4 12 12 4", "M3 3h.01M9 3h.01M6 6h.01M3 9h.01M9 9h.01", "M0 6 6 12M4 0 12 8"][pattern] ?? "";
  const over = marks ? [svg("path", { d: marks, class: "swatch-mark", "data-pattern": pattern })] : [];
  return svg("svg", { class: "swatch", viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("rect", { width: 12, height: 12, fill: colour }), ...over);
}

/* A button that shows a sign and says a word. */
export function iconButton(name: Icon, label: string, attributes: Readonly<Record<string, Value>> = {}): HTMLButtonElement {
  return h("button", { type: "button", title: label, ...attributes }, icon(name), h("span", { class: "hidden" }, label));
}

export function options(select: HTMLSelectElement, entries: readonly (readonly [value: string, label: string])[]): void {
  const kept = select.value;
  select.replaceChildren(...entries.map(([value, label]) => h("option", { value }, label)));
  if (entries.some(([value]) => value === kept)) select.value = kept;
}

export function on<K extends keyof HTMLElementEventMap>(element: HTMLElement, name: K, listener: (event: HTMLElementEventMap[K]) => void): void {
  element.addEventListener(name, listener);
}
