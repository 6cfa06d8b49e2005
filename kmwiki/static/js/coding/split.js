/* Splitting a coded passage in two, both under the same code with the same thought and voice. */

import { paint, rectOf, showAt } from "./floating.js";
import { step } from "./steps.js";

export class Splitter {
  /** @param {HTMLElement} box - #split-pop @param {(coding: number, at: number) => Promise<void>} save @param {() => void} closed */
  constructor(box, save, closed) {
    Object.assign(this, { box, save, closed });
    box.addEventListener("click", (event) => this.#button(event));
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** Open at the caret if it stands in the passage, else at the word nearest its middle. */
  open(map, { start, end }, coding, caret = null) {
    Object.assign(this, { map, coding, start, end });
    const isInside = caret !== null && this.#parts(caret);
    const middle = (start + end) >> 1;
    this.at = isInside ? caret : step(map, middle, "word", 1) ?? middle;
    if (!this.#parts(this.at)) this.at = step(map, middle, "word", -1) ?? middle;
    if (!this.#parts(this.at)) this.at = step(map, start, "cluster", 1) ?? middle;
    this.fail("");
    showAt(this.box, rectOf(map.rangeOf(start, end)));
    this.#draw();
    this.box.querySelector("[data-step]").focus({ preventScroll: true });
  }

  /** The two passages that it would become; null if one of them had no words. */
  #parts(at) {
    if (at <= this.start || at >= this.end) return null;
    const parts = [this.map.tidy(this.start, at), this.map.tidy(at, this.end)];
    return parts.every(Boolean) ? parts : null;
  }

  #draw() {
    const parts = this.#parts(this.at);
    const save = this.box.querySelector("[data-save]");
    save.disabled = !parts;
    if (!parts) return;
    this.box.querySelector("[data-first]").textContent = parts[0].quote;
    this.box.querySelector("[data-second]").textContent = parts[1].quote;
    paint("passage", this.map.rangeOf(parts[0].start, parts[0].end));
    paint("second", this.map.rangeOf(parts[1].start, parts[1].end));
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    for (const name of ["passage", "second"]) paint(name, null);
    this.closed();
  }

  fail(message) {
    const place = this.box.querySelector("[data-error]");
    place.hidden = !message;
    place.textContent = message;
  }

  #button(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.step) this.#step(Number(button.dataset.step));
    else if ("close" in button.dataset) this.close();
    else if ("save" in button.dataset) this.#saved();
  }

  #key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") this.close();
    else if (way) this.#step(way, event.shiftKey ? "cluster" : "word");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(way, kind = "word") {
    const to = step(this.map, this.at, kind, way);
    if (to === null || !this.#parts(to)) return;
    this.at = to;
    this.#draw();
  }

  async #saved() {
    try {
      await this.save(this.coding, this.at);
      this.close();
    } catch (error) {
      this.fail(error.message);
    }
  }
}
