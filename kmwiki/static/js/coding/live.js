/* What others code appears without a reload: asked for every few seconds, only while the page is looked at. */

import { fetchJson } from "./server.js";

const EVERY = 2.5; // seconds: what others do is there within about three
const LONGEST = 60; // seconds between two questions when the server does not answer

export class Live {
  constructor(desk) {
    this.desk = desk;
    this.seq = desk.data.seq;
    this.wait = EVERY;
    if (this.seq === undefined || !desk.data.urls.since) return;
    document.addEventListener("visibilitychange", () => this.#plan());
    this.#plan();
  }

  #plan() {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.ask(), this.wait * 1000);
  }

  async ask() {
    const url = new URL(this.desk.data.urls.since, location.href);
    url.searchParams.set("seq", this.seq);
    if (this.desk.data.round) url.searchParams.set("round", this.desk.data.round);
    try {
      const answer = await fetchJson(url);
      this.wait = EVERY;
      if (answer && !this.desk.selecting?.isDown) { // words that are just being selected must not be drawn anew
        this.desk.apply(answer, { isNews: true });
        if (answer.seq !== undefined) this.seq = answer.seq;
      }
    } catch {
      this.wait = Math.min(this.wait * 2, LONGEST);
    }
    this.#plan();
  }
}
