/* Places in the page and places in the text: the server counts code points of the reading text, browsers count UTF-16 units.
 *
 * Every block of a text carries `data-start`; its textContent is the reading text from there on, code point for code point.
 */

/** Count code points. @param {string} text @returns {number} */
export function points(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Turn a number of code points into UTF-16 units. @param {string} text @param {number} count @returns {number} */
export function units(text, count) {
  let at = 0;
  for (let left = count; left > 0 && at < text.length; left -= 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** The text nodes of one text, each with the code points at which it starts and ends. */
export class TextMap {
  /** @param {HTMLElement} root - the element that carries data-source @param {string} text - its reading text */
  constructor(root, text) {
    this.root = root;
    this.text = text;
    this.chars = [...text];
    this.nodes = [];
    const counted = new Map();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) this.#take(node, counted);
  }

  #take(node, counted) {
    const block = node.parentElement.closest("[data-start]");
    if (!block || !this.root.contains(block) || block === this.root) return;
    const length = points(node.data);
    const start = Number(block.dataset.start) + (counted.get(block) ?? 0);
    for (let up = block; up && up !== this.root; up = up.parentElement) {
      if (up.dataset.start !== undefined) counted.set(up, (counted.get(up) ?? 0) + length);
    }
    if (length) this.nodes.push({ node, start, end: start + length });
  }

  /** The words between two offsets. @returns {string} */
  quote(start, end) {
    return this.chars.slice(start, end).join("");
  }

  /** The offset of a place in the page, or null if it is not in this text. */
  offsetOf(container, at) {
    if (container.nodeType === Node.TEXT_NODE) {
      const found = this.nodes.find((item) => item.node === container);
      if (found) return found.start + points(container.data.slice(0, at));
    }
    return this.#near(container, at);
  }

  #near(container, at) {
    const place = document.createRange();
    place.setStart(container, at);
    const after = this.nodes.find((item) => place.comparePoint(item.node, 0) >= 0);
    if (after) return after.start;
    return this.nodes.length ? this.nodes.at(-1).end : null;
  }

  /** The passage that a selection covers, trimmed of space at its ends and snapped to whole characters; null if there is none. */
  passageOf(range) {
    if (!this.nodes.length) return null;
    const first = this.offsetOf(range.startContainer, range.startOffset);
    const last = this.#endOf(range);
    return first === null || last === null ? null : this.tidy(first, last);
  }

  #endOf(range) {
    const { endContainer: container, endOffset: at } = range;
    if (container.nodeType === Node.TEXT_NODE && this.nodes.some((item) => item.node === container)) return this.offsetOf(container, at);
    const place = document.createRange();
    place.setStart(container, at);
    const before = this.nodes.filter((item) => place.comparePoint(item.node, item.node.data.length) <= 0).at(-1);
    return before ? before.end : null;
  }

  /** Trim space at both ends, then widen to whole characters. */
  tidy(start, end) {
    let [low, high] = [Math.min(start, end), Math.max(start, end)];
    while (low < high && /\s/u.test(this.chars[low])) low += 1;
    while (high > low && /\s/u.test(this.chars[high - 1])) high -= 1;
    if (low >= high) return null;
    const edges = this.clusters();
    while (low > 0 && !edges.has(low)) low -= 1;
    while (high < this.chars.length && !edges.has(high)) high += 1;
    return { start: low, end: high, quote: this.quote(low, high) };
  }

  /** The offsets at which a character with its marks begins. @returns {Set<number>} */
  clusters() {
    this.edges ??= this.#edges("grapheme");
    return this.edges;
  }

  /** The offsets at which a word begins. @returns {Set<number>} */
  words() {
    this.wordEdges ??= this.#edges("word");
    return this.wordEdges;
  }

  #edges(granularity) {
    const edges = new Set([0]);
    let at = 0;
    for (const { segment } of new Intl.Segmenter("th", { granularity }).segment(this.text)) {
      at += points(segment);
      edges.add(at);
    }
    return edges;
  }

  /** The page's range of a passage, for painting and for finding where it is; null if it is not drawn. */
  rangeOf(start, end) {
    const first = this.nodes.find((item) => item.end > start);
    const last = this.nodes.findLast((item) => item.start < end);
    if (!first || !last || first.start >= end) return null;
    const range = document.createRange();
    range.setStart(first.node, units(first.node.data, Math.max(start - first.start, 0)));
    range.setEnd(last.node, units(last.node.data, Math.min(end, last.end) - last.start));
    return range;
  }
}
