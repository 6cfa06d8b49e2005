/* Sentences of a line, by the plain rule of the server: Thai ends none with a sign, writers part thoughts by blanks.
 *
 * A sentence begins behind a blank after . ! ? or … (a full stop after four letters or more), or behind a blank between
 * two Thai letters; not within quotation marks or brackets. What would be shorter than SHORTEST stays with its neighbour.
 */

const SHORTEST = 20;
const LETTER = "ก-ฮะ-\u0e3aเ-ๅ\u0e47-\u0e4e";
const CLOSED = /“[^“”]*”|«[^«»]*»|"[^"]*"|\([^()]*\)|\[[^[\]]*\]/gu;
const ENDED = /(?:[!?…]|[^\s.]{4,}\.)[”"»’)\]]*$/u;
const BEFORE = new RegExp(`[${LETTER}”"»’)\\]]$`, "u");
const BEHIND = new RegExp(`^[${LETTER}“"«‘(\\[]`, "u");

/** @param {string} line @returns {number[]} where sentences begin, and the end, in UTF-16 units */
export function sentenceEdges(line) {
  const closed = [...line.matchAll(CLOSED)].map((match) => [match.index, match.index + match[0].length]);
  const edges = [0];
  for (const match of line.matchAll(/[^\S\n]+/gu)) {
    const [at, behind] = [match.index, match.index + match[0].length];
    if (closed.some(([start, end]) => start < at && at < end)) continue;
    const before = line.slice(Math.max(0, at - 12), at);
    const isThought = BEFORE.test(before) && BEHIND.test(line.slice(behind));
    if (ENDED.test(before) || (isThought && at - edges.at(-1) >= SHORTEST)) edges.push(behind);
  }
  if (edges.length > 1 && line.length - edges.at(-1) < SHORTEST && !ENDED.test(line.slice(0, edges.at(-1)).trimEnd())) edges.pop();
  return [...edges, line.length];
}
