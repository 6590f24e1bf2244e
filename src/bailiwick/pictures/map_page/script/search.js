// The search box: territories and units by name or id, by keyboard alone if one likes.

const MOST_HITS = 12;

class Search {
  constructor(app) {
    this.app = app;
    this.input = byId("search");
    this.list = byId("hits");
    this.hits = [];
    this.at = -1;
    this.texts = null;
    this.input.placeholder = `Find a territory or ${app.model.plan.noun[0]}`;
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.input.value && this.look());
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  // Folded texts are made on the first search, not before the first picture.
  index() {
    const { model } = this.app;
    const { names, ids } = model.plan.territories;
    const fold = (a, b) => foldText(a === b ? a : `${a} ${b}`);
    this.texts = {
      territories: names.map((name, t) => fold(name, ids[t])),
      units: model.labels.map((label, i) => fold(label, model.ids[i])),
    };
  }

  look() {
    if (!this.texts) this.index();
    const words = foldText(this.input.value).split(/\s+/).filter(Boolean);
    this.hits = words.length ? [...this.find("territories", words), ...this.find("units", words)].slice(0, MOST_HITS) : [];
    this.at = this.hits.length ? 0 : -1;
    this.render(words.length > 0);
  }

  // Best first: texts that begin with the first word, then the shorter ones.
  find(kind, words) {
    const found = [];
    this.texts[kind].forEach((folded, i) => {
      if (!words.every((word) => folded.includes(word))) return;
      const start = folded.startsWith(words[0]) ? 0 : folded.includes(` ${words[0]}`) ? 1 : 2;
      found.push([start, folded.length, i]);
    });
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    return found.slice(0, MOST_HITS).map(([, , i]) => ({ kind, i }));
  }

  render(isOpen) {
    const { model } = this.app;
    const { names, ids } = model.plan.territories;
    this.list.replaceChildren(
      ...this.hits.map(({ kind, i }, place) => {
        const isTerritory = kind === "territories";
        const t = isTerritory ? i : model.territory[i];
        const first = isTerritory ? names[i] : model.labels[i];
        const second = isTerritory ? `Territory${names[i] === ids[i] ? "" : ` ${ids[i]}`}` : `${model.ids[i]} · ${t < 0 ? "no territory" : names[t]}`;
        const option = make("li", { role: "option", id: `hit-${place}`, "aria-selected": String(place === this.at) }, swatch(this.app.colourOfTerritory(t)), make("span", { class: "hit" }, text(first), make("span", { class: "sub" }, text(second))));
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.choose(place);
        });
        return option;
      }),
    );
    const isEmpty = isOpen && this.hits.length === 0;
    if (isEmpty) this.list.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "none" }, "Nothing found by that name or id"));
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `hit-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    if (isOpen) say(isEmpty ? "Nothing found" : `${this.hits.length} found`);
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.list.hidden) return this.close();
      this.input.value = "";
      return this.input.blur();
    }
    if (event.key === "Enter" && this.at >= 0 && !this.list.hidden) return this.choose(this.at);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.hits.length) return undefined;
    event.preventDefault();
    this.at = (this.at + step + this.hits.length) % this.hits.length;
    return this.render(true);
  }

  choose(place) {
    const { kind, i } = this.hits[place];
    this.close();
    if (kind === "territories") this.app.goToTerritory(i);
    else this.app.goToUnit(i);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

const foldText = (value) => value.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
