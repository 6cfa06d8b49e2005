/* The review list with script: ticking many at once and the keyboard. Without it the form works as it stands. */

const form = document.querySelector("[data-review-list]");
const items = [...form.querySelectorAll("[data-item]")];
const boxOf = (item) => item.querySelector('input[name="c"]');
const boxes = items.map(boxOf).filter(Boolean);
const told = form.querySelector("[data-ticked]");
const scope = form.querySelector("[name=scope]");

/** A box that ticks many others and shows whether all, some or none of them are ticked. */
function gather(label, some) {
  if (!label || !some.length) return () => {};
  const master = label.querySelector("input");
  label.hidden = false;
  master.addEventListener("change", () => {
    for (const box of some) box.checked = master.checked;
    count();
  });
  return () => {
    const number = some.filter((box) => box.checked).length;
    master.checked = number === some.length;
    master.indeterminate = number > 0 && number < some.length;
  };
}

const masters = [gather(form.querySelector("[data-all]"), boxes)];
for (const text of form.querySelectorAll(".review-text")) {
  masters.push(gather(text.querySelector("[data-text]"), [...text.querySelectorAll('input[name="c"]')]));
}

function count() {
  for (const show of masters) show();
  const number = boxes.filter((box) => box.checked).length;
  if (number && scope) scope.value = "ticked";
  if (told) {
    told.hidden = number === 0;
    told.textContent = told.dataset.ticked.replace("{n}", number);
  }
}

function go(item, step) {
  const next = items[items.indexOf(item) + step];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const verbs = { a: "accept", "ฟ": "accept", s: "alike", "ห": "alike", d: "retire", "ก": "retire" };

form.addEventListener("keydown", (event) => {
  const item = event.target.closest("[data-item]");
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const isBox = event.target === boxOf(item);
  if (event.target !== item && !isBox) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    go(item, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === " " && !isBox) {
    event.preventDefault();
    boxOf(item)?.click();
  } else if (verbs[event.key.toLowerCase()]) {
    item.querySelector(`[data-do="${verbs[event.key.toLowerCase()]}"]`)?.click();
  }
});

form.addEventListener("change", (event) => { if (event.target.name === "c") count(); });
const keys = form.querySelector("[data-keys]");
if (keys) keys.hidden = false;
if (items[0]) items[0].tabIndex = 0;
count();
