/* Moving codes in the tree: by the handle, with a mouse, a pen or a finger; or with keys, each step told aloud. */

import { toast } from "../toast.js";
import { Outline } from "./outline.js";

const NEAR = 48; // pixels from the edge of the window where the page begins to scroll
const tree = document.getElementById("code-tree");

class Mover {
  constructor() {
    this.outline = new Outline(tree);
    this.words = tree.querySelector("[data-words]").dataset;
    this.told = tree.querySelector("[data-told]");
    this.taken = null; // by keys: the code, and the place that was chosen
    tree.querySelector("[data-hint]").hidden = false;
    this.dress();
    tree.addEventListener("pointerdown", (event) => this.grab(event));
    tree.addEventListener("dragstart", (event) => event.preventDefault());
    tree.addEventListener("keydown", (event) => this.key(event));
    tree.addEventListener("codes:drawn", () => this.dress());
    tree.addEventListener("htmx:afterSwap", () => this.dress());
    tree.addEventListener("focusout", (event) => this.leave(event));
  }

  dress() {
    for (const grip of tree.querySelectorAll("[data-grip]")) grip.hidden = false;
    for (const branch of tree.querySelectorAll("li.branch")) {
      const row = this.outline.rowOf(branch);
      row.setAttribute("aria-keyshortcuts", "Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight");
      if (row.matches("summary")) row.setAttribute("aria-describedby", "tree-keys");
    }
  }

  say(key, name, other = "") {
    this.told.textContent = this.words[key].replace("{name}", name).replace("{other}", other);
  }

  tell(branch, { parent, before }) {
    const name = branch.dataset.name;
    if (before) this.say("before", name, before.dataset.name);
    else if (!parent) this.say("end", name);
    else this.say(this.outline.childrenOf(parent).some((item) => item !== branch) ? "last" : "first", name, parent.dataset.name);
  }

  grab(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button > 0) return;
    event.preventDefault();
    const branch = this.outline.branchOf(grip);
    const from = { x: event.clientX, y: event.clientY };
    let place = null;
    let moved = false;
    let scrolling = 0;
    const scroll = (y) => {
      cancelAnimationFrame(scrolling);
      const step = y < NEAR ? -8 : y > innerHeight - NEAR ? 8 : 0;
      if (!step) return;
      scrollBy(0, step);
      scrolling = requestAnimationFrame(() => scroll(y));
    };
    const move = (next) => {
      if (!moved && Math.hypot(next.clientX - from.x, next.clientY - from.y) < 4) return;
      moved = true;
      document.documentElement.classList.add("dragging-code");
      branch.classList.add("branch--taken");
      place = this.outline.placeAt(branch, next.clientX, next.clientY);
      this.outline.show(branch, place);
      scroll(next.clientY);
    };
    const end = (last) => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener, true);
      cancelAnimationFrame(scrolling);
      document.documentElement.classList.remove("dragging-code");
      branch.classList.remove("branch--taken");
      this.outline.clear();
      if (moved) document.addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
      setTimeout(() => { moved = false; }, 0);
      if (last.type !== "pointerup" || !moved || !place) return;
      if (place.refused) toast(this.words.loop);
      else if (place.over !== branch) this.send(branch, place);
    };
    const escape = (pressed) => { if (pressed.key === "Escape") end(pressed); };
    const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", escape]];
    for (const [name, listener] of listeners) document.addEventListener(name, listener, true);
  }

  key(event) {
    const isArrow = event.key.startsWith("Arrow");
    if (this.taken) {
      if (isArrow) this.choose(event.key);
      else if (event.key === "Enter") this.drop();
      else if (event.key === "Escape") this.give();
      else return;
      event.preventDefault();
      event.stopPropagation();
    } else if (isArrow && event.altKey && !event.ctrlKey && !event.metaKey) {
      const branch = this.outline.branchOf(event.target);
      if (!branch || !event.target.matches("summary, .leaf")) return;
      event.preventDefault();
      this.taken = { branch, row: event.target, place: this.outline.placeOf(branch) };
      branch.classList.add("branch--taken");
      this.say("taken", branch.dataset.name);
      this.choose(event.key);
    }
  }

  choose(key) {
    const { branch, place } = this.taken;
    const next = this.outline.step(branch, place, key);
    if (next) this.taken.place = next;
    this.outline.show(branch, this.taken.place);
    this.tell(branch, this.taken.place);
  }

  drop() {
    const { branch, place } = this.taken;
    this.put();
    this.send(branch, place);
  }

  give() {
    this.say("left", this.taken.branch.dataset.name);
    this.put();
  }

  put() {
    this.taken.branch.classList.remove("branch--taken");
    this.outline.clear();
    this.taken = null;
  }

  leave(event) {
    if (this.taken && !this.taken.branch.contains(event.relatedTarget)) this.give();
  }

  async send(branch, { parent, before }) {
    const id = branch.dataset.code;
    const body = new URLSearchParams({ parent_id: parent?.dataset.code ?? "", before: before?.dataset.code ?? "" });
    const address = tree.dataset.move.replace("/0/move", `/${id}/move`);
    const answer = await this.post(address, body);
    if (!answer) return;
    await this.draw(id);
    this.told.textContent = answer.message;
    toast(answer.message, answer.undo ? { label: this.words.undo, run: () => this.undo(answer.undo) } : undefined);
  }

  async post(address, body) {
    const token = document.querySelector("meta[name=csrf-token]").content;
    try {
      const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
      const told = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
      if (response.ok) return told;
      toast(told.message || this.words.failed);
      this.told.textContent = told.message || this.words.failed;
    } catch {
      toast(this.words.failed);
    }
    return null;
  }

  undo(address) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    for (const [name, value] of [["csrf_token", document.querySelector("meta[name=csrf-token]").content], ["next", location.pathname]]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }

  /** Draw the tree as the server has it now; what was folded stays so, and the moved code keeps the focus. */
  async draw(id) {
    const folded = new Set([...tree.querySelectorAll("li.branch > details:not([open])")].map((item) => item.parentElement.dataset.code));
    const page = await (await fetch(location.href, { headers: { Accept: "text/html" } })).text();
    const made = new DOMParser().parseFromString(page, "text/html").querySelector("#code-tree .tree-root");
    if (!made) return location.reload();
    this.outline.root.replaceChildren(...made.children);
    for (const branch of tree.querySelectorAll("li.branch")) {
      const inner = branch.querySelector(":scope > details");
      if (inner && folded.has(branch.dataset.code)) inner.open = false;
    }
    this.dress();
    const branch = tree.querySelector(`li.branch[data-code="${id}"]`);
    for (let above = branch?.parentElement.closest("details"); above; above = above.parentElement.closest("details")) above.open = true;
    if (branch) this.outline.rowOf(branch).focus();
  }
}

if (tree?.dataset.move) new Mover();
