/* The tree of codes as it stands on the page: who is under whom, and where a code may go. */

/** The place of a code: under which code (null: the top), and before which (null: at the end). */
export class Outline {
  constructor(tree) {
    this.root = tree.querySelector(".tree-root");
  }

  rowOf(branch) {
    return branch.querySelector(":scope > details > summary, :scope > .leaf");
  }

  branchOf(element) {
    return element?.closest?.("li.branch") ?? null;
  }

  parentOf(branch) {
    return branch.parentElement.closest("li.branch");
  }

  childrenOf(branch) {
    const list = branch ? branch.querySelector(":scope > details > ul") : this.root;
    return list ? [...list.children].filter((item) => item.matches("li.branch")) : [];
  }

  /** The place where a code stands now. */
  placeOf(branch) {
    const parent = this.parentOf(branch);
    const row = this.childrenOf(parent);
    return { parent, before: row[row.indexOf(branch) + 1] ?? null };
  }

  isInside(branch, other) {
    return Boolean(other) && branch.contains(other);
  }

  /** The place after one step of an arrow key: up and down among neighbours, right into the one above, left out. */
  step(branch, { parent, before }, key) {
    const row = this.childrenOf(parent).filter((item) => item !== branch);
    const at = before ? row.indexOf(before) : row.length;
    if (key === "ArrowUp") {
      if (at > 0) return { parent, before: row[at - 1] };
      return parent ? { parent: this.parentOf(parent), before: parent } : null;
    }
    if (key === "ArrowDown") {
      if (at < row.length) return { parent, before: row[at + 1] ?? null };
      return parent ? this.after(branch, parent) : null;
    }
    if (key === "ArrowRight") return at > 0 ? { parent: row[at - 1], before: null } : null;
    return parent ? this.after(branch, parent) : null;
  }

  after(branch, other) {
    const parent = this.parentOf(other);
    const row = this.childrenOf(parent).filter((item) => item !== branch);
    return { parent, before: row[row.indexOf(other) + 1] ?? null };
  }

  /** Where a pointer over a row would put a code: before it, after it or into it; null where it cannot stand. */
  placeAt(branch, x, y) {
    const over = this.branchOf(document.elementFromPoint(x, y));
    if (!over || !this.root.contains(over)) return null;
    if (this.isInside(branch, over)) return { over, refused: over !== branch };
    const box = this.rowOf(over).getBoundingClientRect();
    const part = (y - box.top) / box.height;
    if (part < 0.3) return { parent: this.parentOf(over), before: over, over, mark: "before" };
    const isOpen = this.childrenOf(over).length > 0 && over.querySelector(":scope > details").open;
    if (part > 0.7 && !isOpen) return { ...this.after(branch, over), over, mark: "after" };
    return { parent: over, before: null, over, mark: "into" };
  }

  /** Show a place by a line between two rows, or round the row that takes the code in. */
  show(branch, place) {
    this.clear();
    if (!place) return;
    if (place.refused) this.rowOf(place.over).classList.add("drop-no");
    if (place.refused || place.over === branch) return;
    if (place.mark) {
      this.rowOf(place.over).classList.add(`drop-${place.mark}`);
      return;
    }
    const row = this.childrenOf(place.parent).filter((item) => item !== branch);
    const [other, mark] = place.before ? [place.before, "before"] : row.length ? [row.at(-1), "after"] : [place.parent, "into"];
    if (!other) return;
    this.rowOf(other).classList.add(`drop-${mark}`);
    this.rowOf(other).scrollIntoView({ block: "nearest" });
  }

  clear() {
    for (const name of ["drop-before", "drop-after", "drop-into", "drop-no"]) {
      for (const row of this.root.querySelectorAll(`.${name}`)) row.classList.remove(name);
    }
  }
}
