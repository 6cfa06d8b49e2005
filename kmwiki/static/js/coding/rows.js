/* The list and the marks belong together: going to a passage shows its row, clicking a passage names all its codes. */

import { drawMore, drawRow } from "./rowview.js";
import { showAt } from "./floating.js";

export class Rows {
  constructor(desk) {
    this.desk = desk;
    this.box = document.getElementById("here-pop");
    document.addEventListener("click", (event) => this.#click(event));
    this.box?.addEventListener("click", (event) => this.#inBox(event));
    this.box?.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.closeHere();
      desk.back();
    });
    addEventListener("hashchange", () => this.#fromHash());
    this.#fromHash();
  }

  get current() {
    return this.desk.book.row(this.desk.list.chosen) ?? null;
  }

  /** Make the row of a coding the current one and show where it stands. */
  show(coding, { scroll = true } = {}) {
    const row = this.desk.book.row(coding);
    if (!row) return;
    const item = this.desk.list.choose(row.id);
    this.light();
    if (item) this.#reveal(item);
    if (scroll) this.#scrollTo(row);
  }

  #scrollTo(row) {
    const mark = this.marksOf(row)[0] ?? document.getElementById(`c${row.id}`);
    if (mark) mark.scrollIntoView({ block: "center" });
    else this.desk.mapOfSource(row.source)?.blockAt(row.start ?? 0)?.element.scrollIntoView({ block: "center" });
  }

  /** Outline the marks of the current row. */
  light() {
    for (const mark of document.querySelectorAll(".k.now")) mark.classList.remove("now");
    const row = this.current;
    if (row) for (const mark of this.marksOf(row)) mark.classList.add("now");
  }

  marksOf(row) {
    const root = this.desk.rootOf(row.source);
    const wanted = `mark[data-codings~="${row.id}"]`;
    return root ? [...root.querySelectorAll(wanted)].filter((mark) => !mark.parentElement.closest(wanted)) : [];
  }

  focusCurrent() {
    this.desk.list.mark()?.querySelector("a")?.focus({ preventScroll: true });
  }

  /* Scroll the list, not the page: the reader's place in the text must not move. */
  #reveal(item, tries = 4) {
    const pane = item.closest(".desk-side");
    if (!pane || pane.scrollHeight <= pane.clientHeight) return;
    const [mine, frame] = [item.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (mine.top >= frame.top && mine.bottom <= frame.bottom) return;
    pane.scrollTop += mine.top - frame.top - frame.height / 3;
    if (tries) requestAnimationFrame(() => item.isConnected && this.#reveal(item, tries - 1)); // rows drawn on the way moved it
  }

  #fromHash() {
    const coding = /^#[cr](\d+)$/.exec(location.hash)?.[1];
    if (coding) this.show(coding);
  }

  /** Go to the next (1) or previous (-1) passage. */
  step(way) {
    const rows = this.desk.list.order.filter((row) => !row.isLost);
    if (!rows.length) return null;
    const at = rows.indexOf(this.current);
    const row = rows[((at < 0 && way < 0 ? 0 : at) + way + rows.length) % rows.length];
    this.show(row.id);
    return row;
  }

  #click(event) {
    const link = event.target.closest("#desk-list a[href^='#c']");
    if (link) {
      event.preventDefault();
      this.show(link.closest("[data-row]").dataset.row);
      history.replaceState(null, "", link.hash);
      return;
    }
    const item = event.target.closest("#desk-list [data-row]");
    if (item && !event.target.closest("a, button, input, label, textarea") && getSelection().isCollapsed) {
      this.show(item.dataset.row, { scroll: !this.desk.book.row(item.dataset.row)?.isLost });
      return;
    }
    const mark = event.target.closest("mark[data-codings]");
    if (!mark || !getSelection().isCollapsed || event.target.closest("a") || this.desk.taps?.isOn) return;
    this.#name(mark);
  }

  /* A mark names only the first of many codings; the book knows where each one stands. */
  #name(mark) {
    const root = mark.closest("[data-source]");
    const own = [...mark.childNodes].find((node) => node.nodeType === Node.TEXT_NODE) ?? mark;
    const at = this.desk.mapOf(root).offsetOf(own, 0);
    const rows = this.desk.book.standing(Number(root.dataset.source), at, at + 1);
    if (!rows.length) return;
    this.show(rows.at(-1).id, { scroll: false });
    this.here(rows, mark.getBoundingClientRect());
  }

  /** Name all codes of a passage, each with what can be done about it. */
  here(rows, rect) {
    if (!this.box) return;
    this.box.querySelector("[data-rows]").replaceChildren(...rows.map((row) => {
      const item = drawRow(row, this.desk);
      item.removeAttribute("id");
      drawMore(item, row, this.desk);
      return item;
    }));
    showAt(this.box, rect);
  }

  #inBox(event) {
    const link = event.target.closest("a[href^='#c']");
    if (event.target.closest("[data-close]")) {
      this.closeHere();
      this.desk.back();
    } else if (link) {
      event.preventDefault();
      this.show(link.closest("[data-row]").dataset.row, { scroll: false });
    } else this.desk.act(event);
  }

  closeHere() {
    if (!this.box || this.box.hidden) return;
    this.box.hidden = true;
    this.box.querySelector("[data-rows]").replaceChildren();
  }
}
