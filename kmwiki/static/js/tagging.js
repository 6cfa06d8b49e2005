// The ticks of the passages: a note's own tick sets all of it, and the button says how many will be coded.
const form = document.querySelector("[data-tag]");
const send = form.querySelector("[data-send]");

function count() {
  const ticked = form.querySelectorAll("[name=p]:checked").length;
  send.textContent = send.dataset.many.replace("{n}", ticked.toLocaleString());
  send.disabled = ticked === 0;
}

for (const section of form.querySelectorAll("[data-note]")) {
  const whole = section.querySelector("[name=note]");
  const parts = [...section.querySelectorAll("[name=p]")];
  const show = () => {
    const ticked = parts.filter((part) => part.checked).length;
    whole.checked = ticked > 0;
    whole.indeterminate = ticked > 0 && ticked < parts.length;
  };
  section.addEventListener("change", (event) => {
    if (event.target === whole) for (const part of parts) part.checked = whole.checked;
    show();
    count();
  });
  if (!whole.checked) for (const part of parts) part.checked = false;
  show();
}
count();
