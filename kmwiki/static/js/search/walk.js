// Stepping through what a search found in a note: n leads to the next place, p to the one before.

const TYPING = "input, textarea, select, [contenteditable], [role=listbox], dialog";

function step(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
  // The keys of n and p on a Thai keyboard write ื and ย.
  const rel = { n: "next", p: "prev", KeyN: "next", KeyP: "prev" }[event.key] ?? { KeyN: "next", KeyP: "prev" }[event.code];
  if (!rel || event.target.closest?.(TYPING) || document.querySelector("[popover]:popover-open, dialog[open]")) return;
  const link = document.querySelector(`[data-walk] a[rel=${rel}]`);
  if (!link) return;
  event.preventDefault();
  link.click();
}

if (document.querySelector("[data-walk]")) document.addEventListener("keydown", step);
