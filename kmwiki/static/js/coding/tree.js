/* Finding a code in the tree while its name is typed. */

import { fold } from "./fold.js";

const tree = document.getElementById("code-tree");

function show(key) {
  const links = [...tree.querySelectorAll(".leaf")];
  for (const link of links) link.parentElement.hidden = Boolean(key) && !fold(link.dataset.keys).includes(key);
  for (const group of [...tree.querySelectorAll("li:has(> details)")].reverse()) {
    const isNamed = fold(group.querySelector("summary").textContent).includes(key);
    group.hidden = Boolean(key) && !isNamed && !group.querySelector("ul > li:not([hidden])");
    if (key && isNamed) for (const inner of group.querySelectorAll("li")) inner.hidden = false;
  }
  tree.querySelector("[data-none]").hidden = !key || Boolean(tree.querySelector(".tree-root > li:not([hidden])"));
}

if (tree) {
  tree.querySelector("[data-find]").hidden = false;
  const input = document.getElementById("code-filter");
  input.addEventListener("input", () => show(fold(input.value)));
}
