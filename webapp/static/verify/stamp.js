// Codes and their place in a roll, as `attest/stamp.py` has them; the secret stays with the maker.

import * as merkle from "./merkle.js";
import { concat, isBytes, malformed, refuse, utf8 } from "./bytes.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `{text, roll, index}` of a code as people type it. */
export function parse(typed) {
  if (typed.length > 80 || /[^ -~]/.test(typed)) refuse("bad-code");
  const plain = typed.replace(/[- ]/g, "").toUpperCase();
  const text = plain.replaceAll("O", "0").replace(/[IL]/g, "1");
  const values = Array.from(text, (letter) => ALPHABET.indexOf(letter));
  if (values.length !== 20 || values.includes(-1)) refuse("bad-code");
  const number = (from, to) => values.slice(from, to).reduce((sum, value) => sum * 32 + value);
  return { text, roll: number(0, 6), index: number(6, 10) };
}

/** The leaf hash of a stamp in its roll's tree. */
export const leaf = (code, blind) =>
  isBytes(blind, 16) ? merkle.leafHash(concat(utf8(code), blind)) : malformed();
