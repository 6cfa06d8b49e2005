/* Which codes stand in this entry, how often and where; a click leads from one of its passages to the next. */

const WIDTH = 100; // of the small strip, in hundredths of the text
const SVG = "http://www.w3.org/2000/svg";

export class Outline {
  constructor(desk) {
    this.desk = desk;
    this.views = document.getElementById("desk-views");
    this.list = this.views.querySelector("[data-lines]");
    this.panes = { list: document.getElementById("desk-list"), codes: document.getElementById("desk-codes") };
    this.tabs = [...this.views.querySelectorAll("[role=tab]")];
    this.at = new Map();
    this.panes.list.setAttribute("role", "tabpanel");
    this.panes.list.setAttribute("aria-labelledby", "tab-list");
    for (const tab of this.tabs) tab.addEventListener("click", () => this.open(tab));
    this.views.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", (event) => this.#clicked(event));
  }

  open(tab) {
    for (const each of this.tabs) {
      const isOpen = each === tab;
      each.setAttribute("aria-selected", String(isOpen));
      each.tabIndex = isOpen ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !isOpen;
    }
    this.render();
  }

  #key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = this.tabs.indexOf(event.target);
    if (!way || at < 0) return;
    const tab = this.tabs[(at + way + this.tabs.length) % this.tabs.length];
    this.open(tab);
    tab.focus();
    event.preventDefault();
  }

  /** Count the codes; draw their lines while they are looked at. */
  render() {
    const { book } = this.desk;
    const byCode = new Map();
    for (const row of book.rows.filter((each) => !each.isLost && !each.waits)) {
      if (!byCode.has(row.code)) byCode.set(row.code, []);
      byCode.get(row.code).push(row);
    }
    const number = [...byCode.values()].reduce((sum, rows) => sum + rows.length, 0);
    this.views.querySelector("[data-n-rows]").textContent = number;
    this.views.querySelector("[data-n-codes]").textContent = byCode.size;
    if (this.panes.codes.hidden) return;
    this.byCode = byCode;
    const lines = [...byCode].sort(([one, its], [other, others]) => others.length - its.length || book.nameOf(one).localeCompare(book.nameOf(other), "th"));
    this.list.replaceChildren(...lines.map(([code, rows]) => this.#line(code, rows)));
  }

  #line(code, rows) {
    const { book, data } = this.desk;
    const item = document.createElement("li");
    item.className = book.looks(code);
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.code = code;
    const swatch = Object.assign(document.createElement("span"), { className: "sw", ariaHidden: "true" });
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: book.nameOf(code) });
    const at = this.at.get(code);
    const told = at === undefined ? String(rows.length) : data.says.of.replace("{number}", at + 1).replace("{total}", rows.length);
    const count = Object.assign(document.createElement("span"), { className: "n", textContent: told });
    button.append(swatch, name, count, this.#strip(rows));
    item.append(button);
    return item;
  }

  /* Where in the note they stand: the comments' have no place in it. */
  #strip(rows) {
    const strip = document.createElementNS(SVG, "svg");
    strip.setAttribute("class", "strip");
    strip.setAttribute("viewBox", `0 0 ${WIDTH} 8`);
    strip.setAttribute("preserveAspectRatio", "none");
    strip.setAttribute("aria-hidden", "true");
    const whole = this.desk.mapOfSource(this.desk.book.root)?.end || 1;
    for (const { source, start, end } of rows) {
      if (source !== this.desk.book.root) continue;
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("x", ((WIDTH * start) / whole).toFixed(1));
      bar.setAttribute("width", Math.max(1.2, (WIDTH * (end - start)) / whole).toFixed(1));
      bar.setAttribute("height", 8);
      strip.append(bar);
    }
    return strip;
  }

  #clicked(event) {
    const button = event.target.closest("[data-code]");
    if (!button) return;
    const code = Number(button.dataset.code);
    const rows = this.byCode.get(code);
    const at = ((this.at.get(code) ?? -1) + (event.shiftKey ? -1 : 1) + rows.length) % rows.length;
    this.at.clear();
    this.at.set(code, at);
    this.desk.rows.show(rows[at].id);
    this.render();
    this.list.querySelector(`[data-code="${code}"]`)?.focus({ preventScroll: true });
  }
}
