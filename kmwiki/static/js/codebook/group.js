/* Finding a code among those that may be ticked for a group. A ticked one is never hidden from who sends the form. */

import { fold } from "../coding/fold.js";

const place = document.getElementById("group-codes");

if (place) {
  place.querySelector("[data-find]").hidden = false;
  const rows = [...place.querySelectorAll("li[data-keys]")].map((row) => ({ row, keys: fold(row.dataset.keys) }));
  const input = document.getElementById("group-filter");
  input.addEventListener("input", () => {
    const key = fold(input.value);
    let found = 0;
    for (const { row, keys } of rows) {
      row.hidden = Boolean(key) && !keys.includes(key);
      if (!row.hidden) found += 1;
    }
    place.querySelector("[data-none]").hidden = found > 0;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
