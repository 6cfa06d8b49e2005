/* Sending to the server: JSON with the CSRF token; a refusal is an Error that carries what the server said. */

const token = () => document.querySelector('meta[name="csrf-token"]').content;

/**
 * POST JSON and return the JSON of the answer.
 * @throws {Error} with the server's sentence, or an empty message when there was no answer
 */
export async function send(url, body = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("");
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.errors?.[0]?.message ?? said.detail ?? "");
  document.dispatchEvent(new CustomEvent("kmwiki:saved"));
  return said;
}
