// The cuts between comments: pulled, clicked or moved by keys; nothing is sent before the form is. The boxes of the form
// without scripts stay its truth: a cut stands where a box is ticked, an author in the field named after that line.
import { History } from "./history.js";
import { startDragging } from "./dragging.js";

export function startCuts(form) {
  const board = new Board(form);
  form.querySelectorAll("[data-with-script]").forEach((each) => (each.hidden = false));
  form.querySelectorAll("[data-without-script]").forEach((each) => (each.hidden = true));
  form.querySelectorAll("[data-propose]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      board.keep();
      const input = button.closest("[data-piece]").querySelector("input[name^=author]");
      input.value = button.dataset.propose;
      input.focus();
      board.draw();
    });
  });
  board.draw();
}

class Board {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.region = form.querySelector("[data-region]");
    this.lines = [...this.region.querySelectorAll("[data-at]")];
    this.places = this.lines.filter((line) => !("blank" in line.dataset)).map((line) => Number(line.dataset.at));
    this.places[0] = 0;
    this.said = form.querySelector("[data-said]");
    this.history = new History(form.querySelector("[data-undo]"), form.querySelector("[data-redo]"));
    this.locks = [...this.region.querySelectorAll("[data-lock]")].map((piece) => ({
      from: Number(piece.dataset.piece),
      to: Number(piece.dataset.end),
      box: piece.querySelector("[data-unlock]"),
    }));
    for (const line of this.lines) this.prepare(line);
    this.region.addEventListener("keydown", (event) => this.key(event));
    this.region.addEventListener("focusin", (event) => {
      if (event.target.matches("input[name^=author]")) this.before = this.state();
    });
    this.region.addEventListener("change", (event) => {
      if (!event.target.matches("input[name^=author]")) return;
      if (this.before) this.history.push(this.before);
      this.before = this.state();
      this.preview();
    });
    form.querySelector("[data-undo]").addEventListener("click", () => this.back());
    form.querySelector("[data-redo]").addEventListener("click", () => this.again());
    const first = this.state();
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.keep();
      this.put(first);
    });
    startDragging(this);
  }

  // Before each line but the first: a thin button to cut there, or the handle of the cut that stands there.
  prepare(line) {
    const at = Number(line.dataset.at);
    const label = line.querySelector(".cut-box");
    if (!label) return;
    label.hidden = true;
    const gap = document.createElement("button");
    gap.type = "button";
    gap.className = "cut-gap";
    gap.dataset.gap = at;
    gap.setAttribute("aria-label", this.words.wordsGap.replace("{words}", this.shown(at)));
    gap.addEventListener("click", () => this.cut(at));
    const handle = document.createElement("div");
    handle.className = "cut-handle";
    handle.dataset.handle = at;
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-orientation", "vertical");
    handle.innerHTML = '<span class="cut-grip" aria-hidden="true"></span>';
    const join = document.createElement("button");
    join.type = "button";
    join.className = "icon-btn icon-btn--sm cut-join";
    join.dataset.join = at;
    join.textContent = "×";
    join.addEventListener("click", () => this.join(at));
    (this.piece(at) || line).before(gap, handle, join);
  }

  box(at) {
    return this.region.querySelector(`.cut-box input[value="${at}"]`);
  }

  starts() {
    return [0, ...this.places.filter((at) => at && this.box(at).checked)];
  }

  piece(at) {
    return this.region.querySelector(`[data-piece="${at}"]`);
  }

  line(at) {
    return this.lines[at];
  }

  shown(at) {
    const text = this.line(at).querySelector("p").textContent.trim();
    return [...text].length > 40 ? `${[...text].slice(0, 40).join("")}…` : text;
  }

  isLocked(at) {
    return this.locks.some((lock) => at >= lock.from && at <= lock.to && at > 0 && !(lock.box && lock.box.checked));
  }

  state() {
    return this.starts().map((at) => [at, this.author(at).value]);
  }

  author(at) {
    return this.piece(at).querySelector("input[name^=author]");
  }

  keep() {
    this.history.push(this.state());
  }

  put(state) {
    const wanted = new Map(state);
    for (const at of this.starts()) if (!wanted.has(at)) this.drop(at);
    for (const [at, name] of state) {
      if (!this.piece(at)) this.make(at);
      if (at) this.box(at).checked = true;
      this.author(at).value = name;
    }
    this.draw();
  }

  // A cut at a new place: a heading for the comment behind it.
  make(at) {
    const piece = document.createElement("div");
    piece.className = "cut-piece";
    piece.innerHTML =
      '<div class="cut-head"><span class="eyebrow" data-name></span></div><div class="cut-author"><input class="input input--sm" maxlength="200" autocomplete="off" list="known-names"></div>';
    const input = piece.querySelector("input");
    input.placeholder = this.author(0).placeholder;
    this.hang(piece, at);
  }

  hang(piece, at) {
    piece.dataset.piece = at;
    const input = piece.querySelector("input[name^=author], input.input");
    input.name = `author.${at}`;
    input.id = `author-${at}`;
    const label = piece.querySelector(".cut-author label");
    if (label) label.htmlFor = input.id;
    this.line(at).before(piece);
  }

  drop(at) {
    this.box(at).checked = false;
    this.piece(at).remove();
  }

  cut(at) {
    if (this.starts().includes(at)) return;
    if (this.isLocked(at)) return this.say(this.words.wordsLocked);
    this.keep();
    this.box(at).checked = true;
    this.make(at);
    this.draw();
    this.handle(at).focus();
    this.say(this.words.wordsCut, at);
  }

  join(at) {
    if (this.isLocked(at)) return this.say(this.words.wordsLocked);
    this.keep();
    const starts = this.starts();
    const number = starts.indexOf(at);
    const name = this.author(at).value;
    this.drop(at);
    const above = this.author(starts[number - 1]);
    if (!above.value) above.value = name;
    this.draw();
    const next = this.region.querySelector(`[data-gap="${at}"]`);
    if (next) next.focus();
    this.say(this.words.wordsJoined, at, number);
  }

  // Move the cut at `from` as far as it may go towards `to`. Returns where it stands.
  move(from, to, isQuiet = false) {
    const starts = this.starts();
    const number = starts.indexOf(from);
    if (number < 1) return from;
    const above = starts[number - 1];
    const below = starts[number + 1] ?? Infinity;
    const allowed = this.places.filter((at) => at > above && at < below);
    const aim = allowed.reduce((best, at) => (Math.abs(at - to) < Math.abs(best - to) ? at : best), from);
    if (aim === from) {
      if (!isQuiet) this.say(this.words.wordsStuck);
      return from;
    }
    if (this.isLocked(from) || this.isLocked(aim)) {
      if (!isQuiet) this.say(this.words.wordsLocked);
      return from;
    }
    if (!isQuiet) this.keep();
    this.box(from).checked = false;
    this.box(aim).checked = true;
    const piece = this.piece(from);
    piece.querySelectorAll("[data-proposal], [data-sure]").forEach((stale) => stale.replaceChildren());
    this.hang(piece, aim);
    this.draw();
    if (!isQuiet) {
      this.handle(aim).focus();
      this.say(this.words.wordsMoved, aim, number);
    }
    return aim;
  }

  handle(at) {
    return this.region.querySelector(`[data-handle="${at}"]`);
  }

  key(event) {
    const handle = event.target.closest("[data-handle]");
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (isUndo && !event.target.matches("input")) {
      event.preventDefault();
      return event.shiftKey ? this.again() : this.back();
    }
    if (!handle) return undefined;
    const at = Number(handle.dataset.handle);
    const index = this.places.indexOf(at);
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -5, PageDown: 5 }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.join(at);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.move(at, event.key === "Home" ? 0 : this.lines.length);
    } else if (step) {
      event.preventDefault();
      const far = event.ctrlKey || event.shiftKey ? this.paragraph(index, Math.sign(step)) : index + step;
      const aim = this.places[Math.min(Math.max(far, 0), this.places.length - 1)];
      this.move(at, aim);
    }
    return undefined;
  }

  // The next line that stands behind an empty one, seen from the line of that index.
  paragraph(index, way) {
    let at = index + way;
    while (at > 0 && at < this.places.length && this.places[at] - this.places[at - 1] === 1) at += way;
    return at;
  }

  back() {
    const state = this.history.back(this.state());
    if (state) this.put(state), this.say(this.words.wordsUndone);
  }

  again() {
    const state = this.history.again(this.state());
    if (state) this.put(state), this.say(this.words.wordsRedone);
  }

  draw() {
    const starts = this.starts();
    for (const at of this.places) {
      if (!at) continue;
      const number = starts.indexOf(at);
      const isCut = number > 0;
      const handle = this.handle(at);
      handle.hidden = !isCut;
      this.region.querySelector(`[data-gap="${at}"]`).hidden = isCut;
      const join = this.region.querySelector(`[data-join="${at}"]`);
      join.hidden = !isCut;
      if (!isCut) continue;
      const name = this.fill(this.words.wordsSlider, { n: number, m: number + 1 });
      handle.setAttribute("aria-label", name);
      join.setAttribute("aria-label", `× ${name}`);
      handle.setAttribute("aria-valuemin", starts[number - 1] + 1);
      handle.setAttribute("aria-valuemax", (starts[number + 1] ?? this.lines.length) - 1);
      handle.setAttribute("aria-valuenow", at);
      handle.setAttribute("aria-valuetext", this.fill(this.words.wordsValue, this.told(at)));
    }
    starts.forEach((at, index) => {
      this.piece(at).querySelector("[data-name]").textContent = this.fill(this.words.wordsComment, { n: index + 1 });
      this.author(at).setAttribute("aria-label", this.fill(this.words.wordsAuthor, { n: index + 1 }));
    });
    const count = this.form.closest("section").querySelector("[data-count]");
    count.querySelector("[data-count-now]").textContent = starts.length;
    const expected = count.dataset.expected;
    count.classList.toggle("count-off", expected !== "" && Number(expected) !== starts.length);
    this.preview();
  }

  preview() {
    const list = this.form.querySelector("[data-preview]");
    const starts = this.starts();
    list.replaceChildren(
      ...starts.map((start, index) => {
        const end = starts[index + 1] ?? this.lines.length;
        const text = this.lines.slice(start, end).map((line) => line.querySelector("p").textContent).join("\n").trim();
        const item = document.createElement("li");
        const name = document.createElement("b");
        name.textContent = this.author(start).value || this.words.wordsUnknown;
        const size = document.createElement("span");
        size.className = "quiet";
        size.textContent = this.fill(this.words.wordsSigns, { n: [...text].length });
        const body = document.createElement("p");
        body.textContent = text;
        item.append(name, " ", size, body);
        return item;
      }),
    );
  }

  told(at) {
    return { line: this.line(at).dataset.no, words: this.shown(at), count: this.starts().length };
  }

  fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  say(text, at = 0, number = 0) {
    this.said.textContent = this.fill(text, { ...this.told(at), n: number, m: number + 1 });
    if (text === this.words.wordsMoved) this.said.textContent = this.fill(text, { ...this.told(at), n: number + 1 });
  }
}
