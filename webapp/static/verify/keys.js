// Public keys by their COSE_Key bytes, strict as `attest/keys.py`; signatures by WebCrypto.

import { base64url, concat, decode, hex, isBytes, malformed, refuse, sha256 } from "./bytes.js";

export const EDDSA = -8;
export const ES256 = -7;
const P = 2n ** 255n - 19n;
const D = -121665n * power(121666n, P - 2n);
const Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL = [0n, 1n, P - 1n, Y8, P - Y8]; // y of the points whose order divides 8
const HALF = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"; // of P-256's order
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const ED25519 = { name: "Ed25519" };
const { subtle } = globalThis.crypto ?? {};

/** The key in COSE_Key bytes with exactly the RFC 9679 members; a weak one is refused. */
export async function parsePublic(cose) {
  const members = decode(cose);
  const [kty, crv, x, y] = [1, -1, -2, -3].map((label) => members.get?.(label));
  const isCurve = kty === 2 && crv === 1 && isBytes(y, 32) && members.size === 4;
  const isEdwards = kty === 1 && crv === 6 && members.size === 3;
  if (!(isCurve || isEdwards) || !isBytes(x, 32)) malformed();
  const kid = base64url(await sha256(cose));
  if (isEdwards) {
    requireStrong(x);
    return { alg: EDDSA, kid, verify: await ed25519(x) };
  }
  const read = subtle.importKey("raw", concat([4], x, y), ECDSA, false, ["verify"]);
  const key = await read.catch(() => refuse("weak-key"));
  const verify = (signature, message) =>
    hex(signature.slice(32)) > HALF
      ? refuse("high-s")
      : subtle.verify(ECDSA, key, signature, message);
  return { alg: ES256, kid, verify };
}

/** The Ed25519 key of 32 raw bytes, as notes hold it. */
export const parseEd25519 = (raw) =>
  parsePublic(concat([0xa3, 1, 1, 0x20, 6, 0x21, 0x58, 32], raw));

/** Throws unless `key` made this signature of 64 bytes. */
export async function verify(key, signature, message) {
  const holds = signature.length === 64 && (await key.verify(signature, message));
  if (!holds) refuse("bad-signature");
}

async function ed25519(raw) {
  try {
    const key = await subtle.importKey("raw", raw, ED25519, false, ["verify"]);
    return (signature, message) => subtle.verify(ED25519, key, signature, message);
  } catch {
    // This WebCrypto has no Ed25519 (one phone in five): the self-hosted verifier has.
    const noble = await import("../vendor/noble-ed25519-2.3.0.js");
    return (signature, message) =>
      noble.verifyAsync(signature, message, raw, { zip215: false }).catch(() => false);
  }
}

/** Refuse what RFC 8032 does not decode, and points of small order. */
function requireStrong(x) {
  const y = BigInt(`0x${hex(x.slice().reverse())}`) & (2n ** 255n - 1n);
  const square = (y * y - 1n) * power(D * y * y + 1n, P - 2n);
  if (y >= P || SMALL.includes(y) || power(square, (P - 1n) / 2n) !== 1n) refuse("weak-key");
}
function power(base, exponent) {
  let result = 1n;
  let square = ((base % P) + P) % P;
  for (let left = exponent; left; left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
