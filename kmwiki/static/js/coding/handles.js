/* Two handles at the ends of a passage, to be dragged with a finger or moved with the arrow keys. */

import { step } from "./steps.js";

/** The place of the text under a point of the window. @returns {number | null} */
export function placeUnder(map, x, y) {
  const point = document.caretPositionFromPoint?.(x, y);
  const range = point ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = point ? [point.offsetNode, point.offset] : [range?.startContainer, range?.startOffset];
  return node && map.root.contains(node) ? map.offsetOf(node, offset) : null;
}

/** Where the character under a point begins: a tap on its second half means it too. @returns {number | null} */
export function characterUnder(map, x, y) {
  const at = placeUnder(map, x, y);
  if (at === null) return null;
  const before = step(map, at, "cluster", -1);
  const range = before === null ? null : map.rangeOf(before, at);
  const isThere = range && [...range.getClientRects()].some((rect) => rect.left <= x && x < rect.right && rect.top <= y && y <= rect.bottom);
  return isThere ? before : at;
}

export class Handles {
  /** @param {(edge: "start" | "end", at: number) => void} moved - an end was moved to that place */
  constructor(moved) {
    this.moved = moved;
    const template = document.getElementById("handle-template");
    this.ends = Object.fromEntries(["start", "end"].map((edge) => {
      const handle = template.content.firstElementChild.cloneNode(true);
      handle.classList.add(`handle--${edge}`);
      handle.setAttribute("aria-label", template.dataset[edge]);
      this.#listen(handle, edge);
      return [edge, handle];
    }));
  }

  /** Show them at the ends of a passage. @param {import("./offsets.js").TextMap} map */
  show(map, start, end) {
    Object.assign(this, { map, start, end });
    const range = map.rangeOf(start, end);
    if (!range) return;
    const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
    if (!rects.length) return;
    const frame = map.root.getBoundingClientRect();
    this.#put(this.ends.start, rects[0].left - frame.left, rects[0].bottom - frame.top);
    this.#put(this.ends.end, rects.at(-1).right - frame.left, rects.at(-1).bottom - frame.top);
  }

  #put(handle, x, y) {
    if (handle.parentElement !== this.map.root) this.map.root.append(handle);
    handle.style.left = `${x}px`;
    handle.style.top = `${y}px`;
  }

  hide() {
    for (const handle of Object.values(this.ends)) handle.remove();
  }

  #listen(handle, edge) {
    let grip = null;
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const rect = handle.getBoundingClientRect();
      grip = { x: event.clientX - (rect.left + rect.width / 2), y: event.clientY - rect.top + 12 }; // the words stand above the handle
      handle.setPointerCapture(event.pointerId);
      this.map.root.classList.add("is-dragging");
      handle.focus({ preventScroll: true });
    });
    handle.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const at = placeUnder(this.map, event.clientX - grip.x, event.clientY - grip.y);
      if (at !== null) this.moved(edge, at);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      handle.addEventListener(name, () => {
        grip = null;
        this.map.root.classList.remove("is-dragging");
      });
    }
    handle.addEventListener("click", (event) => event.stopPropagation());
    handle.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      const to = step(this.map, edge === "start" ? this.start : this.end, event.shiftKey ? "cluster" : edge === "start" ? "word" : "wordEnd", way);
      if (to !== null) this.moved(edge, to);
    });
  }
}
