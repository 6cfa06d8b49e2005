// Help while a search is typed: titles, codes, people, places, and what this person searched for in this browser.
// Keyboard: down and up move, Enter takes, Escape closes. Without it the box is a box.

const WAIT = 120;
const MOST_KEPT = 12;
const MOST_RECENT = 5;
const words = document.getElementById("search-words");
const key = words && `kmwiki:searched:${words.dataset.who}:${words.dataset.project}`;

/** What this person searched for here, the latest first. It stays in this browser. */
function recent() {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

function remember(text) {
  if (!text) return;
  try {
    localStorage.setItem(key, JSON.stringify([text, ...recent().filter((other) => other !== text)].slice(0, MOST_KEPT)));
  } catch {
    // a browser that keeps nothing still searches
  }
}

function start(input) {
  const form = input.form;
  const list = document.createElement("ul");
  list.id = `${input.id}-offers`;
  list.className = "menu search-offers";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.dataset.label);
  list.hidden = true;
  form.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    input.setAttribute(name, value);
  }
  const state = { options: [], at: -1, timer: 0, asked: 0 };

  const close = () => {
    list.hidden = true;
    state.at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (at) => {
    state.at = at;
    state.options.forEach((option, index) => option.line.setAttribute("aria-selected", String(index === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", state.options[at].line.id);
    state.options[at].line.scrollIntoView({ block: "nearest" });
  };
  const take = (item) => {
    close();
    if (item.clear) {
      localStorage.removeItem(key);
      input.focus();
    } else if (item.url && item.kind === "title") location.assign(item.url);
    else {
      input.value = item.query;
      form.requestSubmit();
    }
  };
  const show = (items) => {
    state.options = items.map((item, index) => ({ item, line: lineOf(list.id, item, index, () => take(item)) }));
    list.replaceChildren(...state.options.map((option) => option.line));
    state.at = -1;
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
    input.removeAttribute("aria-activedescendant");
  };
  const before = (typed) => {
    const found = recent().filter((text) => text !== typed && text.toLowerCase().includes(typed.toLowerCase()));
    return found.slice(0, MOST_RECENT).map((text) => ({ kind: "recent", text, query: text }));
  };
  const ask = async () => {
    const typed = input.value.trim();
    if (document.activeElement !== input) return close();
    const old = before(typed);
    if (!typed) return show(old.length ? [...old, { kind: "clear", text: words.dataset.clear, clear: true }] : []);
    const mine = ++state.asked;
    try {
      const answer = await fetch(`${input.dataset.complete}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== state.asked || document.activeElement !== input) return;
      show([...old.slice(0, 3), ...(await answer.json()).items]);
    } catch {
      close(); // no connection: the field is still a field
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      return close();
    }
    if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      return void ask();
    }
    const count = state.options.length;
    if (list.hidden || !count) return;
    if (event.key === "ArrowDown") mark(state.at + 1 >= count ? -1 : state.at + 1);
    else if (event.key === "ArrowUp") mark(state.at < 0 ? count - 1 : state.at - 1);
    else if (event.key === "Enter" && state.at >= 0) take(state.options[state.at].item);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  form.addEventListener("submit", () => {
    clearTimeout(state.timer);
    state.asked += 1;
    remember(input.value.trim());
  });
}

function lineOf(base, item, index, take) {
  const line = document.createElement("li");
  line.id = `${base}-${index}`;
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  const name = document.createElement("b");
  name.textContent = item.text;
  line.append(name);
  if (words.dataset[item.kind] && item.kind !== "clear") {
    const kind = document.createElement("span");
    kind.className = "path";
    kind.textContent = words.dataset[item.kind];
    line.append(" ", kind);
  }
  line.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    take();
  });
  return line;
}

if (words) for (const input of document.querySelectorAll("input[data-complete]")) start(input);
