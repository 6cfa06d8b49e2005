/* A short piece of news at the foot of the page, with one way back if there is one. */

const SECONDS = 8;

/**
 * Show a sentence; it goes by itself, but not while somebody rests on it.
 * @param {string} text - already in the reader's language
 * @param {{label: string, run: () => void}} [action] - such as undo
 * @returns {HTMLElement} the toast
 */
export function toast(text, action) {
  const place = document.getElementById("toasts");
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (action) box.append(buttonOf(action, box));
  place.replaceChildren(box);
  fadeLater(box);
  return box;
}

function buttonOf({ label, run }, box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--sm";
  button.textContent = label;
  button.addEventListener("click", () => {
    box.remove();
    run();
  });
  return button;
}

function fadeLater(box) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => box.remove(), SECONDS * 1000); };
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, start);
  start();
}
