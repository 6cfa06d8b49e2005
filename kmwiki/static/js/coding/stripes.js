/* Stripes in the margin: how far each coded passage reaches. Decoration; the list beside the text says the same in words. */

const LANES = 4;

/** Draw the stripes of one text anew: all places are read first, then all stripes are written at once. */
export function drawStripes(root, book) {
  const frame = root.getBoundingClientRect();
  const places = frame.height ? extents(root, frame) : new Map();
  const found = book.standing(Number(root.dataset.source)).filter((row) => places.has(row.id));
  const layer = document.createElement("div");
  layer.className = "stripes";
  layer.setAttribute("aria-hidden", "true");
  const lanes = new Array(LANES).fill(-Infinity);
  const wanted = found.map((row) => ({ row, ...places.get(row.id) })).sort((one, other) => one.top - other.top || other.bottom - one.bottom);
  for (const { row, top, bottom } of wanted) {
    const lane = lanes.findIndex((end) => end <= top + 1);
    if (lane < 0) continue;
    lanes[lane] = bottom;
    layer.append(stripe(book.looks(row.code), lane, top, bottom));
  }
  const old = root.querySelector(":scope > .stripes");
  if (old) old.replaceWith(layer);
  else if (layer.childElementCount) root.append(layer);
}

function extents(root, frame) {
  const found = new Map();
  for (const mark of root.querySelectorAll("mark[data-codings]")) {
    const rect = mark.getBoundingClientRect();
    if (!rect.height) continue;
    for (const text of mark.dataset.codings.split(" ")) {
      const id = Number(text);
      const now = found.get(id);
      const top = Math.min(now?.top ?? Infinity, rect.top - frame.top);
      const bottom = Math.max(now?.bottom ?? -Infinity, rect.bottom - frame.top);
      found.set(id, { top, bottom });
    }
  }
  return found;
}

function stripe(looks, lane, top, bottom) {
  const made = document.createElement("span");
  made.className = `stripe ${looks}${lane ? ` l${lane}` : ""}`;
  made.style.top = `${top}px`;
  made.style.height = `${bottom - top}px`;
  return made;
}
