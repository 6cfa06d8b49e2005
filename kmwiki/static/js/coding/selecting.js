/* How a passage comes to be chosen: the mouse, a focused paragraph and Enter, or a finger and the button at the foot. */

export class Selecting {
  constructor(desk) {
    this.desk = desk;
    this.button = document.getElementById("code-touch");
    this.pointer = "";
    this.isByKey = false;
    document.addEventListener("pointerdown", (event) => { this.pointer = event.pointerType; });
    document.addEventListener("pointerup", (event) => this.#released(event));
    document.addEventListener("selectionchange", () => this.#changed());
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => this.#outside(event));
    this.button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.button.addEventListener("click", () => this.#open());
  }

  /** The text and the passage that are selected now, or null. */
  get selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const root = this.desk.roots.find((item) => item.contains(range.startContainer));
    if (!root) return null;
    if (!root.contains(range.endContainer)) {
      range.setEnd(root, root.childNodes.length); // a triple click ends at the start of what follows
    }
    const passage = this.desk.mapOf(root).passageOf(range);
    return passage && { root, passage };
  }

  /** Give the focus back to the block in which a passage begins. */
  focusAt(root, start) {
    const block = this.desk.mapOf(root).nodes.find((item) => item.end > start)?.node.parentElement.closest("[data-start][tabindex]");
    if (!block) return;
    for (const other of root.querySelectorAll("[data-start][tabindex='0']")) other.tabIndex = -1;
    block.tabIndex = 0;
    block.focus({ preventScroll: true });
  }

  #open() {
    this.isByKey = false;
    const chosen = this.selected ?? this.held;
    this.button.hidden = true;
    if (chosen) this.desk.pick(chosen.root, chosen.passage);
  }

  #released(event) {
    if (event.pointerType === "touch" || event.button !== 0 || event.target.closest?.(".pop, .code-touch, form, button")) return;
    setTimeout(() => this.#settled(event)); // a click that collapses the selection does so after this event
  }

  #settled(event) {
    const chosen = this.selected;
    if (chosen) this.isByKey = false;
    if (chosen && chosen.root.contains(event.target.nodeType ? event.target : null)) this.desk.pick(chosen.root, chosen.passage);
    else if (chosen && !this.desk.isBusy) this.desk.pick(chosen.root, chosen.passage);
  }

  /* Not made by a mouse: a finger, or the keyboard with a caret. The button stands ready, nothing opens by itself. */
  #changed() {
    const chosen = this.pointer === "mouse" || this.desk.isBusy ? null : this.selected;
    if (chosen) this.held = chosen;
    this.button.hidden = !chosen;
  }

  #outside(event) {
    if (event.target.closest?.(".pop, .code-touch, #toasts")) return;
    this.desk.picker.close();
    this.desk.stretcher.close();
    this.desk.rows.closeHere();
  }

  #key(event) {
    const block = event.target.closest?.("[data-start][tabindex]");
    if (!block || event.ctrlKey || event.metaKey || event.altKey) return;
    const root = this.desk.roots.find((item) => item.contains(block));
    if (event.key === "Enter" && root) {
      event.preventDefault();
      this.#pickBlock(root, block);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#go(event, root, block);
    }
  }

  #pickBlock(root, block) {
    const map = this.desk.mapOf(root);
    const range = document.createRange();
    range.selectNodeContents(block);
    this.isByKey = true;
    const passage = this.selected?.passage ?? map.passageOf(range);
    if (passage) this.desk.pick(root, passage);
  }

  #go(event, root, block) {
    const blocks = [...root.querySelectorAll("[data-start][tabindex]")];
    const next = blocks[blocks.indexOf(block) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    block.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}
