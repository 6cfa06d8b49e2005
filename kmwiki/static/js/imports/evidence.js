// Pointing at a field, or being in it, lights up the lines it was read from and brings them into view.

export function startEvidence(page) {
  const source = page.querySelector(".src");
  if (!source) return;
  const lines = [...source.querySelectorAll("[data-fields]")];
  const light = (name, scroll) => {
    let first = null;
    for (const line of lines) {
      const isIts = line.dataset.fields.split(" ").includes(name);
      line.classList.toggle("src-line--lit", isIts);
      if (isIts && !first) first = line;
    }
    if (first && scroll) bring(source, first);
  };
  const clear = () => lines.forEach((line) => line.classList.remove("src-line--lit"));
  for (const field of page.querySelectorAll("[data-field]")) {
    const name = field.dataset.field;
    field.addEventListener("pointerenter", () => light(name, false));
    field.addEventListener("pointerleave", () => {
      const holder = document.activeElement && document.activeElement.closest("[data-field]");
      if (holder) light(holder.dataset.field, false);
      else clear();
    });
    field.addEventListener("focusin", () => light(name, true));
    field.addEventListener("focusout", clear);
  }
  for (const link of page.querySelectorAll("[data-line]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const line = source.querySelector(`#L${link.dataset.line}`);
      if (!line) return;
      bring(source, line);
      source.querySelectorAll(".src-line--lit").forEach((lit) => lit.classList.remove("src-line--lit"));
      const last = Math.min(Number(link.dataset.lineEnd), Number(link.dataset.line) + 200);
      for (let no = Number(link.dataset.line); no <= last; no += 1) {
        const each = source.querySelector(`#L${no}`);
        if (each) each.classList.add("src-line--lit");
      }
      if (getComputedStyle(source).position !== "sticky") line.scrollIntoView({ block: "center" });
    });
  }
  for (const line of lines) {
    line.addEventListener("click", () => {
      const field = page.querySelector(`[data-field="${line.dataset.fields.split(" ")[0]}"]`);
      const control = field && field.querySelector("input:not([type=hidden]), textarea, select");
      if (control) control.focus();
    });
  }
}

function bring(source, line) {
  source.scrollTop = line.offsetTop - source.offsetTop - source.clientHeight / 3;
}
