/* Boxes that float at a passage: under it where there is room, over it where there is not, at the foot of a narrow page. */

const GAP = 8; // px between a passage and its box
const BAR = 56; // px of the page's bar, which stays on top
const WIDE = "(min-width: 48rem)";

/** Whether boxes stand at the passage rather than at the foot of the page. */
export const isWide = () => matchMedia(WIDE).matches;

/**
 * Show a box at a rectangle of the window.
 * @param {HTMLElement} box @param {DOMRect} rect - of the passage
 */
export function showAt(box, rect) {
  box.hidden = false;
  for (const name of ["left", "top", "right", "bottom", "position", "width"]) box.style.removeProperty(name);
  if (!isWide()) return;
  box.style.position = "absolute";
  const frame = box.offsetParent.getBoundingClientRect();
  const isOver = innerHeight - rect.bottom < box.offsetHeight + GAP && rect.top - BAR > box.offsetHeight + GAP;
  const left = Math.max(GAP, Math.min(rect.left - frame.left, frame.width - box.offsetWidth - GAP));
  box.style.top = isOver ? "auto" : `${rect.bottom + GAP - frame.top}px`;
  box.style.bottom = isOver ? `${frame.bottom - rect.top + GAP}px` : "auto";
  box.style.left = `${left}px`;
  box.style.right = "auto";
}

/** The rectangle at which a box for a range stands: its last line. @param {Range} range @returns {DOMRect} */
export function rectOf(range) {
  const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
  if (!rects.length) return range.getBoundingClientRect();
  const bottom = rects.reduce((low, rect) => (rect.bottom > low.bottom ? rect : low));
  const top = Math.min(...rects.map((rect) => rect.top));
  return new DOMRect(bottom.left, top, bottom.width, bottom.bottom - top);
}

/** Paint a passage without touching the text. @param {string} name @param {Range | null} range */
export function paint(name, range) {
  if (!globalThis.CSS?.highlights) return;
  if (range) CSS.highlights.set(name, new Highlight(range));
  else CSS.highlights.delete(name);
}
