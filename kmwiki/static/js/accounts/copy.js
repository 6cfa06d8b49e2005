// Copy buttons: copy the field they name and say so. Without a clipboard they stay hidden; the field can be selected by hand.

const later = 2500;

for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  if (!field || !navigator.clipboard) continue;
  const label = button.querySelector("span");
  const words = label.textContent;
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = button.dataset.done;
      setTimeout(() => { label.textContent = words; }, later);
    } catch {
      field.focus();
    }
  });
}
