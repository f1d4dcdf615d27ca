// The structure library: a periodic table, one search box, and cards.
//
// Python searches and draws the pictures; this file shows them and sends what was asked
// for. All texts reach the page through textContent or attributes, never as markup.

const MODES = {
  all: { label: "with all of", mark: "✓", says: "required" },
  any: { label: "with any of", mark: "∨", says: "one of several" },
  none: { label: "without", mark: "✕", says: "excluded" },
};
const TYPING_MS = 250;
const WIDE = "(min-width: 700px)";
const PICKERS = new WeakMap();

export default function (component) {
  const host = component.parentElement;
  if (!PICKERS.has(host)) PICKERS.set(host, new Picker(host, component.data));
  PICKERS.get(host).update(component);
  return () => PICKERS.delete(host);
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

class Picker {
  constructor(host, data) {
    this.root = host.querySelector(".library");
    this.query = structuredClone(data.query);
    this.mode = "all";
    this.search = this.buildSearch(data.families);
    this.status = make("p", { class: "status", role: "status" });
    this.cards = make("ul", { class: "cards", "aria-label": "Crystals" });
    const found = make("section", { class: "found" }, this.search, this.status, this.cards, this.buildPages());
    this.root.append(this.buildElements(data), found);
    if (matchMedia("(pointer: fine)").matches) this.box.focus();
  }

  update({ data, setStateValue, setTriggerValue }) {
    this.send = (query) => setStateValue("query", query);
    this.choose = (id) => setTriggerValue("chosen", id);
    this.page = data.page;
    this.showMarks();
    this.showCards(data);
  }

  ask(change, wait = 0) {
    Object.assign(this.query, { page: 0 }, change);
    this.showMarks();
    this.root.setAttribute("aria-busy", "true");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(structuredClone(this.query)), wait);
  }

  // --- the search box and the families below it

  buildSearch(families) {
    this.box = make("input", {
      type: "search",
      class: "box",
      maxlength: 80,
      placeholder: "Fe2O3, rutile, Fm-3m, 225, ABO3 …",
      "aria-label": "Formula, name, prototype or space group",
      oninput: () => this.ask({ text: this.box.value }, TYPING_MS),
      onkeydown: (event) => event.key === "Enter" && this.enter(event),
    });
    this.box.value = this.query.text;
    const chips = families.map(([text, words]) =>
      make("button", { type: "button", class: "chip", text, onclick: () => this.take(words) }),
    );
    return make("div", { class: "search" }, this.box, make("div", { class: "chips" }, ...chips));
  }

  // Return opens the only crystal that fits, or goes on to the first of several.
  enter(event) {
    event.preventDefault(); // or the same key would press the card that gets the focus
    if (this.root.hasAttribute("aria-busy")) return;
    const cards = this.cards.querySelectorAll(".card");
    if (cards.length === 1) cards[0].click();
    else cards[0]?.focus();
  }

  take(text) {
    this.box.value = text;
    this.ask({ text });
  }

  // --- the periodic table

  buildElements(data) {
    const known = new Set(data.known);
    this.elements = data.elements.map(([symbol, name], index) => this.buildElement(symbol, name, index + 1, known));
    this.grid = make("div", { class: "grid", role: "group", "aria-label": "Periodic table" });
    this.grid.append(...this.elements.map((element) => element.button));
    this.grid.addEventListener("keydown", (event) => this.move(event));
    this.reachable = this.elements.filter((element) => !element.button.disabled);
    this.reachable[0].button.tabIndex = 0;
    const modes = Object.entries(MODES).map(([mode, { label }]) => {
      const radio = make("input", { type: "radio", name: "mode", value: mode, onchange: () => (this.mode = mode) });
      radio.checked = mode === this.mode;
      return make("label", {}, radio, make("span", { text: label }));
    });
    this.summary = make("p", { class: "summary" });
    this.clear = make("button", { type: "button", class: "quiet", text: "Clear", onclick: () => this.reset() });
    const details = make(
      "details",
      { class: "elements" },
      make("summary", { text: "Elements" }),
      make("fieldset", { class: "modes" }, make("legend", { text: "Crystals" }), ...modes),
      make("div", { class: "scroll" }, this.grid),
      make("div", { class: "chosen" }, this.summary, this.clear),
    );
    details.open = matchMedia(WIDE).matches;
    return details;
  }

  buildElement(symbol, name, number, known) {
    const [row, column] = placeOf(number);
    const button = make("button", { type: "button", class: "element", tabindex: -1, title: name });
    button.append(make("span", { text: symbol }), make("i", { "aria-hidden": "true" }));
    button.style.gridArea = `${row} / ${column}`;
    button.disabled = !known.has(symbol);
    button.addEventListener("click", () => this.mark(symbol));
    return { symbol, name, row, column, button };
  }

  mark(symbol) {
    const had = this.query[this.mode].includes(symbol);
    const change = {};
    for (const mode of Object.keys(MODES)) change[mode] = this.query[mode].filter((each) => each !== symbol);
    if (!had) change[this.mode].push(symbol);
    this.ask(change);
  }

  reset() {
    this.box.value = "";
    this.ask({ text: "", all: [], any: [], none: [] });
  }

  showMarks() {
    for (const { symbol, name, button } of this.elements) {
      const mode = Object.keys(MODES).find((each) => this.query[each].includes(symbol));
      button.dataset.mode = mode ?? "";
      button.setAttribute("aria-pressed", String(Boolean(mode)));
      button.setAttribute("aria-label", mode ? `${name}, ${MODES[mode].says}` : name);
      button.querySelector("i").textContent = mode ? MODES[mode].mark : "";
    }
    const parts = Object.entries(MODES)
      .filter(([mode]) => this.query[mode].length)
      .map(([mode, { label }]) => `${label} ${this.query[mode].join(", ")}`);
    this.summary.textContent = parts.length ? `Crystals ${parts.join("; ")}` : "Click elements to narrow the list.";
    this.clear.hidden = !parts.length && !this.query.text;
  }

  // Arrow keys walk over the elements that the library has; one of them is in the tab order.
  move(event) {
    const from = this.elements.find((element) => element.button === event.target);
    const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key] ?? [0, 0];
    if (!from || (!dx && !dy)) return;
    event.preventDefault();
    const ahead = this.reachable
      .map((element) => {
        const [right, down] = [element.column - from.column, element.row - from.row];
        return { element, along: right * dx + down * dy, aside: Math.abs(dx ? down : right) };
      })
      .filter(({ along, aside }) => along > 0 && (dy ? aside <= along * 6 : aside === 0))
      .sort((one, two) => one.along + 3 * one.aside - (two.along + 3 * two.aside));
    if (!ahead.length) return;
    for (const { button } of this.reachable) button.tabIndex = -1;
    ahead[0].element.button.tabIndex = 0;
    ahead[0].element.button.focus();
  }

  // --- the cards

  showCards(data) {
    this.root.removeAttribute("aria-busy");
    this.status.textContent = describe(data);
    this.cards.replaceChildren(...data.cards.map((card) => make("li", {}, this.buildCard(card))));
    this.before.disabled = data.page === 0;
    this.after.disabled = data.first + data.cards.length >= data.total;
    this.pages.hidden = this.before.disabled && this.after.disabled;
  }

  buildCard(card) {
    return make(
      "button",
      { type: "button", class: "card", "data-id": card.id, onclick: () => this.choose(card.id) },
      make("img", { src: card.picture, alt: `Unit cell of ${card.name}`, width: 120, height: 96 }),
      make("strong", { text: card.formula }),
      make("span", { text: card.name }),
      make("small", { text: card.prototype }),
      make("small", { text: card.facts }),
    );
  }

  buildPages() {
    const turn = (by) => () => this.ask({ page: this.page + by });
    this.before = make("button", { type: "button", class: "quiet", text: "Previous", onclick: turn(-1) });
    this.after = make("button", { type: "button", class: "quiet", text: "Next", onclick: turn(1) });
    this.pages = make("nav", { class: "pages", "aria-label": "Pages" }, this.before, this.after);
    return this.pages;
  }
}

function describe({ first, total, cards, said }) {
  if (!total) return said;
  const all = total === cards.length;
  const number = total === 1 ? "1 crystal" : `${total} crystals`;
  const shown = all ? number : `${first + 1} to ${first + cards.length} of ${number}`;
  return said ? `${said} ${shown}.` : shown;
}

// Row and column of an element, from one: seven periods, a gap, lanthanides, actinides.
function placeOf(number) {
  if (number >= 57 && number <= 71) return [9, number - 54];
  if (number >= 89 && number <= 103) return [10, number - 86];
  const ends = [2, 10, 18, 36, 54, 86, 118];
  const row = ends.findIndex((end) => number <= end);
  const place = number - (row ? ends[row - 1] : 0);
  return [row + 1, place <= (row ? 2 : 1) ? place : 18 - (ends[row] - number)];
}
