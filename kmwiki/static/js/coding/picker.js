/* The popover at the passage: type a name, Enter codes. Its texts stand in the page; codes come with it, folded keys and all. */

import { fold } from "./fold.js";
import { isWide, showAt } from "./floating.js";

const MOST = 8;

export class Picker {
  /**
   * @param {HTMLElement} box - #code-pop
   * @param {object} data - choices, recent, says, isEnglish, mayMakeCodes
   * @param {{code: Function, save: Function, closed: Function}} does - what the desk does with what was chosen
   */
  constructor(box, data, does) {
    Object.assign(this, { box, data, does });
    this.input = box.querySelector("[role=combobox]");
    this.list = box.querySelector("[role=listbox]");
    this.memo = box.querySelector("textarea");
    this.at = 0;
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
    const unlikely = isComment ? "author" : "commenter";
    for (const button of this.box.querySelectorAll("[data-voice]")) {
      button.hidden = button.dataset.voice === unlikely && coding?.voice !== unlikely;
    }
    this.quote = quote;
    this.coding = coding;
    this.box.querySelector("[data-quote]").textContent = quote;
    this.input.value = "";
    this.setVoice(coding ? coding.voice : isComment ? "commenter" : "");
    this.memo.value = coding?.memo ?? "";
    this.#openMemo(Boolean(this.memo.value));
    this.box.querySelector("[data-save]").hidden = !coding;
    this.box.querySelector("[data-keys]").hidden = Boolean(coding);
    this.box.querySelector("[data-go]").hidden = Boolean(coding);
    this.fail("");
    this.draw();
    showAt(this.box, rect);
    this.input.focus({ preventScroll: true });
    if (isWide()) this.box.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.does.closed();
  }

  /** Say why it could not be saved; nothing typed is lost. */
  fail(message) {
    const place = this.box.querySelector("[data-error]");
    place.hidden = !message;
    place.textContent = message;
  }

  /** Make ready for the next code of the same passage. */
  again() {
    this.input.value = "";
    this.memo.value = "";
    this.draw();
    this.input.focus({ preventScroll: true });
  }

  get voice() {
    return this.box.querySelector("[data-voice][aria-pressed=true]")?.dataset.voice ?? null;
  }

  setVoice(voice) {
    for (const button of this.box.querySelectorAll("[data-voice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.voice === voice));
    }
  }

  /** Draw the options that fit what is typed: recent ones first while nothing is. */
  draw() {
    const typed = this.input.value.trim();
    this.options = typed ? this.#found(fold(typed)) : this.#lately();
    if (typed && this.data.mayMakeCodes && !this.#isCalled(typed)) this.options.push({ create: typed });
    this.at = 0;
    this.list.replaceChildren(...this.options.map((option, index) => this.#option(option, index, fold(typed))));
    const none = this.box.querySelector("[data-none]");
    none.hidden = this.options.length > 0;
    none.textContent = this.data.says.none;
    this.#mark();
  }

  #lately() {
    const recent = this.data.recent.map((id) => this.data.choices.find((choice) => choice.id === id)).filter(Boolean);
    const others = this.data.choices.filter((choice) => !this.data.recent.includes(choice.id));
    return [...recent, ...others].slice(0, MOST);
  }

  #found(key) {
    const lately = new Map(this.data.recent.map((id, rank) => [id, rank]));
    const scored = this.data.choices.map((choice) => [this.#score(choice, key), lately.get(choice.id) ?? MOST, choice]);
    return scored
      .filter(([score]) => score < 3)
      .sort((one, other) => one[0] - other[0] || one[1] - other[1])
      .slice(0, MOST)
      .map(([, , choice]) => choice);
  }

  #score(choice, key) {
    if (choice.keys.some((name) => name.startsWith(key))) return 0;
    if (choice.keys.some((name) => name.includes(` ${key}`))) return 1;
    return choice.keys.some((name) => name.includes(key)) ? 2 : 3;
  }

  #isCalled(typed) {
    const key = fold(typed);
    return this.data.choices.some((choice) => choice.keys.includes(key));
  }

  #option(option, index, key) {
    const item = document.createElement("li");
    item.id = `code-option-${index}`;
    item.setAttribute("role", "option");
    const name = document.createElement("span");
    if (option.create) {
      name.textContent = `+ ${this.data.says.create.replace("{name}", option.create)}`;
      item.append(name);
      return item;
    }
    item.className = `c${option.color} p${option.pattern}`;
    item.title = option.definition;
    const swatch = document.createElement("span");
    swatch.className = "sw";
    swatch.setAttribute("aria-hidden", "true");
    name.append(...this.#named(this.nameOf(option), key));
    const path = document.createElement("span");
    path.className = "path";
    path.textContent = !key && this.data.recent.includes(option.id) ? this.data.says.recent : this.#pathOf(option, key);
    item.append(swatch, name, path);
    return item;
  }

  /** The name of a choice in the page's language. */
  nameOf(choice) {
    return (this.data.isEnglish && choice.name_en) || choice.name_th;
  }

  #pathOf(option, key) {
    const shown = fold(this.nameOf(option));
    const other = key && !shown.includes(key) ? option.keys.find((name) => name.includes(key)) : "";
    return other || option.path.split(" / ").at(-1);
  }

  #named(name, key) {
    const at = key ? name.toLowerCase().indexOf(key) : -1;
    if (at < 0) return [name];
    const bold = document.createElement("b");
    bold.textContent = name.slice(at, at + key.length);
    return [name.slice(0, at), bold, name.slice(at + key.length)];
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
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.target === this.input && (event.key === "ArrowDown" || event.key === "ArrowUp") && this.options.length) {
      event.preventDefault();
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : -1) + this.options.length) % this.options.length;
      this.#mark();
    } else if (event.target === this.input && event.key === "Enter") {
      event.preventDefault();
      this.#choose(event.shiftKey);
    }
  }

  #choose(stays) {
    const option = this.options[this.at];
    if (!option) return;
    this.fail("");
    this.does.code(option, { voice: this.voice, memo: this.memo.value, stays, coding: this.coding });
  }

  #clicked(event) {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    this.at = [...this.list.children].indexOf(item);
    this.#mark();
    this.#choose(event.shiftKey);
  }

  #button(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("voice" in button.dataset) this.setVoice(button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.voice);
    else if ("memo" in button.dataset) this.#openMemo(button.getAttribute("aria-expanded") !== "true", { focus: true });
    else if ("close" in button.dataset) this.close();
    else if ("go" in button.dataset) this.#choose(false);
    else if ("save" in button.dataset) this.does.save({ voice: this.voice, memo: this.memo.value, coding: this.coding });
  }

  #openMemo(isOpen, { focus = false } = {}) {
    this.box.querySelector("[data-memo-box]").hidden = !isOpen;
    this.box.querySelector("[data-memo]").setAttribute("aria-expanded", String(isOpen));
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
