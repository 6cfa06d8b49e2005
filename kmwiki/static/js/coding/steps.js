/* Steps of the caret through a text: by character with its marks, word, sentence, paragraph; and the units around it. */

import { points } from "./offsets.js";
import { sentenceEdges } from "./sentences.js";

/** The places in a block at which units of that kind begin and end. */
function edgesOf(map, block, kind) {
  if (kind === "paragraph") return [block.start, block.end];
  if (kind === "sentence") return sentencesOf(map, block);
  if (kind !== "word" && kind !== "wordEnd") return map.edges(block, "grapheme");
  const edges = map.edges(block, "word");
  const isWord = (order) => order >= 0 && order < edges.length - 1 && !isBlank(map.quote(edges[order], edges[order + 1]));
  if (kind === "word") return edges.filter((edge, order) => order === edges.length - 1 || isWord(order));
  return edges.filter((edge, order) => order === 0 || isWord(order - 1));
}

function sentencesOf(map, block) {
  block.edges ??= {};
  block.edges.sentence ??= lines(map, block);
  return block.edges.sentence;
}

function lines(map, block) {
  const found = new Set([block.start]);
  let at = block.start;
  for (const line of (map.chars(block) ?? []).join("").split("\n")) {
    for (const edge of sentenceEdges(line)) found.add(at + points(line.slice(0, edge)));
    at += points(line) + 1;
  }
  const whole = new Set(map.edges(block, "grapheme"));
  return [...found].filter((each) => whole.has(each)).sort((one, other) => one - other);
}

const isBlank = (text) => !/[\p{L}\p{N}\p{M}\p{S}\p{P}]/u.test(text);

/** The next (1) or previous (-1) edge from a place; null at the end of the text. Words go from start to start, or to their ends. */
export function step(map, at, kind, way) {
  const index = map.blocks.indexOf(map.blockAt(way > 0 ? at : Math.max(at - 1, 0)));
  for (let here = Math.max(index, 0); here >= 0 && here < map.blocks.length; here += way) {
    const block = map.blocks[here];
    let edges = edgesOf(map, block, kind);
    if (kind === "paragraph" && way < 0) edges = [block.start];
    if (kind === "paragraph" && way > 0 && at >= block.start && here + 1 < map.blocks.length) edges = [map.blocks[here + 1].start];
    const found = way > 0 ? edges.find((edge) => edge > at) : edges.findLast((edge) => edge < at);
    if (found !== undefined) return found;
  }
  return null;
}

/** The unit around a place, without blanks at its ends. @returns {{start: number, end: number, quote: string} | null} */
export function unitAt(map, at, kind) {
  const block = map.blockAt(at === map.end ? Math.max(at - 1, 0) : at);
  if (!block) return null;
  const edges = kind === "word" ? map.edges(block, "word") : edgesOf(map, block, kind);
  const inside = Math.min(Math.max(at, block.start), block.end - 1);
  const start = edges.findLast((edge) => edge <= inside) ?? block.start;
  const end = edges.find((edge) => edge > inside) ?? block.end;
  return map.tidy(start, end);
}
