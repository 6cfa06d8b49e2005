// The hint of a first step: brought to its control, closed by Escape, told when the step was done without a new page.
let coach = document.querySelector("[data-coach]");

const near = () => document.querySelector(coach.dataset.near);

function bring() {
  const control = near();
  const isDone = Boolean(coach.dataset.isDone);
  if (!control || (isDone && !location.hash)) return; // word of a deed stands on top, unless the page opens further down
  control.before(coach);
  if (!isDone) control.classList.add("coached");
}

function close() {
  near()?.classList.remove("coached");
  const at = new URL(location.href);
  at.searchParams.delete("step");
  history.replaceState(history.state, "", at);
  const after = near() ?? document.getElementById("main");
  coach.remove();
  if (!after.matches("input, textarea, button, a, [tabindex]")) after.tabIndex = -1;
  after.focus({ preventScroll: true });
}

function wire() {
  coach.querySelector("[data-coach-close]")?.addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });
}

async function done() {
  if (!coach.isConnected || coach.dataset.isDone) return;
  const answer = await fetch(coach.dataset.url).catch(() => null);
  if (answer?.status !== 200) return;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const told = holder.content.querySelector("[data-coach]");
  near()?.classList.remove("coached");
  coach.replaceWith(told);
  coach = told;
  wire();
  coach.scrollIntoView({ block: "nearest" });
  document.getElementById("toasts").setAttribute("aria-live", "polite");
}

bring();
wire();
document.addEventListener("kmwiki:saved", done);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && coach.contains(document.activeElement)) close();
});
coach.focus({ preventScroll: true });
const show = () => coach.scrollIntoView({ block: coach.dataset.isDone ? "nearest" : "center" });
show();
addEventListener("load", () => setTimeout(show)); // after the browser went to the address's own place
