/* Steps of the caret by lines, which are the browser's: where it breaks them, only it knows. */

import { step } from "./steps.js";

/**
 * The place a line up or down ("line"), or at the start or end of the line ("lineEdge"); null outside the text.
 * @param {import("./offsets.js").TextMap} map
 */
export function lineStep(map, from, kind, way) {
  const selection = getSelection();
  const point = map.pointOf(from);
  selection.collapse(point.startContainer, point.startOffset);
  selection.modify("move", way > 0 ? "forward" : "backward", kind === "line" ? "line" : "lineboundary");
  const { focusNode, focusOffset } = selection;
  if (!focusNode || !map.root.contains(focusNode)) return way > 0 && from < map.end ? map.end : null;
  let at = map.offsetOf(focusNode, focusOffset);
  if (kind === "lineEdge" && way > 0 && at > from && map.quote(at - 1, at) === " ") at -= 1; // behind the blank the next line begins
  const edges = map.edges(map.blockAt(Math.min(at, map.end - 1)), "grapheme");
  const whole = edges.findLast((edge) => edge <= at) ?? at;
  return whole === from && kind === "line" ? step(map, from, "paragraph", way) : whole;
}
