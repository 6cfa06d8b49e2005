/* Stretching and shrinking a coded passage: by words, by its two handles, or by keys; seen in the text before it is saved. */

import { paint, rectOf, showAt } from "./floating.js";
import { Handles } from "./handles.js";
import { step } from "./steps.js";

const ROOM = 34; // px under the passage that its handles take

export class Stretcher {
  /** @param {HTMLElement} box - #stretch-pop @param {(coding: number, passage: object) => Promise<void>} save @param {() => void} closed */
  constructor(box, save, closed) {
    Object.assign(this, { box, save, closed });
    this.handles = new Handles((edge, at) => this.#to(edge, at));
    box.addEventListener("click", (event) => this.#button(event));
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** @param {import("./offsets.js").TextMap} map @param {{start: number, end: number}} passage @param {number} coding */
  open(map, { start, end }, coding) {
    Object.assign(this, { map, coding, start, end });
    this.fail("");
    this.#draw();
    const rect = rectOf(map.rangeOf(start, end));
    showAt(this.box, new DOMRect(rect.left, rect.top, rect.width, rect.height + ROOM));
    this.box.querySelector("[data-step]").focus({ preventScroll: true });
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.handles.hide();
    paint("passage", null);
    this.closed();
  }

  fail(message) {
    const place = this.box.querySelector("[data-error]");
    place.hidden = !message;
    place.textContent = message;
  }

  #draw() {
    this.box.querySelector("[data-quote]").textContent = this.map.quote(this.start, this.end);
    paint("passage", this.map.rangeOf(this.start, this.end));
    this.handles.show(this.map, this.start, this.end);
  }

  #button(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.step) {
      const [edge, way] = button.dataset.step.split(" ");
      this.#step(edge, Number(way));
    } else if ("close" in button.dataset) this.close();
    else if ("save" in button.dataset) this.#saved();
  }

  #key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") this.close();
    else if (way) this.#step(event.shiftKey ? "start" : "end", way, event.ctrlKey ? "cluster" : undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(edge, way, kind = edge === "start" ? "word" : "wordEnd") {
    const to = step(this.map, edge === "start" ? this.start : this.end, kind, way);
    if (to !== null) this.#to(edge, to);
  }

  #to(edge, at) {
    const passage = edge === "start" ? [at, this.end] : [this.start, at];
    if (passage[0] >= passage[1] || !this.map.tidy(...passage)) return;
    [this.start, this.end] = passage;
    this.#draw();
  }

  async #saved() {
    try {
      await this.save(this.coding, this.map.tidy(this.start, this.end));
      this.close();
    } catch (error) {
      this.fail(error.message);
    }
  }
}
