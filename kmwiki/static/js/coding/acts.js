/* What can be done to passages: each act is sent, and what the server tells is drawn. */

import { paint } from "./floating.js";
import { send } from "./server.js";
import { toast } from "../toast.js";

export class Acts {
  constructor(desk) {
    this.desk = desk;
  }

  get says() {
    return this.desk.data.says;
  }

  /** Put the passage under the chosen codes, or an existing coding under another one. */
  async code(chosen, { voice, memo, stays, coding }) {
    const { desk, says } = this;
    const made = chosen.find(({ create }) => create);
    const ids = chosen.filter(({ create }) => !create).map(({ id }) => id);
    const under = { ...(made ? { new_code: { name_th: made.create } } : {}), ...(ids.length === 1 ? { code_id: ids[0] } : {}), ...(ids.length > 1 ? { code_ids: ids } : {}) };
    if (coding) return this.change(coding.id, { ...under, voice, memo }, { closing: desk.picker });
    const { start, end, quote } = desk.passage;
    const { source, revision } = desk.root.dataset;
    const body = { source_id: Number(source), revision: Number(revision), start, end, quote, voice, memo, ...under, ...desk.inRound };
    try {
      const answer = await send(desk.data.urls.add, body);
      desk.apply({ ...answer, made_code: Boolean(made) });
      const name = made?.create ?? desk.choices.nameOf(chosen[0]);
      const told = chosen.length > 1 ? says.codedMany.replace("{number}", chosen.length) : says.coded.replace("{name}", name);
      if (answer.is_new) this.#told(answer, told);
      else toast(says.there);
      if (stays) this.#goOn();
      else desk.picker.close();
      desk.rows.show(answer.coding, { scroll: false });
    } catch (error) {
      desk.picker.fail(error.message || says.failed);
    }
    return undefined;
  }

  #told(answer, text) {
    const { past } = this.desk;
    toast(text, answer.actions?.undo ? { label: this.says.undo, run: () => past.go("undo") } : undefined);
  }

  #goOn() {
    const { desk } = this;
    desk.picker.again();
    paint("passage", desk.mapOf(desk.root).rangeOf(desk.passage.start, desk.passage.end));
  }

  async save({ voice, memo, coding }) {
    await this.change(coding.id, { voice, memo }, { closing: this.desk.picker });
  }

  /** Change a coding. Without a box to close, the refusal is thrown. */
  async change(id, body, { closing = null } = {}) {
    await this.#sent(`${this.desk.data.urls.add}/${id}`, { ...body, ...this.#version(id) }, closing, { made_code: Boolean(body.new_code) });
  }

  /** Cut a coding in two. @throws with what the server said */
  async split(id, at) {
    await this.#sent(`${this.desk.data.urls.add}/${id}/split`, { at, ...this.#version(id) }, null);
  }

  async #sent(url, body, closing, more = {}) {
    const { desk } = this;
    try {
      const answer = await send(url, body);
      this.held = null;
      desk.apply({ ...answer, ...more });
      closing?.close();
      desk.rows.show(answer.coding, { scroll: false });
      this.#told(answer, answer.message ?? this.says.changed);
    } catch (error) {
      const message = error.message || this.says.failed;
      if (error.said?.current) {
        this.held = null; // another was quicker: shown as it is now, and who saves again means it
        desk.apply(error.said.current);
      }
      if (!closing) throw new Error(message, { cause: error });
      closing.fail(message);
    }
  }

  /* The state that was looked at when the box was opened, even if news of it has come in since: what another has
     changed meanwhile is not overwritten unseen. */
  #version(id) {
    const version = this.held?.id === id ? this.held.version : this.desk.book.codings.get(id)?.version;
    return version === undefined ? {} : { version };
  }

  async remove(url, id = 0) {
    const { desk } = this;
    try {
      const answer = await send(url, this.#version(id));
      desk.apply(answer);
      this.#told(answer, answer.message);
      desk.rows.show(answer.coding, { scroll: false });
      desk.back();
    } catch (error) {
      if (error.said?.current) desk.apply(error.said.current);
      toast(error.message || this.says.failed);
    }
  }

  /** Do what was asked of a row. @param {string} verb @param {object} row @param {HTMLElement | null} button */
  async onRow(verb, row, button, caret = null) {
    const { desk } = this;
    desk.rows.closeHere();
    this.held = null;
    if (!row) return;
    const mine = row.mine(desk.book.me);
    if (verb === "quote") await this.quote({ coding_id: row.id, of: "now" });
    else if (verb === "remove") {
      const id = Number(button?.dataset.coding ?? mine?.id);
      if (id) await this.remove(`${desk.data.urls.add}/${id}/remove`, id);
    } else if (mine && !row.isLost) this.#reshape(verb, row, mine, caret);
  }

  #reshape(verb, row, mine, caret) {
    const { desk } = this;
    const root = desk.rootOf(row.source);
    if (!root) return;
    const map = desk.mapOf(root);
    const { start, end } = row;
    this.held = mine;
    desk.rows.show(row.id);
    if (verb === "stretch") desk.stretcher.open(map, { start, end }, mine.id);
    else if (verb === "split") desk.splitter.open(map, { start, end }, mine.id, caret);
    else desk.pick(root, { start, end, quote: map.quote(start, end) }, { voice: "", memo: "", ...mine });
  }

  /** Give words an address and copy them with it. @param {object} body - a coding, or a passage of a text */
  async quote(body) {
    try {
      const told = await send(this.desk.data.urls.quotes, body);
      await navigator.clipboard.writeText(told.text);
      toast(this.says.copied);
    } catch (error) {
      toast(error.message || this.says.failed);
    }
  }

  /** The same for the passage at which the popover is open. */
  quotePassage() {
    const { start, end, quote } = this.desk.passage;
    const { source, revision } = this.desk.root.dataset;
    return this.quote({ source_id: Number(source), revision: Number(revision), start, end, quote });
  }
}
