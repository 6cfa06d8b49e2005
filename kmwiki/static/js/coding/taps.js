/* Choosing words with two taps: the first word, then the last one; two handles to put it right. */

import { characterUnder, Handles } from "./handles.js";
import { paint } from "./floating.js";
import { unitAt } from "./steps.js";

export class Taps {
  constructor(desk) {
    this.desk = desk;
    this.box = document.getElementById("taps");
    this.button = document.getElementById("desk-taps");
    this.whole = this.box.querySelector("[data-whole]");
    this.go = this.box.querySelector("[data-go]");
    this.handles = new Handles((edge, at) => this.#moved(edge, at));
    this.button.addEventListener("click", () => (this.isOn ? this.stop() : this.start()));
    this.box.querySelector("[data-close]").addEventListener("click", () => this.stop());
    this.go.addEventListener("click", () => this.#code());
    this.whole.addEventListener("change", () => this.root && this.#take(this.from, this.end));
    document.addEventListener("click", (event) => this.#tap(event), true);
  }

  get isOn() {
    return !this.box.hidden;
  }

  start() {
    this.desk.caret?.leave();
    this.box.hidden = false;
    this.button.setAttribute("aria-pressed", "true");
    document.documentElement.classList.add("is-tapping");
    this.#reset();
  }

  stop() {
    if (!this.isOn) return;
    this.#reset();
    this.box.hidden = true;
    this.button.setAttribute("aria-pressed", "false");
    document.documentElement.classList.remove("is-tapping");
  }

  #reset() {
    Object.assign(this, { root: null, from: null, end: null });
    this.handles.hide();
    paint("passage", null);
    getSelection().removeAllRanges();
    this.#say("first");
    this.go.disabled = true;
  }

  #say(which) {
    const place = this.box.querySelector("[data-says]");
    place.textContent = place.dataset[which];
  }

  #tap(event) {
    if (!this.isOn || event.target.closest(".handle, .pop, .taps, .desk-bar")) return;
    const root = this.desk.roots.find((each) => each.contains(event.target));
    if (!root) return;
    event.preventDefault();
    event.stopPropagation();
    const map = this.desk.mapOf(root);
    const at = characterUnder(map, event.clientX, event.clientY);
    if (at === null) return;
    if (root !== this.root) this.#first(root, map, at);
    else this.#more(map, at);
  }

  #first(root, map, at) {
    const word = this.#unit(map, at);
    if (!word) return;
    this.root = root;
    this.isOpenEnded = true;
    this.#take(word.start, word.end);
    this.#say("last");
  }

  #unit(map, at) {
    return unitAt(map, at, this.whole.checked ? "word" : "cluster");
  }

  /* The second tap gives the other end; later ones move the end that is nearer. */
  #more(map, at) {
    const word = this.#unit(map, at);
    if (!word) return;
    const isBefore = word.start < this.from;
    const isNearStart = isBefore || (!this.isOpenEnded && word.end < this.end && at - this.from < this.end - at);
    this.isOpenEnded = false;
    if (isNearStart) this.#take(word.start, this.end);
    else this.#take(this.from, word.end);
    this.#say("done");
  }

  #moved(edge, at) {
    const [start, end] = edge === "start" ? [at, this.end] : [this.from, at];
    if (start < end) this.#take(start, end);
    this.#say("done");
  }

  #take(start, end) {
    const map = this.desk.mapOf(this.root);
    const passage = map.tidy(start, end, { whole: this.whole.checked });
    if (!passage) return;
    Object.assign(this, { from: passage.start, end: passage.end });
    paint("passage", map.rangeOf(passage.start, passage.end));
    this.handles.show(map, passage.start, passage.end);
    this.go.disabled = false;
  }

  #code() {
    const map = this.desk.mapOf(this.root);
    const { root } = this;
    const passage = map.tidy(this.from, this.end);
    this.stop();
    this.desk.pick(root, passage);
  }
}
