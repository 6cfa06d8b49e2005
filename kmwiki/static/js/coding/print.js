/* On paper the notes of the list stand in the margin, each beside the paragraph that it is about. */

const CLASS = "print-notes";

/** Put the notes there while the page is printed. @param {object} desk */
export function keepPrinting(desk) {
  const media = matchMedia("print");
  const follow = () => (media.matches ? lay(desk) : clear());
  media.addEventListener("change", follow);
  addEventListener("beforeprint", () => lay(desk));
  addEventListener("afterprint", clear);
}

function clear() {
  for (const notes of document.querySelectorAll(`.${CLASS}`)) notes.remove();
  document.documentElement.classList.remove("has-print-notes");
}

function lay(desk) {
  clear();
  for (const root of desk.roots) {
    const map = desk.mapOf(root);
    const byPlace = new Map();
    for (const row of desk.book.standing(Number(root.dataset.source))) {
      const place = topOf(root, map.blockAt(row.start).element);
      if (!byPlace.has(place)) byPlace.set(place, []);
      byPlace.get(place).push(row);
    }
    for (const [place, rows] of byPlace) place.before(notesOf(rows, desk));
  }
  document.documentElement.classList.add("has-print-notes");
}

/* A note cannot stand in a list or a table: it stands before the whole of it. */
function topOf(root, element) {
  let top = element;
  while (top.parentElement !== root) top = top.parentElement;
  return top;
}

function notesOf(rows, { book, data }) {
  const notes = document.createElement("aside");
  notes.className = CLASS;
  for (const row of rows) {
    const line = document.createElement("p");
    line.className = book.looks(row.code);
    const swatch = Object.assign(document.createElement("span"), { className: "sw" });
    const name = Object.assign(document.createElement("b"), { textContent: book.nameOf(row.code) });
    const who = row.hands.map(({ coder }) => book.coders[coder]?.initials ?? "?").join(" ");
    line.append(swatch, name, ` ${who}`);
    for (const { voice, memo } of row.hands) {
      const told = [voice && data.says[voice], memo].filter(Boolean).join(": ");
      if (told) line.append(Object.assign(document.createElement("span"), { className: "print-memo", textContent: told }));
    }
    notes.append(line);
  }
  return notes;
}
