/* The coding desk: select words, put them under a code; what changed is drawn anew, nothing else. */

import { Acts } from "./acts.js";
import { Book } from "./book.js";
import { Caret } from "./caret.js";
import { Choices } from "./choices.js";
import { Drawing } from "./drawing.js";
import { Filters } from "./filters.js";
import { paint, rectOf } from "./floating.js";
import { listen } from "./keys.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { TextMap } from "./offsets.js";
import { Outline } from "./outline.js";
import { Past } from "./past.js";
import { Picker } from "./picker.js";
import { keepPrinting } from "./print.js";
import { Rows } from "./rows.js";
import { Selecting } from "./selecting.js";
import { fetchJson } from "./server.js";
import { Splitter } from "./split.js";
import { Stretcher } from "./stretch.js";
import { Taps } from "./taps.js";
import { goToBare } from "./bare.js";
import { toast } from "../toast.js";

const byId = (id) => document.getElementById(id);

class Desk {
  constructor(data) {
    this.data = data;
    this.maps = new Map();
    this.book = new Book(data);
    this.choices = new Choices(data);
    this.outline = new Outline(this);
    this.drawing = new Drawing(this);
    this.filters = new Filters(this, () => this.drawing.all());
    this.list = new List(this);
    this.rows = new Rows(this);
    this.acts = new Acts(this);
    byId("text").before(byId("desk-bar"), byId("desk-stale"));
    const isOfUse = data.mayCode || data.codings.length > 0; // who reads a public text sees no codings
    byId("desk-bar").hidden = !isOfUse;
    byId("desk-views").hidden = !isOfUse;
    byId("desk-list").addEventListener("click", (event) => this.act(event));
    byId("desk-bare").addEventListener("click", () => this.bare(1));
    if (data.mayCode) this.#makeTools();
    listen(this.#keys());
    this.outline.render();
    if (this.filters.isOn) this.drawing.all();
    this.drawing.keepStripes();
    this.live = new Live(this);
    keepPrinting(this);
  }

  #makeTools() {
    const frame = byId("text").closest(".desk-text") ?? document.body;
    for (const id of ["code-pop", "stretch-pop", "split-pop", "here-pop", "code-touch", "taps"]) frame.append(byId(id));
    this.picker = new Picker(byId("code-pop"), this, {
      code: (chosen, how) => this.acts.code(chosen, how),
      save: (how) => this.acts.save(how),
      suggest: (take) => this.#suggest(take),
      quote: () => this.acts.quotePassage(),
      closed: () => this.#left(),
    });
    this.stretcher = new Stretcher(byId("stretch-pop"), (coding, passage) => this.acts.change(coding, passage ?? {}), () => this.back());
    this.splitter = new Splitter(byId("split-pop"), (coding, at) => this.acts.split(coding, at), () => this.back());
    this.caret = new Caret(this, (text) => this.say(text));
    this.taps = new Taps(this);
    this.selecting = new Selecting(this);
    this.past = new Past(this);
    const isTouch = matchMedia("(any-pointer: coarse)");
    byId("desk-taps").hidden = !isTouch.matches;
    isTouch.addEventListener("change", () => { byId("desk-taps").hidden = !isTouch.matches; });
    byId("text").tabIndex = 0;
    byId("text").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== byId("text") || this.caret.isOn) return;
      event.preventDefault();
      this.caret.enter(byId("text"));
    });
  }

  #keys() {
    const does = {
      next: () => this.#stepCoding(1),
      previous: () => this.#stepCoding(-1),
      bare: () => this.bare(1),
      bareBefore: () => this.bare(-1),
    };
    if (!this.data.mayCode) return does;
    return { ...does, caret: () => this.caret.enter(), undo: () => this.past.go("undo"), redo: () => this.past.go("redo") };
  }

  #stepCoding(way) {
    this.rows.step(way);
    this.rows.focusCurrent();
  }

  /** The texts of the page that can be coded. @returns {HTMLElement[]} */
  get roots() {
    return [...document.querySelectorAll("[data-source].coded")];
  }

  /** The map of one text. @returns {TextMap} */
  mapOf(root) {
    if (!this.maps.has(root)) this.maps.set(root, new TextMap(root, this.data.gaps[root.dataset.source]));
    return this.maps.get(root);
  }

  mapOfSource(source) {
    const root = this.rootOf(source);
    return root ? this.mapOf(root) : null;
  }

  rootOf(source) {
    return document.querySelector(`[data-source="${source}"].coded`);
  }

  /** What a request of a round's desk carries besides. */
  get inRound() {
    return this.data.round ? { round_id: this.data.round } : {};
  }

  get isBusy() {
    return [this.picker, this.stretcher, this.splitter].some((box) => box?.isOpen);
  }

  closeBoxes() {
    for (const box of [this.picker, this.stretcher, this.splitter]) box?.close();
    this.rows.closeHere();
  }

  /** Open the popover at a passage of a text. */
  pick(root, passage, coding = null) {
    this.rows.closeHere();
    this.stretcher.close();
    Object.assign(this, { root, passage });
    const range = this.mapOf(root).rangeOf(passage.start, passage.end);
    if (!range) return;
    paint("passage", range);
    this.picker.open({ quote: passage.quote, rect: rectOf(range), isComment: root.id !== "text", coding });
  }

  #suggest(take) {
    if (!this.data.urls.suggest) return;
    const { start, end } = this.passage;
    const query = new URLSearchParams({ source: this.root.dataset.source, start, end });
    fetchJson(`${this.data.urls.suggest}?${query}`).then((answer) => take(answer?.codes ?? []), () => {});
  }

  /** Do what a button of a row says. */
  act(event) {
    const button = event.target.closest("[data-do]");
    if (!button || button.type === "submit") return;
    event.preventDefault();
    if (button.dataset.do === "show-all") this.filters.clear();
    else this.acts.onRow(button.dataset.do, this.book.row(button.closest("[data-row]").dataset.row), button);
  }

  /** Do something to the coding at a place of the text; of several, the current one, or ask which. */
  onCoding(verb, root, at, rect) {
    const source = Number(root.dataset.source);
    const over = this.book.standing(source, at, at + 1);
    const current = this.book.standing(source, at - 1, at + 1).find((row) => row === this.rows.current);
    const rows = over.length && (!current || over.includes(current)) ? over : this.book.standing(source, at - 1, at); // at its end
    if (!rows.length) toast(this.data.says.nothingHere);
    else if (verb === "here" || (rows.length > 1 && (verb === "remove" || !current))) {
      this.rows.here(rows, rect);
      byId("here-pop").querySelector(verb === "here" ? "a, button" : `[data-do=${verb}]`)?.focus();
    } else this.acts.onRow(verb, current ?? rows[0], null, at);
  }

  /** Draw what the server told after a change. */
  apply(answer, { isNews = false } = {}) {
    this.drawing.apply(answer);
    if (answer.recent) this.data.recent = answer.recent;
    this.past?.set(answer.actions);
    if (this.picker?.isOpen) paint("passage", this.mapOf(this.root).rangeOf(this.passage.start, this.passage.end));
    if (!isNews && answer.made_code) this.choices.load({ again: true });
  }

  bare(way) {
    goToBare(this, way);
  }

  say(text) {
    byId("desk-say").textContent = text;
  }

  #left() {
    paint("passage", null);
    if (!this.caret.isOn) getSelection().removeAllRanges();
    this.back();
  }

  /** Give the focus back to where the reader was. */
  back() {
    if (this.caret?.isOn) this.caret.focus();
    else if (this.rows.current && this.list.box.contains(document.activeElement)) this.rows.focusCurrent();
    else document.activeElement?.blur();
  }
}

const data = byId("desk-data");
if (data && byId("text")) new Desk(JSON.parse(data.textContent));
