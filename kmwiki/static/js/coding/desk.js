/* The coding desk: select words, put them under a code, see the text and the list redrawn as the server has them. */

import { toast } from "../toast.js";
import { paint, rectOf, showAt } from "./floating.js";
import { TextMap } from "./offsets.js";
import { Picker } from "./picker.js";
import { Rows } from "./rows.js";
import { Selecting } from "./selecting.js";
import { send } from "./server.js";
import { Stretcher } from "./stretch.js";
import { drawStripes } from "./stripes.js";

const byId = (id) => document.getElementById(id);

class Desk {
  constructor(data) {
    this.data = data;
    this.maps = new Map();
    this.list = byId("desk-list");
    this.list.addEventListener("click", (event) => this.act(event));
    this.rows = new Rows(this);
    if (data.mayCode) this.#makeTools();
    this.#dress();
    this.#keepStripes();
  }

  #makeTools() {
    const frame = byId("text").closest(".desk-text") ?? document.body;
    for (const id of ["code-pop", "stretch-pop", "here-pop", "code-touch"]) frame.append(byId(id));
    this.picker = new Picker(byId("code-pop"), this.data, {
      code: (option, how) => this.code(option, how),
      save: (how) => this.save(how),
      closed: () => this.#left(),
    });
    this.stretcher = new Stretcher(
      byId("stretch-pop"),
      (coding, passage) => this.change(coding, passage ?? {}),
      () => this.rows.focusCurrent(),
    );
    this.selecting = new Selecting(this);
  }

  /** The texts of the page that can be coded. @returns {HTMLElement[]} */
  get roots() {
    return [...document.querySelectorAll("[data-source].coded")];
  }

  /** The map of one text; made anew after the text was redrawn. @returns {TextMap} */
  mapOf(root) {
    if (!this.maps.has(root)) this.maps.set(root, new TextMap(root, this.data.texts[root.dataset.source] ?? ""));
    return this.maps.get(root);
  }

  rootOf(source) {
    return this.roots.find((root) => root.dataset.source === String(source));
  }

  get isBusy() {
    return Boolean(this.picker?.isOpen || this.stretcher?.isOpen);
  }

  /** Open the popover at a passage of a text. */
  pick(root, passage, coding = null) {
    this.rows.closeHere();
    this.stretcher.close();
    this.root = root;
    this.passage = passage;
    const range = this.mapOf(root).rangeOf(passage.start, passage.end);
    if (!range) return;
    paint("passage", range);
    const isComment = root.id !== "text";
    this.picker.open({ quote: passage.quote, rect: rectOf(range), isComment, coding });
  }

  /** Put the passage under the chosen code, or an existing coding under another one. */
  async code(option, { voice, memo, stays, coding }) {
    const under = option.create ? { new_code: { name_th: option.create } } : { code_id: option.id };
    if (coding) return this.change(coding.id, { ...under, voice, memo }, { closing: this.picker });
    const { start, end, quote } = this.passage;
    const { source, revision } = this.root.dataset;
    const body = { source_id: Number(source), revision: Number(revision), start, end, quote, voice, memo, ...under };
    try {
      const answer = await send(this.data.add, body);
      this.redraw(answer);
      const name = option.create ?? this.picker.nameOf(option);
      const said = answer.is_new ? this.data.says.coded.replace("{name}", name) : this.data.says.there;
      toast(said, answer.is_new ? { label: this.data.says.undo, run: () => this.undo(answer.undo) } : undefined);
      if (stays) this.#goOn();
      else this.picker.close();
      this.rows.show(answer.coding, { scroll: false });
    } catch (error) {
      this.picker.fail(error.message || this.data.says.failed);
    }
    return undefined;
  }

  async save({ voice, memo, coding }) {
    await this.change(coding.id, { voice, memo }, { closing: this.picker });
  }

  /** Change a coding. Without a box to close, the refusal is thrown. */
  async change(id, body, { closing = null } = {}) {
    try {
      const answer = await send(`${this.data.add}/${id}`, body);
      this.redraw(answer);
      closing?.close();
      toast(this.data.says.changed);
      this.rows.show(answer.coding, { scroll: false });
    } catch (error) {
      const message = error.message || this.data.says.failed;
      if (!closing) throw new Error(message);
      closing.fail(message);
    }
  }

  /** Do what a button of a row says. */
  async act(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.do === "remove") {
      this.rows.closeHere();
      await this.remove(button.formAction);
      return;
    }
    const row = this.list.querySelector(`[data-row="${button.closest("[data-row]").dataset.row}"]`);
    const root = this.rootOf(row.dataset.source);
    this.rows.closeHere();
    if (root) this.#reshape(button.dataset.do, row, root);
  }

  #reshape(verb, row, root) {
    const [start, end] = [Number(row.dataset.startAt), Number(row.dataset.endAt)];
    const map = this.mapOf(root);
    this.rows.show(row.dataset.row);
    const { mine, code, voice, memo } = row.dataset;
    if (verb === "stretch") this.stretcher.open(map, { start, end }, Number(mine));
    else this.pick(root, { start, end, quote: map.quote(start, end) }, { id: Number(mine), code, voice, memo });
  }

  async remove(url) {
    try {
      const answer = await send(url);
      this.redraw(answer);
      toast(answer.message, { label: this.data.says.undo, run: () => this.undo(answer.undo) });
    } catch (error) {
      toast(error.message || this.data.says.failed);
    }
  }

  async undo(url) {
    try {
      const answer = await send(url);
      this.redraw(answer);
      toast(answer.message);
      this.rows.show(answer.coding, { scroll: false });
    } catch (error) {
      toast(error.message || this.data.says.failed);
    }
  }

  /** Put in what the server drew: the touched texts, the list, the codes to choose from. */
  redraw({ html, side, choices, recent }) {
    for (const [source, text] of Object.entries(html)) {
      const root = this.rootOf(source);
      if (root) root.innerHTML = text;
      this.maps.delete(root);
    }
    this.list.innerHTML = side;
    Object.assign(this.data, { choices, recent });
    this.#dress();
    this.stripes();
  }

  /** What needs script is shown only where script runs. */
  #dress() {
    for (const hidden of document.querySelectorAll(".codings-keys[hidden]")) hidden.hidden = false;
    if (this.data.mayCode) for (const root of this.roots) this.#dressBlocks(root);
  }

  #dressBlocks(root) {
    const blocks = [...root.querySelectorAll("[data-start]")].filter((block) => !block.querySelector("[data-start]") && block.textContent.trim());
    blocks.forEach((block, index) => { block.tabIndex = index ? -1 : 0; });
  }

  stripes() {
    for (const root of this.roots) drawStripes(root, this.list.querySelectorAll(`[data-source="${root.dataset.source}"]`));
  }

  #keepStripes() {
    let asked = 0;
    const soon = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => this.stripes());
    };
    document.fonts.ready.then(soon);
    const watch = new ResizeObserver(soon);
    for (const root of this.roots) watch.observe(root);
  }

  #goOn() {
    const map = this.mapOf(this.root);
    this.picker.again();
    paint("passage", map.rangeOf(this.passage.start, this.passage.end));
  }

  #left() {
    paint("passage", null);
    getSelection().removeAllRanges();
    if (this.selecting.isByKey) this.selecting.focusAt(this.root, this.passage.start);
    else document.activeElement?.blur();
  }

  /** Show which codes stand on a passage that was clicked. */
  here(rows, rect) {
    const box = byId("here-pop");
    box.querySelector("[data-rows]").replaceChildren(...rows.map((row) => {
      const copy = row.cloneNode(true);
      copy.removeAttribute("id");
      for (const anchor of copy.querySelectorAll("[id]")) anchor.remove();
      this.rows.equip(copy);
      copy.removeAttribute("aria-current");
      return copy;
    }));
    showAt(box, rect);
  }
}

const data = byId("desk-data");
if (data && byId("text")) new Desk(JSON.parse(data.textContent));
