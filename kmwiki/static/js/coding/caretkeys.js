/* What keys do while the caret is in the text. */

import { letterOf } from "./keys.js";

const ARROWS = { ArrowLeft: ["cluster", -1], ArrowRight: ["cluster", 1], ArrowUp: ["line", -1], ArrowDown: ["line", 1] };
const OTHERS = { Home: ["lineEdge", -1], End: ["lineEdge", 1], PageUp: ["text", -1], PageDown: ["text", 1] };
const LETTERS = {
  c: "code", e: "edit", t: "stretch", d: "split", x: "remove", o: "here", w: "word", s: "sentence", p: "paragraph",
};
const WORDWISE = navigator.platform?.startsWith("Mac") ? "altKey" : "ctrlKey";
const SENTENCEWISE = WORDWISE === "altKey" ? "ctrlKey" : "altKey";

/** How a key moves the caret. @returns {{kind: string, way: number} | null} */
export function motionOf(event) {
  const [kind, way] = ARROWS[event.key] ?? OTHERS[event.key] ?? [];
  if (!kind) return null;
  if (event.key === "Home" || event.key === "End") return { kind: event.ctrlKey || event.metaKey ? "all" : kind, way };
  if (event[WORDWISE]) return { kind: kind === "cluster" ? "word" : kind === "line" ? "paragraph" : kind, way };
  if (event[SENTENCEWISE]) return kind === "line" ? { kind: "sentence", way } : null;
  return { kind, way };
}

/** What a key does to words or codings, or "". */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return "";
  if (event.key === "Enter") return "code";
  if (event.key === "Escape") return "let-go";
  if (event.key === "Delete") return "remove";
  return event.shiftKey ? "" : LETTERS[letterOf(event)] ?? "";
}
