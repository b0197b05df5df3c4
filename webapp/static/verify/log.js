// A log's notes, checkpoints and proofs, and what its readers pin, strict as `attest/log`.

import { parseEd25519, verify } from "./statement.js";
import {
  base64, concat, equal, fromBase64, fromBase64url, fromHex, fromHex0x, hex, isBytes, isIndex,
  malformed, refuse, sha256, utf8,
} from "./bytes.js";

const wrong = () => refuse("bad-proof");
export const leafHash = (entry) => sha256(concat([0], entry));
export const nodeHash = (left, right) => sha256(concat([1], left, right));

export async function rootFromInclusion(leaf, index, size, path) {
  if (!(index >= 0 && index < size) || !isBytes(leaf, 32)) wrong();
  if (size === 1) return path.length ? wrong() : leaf;
  const sibling = path.at(-1);
  if (!isBytes(sibling, 32)) wrong();
  const rest = path.slice(0, -1);
  const split = splitOf(size);
  return index < split
    ? nodeHash(await rootFromInclusion(leaf, index, split, rest), sibling)
    : nodeHash(sibling, await rootFromInclusion(leaf, index - split, size - split, rest));
}

export async function checkConsistency(m, n, rootM, rootN, proof) {
  if (!(m > 0 && m <= n)) wrong();
  const [old, grown] = await roots(m, n, proof, rootM, true);
  if (!equal(old, rootM) || !equal(grown, rootN)) wrong();
}

async function roots(m, n, proof, rootM, whole) {
  const rest = proof.slice(0, -1);
  const sibling = proof.at(-1);
  if (m === n && whole) return sibling ? wrong() : [rootM, rootM];
  if (!isBytes(sibling, 32)) wrong();
  if (m === n) return rest.length ? wrong() : [sibling, sibling];
  const split = splitOf(n);
  if (m <= split) {
    const [old, grown] = await roots(m, split, rest, rootM, whole);
    return [old, await nodeHash(grown, sibling)];
  }
  const [old, grown] = await roots(m - split, n - split, rest, rootM, false);
  return [await nodeHash(sibling, old), await nodeHash(sibling, grown)];
}

function splitOf(size) {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

const isName = (name) => name && !/[\s+\x1c-\x1f\x85]/.test(name);
function number(digits) {
  if (!/^(0|[1-9]\d{0,19})$/.test(digits) || BigInt(digits) >> 64n) malformed();
  return Number(digits);
}

export async function parseKey(text) {
  const [name, id, ...rest] = text.split("+");
  const material = fromBase64(rest.join("+"), 33);
  const [kind] = material;
  const hash = await sha256(concat(utf8(`${name}\n`), material));
  if (!isName(name) || ![1, 4].includes(kind) || id !== hex(hash.slice(0, 4))) malformed();
  return { name, id, kind, text, key: await parseEd25519(material.slice(1)) };
}

export function parseNote(text) {
  const [, body, below] = /^(.*\n)\n((?:— [^ \n]+ [^ \n]+\n)+)$/s.exec(text) ?? malformed();
  const lines = below.split("\n").slice(0, -1);
  const odd = /[\0-\t\v-\x1f]|\p{Cs}/u;
  if (text.length > 1e6 || lines.length > 100 || odd.test(text)) malformed();
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

export async function cosigned(note, witness) {
  let newest = null;
  for (const { data } of linesOf(note, witness)) {
    const time = BigInt(`0x${hex(data.slice(0, 8))}`);
    if (data.length !== 72 || time >> 63n) malformed();
    const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
    await verify(witness.key, data.slice(8), message);
    newest = Math.max(newest, Number(time));
  }
  return newest;
}

export function parseCheckpoint(text) {
  const [origin, size, root, end, ...more] = text.split("\n");
  if (!origin || end !== "" || more.length) malformed();
  return { origin, size: number(size), root: fromBase64(root, 32) };
}

export async function openCheckpoint(text, vkey) {
  const note = parseNote(text);
  const lines = linesOf(note, vkey);
  for (const { data } of lines) await verify(vkey.key, data, utf8(note.text));
  const head = parseCheckpoint(note.text);
  return lines.length && head.origin === vkey.name ? head : refuse("bad-signature");
}

export function noteHash(text, vkey) {
  const note = parseNote(text);
  const [{ name, id, data }] = linesOf(note, vkey);
  return sha256(utf8(`${note.text}\n— ${name} ${base64(concat(fromHex(id), data))}\n`));
}

export function parseProof(text, known) {
  const [above, ...below] = text.split("\n\n");
  const [header, index, ...hashes] = above.split("\n");
  const isOdd = header !== "c2sp.org/tlog-proof@v1" || !index?.startsWith("index ");
  if (isOdd || hashes.length > 64) malformed();
  const path = hashes.map((line) => fromBase64(line, 32));
  const checkpoint = below.join("\n\n");
  if (checkpoint !== known) parseCheckpoint(parseNote(checkpoint).text);
  return { index: number(index.slice(6)), path, checkpoint };
}

export async function checkEntry({ index, path }, entry, head) {
  const leaf = await leafHash(entry);
  const root = await rootFromInclusion(leaf, index, head.size, path);
  if (!equal(root, head.root)) wrong();
}

export const FIXED = ["origin", "vkey", "root"];
export const CHAIN = ["chainId", "genesis", "contract", "originId"];
export const LOOSE = ["policy", ...CHAIN];
const SIZES = { genesis: 32, contract: 20, originId: 32 };
const MEMBERS = [...FIXED, ...LOOSE].sort().join();

export async function parseTrust(record) {
  const texts = [...FIXED, "policy"].every((name) => typeof record?.[name] === "string");
  if (!texts || Object.keys(record).sort().join() !== MEMBERS) malformed();
  const log = await parseKey(record.vkey);
  if (log.kind !== 1 || log.name !== record.origin) malformed();
  fromBase64url(record.root, 32);
  if (CHAIN.some((name) => record[name] !== null)) {
    for (const [name, size] of Object.entries(SIZES)) fromHex0x(record[name], size);
    if (!isIndex(record.chainId) || !record.chainId) malformed();
  }
  return { ...record, log, rule: await ruleOf(record.policy, log) };
}

async function ruleOf(text, log) {
  if (text === `log ${log.text}\nquorum none\n`) return null;
  const policies = await import("./policy.js");
  const rule = await policies.parse(text);
  return rule.logs.some((key) => key.text === log.text) ? rule : malformed();
}
