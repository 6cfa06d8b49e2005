/* The options of the popover's list: codes, codes like this passage, a new code, the passage's own words as a code. */

import { fold } from "./fold.js";

const STEADY = 4; // options above those that are suggested
const LONGEST = 80; // characters of a passage that may name a code

/**
 * What can be chosen now.
 * @param {{typed: string, quote: string, picks: object[], suggested: object[], isChange: boolean}} now
 */
export function optionsFor(choices, data, { typed, quote, picks, suggested, isChange }) {
  const skip = picks.map(({ id }) => id);
  const alike = typed ? [] : suggested.filter(({ id }) => !skip.includes(id) && choices.byId(id)).map(({ id, why }) => ({ ...choices.byId(id), alike: why }));
  const found = choices.find(typed, [...skip, ...alike.map(({ id }) => id)]);
  const options = [...found.slice(0, STEADY), ...alike, ...found.slice(STEADY)]; // they come late: the first ones must not move
  if (!data.mayMakeCodes || !choices.isThere) return options;
  if (typed && !choices.isCalled(typed)) options.push({ create: typed });
  const words = quote.replace(/\s+/gu, " ").trim();
  if (!typed && !isChange && words.length <= LONGEST && !choices.isCalled(words)) options.push({ create: words, isInVivo: true });
  return options;
}

/** Draw an option. @returns {HTMLLIElement} */
export function drawOption(option, index, { choices, says, typed }) {
  const item = document.createElement("li");
  item.id = `code-option-${index}`;
  item.setAttribute("role", "option");
  const name = document.createElement("span");
  name.className = "name";
  if (option.create) {
    name.textContent = `+ ${(option.isInVivo ? says.invivo : says.create).replace("{name}", option.create)}`;
    item.append(name);
    return item;
  }
  const key = fold(typed);
  item.className = `c${option.color} p${option.pattern}`;
  item.title = option.alike || option.definition;
  const swatch = document.createElement("span");
  swatch.className = "sw";
  swatch.setAttribute("aria-hidden", "true");
  name.append(...named(choices.nameOf(option), key));
  const path = document.createElement("span");
  path.className = "path";
  path.textContent = option.alike === undefined ? choices.pathOf(option, key) : says.suggested;
  item.append(swatch, name, path);
  return item;
}

function named(name, key) {
  const at = key ? name.toLowerCase().indexOf(key) : -1;
  if (at < 0) return [name];
  const bold = document.createElement("b");
  bold.textContent = name.slice(at, at + key.length);
  return [name.slice(0, at), bold, name.slice(at + key.length)];
}

/** Draw a code that was picked, to be taken off again. @returns {HTMLButtonElement} */
export function drawPick(pick, { choices, says }) {
  const name = pick.create ?? choices.nameOf(pick);
  const button = document.createElement("button");
  button.type = "button";
  button.className = `chip chip--on ${pick.create ? "" : `c${pick.color} p${pick.pattern}`}`;
  button.setAttribute("aria-label", says.drop.replace("{name}", name));
  if (!pick.create) button.append(Object.assign(document.createElement("span"), { className: "sw" }));
  button.append(name, Object.assign(document.createElement("span"), { className: "x", textContent: "×" }));
  return button;
}
