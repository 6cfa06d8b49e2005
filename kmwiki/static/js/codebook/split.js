/* Choosing passages: all of a page at once, a row of them with Shift, and ticks that stay while one turns the pages. */

const form = document.getElementById("split");

/** Read which passages were ticked on other pages of this code. */
function remembered(key) {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(key) || "[]"));
  } catch {
    return new Set();
  }
}

function start() {
  const boxes = [...form.querySelectorAll("input[name=pick]")];
  const key = form.dataset.key;
  const picked = remembered(key);
  for (const box of boxes) {
    if (picked.has(box.value)) box.checked = true;
    else if (box.checked) picked.add(box.value);
  }
  const all = form.querySelector("[data-all]");
  const every = all.querySelector("input");
  all.hidden = false;
  let last = null;

  function tell() {
    for (const box of boxes) {
      if (box.checked) picked.add(box.value);
      else picked.delete(box.value);
    }
    sessionStorage.setItem(key, JSON.stringify([...picked]));
    form.querySelector("[data-count]").textContent = picked.size ? form.dataset.told.replace("{n}", picked.size) : "";
    const ticked = boxes.filter((box) => box.checked).length;
    every.checked = ticked === boxes.length;
    every.indeterminate = ticked > 0 && ticked < boxes.length;
  }

  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    tell();
  });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last && last !== box) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = box;
      tell();
    });
  }
  form.addEventListener("submit", () => {
    form.querySelector("input[name=picks]").value = [...picked].join(",");
    sessionStorage.removeItem(key);
  });
  for (const inner of form.querySelectorAll(".split-new :is(input, textarea, select)")) {
    inner.addEventListener("input", () => {
      form.querySelector(`input[name=to][value=${inner.id === "into" ? "other" : "new"}]`).checked = true;
    });
  }
  tell();
}

if (form) start();
