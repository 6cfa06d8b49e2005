/* Stretching and shrinking a coded passage word by word, seen in the text before it is saved. */

import { paint, rectOf, showAt } from "./floating.js";

export class Stretcher {
  /** @param {HTMLElement} box - #stretch-pop @param {(passage: object) => Promise<void>} save @param {() => void} closed */
  constructor(box, save, closed) {
    Object.assign(this, { box, save, closed });
    box.addEventListener("click", (event) => this.#button(event));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** @param {import("./offsets.js").TextMap} map @param {{start: number, end: number}} passage @param {number} coding */
  open(map, { start, end }, coding) {
    Object.assign(this, { map, coding, start, end });
    this.fail("");
    this.#draw();
    const range = map.rangeOf(start, end);
    showAt(this.box, range ? rectOf(range) : map.root.getBoundingClientRect());
    this.box.querySelector("[data-step]").focus({ preventScroll: true });
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
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
  }

  #button(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.step) this.#step(...button.dataset.step.split(" "));
    else if ("close" in button.dataset) this.close();
    else if ("save" in button.dataset) this.#saved();
  }

  #step(edge, way) {
    const edges = [...this.map.words()].filter((at) => this.map.clusters().has(at));
    const from = edge === "start" ? this.start : this.end;
    const next = way === "1" ? edges.find((at) => at > from) : edges.findLast((at) => at < from);
    const passage = next === undefined ? null : edge === "start" ? [next, this.end] : [this.start, next];
    if (!passage || passage[0] >= passage[1] || !this.map.quote(...passage).trim()) return;
    [this.start, this.end] = passage;
    this.#draw();
  }

  async #saved() {
    const passage = this.map.tidy(this.start, this.end);
    try {
      await this.save(this.coding, passage);
      this.close();
    } catch (error) {
      this.fail(error.message);
    }
  }
}
