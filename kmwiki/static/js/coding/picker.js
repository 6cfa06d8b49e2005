/* The popover at the passage: type a name, Enter codes; several codes can be picked and put on at once. */

import { isWide, showAt } from "./floating.js";
import { drawOption, drawPick, optionsFor } from "./options.js";
import { Voices } from "./voices.js";

export class Picker {
  /**
   * @param {HTMLElement} box - #code-pop
   * @param {{data: object, choices: import("./choices.js").Choices}} with
   * @param {{code: Function, save: Function, closed: Function, suggest: Function, quote: Function}} does - what the desk does with a choice
   */
  constructor(box, { data, choices }, does) {
    Object.assign(this, { box, data, choices, does, at: 0, picks: [], suggested: [] });
    this.part = (name) => box.querySelector(`[data-${name}]`);
    this.voices = new Voices(box);
    this.input = box.querySelector("[role=combobox]");
    this.list = box.querySelector("[role=listbox]");
    this.memo = box.querySelector("textarea");
    this.input.addEventListener("input", () => this.draw());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.#clicked(event));
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("click", (event) => this.#button(event));
    box.addEventListener("copy", (event) => this.#copy(event));
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** Open at a passage. `coding` is set when an existing one is changed: {id, code, voice, memo}. */
  open({ quote, rect, isComment, coding = null }) {
    this.voices.open({ isComment, coding });
    Object.assign(this, { quote, coding, picks: [], suggested: [] });
    this.part("quote").textContent = quote;
    this.input.value = "";
    this.memo.value = coding?.memo ?? "";
    this.#openMemo(Boolean(this.memo.value));
    for (const name of ["keys", "go", "several"]) this.part(name).hidden = Boolean(coding);
    this.part("save").hidden = !coding;
    this.#several(false);
    this.fail("");
    this.draw();
    showAt(this.box, rect);
    this.input.focus({ preventScroll: true });
    this.#reveal();
    if (!this.choices.isThere) this.choices.load().then(() => this.#arrived(rect));
    if (!coding) this.does.suggest((found) => this.#suggest(quote, found));
  }

  #arrived(rect) {
    if (!this.isOpen) return;
    if (!this.choices.isThere) this.fail(this.data.says.failed);
    this.draw();
    showAt(this.box, rect);
    this.#reveal();
  }

  #reveal() {
    if (isWide()) this.box.scrollIntoView({ block: "nearest" });
  }

  #suggest(quote, found) {
    if (!this.isOpen || quote !== this.quote || this.input.value || this.at) return;
    this.suggested = found;
    this.draw();
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.does.closed();
  }

  /** Say why it could not be saved; nothing typed is lost. */
  fail(message) {
    const place = this.part("error");
    place.hidden = !message;
    place.textContent = message;
  }

  /** Make ready for the next code of the same passage. */
  again() {
    this.input.value = "";
    this.memo.value = "";
    this.picks = [];
    this.draw();
    this.input.focus({ preventScroll: true });
  }

  /** Draw the picked codes and the options that fit what is typed. */
  draw() {
    const { choices, data, picks, quote, suggested } = this;
    const typed = this.input.value.trim();
    const isChange = Boolean(this.coding);
    this.options = optionsFor(choices, data, { typed, quote, picks, suggested, isChange });
    this.at = 0;
    this.list.replaceChildren(...this.options.map((option, index) => drawOption(option, index, { choices, says: data.says, typed })));
    const none = this.part("none");
    none.hidden = this.options.length > 0;
    none.textContent = choices.isThere ? data.says.none : data.says.loading;
    const chosen = this.part("picks");
    chosen.hidden = !picks.length;
    chosen.replaceChildren(...picks.map((pick) => drawPick(pick, { choices, says: data.says })));
    const go = this.part("go");
    go.dataset.one ??= go.textContent;
    go.textContent = picks.length > 1 ? data.says.codeMany.replace("{number}", picks.length) : go.dataset.one;
    this.#mark();
    if (picks.length) this.#reveal(); // the picks made the box higher
  }

  #mark() {
    [...this.list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
    const current = this.list.children[this.at];
    if (current) this.input.setAttribute("aria-activedescendant", current.id);
    else this.input.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (event.isComposing) return;
    const inInput = event.target === this.input;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (inInput && (event.key === "ArrowDown" || event.key === "ArrowUp") && this.options.length) {
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : -1) + this.options.length) % this.options.length;
      this.#mark();
    } else if (inInput && event.key === "Enter") {
      if (event.ctrlKey || event.metaKey) this.#pick();
      else this.#choose(event.shiftKey);
    } else if (inInput && event.key === "Backspace" && !this.input.value && this.picks.length) {
      this.picks.pop();
      this.draw();
    } else if (!this.voices.key(event)) return;
    event.preventDefault();
  }

  /* Picks are coded together; what is typed or pointed at besides is one of them. */
  #choose(stays) {
    if (!this.choices.isThere) {
      this.#onceThere(() => this.#choose(stays)); // typed faster than the codes came
      return;
    }
    const option = this.options[this.at];
    const isMeant = !this.picks.length || this.input.value.trim();
    const chosen = isMeant && option ? [...this.picks, option] : this.picks;
    if (!chosen.length) return;
    this.fail("");
    this.does.code(chosen, { voice: this.voices.chosen, memo: this.memo.value, stays, coding: this.coding });
  }

  #onceThere(run) {
    this.choices.load().then(() => {
      if (!this.isOpen || !this.choices.isThere) return;
      this.draw();
      run();
    });
  }

  #pick() {
    if (!this.choices.isThere) {
      this.#onceThere(() => this.#pick());
      return;
    }
    const option = this.options[this.at];
    if (!option || this.coding) return;
    if (option.create) this.picks = this.picks.filter(({ create }) => !create); // one code can be made at a time
    this.picks.push(option);
    this.input.value = "";
    this.#several(true);
    this.draw();
    this.input.focus({ preventScroll: true });
  }

  #several(isOn) {
    this.part("several").setAttribute("aria-pressed", String(isOn));
  }

  #clicked(event) {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    this.at = [...this.list.children].indexOf(item);
    this.#mark();
    const isSeveral = this.part("several").getAttribute("aria-pressed") === "true";
    if (!this.coding && (isSeveral || event.ctrlKey || event.metaKey)) this.#pick();
    else this.#choose(event.shiftKey);
  }

  #button(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { dataset } = button;
    const isPressed = button.getAttribute("aria-pressed") === "true";
    if ("memo" in dataset) this.#openMemo(button.getAttribute("aria-expanded") !== "true", { focus: true });
    else if ("several" in dataset) this.#several(!isPressed);
    else if ("close" in dataset) this.close();
    else if ("cite" in dataset) this.does.quote();
    else if ("go" in dataset) this.#choose(false);
    else if ("save" in dataset) this.does.save({ voice: this.voices.chosen, memo: this.memo.value, coding: this.coding });
    else if (button.closest("[data-picks]")) {
      this.picks.splice([...this.part("picks").children].indexOf(button), 1);
      this.draw();
      this.input.focus({ preventScroll: true });
    }
  }

  #openMemo(isOpen, { focus = false } = {}) {
    this.part("memo-box").hidden = !isOpen;
    this.part("memo").setAttribute("aria-expanded", String(isOpen));
    if (focus) (isOpen ? this.memo : this.input).focus();
  }

  /* The passage was selected, perhaps to be copied: it still can be while nothing is selected in the box. */
  #copy(event) {
    const field = event.target;
    if (field.selectionStart !== field.selectionEnd) return;
    event.clipboardData.setData("text/plain", this.quote);
    event.preventDefault();
  }
}
