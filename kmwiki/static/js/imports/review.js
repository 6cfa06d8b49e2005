// The review of an imported note: evidence lights up beside the field it belongs to, cuts between comments move.
// Everything here is a help: the forms are whole without it.
import { startPlaces } from "../place-picker.js";
import { startCuts } from "./cuts.js";
import { startEvidence } from "./evidence.js";

const page = document.querySelector("[data-review]");
startEvidence(page);
const fields = page.querySelector("[data-fields-form]");
if (fields) {
  startPlaces(fields);
  fields.querySelectorAll("[data-date]").forEach((input) => startEcho(input, fields.dataset.echoUrl));
}
const cuts = page.querySelector("[data-cuts]");
if (cuts) startCuts(cuts);

// What a written date is understood as, said by the server while it is typed.
function startEcho(input, url) {
  const echo = input.closest(".field").querySelector("[data-echo]");
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = input.value;
      const answer = await fetch(`${url}?text=${encodeURIComponent(asked)}&name=event_choice`).catch(() => null);
      if (answer && answer.ok && asked === input.value) echo.innerHTML = await answer.text();
    }, 250);
  });
}
