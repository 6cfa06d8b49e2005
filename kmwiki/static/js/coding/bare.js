/* Finding the next paragraph that nobody has coded. */

import { paint } from "./floating.js";
import { toast } from "../toast.js";

/** Go to the next (1) or previous (-1) paragraph without a code, from the caret or from what is in sight. */
export function goToBare(desk, way) {
  const found = nextBare(desk, way);
  if (!found) {
    toast(desk.data.says.allCoded);
    return;
  }
  const { root, block } = found;
  if (desk.caret?.isOn) {
    if (root !== desk.caret.root) desk.caret.enter(root, block.start);
    else desk.caret.goTo(block.start);
  }
  block.element.scrollIntoView({ block: "center" });
  const range = desk.mapOf(root).rangeOf(block.start, block.end);
  paint("found", range);
  desk.say(range?.toString() ?? "");
}

/* @returns {{root: HTMLElement, block: object} | null} headings and blocks without words are passed over */
function nextBare(desk, way) {
  const all = desk.roots.flatMap((root) => {
    const map = desk.mapOf(root);
    const source = Number(root.dataset.source);
    const covered = coverage(desk.book.standing(source).filter((row) => !row.waits));
    return map.blocks.map((block) => ({ root, block, isBare: isParagraph(block) && !covered(block) }));
  });
  const bare = all.filter(({ isBare }) => isBare);
  if (!bare.length) return null;
  const ahead = bare.filter((each) => isAhead(each, desk, way));
  const found = way > 0 ? ahead[0] ?? bare[0] : ahead.at(-1) ?? bare.at(-1);
  desk.bareAt = found.block;
  return found;
}

const isParagraph = ({ element }) => !/^H[1-6]$/u.test(element.tagName) && /\S/u.test(element.textContent);

function coverage(rows) {
  return (block) => rows.some((row) => row.start < block.end && row.end > block.start);
}

/* Behind the caret, behind the one found last while it is in sight, else behind the middle of what is in sight. */
function isAhead({ root, block }, desk, way) {
  const { caret, bareAt } = desk;
  const top = block.element.getBoundingClientRect();
  if (caret?.isOn && caret.root === root) return way > 0 ? block.start > caret.at : block.end < caret.at;
  const last = bareAt?.element.isConnected ? bareAt.element.getBoundingClientRect() : null;
  const from = last && last.bottom > 0 && last.top < innerHeight ? last.top : way > 0 ? 0 : innerHeight;
  return way > 0 ? top.top > from : top.top < from;
}
