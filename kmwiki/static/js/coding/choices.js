/* The codes to choose from: fetched when they are first needed, found by what is typed. */

import { fold } from "./fold.js";
import { fetchJson } from "./server.js";

const MOST = 8;

export class Choices {
  /** @param {object} data - of the desk: urls, recent, isEnglish */
  constructor(data) {
    this.data = data;
    this.all = [];
  }

  /** Fetch them, once; again after a code was made. */
  load({ again = false } = {}) {
    if (!this.data.urls.choices) return Promise.resolve();
    if (again || !this.asked) {
      this.asked = fetchJson(this.data.urls.choices).then(
        ({ choices, recent }) => {
          this.take(choices);
          this.data.recent = recent;
          this.isThere = true;
        },
        () => { this.asked = null; },
      );
    }
    return this.asked;
  }

  /* Keys that are but the names in small letters are not sent; headings only name what stands under them. */
  take(codes) {
    const names = new Map(codes.map((code) => [code.id, code]));
    this.all = codes.filter(({ heading }) => !heading).map(({ id, th, en = "", up, color, pattern, keys, about = "" }) => ({
      id, color, pattern, name_th: th, name_en: en, definition: about,
      keys: keys ?? [th, en].filter(Boolean).map((name) => name.toLowerCase()),
      path: up ? this.nameOf({ name_th: names.get(up)?.th ?? "", name_en: names.get(up)?.en ?? "" }) : "",
    }));
  }

  /** Those that fit what is typed; the ones used lately first while nothing is. */
  find(typed, skip = []) {
    const able = this.all.filter(({ id }) => !skip.includes(id));
    return typed ? this.#found(fold(typed), able) : this.#lately(able);
  }

  #lately(able) {
    const { recent } = this.data;
    const first = recent.map((id) => able.find((choice) => choice.id === id)).filter(Boolean);
    return [...first, ...able.filter((choice) => !recent.includes(choice.id))].slice(0, MOST);
  }

  #found(key, able) {
    const lately = new Map(this.data.recent.map((id, rank) => [id, rank]));
    return able
      .map((choice) => [score(choice, key), lately.get(choice.id) ?? MOST, choice])
      .filter(([points]) => points < 3)
      .sort((one, other) => one[0] - other[0] || one[1] - other[1])
      .slice(0, MOST)
      .map(([, , choice]) => choice);
  }

  /** Whether a code is called so already. */
  isCalled(typed) {
    const key = fold(typed);
    return this.all.some((choice) => choice.keys.includes(key));
  }

  byId(id) {
    return this.all.find((choice) => choice.id === id);
  }

  /** The name of a choice in the page's language. */
  nameOf(choice) {
    return (this.data.isEnglish && choice.name_en) || choice.name_th;
  }

  /** What stands behind a name: by which other name it was found, or under what it stands. */
  pathOf(choice, key) {
    if (!key && this.data.recent.includes(choice.id)) return this.data.says.recent;
    const shown = fold(this.nameOf(choice));
    const other = key && !shown.includes(key) ? choice.keys.find((name) => name.includes(key)) : "";
    return other || choice.path;
  }
}

function score(choice, key) {
  if (choice.keys.some((name) => name.startsWith(key))) return 0;
  if (choice.keys.some((name) => name.includes(` ${key}`))) return 1;
  return choice.keys.some((name) => name.includes(key)) ? 2 : 3;
}
