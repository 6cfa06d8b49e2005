/* Marks in the text, drawn block by block from the rows: nested to four, deeper ones counted on the innermost.
 *
 * The server draws them so when the page comes; here they are drawn anew where something changed.
 */

const DEPTH = 4;
const NAMED = 20; // codings that a mark names, the first of a heap

/** Draw the marks of these blocks. @param {import("./offsets.js").TextMap} map @param {import("./book.js").Book} book */
export function drawMarks(map, book, blocks) {
  const source = Number(map.root.dataset.source);
  for (const block of blocks) {
    unwrap(block.element);
    map.forget(block);
    if (!map.chars(block)) continue;
    const rows = book.standing(source, block.start, block.end);
    if (!rows.length) continue;
    const stretches = cover(rows, block);
    for (const item of map.nodes(block)) wrap(item, stretches, book);
    map.forget(block);
  }
}

function unwrap(element) {
  for (const mark of element.querySelectorAll("mark.k, span.at")) mark.replaceWith(...mark.childNodes);
  element.normalize();
}

/** Cut a block at every edge of a passage: each stretch knows the rows that lie over it, outermost first. */
function cover(rows, block) {
  const edges = new Set([block.start, block.end]);
  for (const { start, end } of rows) {
    if (start > block.start) edges.add(start);
    if (end < block.end) edges.add(end);
  }
  const sorted = [...edges].sort((one, other) => one - other);
  return sorted.slice(0, -1).map((start, index) => ({
    start,
    end: sorted[index + 1],
    levels: levels(rows.filter((row) => row.start <= start && row.end > start)),
  }));
}

function levels(over) {
  const shown = over.slice(0, DEPTH);
  return shown.map((row, depth) => {
    const isLast = depth === shown.length - 1;
    const named = isLast ? over.slice(0, NAMED) : shown.slice(0, depth + 1);
    const more = isLast && over.length > DEPTH ? `+${over.length - DEPTH}` : "";
    return { row, more, ids: named.map(({ id }) => id).join(" ") };
  });
}

function wrap({ node, start, end }, stretches, book) {
  const chars = [...node.data];
  const made = new DocumentFragment();
  let open = [];
  for (const stretch of stretches) {
    const [from, to] = [Math.max(start, stretch.start), Math.min(end, stretch.end)];
    if (from >= to) continue;
    let same = 0;
    while (same < open.length && same < stretch.levels.length && isSame(open[same].level, stretch.levels[same])) same += 1;
    open = open.slice(0, same);
    for (const level of stretch.levels.slice(same)) {
      const mark = markOf(level, book, from);
      (open.at(-1)?.mark ?? made).append(mark);
      open.push({ level, mark });
    }
    (open.at(-1)?.mark ?? made).append(chars.slice(from - start, to - start).join(""));
  }
  node.replaceWith(made);
}

const isSame = (one, other) => one.row === other.row && one.ids === other.ids && one.more === other.more;

function markOf({ row, ids, more }, book, from) {
  const mark = document.createElement("mark");
  mark.className = `k ${book.looks(row.code)}${row.waits ? " auto" : ""}`;
  mark.dataset.codings = ids;
  mark.title = book.nameOf(row.code);
  if (more) mark.dataset.more = more;
  if (row.start === from) mark.id = `c${row.id}`;
  return mark;
}
