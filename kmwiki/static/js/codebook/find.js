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

/** Of a large codebook the page holds only a part, so the server looks: its tree takes the place of the one here. */
async function ask(input) {
  const address = new URL(input.form.action);
  address.search = new URLSearchParams(new FormData(input.form));
  const page = await (await fetch(address, { headers: { Accept: "text/html" } })).text();
  if (address.searchParams.get("q") !== input.value) return;
  const made = new DOMParser().parseFromString(page, "text/html").querySelector("#code-tree .tree-root");
  if (!made) return;
  tree.querySelector(".tree-root").replaceChildren(...made.children);
  globalThis.htmx?.process(tree);
  tree.querySelector("[data-none]").hidden = Boolean(tree.querySelector(".tree-root > li"));
  tree.dispatchEvent(new CustomEvent("codes:drawn"));
}

if (tree) {
  const input = document.getElementById("code-filter");
  const send = tree.querySelector("[data-send]");
  const group = document.getElementById("code-group");
  let wanted = 0;
  send.hidden = true;
  input.addEventListener("input", () => {
    if ("large" in tree.dataset) {
      clearTimeout(wanted);
      wanted = setTimeout(() => ask(input), 300);
      return;
    }
    cancelAnimationFrame(wanted);
    wanted = requestAnimationFrame(() => show(fold(input.value).split(" ").filter(Boolean)));
  });
  group?.addEventListener("change", () => group.form.requestSubmit());
}
