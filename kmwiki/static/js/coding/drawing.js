/* Drawing anew what changed: the blocks that were touched, the rows, the stripes. */

import { drawMarks } from "./marks.js";
import { drawStripes } from "./stripes.js";

export class Drawing {
  constructor(desk) {
    this.desk = desk;
  }

  /** Draw what the server told after a change: the blocks and rows it touches. */
  apply(answer) {
    this.#checkHeads(answer.heads ?? {});
    const fresh = (answer.codings ?? []).filter(({ source }) => !this.desk.rootOf(source)?.dataset.stale);
    const touched = this.desk.book.merge({ ...answer, codings: fresh });
    const blocks = new Map();
    for (const { source, start, end } of touched) {
      const map = start === undefined ? null : this.desk.mapOfSource(source);
      if (!map || map.root.dataset.stale) continue;
      if (!blocks.has(map)) blocks.set(map, new Set());
      for (const block of map.blocksOf(start, end)) blocks.get(map).add(block);
    }
    for (const [map, some] of blocks) drawMarks(map, this.desk.book, some);
    this.#after([...blocks.keys()].map(({ root }) => root));
  }

  /** Draw all marks and rows anew: another choice of what to see. */
  all() {
    for (const root of this.desk.roots) if (!root.dataset.stale) drawMarks(this.desk.mapOf(root), this.desk.book, this.desk.mapOf(root).blocks);
    this.#after(this.desk.roots);
  }

  #after(roots) {
    const { list, outline, filters, rows, caret, book, data } = this.desk;
    list.render();
    outline.render();
    filters.draw();
    rows.light();
    requestAnimationFrame(() => roots.forEach((root) => drawStripes(root, book)));
    if (caret?.isOn) caret.draw({ scroll: false });
    const count = document.querySelector("#codings [data-count]");
    const number = book.rows.length;
    if (count) count.textContent = filters.isOn ? data.says.of.replace("{number}", number).replace("{total}", book.codings.size) : number;
  }

  /* A text that has a newer revision is not drawn into any more: the places would be those of other words. */
  #checkHeads(heads) {
    for (const [source, head] of Object.entries(heads)) {
      const root = this.desk.rootOf(source);
      if (!root || Number(root.dataset.revision) === head) continue;
      root.dataset.stale = "true";
      document.getElementById("desk-stale").hidden = false;
    }
  }

  keepStripes() {
    let asked = 0;
    const soon = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => this.desk.roots.forEach((root) => drawStripes(root, this.desk.book)));
    };
    const later = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 50)); // decoration waits for all else
    document.fonts.ready.then(() => later(() => {
      const watch = new ResizeObserver(soon);
      for (const root of this.desk.roots) watch.observe(root);
    }, { timeout: 1000 }));
  }
}
