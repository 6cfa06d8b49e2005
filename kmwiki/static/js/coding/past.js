/* Undo and redo: the server keeps what each person did to an entry's codings, so both outlast the page. */

import { send } from "./server.js";
import { toast } from "../toast.js";

export class Past {
  constructor(desk) {
    this.desk = desk;
    this.buttons = { undo: document.getElementById("desk-undo"), redo: document.getElementById("desk-redo") };
    for (const way of ["undo", "redo"]) this.buttons[way].addEventListener("click", () => this.go(way));
    this.set(desk.data.actions);
  }

  /** Say on the buttons what would be undone or done again. */
  set(actions) {
    if (!actions) return;
    this.actions = actions;
    for (const way of ["undo", "redo"]) {
      const button = this.buttons[way];
      const label = actions[way] || button.dataset.empty;
      button.disabled = !actions[way];
      button.setAttribute("aria-label", label);
      button.title = label;
    }
  }

  /** Undo or redo. What another has changed since stays, and is told; the one before can be undone then. */
  go(way, past = null) {
    this.last = (this.last ?? Promise.resolve()).then(() => this.#go(way, past)); // pressed twice, it is done twice, one after the other
    return this.last;
  }

  async #go(way, past) {
    if (!this.actions?.[way] && past === null) return;
    const action = this.actions[`${way}_id`] ?? null;
    try {
      const answer = await send(this.desk.data.urls[way], { ...(action && past === null ? { action } : {}), ...(past === null ? {} : { past }), ...this.desk.inRound });
      this.desk.apply(answer);
      if (answer.coding) this.desk.rows.show(answer.coding, { scroll: false });
      if (answer.message) toast(answer.message);
    } catch (error) {
      this.#refused(way, error);
    } finally {
      if (this.buttons[way].disabled && document.activeElement === document.body) this.desk.back();
    }
  }

  #refused(way, error) {
    const { says } = this.desk.data;
    this.set(error.said?.actions);
    const passed = error.said?.action ?? null;
    const on = error.status === 409 && passed !== null ? { label: says.passOver, run: () => this.go(way, passed) } : undefined;
    toast(error.message || says.failed, on);
  }
}
