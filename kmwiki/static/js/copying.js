/* Buttons that put the text of a field on the clipboard. Without script the field itself can be selected and copied. */

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select(); // not a secure address, or not allowed: the old way
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector("span");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await copy(field))) return;
    words.textContent = button.dataset.done;
    document.getElementById("toasts").textContent = button.dataset.done;
    setTimeout(() => { words.textContent = before; }, 2000);
  });
}
