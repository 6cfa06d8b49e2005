/* Keys by what they mean: a Thai keyboard writes other letters on them, so the place of a key counts too. */

export const TYPING = "input, textarea, select, [contenteditable], [role=listbox]";

/** The Latin letter of a key, in small, whatever it writes. @param {KeyboardEvent} event */
export function letterOf(event) {
  if (/^[a-z]$/iu.test(event.key)) return event.key.toLowerCase();
  return event.code?.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
}

const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

/** What a key means anywhere on the page, or "". */
export function meaningOf(event) {
  const letter = letterOf(event);
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (letter === "z") return event.shiftKey ? "redo" : "undo";
    return letter === "y" ? "redo" : "";
  }
  if (!isPlain(event)) return "";
  if (event.key === "?" || (event.shiftKey && event.code === "Slash")) return "help";
  if (event.key === "[" || (event.code === "BracketLeft" && !event.shiftKey)) return "previous";
  if (event.key === "]" || (event.code === "BracketRight" && !event.shiftKey)) return "next";
  if (letter === "u") return event.shiftKey ? "redo" : "undo";
  if (letter === "n") return event.shiftKey ? "bareBefore" : "bare";
  return letter === "k" && !event.shiftKey ? "caret" : "";
}

/** Listen for the keys of the page. @param {Record<string, () => void>} does */
export function listen(does) {
  const dialog = document.getElementById("desk-keys");
  document.getElementById("desk-help")?.addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.target.closest?.(`${TYPING}, dialog`)) return;
    const meaning = meaningOf(event);
    if ((meaning === "bare" || meaning === "bareBefore") && document.querySelector("[data-walk]")) return; // n walks what was found
    if (meaning === "help") dialog.showModal();
    else if (!does[meaning]) return;
    else does[meaning]();
    event.preventDefault();
  });
}
