// The page of two texts brought together: begin with the proposal, with the other's text, or with one's own.
const form = document.querySelector("[data-merge]");
const body = form.querySelector("#body");
const texts = Object.fromEntries([...form.querySelectorAll("template[data-text]")].map((each) => [each.dataset.text, each.content.textContent]));
const choice = form.querySelector("[data-merge-choice]");
const own = {}; // what was changed by hand under each choice

choice.hidden = false;
let now = "merged";
choice.addEventListener("change", (event) => {
  own[now] = body.value;
  now = event.target.value;
  body.value = own[now] ?? texts[now];
  choice.querySelectorAll(".chip").forEach((chip) => chip.classList.toggle("chip--on", chip.querySelector("input").checked));
});
