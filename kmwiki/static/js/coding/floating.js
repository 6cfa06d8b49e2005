/* Boxes that float at a passage: under it where there is room, over it where there is not, at the foot of a narrow page. */

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
  box.style.right = box.style.bottom = "auto";
  const frame = box.offsetParent.getBoundingClientRect();
  const room = innerHeight - rect.bottom;
  const under = room > box.offsetHeight + 16 || rect.top < box.offsetHeight + 16;
  const top = under ? rect.bottom + 8 : rect.top - box.offsetHeight - 8;
  const left = Math.max(8, Math.min(rect.left - frame.left, frame.width - box.offsetWidth - 8));
  box.style.top = `${top - frame.top}px`;
  box.style.left = `${left}px`;
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
