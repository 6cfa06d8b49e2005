/* One row of the list: a passage under a code. Its tools are drawn only when it is looked at. */

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Draw a row. @param {import("./book.js").Row} row @param {{book: object, map: Function, data: object}} desk */
export function drawRow(row, desk) {
  const { book, data } = desk;
  const item = clone("row-template");
  const name = book.nameOf(row.code);
  item.id = `r${row.id}`;
  Object.assign(item.dataset, { row: row.id, codings: row.hands.map(({ id }) => id).join(" "), source: row.source });
  item.querySelector(".sw").className = `sw ${book.looks(row.code)}`;
  const chip = item.querySelector(".code-chip");
  chip.classList.add(`c${book.codes[row.code]?.color ?? 1}`);
  chip.textContent = name;
  if (!row.isLost) chip.href = `#c${row.id}`;
  item.querySelector("q").textContent = quoteOf(row, desk);
  if (!row.hands.some(({ memo }) => memo)) item.querySelector("[data-has-memo]").remove();
  item.querySelector(".avatars").append(...row.hands.map((hand) => face(book.coders[hand.coder], data)));
  drawState(item, row, desk);
  return item;
}

/** The words of a row: those in the text, or those that the server told. */
export function quoteOf(row, desk) {
  if (row.isLost || row.quote) return row.quote;
  return desk.mapOfSource(row.source)?.quote(row.start, row.end) ?? "";
}

/** A row in words, for who hears it. */
export function tell(row, desk) {
  const { book, data } = desk;
  const coders = row.hands.map(({ coder }) => book.coders[coder]?.name || data.says.unknown).join(", ");
  return data.says.stands.replace("{code}", book.nameOf(row.code)).replace("{coders}", coders).replace("{words}", quoteOf(row, desk));
}

function face(coder, data) {
  const { name, initials, hue } = coder ?? { name: "", initials: "?", hue: 1 };
  const made = document.createElement("span");
  made.className = `avatar avatar--sm c${hue}`;
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", name || data.says.unknown);
  made.textContent = initials;
  return made;
}

function drawState(item, row, { book, data }) {
  const auto = item.querySelector("[data-auto]");
  const mine = row.mine(book.me);
  if (row.waits) {
    auto.querySelector(".badge").textContent = row.status === "proposed" ? data.says.proposed : data.says.auto;
    const button = auto.querySelector("button");
    if (mine && data.mayCode && !row.isLost) {
      button.type = "submit";
      button.formAction = `${data.urls.add}/${mine.id}/accept`;
    } else button.remove();
  } else auto.remove();
  if (row.state !== "changed") item.querySelector("[data-changed]").remove();
}

/** Give a row what is shown only when it is looked at: notes of its coders, what can be done. */
export function drawMore(item, row, { book, data }) {
  if (item.querySelector(".coding-more")) return;
  const more = clone("more-template");
  const note = more.querySelector(".coding-note");
  note.replaceWith(...row.hands.filter(({ voice, memo }) => voice || memo).map((hand) => noteOf(hand, data)));
  const mine = row.mine(book.me);
  for (const tool of more.querySelectorAll("[data-mine]")) if (!mine || row.isLost) tool.remove();
  for (const link of more.querySelectorAll("[data-id-href]")) link.href = link.dataset.idHref.replace("{id}", row.id);
  if (!data.urls.quotes || row.isLost) more.querySelector("[data-do=quote]")?.remove();
  const remove = more.querySelector("[data-do=remove]");
  remove?.replaceWith(...row.hands.filter(({ may }) => may).map((hand) => removal(remove, hand, row, { book, data })));
  const name = document.createElement("span");
  name.className = "vh";
  name.textContent = ` ${book.nameOf(row.code)}`;
  for (const tool of more.querySelectorAll(".do > *")) tool.append(name.cloneNode(true));
  item.append(more);
}

function noteOf(hand, { says }) {
  const note = document.createElement("p");
  note.className = "coding-note";
  if (hand.voice) {
    const badge = document.createElement("span");
    badge.className = "badge badge--plain";
    badge.textContent = says[hand.voice];
    note.append(badge, " ");
  }
  if (hand.memo) {
    const memo = document.createElement("span");
    memo.className = "coding-memo";
    memo.textContent = hand.memo;
    note.append(memo);
  }
  return note;
}

function removal(template, hand, row, { book, data }) {
  const button = template.cloneNode(true);
  button.dataset.coding = hand.id;
  if (hand.coder !== book.me && row.hands.length > 1) {
    button.textContent = data.says.takeAway.replace("{name}", book.coders[hand.coder]?.name || data.says.unknown);
  }
  return button;
}
