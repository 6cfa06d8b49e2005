// The form of a question: how near is asked only where it matters, and a free row or code shows when it is wanted.

/** Show the distance of a row only for "near". */
function near(row) {
  const op = row.querySelector("[data-op]");
  const far = row.querySelector("[data-near]");
  if (op && far) far.hidden = !op.value.endsWith("near");
}

for (const form of document.querySelectorAll("[data-ask]")) {
  for (const row of form.querySelectorAll("[data-row]")) near(row);
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) near(row);
  });
  // What is empty stays out of the address.
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      const free = field.closest("[data-row]");
      const isUnused = free && free.querySelector("[data-op]") && ![...free.querySelectorAll(".ask-codes select")].some((one) => one.value);
      field.disabled ||= field.tagName !== "BUTTON" && (field.value === "" || isUnused || field.closest("[data-near]")?.hidden);
    }
    setTimeout(() => {
      for (const field of form.elements) field.disabled = false;
    });
  });
}
