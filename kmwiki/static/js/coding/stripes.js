/* Stripes in the margin: how far each coded passage reaches. Decoration; the list beside the text says the same in words. */

const LANES = 4;

/** Draw the stripes of one text anew. @param {HTMLElement} root - carries data-source @param {Iterable<HTMLElement>} rows - of its list */
export function drawStripes(root, rows) {
  root.querySelector(":scope > .stripes")?.remove();
  const frame = root.getBoundingClientRect();
  const places = extents(root, frame);
  if (!places.size || !frame.height) return;
  const layer = document.createElement("div");
  layer.className = "stripes";
  layer.setAttribute("aria-hidden", "true");
  const lanes = new Array(LANES).fill(-Infinity);
  const wanted = [...rows].filter((row) => places.has(row.dataset.row)).map((row) => ({ row, ...places.get(row.dataset.row) }));
  for (const { row, top, bottom } of wanted.sort((one, other) => one.top - other.top || other.bottom - one.bottom)) {
    const lane = lanes.findIndex((end) => end <= top + 1);
    if (lane < 0) continue;
    lanes[lane] = bottom;
    layer.append(stripe(row, lane, top, bottom));
  }
  root.append(layer);
}

function extents(root, frame) {
  const found = new Map();
  for (const mark of root.querySelectorAll("mark[data-codings]")) {
    const rect = mark.getBoundingClientRect();
    if (!rect.height) continue;
    for (const id of mark.dataset.codings.split(" ")) {
      const now = found.get(id);
      const top = Math.min(now?.top ?? Infinity, rect.top - frame.top);
      const bottom = Math.max(now?.bottom ?? -Infinity, rect.bottom - frame.top);
      found.set(id, { top, bottom });
    }
  }
  return found;
}

function stripe(row, lane, top, bottom) {
  const colours = row.querySelector(".sw").className.replace("sw", "").trim();
  const made = document.createElement("span");
  made.className = `stripe ${colours}${lane ? ` l${lane}` : ""}`;
  made.style.top = `${top}px`;
  made.style.height = `${bottom - top}px`;
  return made;
}
