/* All codings of the page's entry, as the server told them; the rows of the list and the marks are drawn from here. */

/** A passage under a code, whoever coded it. Several coders of the same passage share a row. */
class Row {
  constructor(coding) {
    const { id, source, code, start = null, end = null, state = "placed", status = "accepted", quote = "" } = coding;
    Object.assign(this, { id, source, code, start, end, state, status, quote, hands: [coding] });
  }

  get isLost() {
    return this.start === null;
  }

  get waits() {
    return this.status !== "accepted";
  }

  /** The coding that this person changes from here: their own, or another's that they may change. */
  mine(me) {
    const able = this.hands.filter((hand) => hand.may);
    return able.find((hand) => hand.coder === me) ?? able[0] ?? null;
  }
}

export class Book {
  /** @param {{codings: object[], codes: object, coders: object, root: number, me: number, isEnglish: boolean}} data */
  constructor({ codings, codes, coders, root, me, isEnglish }) {
    Object.assign(this, { root, me, isEnglish, codes: { ...codes }, coders: { ...coders } });
    this.codings = new Map(codings.map((coding) => [coding.id, coding]));
    this.filter = () => true;
    this.gather();
  }

  /** Take in what the server told after a change. @returns {object[]} the codings before and after, whose places to draw */
  merge({ codings = [], gone = [], codes = {}, coders = {} }) {
    Object.assign(this.codes, codes);
    Object.assign(this.coders, coders);
    const touched = [];
    for (const id of [...gone, ...codings.map((coding) => coding.id)]) {
      if (this.codings.has(id)) touched.push(this.codings.get(id));
      this.codings.delete(id);
    }
    for (const coding of codings) this.codings.set(coding.id, coding);
    this.gather();
    return [...touched, ...codings];
  }

  /** Gather the codings that are to be seen into rows, in reading order: the note's, the comments', lost ones last. */
  gather() {
    const found = new Map();
    const isSaid = (coding) => Number(coding.source !== this.root);
    const seen = [...this.codings.values()].filter(this.filter).sort(
      (one, other) => isSaid(one) - isSaid(other) || one.source - other.source || (one.start ?? Infinity) - (other.start ?? Infinity)
        || (other.end ?? 0) - (one.end ?? 0) || one.id - other.id,
    );
    for (const coding of seen) {
      const lost = coding.start === undefined ? coding.quote : "";
      const key = [coding.source, coding.code, coding.start, coding.end, coding.state, coding.status, lost].join("|");
      if (found.has(key)) found.get(key).hands.push(coding);
      else found.set(key, new Row(coding));
    }
    this.rows = [...found.values()];
    this.byCoding = new Map(this.rows.flatMap((row) => row.hands.map((hand) => [hand.id, row])));
  }

  /** The rows that stand in a text, or in a part of it. */
  standing(source, start = 0, end = Infinity) {
    return this.rows.filter((row) => row.source === source && !row.isLost && row.start < end && row.end > start);
  }

  row(coding) {
    return this.byCoding.get(Number(coding));
  }

  nameOf(code) {
    const { th, en } = this.codes[code] ?? { th: "?", en: "" };
    return (this.isEnglish && en) || th;
  }

  /** The classes that give a code its colour and pattern. */
  looks(code) {
    const { color, pattern } = this.codes[code] ?? { color: 1, pattern: 1 };
    return `c${color} p${pattern}`;
  }
}
