// RFC 6962 proofs, as `attest/log/merkle.py` checks them. No DOM, network or state.

import { concat, equal, isBytes, refuse, sha256 } from "./bytes.js";

const wrong = () => refuse("bad-proof");
const areHashes = (hashes) => hashes.every((hash) => isBytes(hash, 32)) || wrong();
export const leafHash = (entry) => sha256(concat([0], entry));
export const nodeHash = (left, right) => sha256(concat([1], left, right));

/** The root that a path claims for one leaf. Throws when the path cannot fit the tree. */
export async function rootFromInclusion(leaf, index, size, path) {
  if (!(index >= 0 && index < size) || (size === 1 && path.length)) wrong();
  areHashes([leaf, ...path]);
  if (size === 1) return leaf;
  const sibling = path.at(-1) ?? wrong();
  const rest = path.slice(0, -1);
  const split = splitOf(size);
  return index < split
    ? nodeHash(await rootFromInclusion(leaf, index, split, rest), sibling)
    : nodeHash(sibling, await rootFromInclusion(leaf, index - split, size - split, rest));
}

/** Throws unless the tree of `n` leaves begins with that of `m` (RFC 9162, 2.1.4). */
export async function checkConsistency(m, n, rootM, rootN, proof) {
  if (!(m > 0 && m <= n) || (m === n && proof.length)) wrong();
  if (m < n) areHashes([rootM, rootN, ...proof]);
  const [old, grown] = await roots(m, n, proof, rootM, true);
  if (!equal(old, rootM) || !equal(grown, rootN)) wrong();
}

/** The two roots that a proof claims; `whole` where nothing old is to the left. */
async function roots(m, n, proof, rootM, whole) {
  const rest = proof.slice(0, -1);
  const sibling = proof.at(-1);
  if (m === n) {
    const own = whole ? rootM : sibling;
    return rest.length || Boolean(sibling) === whole ? wrong() : [own, own];
  }
  const split = splitOf(n);
  if (!sibling) wrong();
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
