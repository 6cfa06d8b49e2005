/* The folding of names for the type-ahead: what the server does to its keys, as far as typing a name needs it. */

const DIGITS = "๐๑๒๓๔๕๖๗๘๙";

/** @param {string} text @returns {string} the key by which a name is found */
export function fold(text) {
  return text
    .normalize("NFC")
    .replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/gu, "")
    .replace(/\u0e4d([\u0e48-\u0e4b]?)\u0e32/gu, "$1\u0e33")
    .replace(/เเ/gu, "แ")
    .replace(/[๐-๙]/gu, (digit) => String(DIGITS.indexOf(digit)))
    .replace(/(?<=[ก-๎])\.(?=[ก-๎]|\s|$)/gu, "")
    .replace(/[\s\u00a0]+/gu, " ")
    .trim()
    .toLowerCase();
}
