/* What every page has: the search key, the CSRF header of htmx, and menus that tell whether they are open. */

const TYPING = "input, textarea, select, [contenteditable]";

/** `/` goes to the search box, unless somebody is typing. */
function focusSearch(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
  const box = [...document.querySelectorAll("[role=search] input[type=search]")].find((input) => input.checkVisibility());
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

/** htmx sends the same token that the forms carry. */
function addToken(event) {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
}

/** A button that opens a popover says so to a screen reader. */
function followPopovers() {
  for (const button of document.querySelectorAll("[popovertarget]")) {
    const target = document.getElementById(button.getAttribute("popovertarget"));
    if (!target) continue;
    button.setAttribute("aria-expanded", "false");
    target.addEventListener("toggle", (event) => button.setAttribute("aria-expanded", String(event.newState === "open")));
  }
}

document.addEventListener("keydown", focusSearch);
document.addEventListener("htmx:configRequest", addToken);
followPopovers();
