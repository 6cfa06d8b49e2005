/* The list beside the text, drawn as it comes into view: a page with a thousand passages opens like one with ten. */

import { drawMore, drawRow } from "./rowview.js";

const CHUNK = 40; // rows that are drawn together
const HEIGHT = 62; // px of a row, until it is drawn
const SECTIONS = ["text", "talk", "auto", "lost"];

export class List {
  constructor(desk) {
    this.desk = desk;
    this.box = document.getElementById("desk-list");
    this.words = document.getElementById("section-template");
    this.form = document.createElement("form");
    this.form.method = "post";
    this.form.className = "codings-form";
    const token = this.box.querySelector("[name=csrf_token]");
    if (token) this.form.append(token);
    this.drawnAt = new Map();
    this.watch = new IntersectionObserver((seen) => this.#seen(seen), { rootMargin: "600px 0px" });
    this.box.replaceChildren(this.form);
    this.render();
  }

  /** Draw the list anew; chunks whose rows stayed the same are kept. */
  render() {
    const { book } = this.desk;
    const isFocused = this.box.contains(document.activeElement) ? document.activeElement.closest("[data-row]")?.dataset.row : null;
    const kept = new Map([...this.form.querySelectorAll("ul")].map((list) => [list.chunk.key, list]));
    const parts = [...this.form.querySelectorAll("[name=csrf_token]")];
    this.chunkOf = new Map();
    for (const section of SECTIONS) parts.push(...this.#section(section, book.rows.filter((row) => sectionOf(row, book) === section), kept));
    if (!book.rows.length) parts.push(this.#word(book.codings.size ? "hidden" : "none"));
    for (const list of kept.values()) this.watch.unobserve(list);
    this.form.replaceChildren(...parts);
    this.mark();
    if (isFocused) this.rowItem(isFocused)?.querySelector("a, button")?.focus({ preventScroll: true });
  }

  #section(section, rows, kept) {
    if (!rows.length) return [];
    const parts = [];
    const title = this.words.dataset[section];
    if (section !== "text") parts.push(Object.assign(document.createElement("h3"), { className: "eyebrow", textContent: title }));
    if (section === "auto") parts.push(this.#word("auto"));
    for (let at = 0; at < rows.length; at += CHUNK) parts.push(this.#chunk(rows.slice(at, at + CHUNK), title, kept));
    if (section === "lost") parts.push(this.#word("lost"));
    return parts;
  }

  #chunk(rows, title, kept) {
    const { codes } = this.desk.book;
    const key = rows.map(({ hands, code }) => `${code}${codes[code]?.th}${hands.map((hand) => JSON.stringify(hand)).join()}`).join("|");
    let list = kept.get(key);
    kept.delete(key);
    if (!list) {
      list = document.createElement("ul");
      list.className = "codings";
      list.setAttribute("aria-label", title);
      list.style.minHeight = `${rows.length * HEIGHT}px`;
      this.watch.observe(list);
    }
    list.chunk = { key, rows, isDrawn: list.chunk?.isDrawn ?? false };
    for (const row of rows) this.chunkOf.set(row.id, list);
    return list;
  }

  #word(of) {
    return this.words.content.querySelector(`[data-of=${of}]`).cloneNode(true);
  }

  #seen(entries) {
    let isNew = false;
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || target.chunk.isDrawn) continue;
      this.#draw(target);
      isNew = true;
    }
    if (isNew) this.mark();
  }

  #draw(list) {
    list.chunk.isDrawn = true;
    list.style.removeProperty("min-height");
    this.watch.unobserve(list);
    list.replaceChildren(...list.chunk.rows.map((row) => drawRow(row, this.desk)));
  }

  /** The drawn row of a coding; it is drawn now if it was not. @returns {HTMLElement | null} */
  rowItem(coding) {
    const row = this.desk.book.row(coding);
    const list = row && this.chunkOf.get(row.id);
    if (!list) return null;
    if (!list.chunk.isDrawn) this.#draw(list);
    return [...list.children].find((item) => Number(item.dataset.row) === row.id) ?? null;
  }

  /** Make a row the current one. @returns {HTMLElement | null} */
  choose(coding) {
    this.chosen = coding;
    return this.mark();
  }

  /** Show which row is the current one, if it is drawn or asked for. */
  mark() {
    const row = this.desk.book.row(this.chosen);
    for (const other of this.form.querySelectorAll("[aria-current]")) if (Number(other.dataset.row) !== row?.id) other.removeAttribute("aria-current");
    const item = row ? this.rowItem(row.id) : null;
    if (!item) return null;
    item.setAttribute("aria-current", "true");
    drawMore(item, row, this.desk);
    return item;
  }

  /** The rows as the list has them: what waits to be accepted and what is lost come last. */
  get order() {
    const { book } = this.desk;
    return SECTIONS.flatMap((section) => book.rows.filter((row) => sectionOf(row, book) === section));
  }
}

function sectionOf(row, book) {
  if (row.isLost) return "lost";
  if (row.waits) return "auto";
  return row.source === book.root ? "text" : "talk";
}
