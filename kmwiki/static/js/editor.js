// The editor: toolbar, live preview, echo of dates, rows that can be added, and what was typed kept in this browser.
// Everything here is a help: the form is whole without it.
import { startPlaces } from "./place-picker.js";

const form = document.querySelector("[data-editor]");
const body = form.querySelector("#body");

startPlaces(form);
startToolbar();
startPreview();
startRows();
form.querySelectorAll("[data-date]").forEach(startEcho);
startKeeping();

function token() {
  return document.querySelector("meta[name=csrf-token]").content;
}

// ---- Toolbar: plain Markdown around the selection; execCommand keeps the browser's own undo.
function insert(text) {
  body.focus();
  if (!document.execCommand("insertText", false, text)) {
    body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function around(before, after, sample) {
  const { selectionStart: start, selectionEnd: end, value } = body;
  const chosen = value.slice(start, end) || sample;
  insert(before + chosen + after);
  body.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

function lines(prefix) {
  const { value } = body;
  const start = value.lastIndexOf("\n", body.selectionStart - 1) + 1;
  const stop = value.indexOf("\n", body.selectionEnd);
  const end = stop < 0 ? value.length : stop;
  body.setSelectionRange(start, end);
  const chosen = value.slice(start, end).split("\n");
  const all = chosen.every((line) => line.startsWith(prefix));
  insert(chosen.map((line) => (all ? line.slice(prefix.length) : prefix + line)).join("\n"));
}

function startToolbar() {
  const bar = form.querySelector("[data-toolbar]");
  const marks = {
    bold: () => around("**", "**", "…"),
    heading: () => lines("## "),
    list: () => lines("- "),
    quote: () => lines("> "),
    link: () => around("[", "](https://)", "…"),
    table: () => insert("\n\n| … | … |\n| --- | --- |\n| … | … |\n\n"),
  };
  const buttons = [...bar.querySelectorAll("[data-mark]")];
  buttons.forEach((button, index) => {
    button.tabIndex = index ? -1 : 0;
    button.addEventListener("click", () => marks[button.dataset.mark]());
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });
  const plain = () => (bar.hidden = form.querySelector("[name=body_format]:checked")?.value === "plain");
  form.querySelectorAll("[name=body_format]").forEach((radio) => radio.addEventListener("change", plain));
  plain();
}

// ---- Preview, drawn by the server as it will be saved
function startPreview() {
  const pane = form.querySelector("[data-preview]");
  const target = pane.querySelector("[data-preview-body]");
  form.querySelector("[data-preview-button]").hidden = true;
  pane.hidden = false;
  form.classList.add("has-preview");
  let timer = 0;
  let asked = 0;
  const draw = async () => {
    const mine = ++asked;
    const data = new FormData();
    data.set("body", body.value);
    data.set("body_format", form.querySelector("[name=body_format]:checked")?.value ?? "markdown");
    try {
      const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: data, headers: { "X-CSRFToken": token() } });
      if (mine !== asked) return;
      if (answer.ok) target.innerHTML = await answer.text();
      else target.textContent = form.dataset.wordsFailed;
    } catch {
      if (mine === asked) target.textContent = form.dataset.wordsFailed;
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(draw, body.value.length > 50_000 ? 1500 : 350);
  };
  body.addEventListener("input", soon);
  form.querySelectorAll("[name=body_format]").forEach((radio) => radio.addEventListener("change", soon));
  draw();
}

// ---- Dates: what was understood, said back while typing
function startEcho(input) {
  let timer = 0;
  let asked = 0;
  const echo = input.closest(".field").querySelector("[data-echo]") ?? input.closest("[data-row]")?.appendChild(newEcho());
  input.addEventListener("input", () => {
    input.closest(".field").querySelector("[data-date-hint]")?.remove();
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const query = new URLSearchParams({ text: input.value, name: input.dataset.dateChoice ?? "" });
      try {
        const answer = await fetch(`${form.dataset.echoUrl}?${query}`);
        if (answer.ok && mine === asked && echo) echo.innerHTML = await answer.text();
      } catch {
        // the date is read when the form is saved
      }
    }, 250);
  });
}

function newEcho() {
  const line = document.createElement("p");
  line.className = "echo-line span";
  return line;
}

// ---- Rows of attendees, agenda, actions ...
function startRows() {
  form.querySelectorAll("[data-rows]").forEach((box) => {
    const list = box.querySelector("ol");
    const add = box.querySelector("[data-add-row]");
    const pattern = box.querySelector("template").innerHTML;
    let next = list.children.length;
    add.hidden = false;
    add.addEventListener("click", () => {
      const holder = document.createElement("template");
      holder.innerHTML = pattern.replaceAll(".ROW.", `.${next++}.`);
      const row = holder.content.firstElementChild;
      list.append(row);
      row.querySelectorAll("[data-date]").forEach(startEcho);
      row.querySelector("input, textarea, select").focus();
    });
  });
}

// ---- What was typed is kept in this browser until it is saved
function startKeeping() {
  const key = `kmwiki:draft:${form.dataset.draftKey}`;
  const said = form.querySelector("[data-saved]");
  const words = form.querySelector("[data-saved-words]");
  const offer = form.querySelector("[data-draft-offer]");
  const read = () => {
    const data = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf_token" || name === "base") continue;
      (data[name] ??= []).push(String(value));
    }
    return data;
  };
  const first = JSON.stringify(read());
  let changed = false;
  let timer = 0;
  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ base: form.dataset.base, at: Date.now(), data: read() }));
      const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());
      words.textContent = `${form.dataset.wordsKept} ${time}`;
      said.hidden = false;
    } catch {
      said.hidden = true; // no room or not allowed: saving to the server is still there
    }
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 600);
  });
  addEventListener("pagehide", () => changed && keep());
  form.addEventListener("submit", () => {
    keep();
    changed = false;
    sessionStorage.setItem("kmwiki:sent", key);
  });
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch {
    kept = null;
  }
  const isRefused = form.querySelector("[role=alert]") !== null;
  if (!kept || isRefused || JSON.stringify(kept.data) === first) return;
  offer.hidden = false;
  offer.querySelector("[data-draft-take]").addEventListener("click", () => {
    fill(kept.data);
    offer.hidden = true;
    body.dispatchEvent(new Event("input", { bubbles: true }));
  });
  offer.querySelector("[data-draft-drop]").addEventListener("click", () => {
    localStorage.removeItem(key);
    offer.hidden = true;
  });
}

// Which of several dates was meant, until the date is typed anew and asked about again.
function keepChoice(value) {
  const kept = document.createElement("input");
  kept.type = "hidden";
  kept.name = "event_choice";
  kept.value = value;
  form.querySelector("#event-echo").append(kept);
}

function fill(data) {
  for (const [name, values] of Object.entries(data)) {
    const row = /^f\.(\w+)\.(\d+)\./.exec(name);
    if (row && !form.elements[name]) {
      const box = form.querySelector(`[name^="f.${row[1]}."]`)?.closest("[data-rows]");
      while (box && !form.elements[name] && box.querySelectorAll("[data-row]").length <= Number(row[2])) box.querySelector("[data-add-row]").click();
    }
    if (name === "event_choice" && !form.elements[name]) keepChoice(values[0]);
    const found = form.elements[name];
    const controls = found instanceof RadioNodeList ? [...found] : found ? [found] : [];
    controls.forEach((control, index) => {
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
      else if (values[index] !== undefined) control.value = values[index];
    });
  }
  body.focus();
}
