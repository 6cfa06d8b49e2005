/* Finding a code in the tree while one types. Enter sends the words to the server, which looks through whole definitions. */

import { fold } from "../coding/fold.js";

const tree = document.getElementById("code-tree");

function show(words) {
  const has = (text) => words.every((word) => text.includes(word));
  for (const link of tree.querySelectorAll(".leaf")) {
    link.folded ??= fold(link.dataset.keys);
    link.parentElement.hidden = words.length > 0 && !has(link.folded);
  }
  for (const group of [...tree.querySelectorAll("li:has(> details)")].reverse()) {
    const isNamed = words.length > 0 && has(fold(group.querySelector("summary").textContent));
    group.hidden = words.length > 0 && !isNamed && !group.querySelector("ul > li:not([hidden])");
    if (isNamed) for (const inner of group.querySelectorAll("li")) inner.hidden = false;
  }
  tree.querySelector("[data-none]").hidden = !words.length || Boolean(tree.querySelector(".tree-root > li:not([hidden])"));
}

if (tree) {
  const input = document.getElementById("code-filter");
  const send = tree.querySelector("[data-send]");
  const group = document.getElementById("code-group");
  let wanted = 0;
  send.hidden = !group;
  input.addEventListener("input", () => {
    cancelAnimationFrame(wanted);
    wanted = requestAnimationFrame(() => show(fold(input.value).split(" ").filter(Boolean)));
  });
  group?.addEventListener("change", () => group.form.requestSubmit());
}
