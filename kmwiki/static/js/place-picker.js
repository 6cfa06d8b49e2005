// The place picker: a text field that offers places with the places they lie in. Without it the field is plain text,
// understood when the form is saved. Keyboard: down and up move, Enter takes, Escape closes.

const WAIT = 150;

export function startPlaces(root) {
  for (const box of root.querySelectorAll("[data-places]")) {
    for (const place of box.querySelectorAll("[data-place]")) picker(box, place);
  }
}

function picker(box, place) {
  const input = place.querySelector("input[name=places]");
  const list = document.createElement("ul");
  list.id = `${input.id}-options`;
  list.className = "menu place-options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", place.querySelector("label").textContent);
  list.hidden = true;
  place.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  const state = { items: [], at: -1, timer: 0, asked: 0 };

  const close = () => {
    list.hidden = true;
    state.at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (at) => {
    state.at = at;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const take = (item) => {
    input.value = item.words;
    input.removeAttribute("aria-invalid");
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    ensureEmpty(box);
  };
  const show = (items) => {
    state.items = items;
    list.replaceChildren(...items.map((item, index) => option(list.id, item, index, () => take(item))));
    if (!items.length) list.replaceChildren(nothing(box.dataset.none));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(items.length ? 0 : -1);
  };
  const ask = async () => {
    const words = input.value.trim();
    if (!words || document.activeElement !== input) return close();
    const mine = ++state.asked;
    try {
      const answer = await fetch(`${box.dataset.url}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== state.asked || document.activeElement !== input) return;
      const { items } = await answer.json();
      if (items.length === 1 && items[0].words === words) return close();
      show(items);
    } catch {
      close(); // no connection: the field is still a field
    }
  };

  input.addEventListener("input", (event) => {
    clearTimeout(state.timer);
    if (event.isTrusted) state.timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      return close();
    }
    if (event.key === "ArrowDown" && list.hidden) return void ask();
    if (list.hidden || !state.items.length) return;
    const count = state.items.length;
    if (event.key === "ArrowDown") mark((state.at + 1) % count);
    else if (event.key === "ArrowUp") mark((state.at - 1 + count) % count);
    else if (event.key === "Enter" && state.at >= 0) take(state.items[state.at]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
}

function option(base, item, index, take) {
  const line = document.createElement("li");
  line.id = `${base}-${index}`;
  line.setAttribute("role", "option");
  const name = document.createElement("b");
  name.textContent = item.name;
  const parent = document.createElement("span");
  parent.className = "path";
  parent.textContent = item.parent;
  line.append(name, parent);
  line.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    take();
  });
  return line;
}

function nothing(words) {
  const line = document.createElement("li");
  line.className = "quiet";
  line.textContent = words;
  return line;
}

// One empty field always stands below the filled ones.
function ensureEmpty(box) {
  const places = [...box.querySelectorAll("[data-place]")];
  if (places.some((place) => !place.querySelector("input[name=places]").value.trim())) return;
  const last = places.at(-1);
  const copy = last.cloneNode(true);
  const number = places.length;
  copy.querySelectorAll("ul, .date-choice, input[type=hidden]").forEach((part) => part.remove());
  const input = copy.querySelector("input[name=places]");
  input.id = `place-${number}`;
  input.value = "";
  input.removeAttribute("aria-invalid");
  input.removeAttribute("aria-describedby");
  const label = copy.querySelector("label");
  label.htmlFor = input.id;
  label.textContent = label.textContent.replace(/\d+/, String(number + 1));
  last.after(copy);
  picker(box, copy);
}
