/* Which passages are shown: by coder, voice, standing and code with those below it; kept in the address as `only=`. */

const GROUPS = ["coder", "voice", "status", "code"];
const KEY = "only";

/** What a coding is called in the group of standings. */
const standingOf = ({ status = "accepted", state = "placed" }) => (status === "accepted" ? state : status);

export class Filters {
  /** @param {object} desk @param {() => void} changed */
  constructor(desk, changed) {
    Object.assign(this, { desk, changed });
    this.chosen = Object.fromEntries(GROUPS.map((group) => [group, new Set()]));
    this.box = document.getElementById("desk-filters");
    this.only = document.getElementById("desk-only");
    this.select = document.getElementById("desk-filter-code");
    this.#read();
    const opener = document.getElementById("desk-filter");
    opener.addEventListener("click", () => {
      this.box.hidden = !this.box.hidden;
      opener.setAttribute("aria-expanded", String(!this.box.hidden));
      if (!this.box.hidden) this.draw();
    });
    this.box.addEventListener("click", (event) => this.#clicked(event));
    this.only.addEventListener("click", (event) => this.#clicked(event));
    this.select.addEventListener("change", () => this.set("code", this.select.value));
    desk.book.filter = (coding) => this.lets(coding);
    if (this.isOn) desk.book.gather();
    this.draw();
  }

  get isOn() {
    return GROUPS.some((group) => this.chosen[group].size);
  }

  /** Whether a coding is to be seen. */
  lets(coding) {
    const { coder, voice, status, code } = this.chosen;
    if (coder.size && !coder.has(String(coding.coder))) return false;
    if (voice.size && !voice.has(coding.voice ?? "none")) return false;
    if (status.size && !status.has(standingOf(coding))) return false;
    const above = this.desk.book.codes[coding.code]?.above ?? [];
    return !code.size || code.has(String(coding.code)) || above.some((id) => code.has(String(id)));
  }

  /** Choose one thing of a group alone, or everything again. */
  set(group, value) {
    this.chosen[group] = new Set(value ? [String(value)] : []);
    this.#apply();
  }

  clear() {
    for (const group of GROUPS) this.chosen[group].clear();
    this.#apply();
  }

  #clicked(event) {
    const button = event.target.closest("[data-value]");
    if (event.target.closest("[data-clear]")) this.clear();
    if (!button) return;
    const set = this.chosen[button.dataset.of];
    if (!set.delete(button.dataset.value)) set.add(button.dataset.value);
    this.#apply();
    this.box.querySelector(`[data-of="${button.dataset.of}"][data-value="${button.dataset.value}"]`)?.focus();
  }

  #apply() {
    const url = new URL(location.href);
    const told = GROUPS.flatMap((group) => [...this.chosen[group]].map((value) => `${group}.${value}`)).join("~");
    if (told) url.searchParams.set(KEY, told);
    else url.searchParams.delete(KEY);
    history.replaceState(null, "", url);
    this.desk.book.gather();
    this.draw();
    this.changed();
  }

  #read() {
    for (const part of (new URLSearchParams(location.search).get(KEY) ?? "").split("~")) {
      const [group, value] = part.split(".");
      if (value && GROUPS.includes(group)) this.chosen[group].add(value);
    }
  }

  /** Draw what can be chosen, with how many there are, and what is chosen. */
  draw() {
    const { book } = this.desk;
    const found = [...book.codings.values()];
    if (!this.box.hidden) {
      this.#group("coder", count(found, ({ coder }) => coder));
      this.#group("voice", count(found, ({ voice }) => voice ?? "none"));
      this.#group("status", count(found, standingOf));
      this.#codes(found);
    }
    const chips = GROUPS.flatMap((group) => [...this.chosen[group]].map((value) => this.#chip(group, value)));
    this.only.hidden = !chips.length;
    this.only.replaceChildren(...chips);
    if (chips.length) {
      const all = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--sm btn--quiet", textContent: this.desk.data.says.showAll });
      all.dataset.clear = "";
      this.only.append(all);
    }
  }

  #group(group, counts) {
    const place = this.box.querySelector(`[data-group=${group}]`);
    place.querySelector("[data-chips]").replaceChildren(...[...counts].map(([value, number]) => this.#chip(group, String(value), number)));
    place.hidden = counts.size < 2 && !this.chosen[group].size;
  }

  #chip(group, value, number = null) {
    const isOn = this.chosen[group].has(value);
    const button = document.createElement("button");
    button.type = "button";
    button.className = `chip${isOn ? " chip--on" : ""}`;
    Object.assign(button.dataset, { of: group, value });
    button.setAttribute("aria-pressed", String(isOn));
    button.append(this.nameOf(group, value));
    if (number !== null) button.append(" ", Object.assign(document.createElement("span"), { className: "n", textContent: number }));
    else button.append(Object.assign(document.createElement("span"), { className: "x", textContent: "×" }));
    return button;
  }

  nameOf(group, value) {
    const { says } = this.desk.data;
    const { book } = this.desk;
    if (group === "coder") return book.coders[value]?.name || says.unknown;
    if (group === "code") return book.nameOf(value);
    if (group === "voice") return says[value === "none" ? "noVoice" : value] ?? value;
    return says[value === "changed" ? "wordsChanged" : value] ?? value;
  }

  #codes(found) {
    const counts = new Map();
    const { codes } = this.desk.book;
    for (const { code } of found) for (const id of [...(codes[code]?.above ?? []), code]) counts.set(id, (counts.get(id) ?? 0) + 1);
    const lines = [...counts].map(([id, number]) => ({ id, number, path: [...(codes[id]?.above ?? []), id].map((each) => this.desk.book.nameOf(each)) }));
    lines.sort((one, other) => one.path.join("/").localeCompare(other.path.join("/"), "th"));
    const [first] = this.select.options;
    this.select.replaceChildren(first, ...lines.map(({ id, number, path }) => new Option(`${"\u2003".repeat(path.length - 1)}${path.at(-1)} (${number})`, id)));
    this.select.value = [...this.chosen.code][0] ?? "";
  }
}

function count(items, of) {
  const counts = new Map();
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1);
  return counts;
}
