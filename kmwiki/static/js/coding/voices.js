/* Whose voice a passage is: buttons of which one or none is pressed, Alt and a figure by keyboard. */

const KEYS = ["Digit1", "Digit2", "Digit3", "Digit4"];

export class Voices {
  /** @param {HTMLElement} box - holds buttons with data-voice */
  constructor(box) {
    this.buttons = [...box.querySelectorAll("[data-voice]")];
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.voice));
    }
  }

  /** Offer those that are likely here; a comment is its commenter's voice unless told otherwise. */
  open({ isComment, coding }) {
    const unlikely = isComment ? "author" : "commenter";
    for (const button of this.buttons) button.hidden = button.dataset.voice === unlikely && coding?.voice !== unlikely;
    this.choose(coding ? coding.voice : isComment ? "commenter" : "");
  }

  choose(voice) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.voice === voice));
  }

  /** @returns {string | null} */
  get chosen() {
    return this.buttons.find((button) => button.getAttribute("aria-pressed") === "true")?.dataset.voice ?? null;
  }

  /** Take a key if it chooses one. @returns {boolean} */
  key(event) {
    if (!event.altKey || !KEYS.includes(event.code)) return false;
    this.buttons.filter((button) => !button.hidden)[KEYS.indexOf(event.code)]?.click();
    return true;
  }
}
