/* Talking to the server: JSON with the CSRF token; a refusal is an Error that carries what the server said. */

const token = () => document.querySelector('meta[name="csrf-token"]').content;

/** What the server refused: its sentence, its number, all that it said. */
export class Refusal extends Error {
  constructor(message, status = 0, said = {}) {
    super(message);
    Object.assign(this, { status, said });
  }
}

/**
 * POST JSON and return the JSON of the answer.
 * @throws {Refusal} with the server's sentence, or an empty message when there was no answer
 */
export async function send(url, body = {}) {
  const said = await ask(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
  document.dispatchEvent(new CustomEvent("kmwiki:saved"));
  return said;
}

/** GET JSON; null when the server has nothing to say (204). @throws {Refusal} */
export const fetchJson = (url) => ask(url, { headers: { Accept: "application/json" } });

async function ask(url, how) {
  let answer;
  try {
    answer = await fetch(url, how);
  } catch {
    throw new Refusal("");
  }
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(said.errors?.[0]?.message ?? said.detail ?? "", answer.status, said);
  return said;
}
