/* Coding with the keyboard alone: a caret over text that cannot be written into. */

import { meaningOf } from "./keys.js";
import { actionOf, motionOf } from "./caretkeys.js";
import { paint, rectOf } from "./floating.js";
import { lineStep } from "./lines.js";
import { tell } from "./rowview.js";
import { step, unitAt } from "./steps.js";

export class Caret {
  /** @param {object} desk @param {(text: string) => void} say - announces */
  constructor(desk, say) {
    Object.assign(this, { desk, say, root: null, at: 0, anchor: null });
    this.button = document.getElementById("desk-caret");
    this.button.addEventListener("click", () => (this.isOn ? this.leave() : this.enter()));
    this.mark = Object.assign(document.createElement("span"), { className: "caret", ariaHidden: "true" });
    this.onKey = (event) => this.#key(event);
  }

  get isOn() {
    return this.root !== null;
  }

  get map() {
    return this.desk.mapOf(this.root);
  }

  /** The chosen words, or null. */
  get passage() {
    if (this.anchor === null || this.anchor === this.at) return null;
    return this.map.tidy(this.anchor, this.at);
  }

  /** Begin in a text: where the current passage stands, or at the first words in sight. */
  enter(root = null, at = null) {
    const current = this.desk.rows.current;
    const isAtCurrent = !root && current && !current.isLost && this.desk.rootOf(current.source);
    this.#into(root ?? (isAtCurrent ? this.desk.rootOf(current.source) : this.desk.roots[0]));
    if (!this.map.blocks.length) return this.leave();
    const seen = this.map.blocks.find(({ element }) => element.getBoundingClientRect().bottom > 120) ?? this.map.blocks[0];
    this.at = at ?? (isAtCurrent ? current.start : seen.start);
    this.button.setAttribute("aria-pressed", "true");
    this.draw();
    this.say(this.desk.data.says.entered);
    this.desk.choices.load();
    return undefined;
  }

  #into(root) {
    this.#out();
    this.root = root;
    this.anchor = null;
    root.tabIndex = 0;
    root.setAttribute("role", "application");
    root.setAttribute("aria-label", this.button.textContent.trim());
    root.classList.add("in-caret");
    root.addEventListener("keydown", this.onKey);
    root.focus({ preventScroll: true });
  }

  #out() {
    const root = this.root;
    if (!root) return;
    root.removeEventListener("keydown", this.onKey);
    for (const name of ["role", "aria-label"]) root.removeAttribute(name);
    root.classList.remove("in-caret");
    if (root.id !== "text") root.removeAttribute("tabindex");
  }

  leave() {
    if (!this.isOn) return;
    this.#out();
    this.root = null;
    this.mark.remove();
    paint("passage", null);
    getSelection().removeAllRanges();
    this.button.setAttribute("aria-pressed", "false");
    this.button.focus({ preventScroll: true });
    this.say(this.desk.data.says.left);
  }

  /** Take the focus back after a box was closed. */
  focus() {
    this.root?.focus({ preventScroll: true });
    this.draw();
  }

  /** Put the caret somewhere; with `extend` the words from where it stood are chosen. */
  goTo(at, { extend = false } = {}) {
    if (extend) this.anchor ??= this.at;
    else this.anchor = null;
    this.at = at;
    this.draw();
  }

  choose({ start, end }) {
    this.anchor = start;
    this.at = end;
    this.draw();
  }

  /** Draw caret and chosen words, and bring the caret into sight. */
  draw({ scroll = true } = {}) {
    if (!this.isOn) return;
    const point = this.map.pointOf(this.at);
    if (!point) return;
    const passage = this.passage;
    paint("passage", passage ? this.map.rangeOf(passage.start, passage.end) : null);
    const from = this.anchor === null ? point : this.map.pointOf(this.anchor);
    const isElsewhere = document.activeElement !== this.root && document.activeElement !== document.body; // who types must not lose their place
    if (!isElsewhere) getSelection().setBaseAndExtent(from.startContainer, from.startOffset, point.startContainer, point.startOffset);
    const rect = point.getClientRects()[0] ?? point.getBoundingClientRect();
    const frame = this.root.getBoundingClientRect();
    this.mark.style.translate = `${rect.left - frame.left}px ${rect.top - frame.top}px`;
    this.mark.style.height = `${rect.height || 24}px`;
    if (this.mark.parentElement !== this.root) this.root.append(this.mark);
    if (scroll && (rect.top < 120 || rect.bottom > innerHeight - 48)) this.mark.scrollIntoView({ block: "center" });
  }

  #key(event) {
    if (event.target !== this.root || event.isComposing) return;
    const motion = motionOf(event);
    const meaning = meaningOf(event);
    const action = motion ? "" : actionOf(event);
    if (motion) this.#move(motion, event.shiftKey);
    else if (action) this.#act(action);
    else if (meaning === "next" || meaning === "previous") this.#stepCoding(meaning === "next" ? 1 : -1);
    else if (meaning === "bare" || meaning === "bareBefore") this.desk.bare(meaning === "bare" ? 1 : -1);
    else if (meaning === "caret") this.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move({ kind, way }, extend) {
    if (kind === "text") return this.#otherText(way);
    const to = kind === "line" || kind === "lineEdge" ? lineStep(this.map, this.at, kind, way) : kind === "all" ? (way > 0 ? this.map.end : 0) : step(this.map, this.at, kind, way);
    if (to === null) return extend ? undefined : this.#otherText(way);
    const from = this.at;
    this.goTo(to, { extend });
    this.#tell(extend, kind === "line" ? unitAt(this.map, to, "word")?.quote : this.map.quote(Math.min(from, to), Math.max(from, to)));
    return undefined;
  }

  #tell(extend, passed) {
    this.say(extend && this.passage ? this.desk.data.says.selected.replace("{words}", this.passage.quote) : passed?.trim() || "␣");
  }

  #otherText(way) {
    const { roots } = this.desk;
    const other = roots[roots.indexOf(this.root) + way];
    if (!other) return;
    const map = this.desk.mapOf(other);
    this.#into(other);
    this.at = way > 0 ? 0 : map.end;
    this.draw();
    this.say(unitAt(map, this.at, "sentence")?.quote ?? "");
  }

  #stepCoding(way) {
    const row = this.desk.rows.step(way);
    const root = row && this.desk.rootOf(row.source);
    if (!root) return;
    if (root !== this.root) this.#into(root);
    this.goTo(row.start);
    this.say(tell(row, this.desk));
  }

  #act(action) {
    if (action === "code") this.#code();
    else if (action === "let-go") this.#letGo();
    else if (["word", "sentence", "paragraph"].includes(action)) this.#unit(action);
    else this.desk.onCoding(action, this.root, this.at, this.#rect());
  }

  #code() {
    const passage = this.passage ?? unitAt(this.map, this.at, "paragraph");
    if (passage) this.desk.pick(this.root, passage);
  }

  #letGo() {
    if (this.anchor === null || this.anchor === this.at) this.leave();
    else this.goTo(this.at);
  }

  /* The unit at the caret; when it is chosen already, one more. */
  #unit(kind) {
    const chosen = this.passage;
    const first = unitAt(this.map, chosen ? chosen.start : this.at, kind);
    if (!first) return;
    const has = chosen && chosen.start <= first.start && chosen.end >= first.end;
    const next = has && chosen.end < this.map.end ? unitAt(this.map, chosen.end + (/\s/u.test(this.map.quote(chosen.end, chosen.end + 1)) ? 1 : 0), kind) : null;
    this.choose(next && next.end > chosen.end ? { start: chosen.start, end: next.end } : has ? chosen : first);
    this.#tell(true);
  }

  #rect() {
    const range = this.map.pointOf(this.at);
    return rectOf(range);
  }
}
