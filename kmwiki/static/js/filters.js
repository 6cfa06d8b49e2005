// The filters of a list are sent as they are changed; without this a button sends them. In a sheet over the page the
// button stays, so that several can be ticked before it closes.
const LAST = "kmwiki:filter";

/** Keep which box was ticked: the page that comes is another one, and the keyboard is to go on there. */
function keep(box) {
  try {
    sessionStorage.setItem(LAST, JSON.stringify([location.pathname, box.name, box.value]));
  } catch {
    // then the focus begins at the top
  }
}

function kept() {
  try {
    const [path, name, value] = JSON.parse(sessionStorage.getItem(LAST) ?? "[]");
    sessionStorage.removeItem(LAST);
    return path === location.pathname ? [name, value] : [];
  } catch {
    return [];
  }
}

const [name, value] = kept();
for (const form of document.querySelectorAll("[data-send-on-change]")) {
  const button = form.querySelector(".facet-send");
  button?.classList.add("vh");
  form.addEventListener("toggle", (event) => button?.classList.toggle("vh", event.newState !== "open"));
  form.addEventListener("change", (event) => {
    if (event.target.type !== "checkbox" || form.matches(":popover-open")) return;
    keep(event.target);
    form.requestSubmit();
  });
  const last = [...form.elements].find((box) => box.type === "checkbox" && box.name === name && box.value === value);
  last?.closest("details")?.setAttribute("open", "");
  last?.focus({ preventScroll: true });
  last?.scrollIntoView({ block: "nearest" });
}
