/* How a passage comes to be chosen by mouse, or by a long press and the button at the foot. */

export class Selecting {
  constructor(desk) {
    this.desk = desk;
    this.button = document.getElementById("code-touch");
    this.pointer = "";
    this.isDown = false;
    document.addEventListener("pointerdown", (event) => this.#pressed(event));
    document.addEventListener("pointerup", (event) => this.#released(event));
    document.addEventListener("selectionchange", () => this.#changed());
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => { this.isDown = false; }, true);
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

  #pressed(event) {
    this.pointer = event.pointerType;
    this.isDown = true;
    if (event.target.closest?.(".pop, .code-touch, .handle, .taps, .desk-bar, #toasts, dialog")) return;
    if (event.target.closest?.("[data-source].coded")) this.desk.choices.load();
    this.desk.closeBoxes();
  }

  #open() {
    const chosen = this.selected ?? this.held;
    this.button.hidden = true;
    if (chosen) this.desk.pick(chosen.root, chosen.passage);
  }

  #released(event) {
    if (event.pointerType === "touch" || event.button !== 0 || this.desk.taps.isOn) return;
    if (event.target.closest?.(".pop, .code-touch, .handle, form, button, dialog")) return;
    setTimeout(() => this.#settled(event)); // a click that collapses the selection does so after this event
  }

  #settled(event) {
    const chosen = this.selected;
    if (!chosen) {
      this.#caret();
      return;
    }
    const isInside = chosen.root.contains(event.target.nodeType ? event.target : null);
    if (isInside || !this.desk.isBusy) this.desk.pick(chosen.root, chosen.passage);
  }

  /* A click while the caret is in the text puts it there. */
  #caret() {
    const { caret } = this.desk;
    const { focusNode, focusOffset } = getSelection();
    const root = focusNode && this.desk.roots.find((item) => item.contains(focusNode));
    if (!caret.isOn || !root || this.desk.isBusy) return;
    const at = this.desk.mapOf(root).offsetOf(focusNode, focusOffset);
    if (root !== caret.root) caret.enter(root, at);
    else caret.goTo(at);
  }

  /* Not made by a mouse: a finger, or the caret of the browser. The button stands ready, nothing opens by itself. */
  #changed() {
    const isOurs = this.pointer === "mouse" || this.desk.isBusy || this.desk.caret.isOn || this.desk.taps.isOn;
    const chosen = isOurs ? null : this.selected;
    if (chosen) this.held = chosen;
    this.button.hidden = !chosen;
  }
}
