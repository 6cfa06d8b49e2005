/* Places in the page and places in the text: the server counts code points of the reading text, browsers count UTF-16 units.
 *
 * Every leaf block of a text carries `data-start` and `data-end`; its textContent is the reading text between them, code
 * point for code point. A block that shows something else (a quote drawn live) is left alone.
 */

const GAP = "\n\n"; // what mostly stands between two blocks

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

/** The blocks of one text; what is asked of a block is found out once, when it is asked. */
export class TextMap {
  /** @param {HTMLElement} root - carries data-source @param {Record<number, string>} gaps - before a block, by its number */
  constructor(root, gaps = {}) {
    this.root = root;
    this.blocks = [...root.querySelectorAll("[data-start]")]
      .map((element) => ({ element, start: Number(element.dataset.start), end: Number(element.dataset.end) }))
      .filter((block) => block.end > block.start);
    this.blocks.forEach((block, index) => { block.gap = index ? gaps[index] ?? GAP : ""; });
    this.byElement = new Map(this.blocks.map((block) => [block.element, block]));
  }

  /** Where the text ends. */
  get end() {
    return this.blocks.at(-1)?.end ?? 0;
  }

  /** The characters of a block; null if it does not show its part of the text. */
  chars(block) {
    if (block.chars === undefined) {
      const chars = [...block.element.textContent];
      block.chars = chars.length === block.end - block.start ? chars : null;
    }
    return block.chars;
  }

  /** The text nodes of a block with the places where each starts and ends. */
  nodes(block) {
    if (block.nodes) return block.nodes;
    block.nodes = [];
    if (!this.chars(block)) return block.nodes;
    const walker = document.createTreeWalker(block.element, NodeFilter.SHOW_TEXT);
    let at = block.start;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = points(node.data);
      if (length) block.nodes.push({ node, start: at, end: at + length });
      at += length;
    }
    return block.nodes;
  }

  /** Forget the nodes of a block whose marks were drawn anew. */
  forget(block) {
    block.nodes = undefined;
  }

  /** The block in which a place stands, or the next one behind it. */
  blockAt(at) {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.blocks[middle].end > at) high = middle;
      else low = middle + 1;
    }
    return this.blocks[low] ?? this.blocks.at(-1);
  }

  /** The blocks that a passage touches. */
  blocksOf(start, end) {
    const from = this.blocks.indexOf(this.blockAt(start));
    const found = [];
    for (let index = from; index >= 0 && index < this.blocks.length && this.blocks[index].start < end; index += 1) {
      if (this.blocks[index].end > start) found.push(this.blocks[index]);
    }
    return found;
  }

  /** The words between two places. @returns {string} */
  quote(start, end) {
    return this.blocksOf(start, end)
      .map((block) => {
        const gap = start < block.start ? [...block.gap].slice(-(block.start - start)).join("") : "";
        return gap + (this.chars(block) ?? []).slice(Math.max(start - block.start, 0), end - block.start).join("");
      })
      .join("");
  }

  /** The place in the text of a place in the page, or null if it is not in this text. */
  offsetOf(container, at) {
    const element = container.nodeType === Node.TEXT_NODE ? container.parentElement : container;
    const block = this.byElement.get(element?.closest?.("[data-start]"));
    const found = block && this.nodes(block).find((item) => item.node === container);
    return found ? found.start + points(container.data.slice(0, at)) : this.#near(container, at, 1);
  }

  /** The place nearest behind (1) or before (-1) a place that is in no text node. */
  #near(container, at, way) {
    const place = document.createRange();
    place.setStart(container, at);
    const ahead = (node, offset) => place.comparePoint(node, offset) >= 0;
    const index = this.blocks.findIndex((block) => ahead(block.element, block.element.childNodes.length));
    const block = this.blocks[index];
    if (way < 0) {
      const inner = block ? this.nodes(block).filter((item) => place.comparePoint(item.node, item.node.data.length) <= 0).at(-1) : null;
      return inner?.end ?? (index < 0 ? this.end : this.blocks[index - 1]?.end ?? null);
    }
    if (!block) return this.blocks.length ? this.end : null;
    return this.nodes(block).find((item) => ahead(item.node, 0))?.start ?? block.end;
  }

  /** The passage that a selection covers, trimmed of space at its ends and snapped to whole characters; null if none. */
  passageOf(range) {
    if (!this.blocks.length) return null;
    const first = this.offsetOf(range.startContainer, range.startOffset);
    const { endContainer: container, endOffset: at } = range;
    const isText = container.nodeType === Node.TEXT_NODE && container.parentElement.closest("[data-start]");
    const last = isText ? this.offsetOf(container, at) : this.#near(container, at, -1);
    return first === null || last === null ? null : this.tidy(first, last);
  }

  /** Trim space at both ends, then widen to whole characters; to whole words if asked. */
  tidy(start, end, { whole = false } = {}) {
    let [low, high] = [Math.min(start, end), Math.max(start, end)];
    const inner = this.blocksOf(low, high).filter((block) => this.chars(block));
    if (!inner.length) return null;
    const isBlank = (at) => !/\S/u.test(this.quote(at, at + 1));
    low = Math.max(low, inner[0].start);
    high = Math.min(high, inner.at(-1).end);
    while (low < high && isBlank(low)) low += 1;
    while (high > low && isBlank(high - 1)) high -= 1;
    if (low >= high) return null;
    const granularity = whole ? "word" : "grapheme";
    low = this.edges(this.blockAt(low), granularity).findLast((edge) => edge <= low) ?? low;
    high = this.edges(this.blockAt(high - 1), granularity).find((edge) => edge >= high) ?? high;
    return { start: low, end: high, quote: this.quote(low, high) };
  }

  /** The places in a block at which characters with their marks, or words, begin and end. @returns {number[]} */
  edges(block, granularity) {
    block.edges ??= {};
    block.edges[granularity] ??= this.#edges(block, granularity);
    return block.edges[granularity];
  }

  #edges(block, granularity) {
    const edges = [block.start];
    const chars = this.chars(block);
    if (!chars) return [block.start, block.end];
    for (const { segment } of new Intl.Segmenter("th", { granularity }).segment(chars.join(""))) {
      edges.push(edges.at(-1) + points(segment));
    }
    if (granularity === "grapheme") return edges;
    const whole = new Set(this.edges(block, "grapheme"));
    return edges.filter((at) => whole.has(at));
  }

  /** The page's range of a passage, for painting and for finding where it is; null if it is not drawn. */
  rangeOf(start, end) {
    const nodes = this.blocksOf(start, end).flatMap((block) => this.nodes(block));
    const first = nodes.find((item) => item.end > start);
    const last = nodes.findLast((item) => item.start < end);
    if (!first || !last || first.start >= end) return null;
    const range = document.createRange();
    range.setStart(first.node, units(first.node.data, Math.max(start - first.start, 0)));
    range.setEnd(last.node, units(last.node.data, Math.min(end, last.end) - last.start));
    return range;
  }

  /** The page's place of a place in the text, for a caret: an empty range; null if it is not drawn. */
  pointOf(at) {
    const block = this.blocks.find((each) => each.start <= at && at <= each.end) ?? this.blockAt(at);
    const nodes = block ? this.nodes(block) : [];
    const item = nodes.find((each) => each.start <= at && at < each.end) ?? nodes.at(-1);
    if (!item) return null;
    const range = document.createRange();
    range.setStart(item.node, units(item.node.data, Math.min(Math.max(at - item.start, 0), item.end - item.start)));
    return range;
  }
}
