// Notes, checkpoints, cosignatures and proof files, strict as `attest/log` reads them.

import * as keys from "./keys.js";
import * as merkle from "./merkle.js";
import {
  base64, concat, equal, fromBase64, fromHex, hex, malformed, refuse, sha256, utf8,
} from "./bytes.js";

const DECIMAL = "(0|[1-9]\\d{0,19})";
const isName = (name) => name && !/[\s+\x1c-\x1f\x85]/.test(name);
const number = (digits) => (BigInt(digits) < 1n << 64n ? Number(digits) : malformed());

/** A verifier key of kind 1 (log) or 4 (witness). */
export async function parseKey(text) {
  const [name, id, ...rest] = text.split("+");
  const material = fromBase64(rest.join("+"), 33);
  const [kind] = material;
  const hash = await sha256(concat(utf8(`${name}\n`), material));
  if (!isName(name) || ![1, 4].includes(kind) || id !== hex(hash.slice(0, 4))) malformed();
  return { name, id, kind, text, key: await keys.parseEd25519(material.slice(1)) };
}

/** A note's text and the lines below it. */
export function parse(text) {
  const [, body, below] = /^(.*\n)\n((?:— [^ \n]+ [^ \n]+\n)+)$/s.exec(text) ?? malformed();
  const lines = below.slice(0, -1).split("\n");
  const odd = text.length > 1e6 || lines.length > 100 || /[\0-\t\v-\x1f]|\p{Cs}/u.test(text);
  if (odd) malformed();
  const signatures = lines.map((line) => {
    const [, name, encoded] = line.split(" ");
    const data = fromBase64(encoded);
    if (!isName(name) || data.length < 5) malformed();
    return { name, id: hex(data.slice(0, 4)), data: data.slice(4) };
  });
  return { text: body, signatures };
}

const linesOf = ({ signatures }, key) =>
  signatures.filter(({ name, id }) => name === key.name && id === key.id);

/** The newest second at which a witness cosigned, or null; throws on a line that does not hold. */
export async function cosigned(note, witness) {
  let newest = null;
  for (const { data } of linesOf(note, witness)) {
    const time = BigInt(`0x${hex(data.slice(0, 8))}`);
    if (data.length !== 72 || time >> 63n) malformed();
    const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
    await keys.verify(witness.key, data.slice(8), message);
    newest = Math.max(newest, Number(time));
  }
  return newest;
}

/** The three lines of a checkpoint. */
export function parseCheckpoint(text) {
  const lines = new RegExp(`^([^\\n]+)\\n${DECIMAL}\\n([^\\n]+)\\n$`);
  const [, origin, size, root] = lines.exec(text) ?? malformed();
  return { origin, size: number(size), root: fromBase64(root, 32) };
}

/** The checkpoint in a note that the log of `vkey` signed, in every line that names it. */
export async function openCheckpoint(text, vkey) {
  const note = parse(text);
  const lines = linesOf(note, vkey);
  for (const { data } of lines) await keys.verify(vkey.key, data, utf8(note.text));
  const head = parseCheckpoint(note.text);
  return lines.length && head.origin === vkey.name ? head : refuse("bad-signature");
}

/** What an anchor keeps of a note: SHA-256 of it with the log's own line only. */
export function noteHash(text, vkey) {
  const note = parse(text);
  const [{ name, id, data }] = linesOf(note, vkey);
  return sha256(utf8(`${note.text}\n— ${name} ${base64(concat(fromHex(id), data))}\n`));
}

/** A tlog-proof: `{index, path, checkpoint}`. */
export function parseProof(text) {
  const head = `^c2sp\\.org/tlog-proof@v1\\nindex ${DECIMAL}\\n`;
  const parts = new RegExp(`${head}((?:[^\\n]+\\n){0,64})\\n(.*)$`, "s");
  const [, index, hashes, checkpoint] = parts.exec(text) ?? malformed();
  const path = hashes.split("\n").slice(0, -1).map((line) => fromBase64(line, 32));
  parseCheckpoint(parse(checkpoint).text);
  return { index: number(index), path, checkpoint };
}

/** Throws unless the proof's path leads from these bytes to `head`. */
export async function checkEntry({ index, path }, entry, head) {
  const leaf = await merkle.leafHash(entry);
  const root = await merkle.rootFromInclusion(leaf, index, head.size, path);
  if (!equal(root, head.root)) refuse("bad-proof");
}
