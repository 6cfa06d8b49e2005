/* The list and the marks belong together: going to a passage shows its row, clicking a passage names all its codes. */

const TYPING = "input, textarea, select, [contenteditable]";

export class Rows {
  constructor(desk) {
    this.desk = desk;
    this.box = document.getElementById("here-pop");
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("click", (event) => this.#click(event));
    this.box?.addEventListener("click", (event) => this.#inBox(event));
    this.box?.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closeHere(); });
    addEventListener("hashchange", () => this.#fromHash());
    this.#fromHash();
  }

  get all() {
    return [...this.desk.list.querySelectorAll("[data-row][data-start-at]")];
  }

  get current() {
    return this.desk.list.querySelector("[aria-current]");
  }

  /** Make the row of a coding the current one and show where it stands. */
  show(coding, { scroll = true } = {}) {
    const row = this.desk.list.querySelector(`[data-codings~="${coding}"]`);
    if (!row) return;
    for (const other of this.desk.list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    for (const mark of document.querySelectorAll(".k.now")) mark.classList.remove("now");
    row.setAttribute("aria-current", "true");
    this.equip(row);
    const marks = this.marksOf(row);
    for (const mark of marks) mark.classList.add("now");
    this.#reveal(row);
    if (scroll) (marks[0] ?? document.getElementById(`c${row.dataset.row}`))?.scrollIntoView({ block: "center" });
  }

  /** Give a row the tools that need script; only rows that are looked at have them. */
  equip(row) {
    const place = row.querySelector(".do");
    const tools = document.getElementById("row-tools");
    if (place && tools && row.dataset.mine && !place.querySelector("[data-do=stretch]")) place.prepend(tools.content.cloneNode(true));
  }

  marksOf(row) {
    const root = this.desk.rootOf(row.dataset.source);
    const wanted = `mark[data-codings~="${row.dataset.row}"]`;
    return root ? [...root.querySelectorAll(wanted)].filter((mark) => !mark.parentElement.closest(wanted)) : [];
  }

  focusCurrent() {
    this.current?.querySelector("a")?.focus({ preventScroll: true });
  }

  /* Scroll the list, not the page: the reader's place in the text must not move. */
  #reveal(row) {
    const pane = row.closest(".desk-side");
    if (!pane || pane.scrollHeight <= pane.clientHeight) return;
    const [mine, frame] = [row.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (mine.top < frame.top || mine.bottom > frame.bottom) pane.scrollTop += mine.top - frame.top - frame.height / 3;
  }

  #fromHash() {
    const coding = /^#[cr](\d+)$/.exec(location.hash)?.[1];
    if (coding) this.show(coding);
  }

  #key(event) {
    if (event.key !== "[" && event.key !== "]") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
    const rows = this.all;
    if (!rows.length) return;
    event.preventDefault();
    const at = rows.indexOf(this.current);
    const next = event.key === "]" ? at + 1 : (at < 0 ? rows.length : at) - 1;
    const row = rows[(next + rows.length) % rows.length];
    this.show(row.dataset.row);
    row.querySelector("a")?.focus({ preventScroll: true });
  }

  #click(event) {
    const link = event.target.closest("#desk-list a[href^='#c']");
    if (link) {
      event.preventDefault();
      this.show(link.closest("[data-row]").dataset.row);
      history.replaceState(null, "", link.hash);
      return;
    }
    const mark = event.target.closest("mark[data-codings]");
    if (!mark || !getSelection().isCollapsed || event.target.closest("a")) return;
    this.#name(mark);
  }

  #name(mark) {
    const root = mark.closest("[data-source]");
    const at = this.#placeOf(mark, root);
    const rows = this.all.filter(({ dataset }) => dataset.source === root.dataset.source && Number(dataset.startAt) <= at && at < Number(dataset.endAt));
    if (!rows.length) return;
    this.show(rows.at(-1).dataset.row, { scroll: false });
    if (this.box) this.desk.here(rows, mark.getBoundingClientRect());
  }

  /* Where the mark's own words begin: a mark names only the first of many codings, the list knows where each one stands. */
  #placeOf(mark, root) {
    const own = [...mark.childNodes].find((node) => node.nodeType === Node.TEXT_NODE) ?? mark;
    return this.desk.mapOf(root).offsetOf(own, 0);
  }

  #inBox(event) {
    const link = event.target.closest("a[href^='#c']");
    if (event.target.closest("[data-close]")) this.closeHere();
    else if (link) {
      event.preventDefault();
      this.show(link.closest("[data-row]").dataset.row, { scroll: false });
    } else this.desk.act(event);
  }

  closeHere() {
    if (!this.box) return;
    this.box.hidden = true;
    this.box.querySelector("[data-rows]").replaceChildren();
  }
}
