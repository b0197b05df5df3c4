// A statement in its one accepted form, and the keys that sign it, strict as `attest`.

import {
  base64url, concat, decode, encode, fromUtf8, hex, isBytes, isIndex, malformed, refuse, sha256,
  utf8,
} from "./bytes.js";

const EDDSA = -8;
const ES256 = -7;
const P = 2n ** 255n - 19n;
const D = -121665n * power(121666n, P - 2n);
const Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL = [0n, 1n, P - 1n, Y8, P - Y8]; // y of the points whose order divides 8
const HALF = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"; // of P-256's order
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const INDEX = /^(0|[1-9]\d*)$/;
const CONTEXT = concat([0x84, 0x6a], utf8("Signature1")); // RFC 9052, 4.4

export function parse(data) {
  if (data.length > 65535) refuse("too-large");
  const { tag, value } = decode(data);
  if (tag !== 18 || value.length !== 4) malformed();
  const [head, open, payload, signature] = value;
  if (![head, payload, signature].every((part) => isBytes(part))) malformed();
  if (open.size) refuse("bad-header");
  if (open.size !== 0 || signature.length !== 64) malformed();
  const header = parseHeader(head);
  const record = parsePayload(payload);
  const media = record.type === "EPCISDocument" ? "ld+json" : "json";
  if (header.contentType !== `application/${media}`) refuse("bad-header");
  const signed = concat(CONTEXT, encode(head), [0x40], encode(payload));
  return { header, record, payload, signature, signed, data, kind: header.kind };
}

export async function checkSignature({ header, signature, signed }, key) {
  if (header.alg !== key.alg) refuse("alg-mismatch");
  await verify(key, signature, signed);
}

export const isUri = (text) =>
  typeof text === "string" &&
  text.length <= 2048 &&
  /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(text);

function parseHeader(data) {
  const get = (map, ...labels) => labels.map((label) => (map instanceof Map ? map.get(label) : 0));
  const labels = decode(data);
  const [alg, contentType, kid, claims, typ, seen] = get(labels, 1, 3, 4, 15, 16, "seen");
  const [iss, sub, iat] = get(claims, 1, 2, 6);
  const [, kind] = /^application\/vnd\.nguon\.([a-z]{1,32})\+cose$/.exec(typ) ?? [];
  const [origin, size, root] = Array.isArray(seen) ? seen : [];
  const isSeen = seen?.length === 3 && origin && typeof origin === "string" && isIndex(size);
  const fits =
    labels.size === (seen === undefined ? 5 : 6) &&
    claims?.size === 3 &&
    [typ, contentType].every((text) => typeof text === "string") &&
    [EDDSA, ES256].includes(alg) &&
    [isBytes(kid, 32), isUri(iss), isUri(sub), isIndex(iat), kind].every(Boolean) &&
    (seen === undefined || (isSeen && isBytes(root, 32)));
  if (!fits) refuse("bad-header");
  const head = { alg, contentType, kid: base64url(kid), iss, sub, iat, kind };
  return { ...head, seen: seen ? { origin, size, root } : null };
}

export function parsePayload(bytes) {
  const text = fromUtf8(bytes);
  let record;
  try {
    record = JSON.parse(text);
  } catch {
    malformed();
  }
  if (!isObject(record)) malformed();
  if (isOdd(record, 1) || JSON.stringify(record) !== text) refuse("payload-spelling");
  return record;
}

function isOdd(value, depth) {
  if (typeof value === "string") return value !== value.normalize("NFC") || /\p{Cs}/u.test(value);
  if (typeof value !== "object" || !value) return false;
  if (depth > 32) malformed();
  // ECMAScript objects would move members whose names look like indexes.
  const oddName = (name) => isObject(value) && (INDEX.test(name) || isOdd(name));
  return Object.entries(value).some(([name, part]) => oddName(name) || isOdd(part, depth + 1));
}

export function pointer(record, text) {
  const [first, ...names] = text.split("/");
  if (first) malformed();
  return names.reduce((value, raw) => {
    const name = raw.replace(/~([01])/g, (_, digit) => "~/"[digit]);
    const fits = isObject(value) || (Array.isArray(value) && INDEX.test(name));
    return fits && Object.hasOwn(value, name) ? value[name] : malformed();
  }, record);
}

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const usable = (raw, algorithm) =>
  crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);

export async function parsePublic(cose) {
  const members = decode(cose);
  const [kty, crv, x, y] = [1, -1, -2, -3].map((label) => members.get?.(label));
  const isCurve = kty === 2 && crv === 1 && isBytes(y, 32) && members.size === 4;
  const isEdwards = kty === 1 && crv === 6 && members.size === 3;
  if (!(isCurve || isEdwards) || !isBytes(x, 32)) malformed();
  const kid = base64url(await sha256(cose));
  if (isEdwards) return { alg: EDDSA, kid, verify: await edwards(x) };
  const key = await usable(concat([4], x, y), ECDSA).catch(() => refuse("weak-key"));
  const verify = (signature, message) =>
    hex(signature.slice(32)) > HALF
      ? refuse("high-s")
      : crypto.subtle.verify(ECDSA, key, signature, message);
  return { alg: ES256, kid, verify };
}

export const parseEd25519 = (raw) =>
  parsePublic(concat([0xa3, 1, 1, 0x20, 6, 0x21, 0x58, 32], raw));

export async function verify(key, signature, message) {
  const holds = signature.length === 64 && (await key.verify(signature, message));
  if (!holds) refuse("bad-signature");
}

async function edwards(raw) {
  // Refuse what RFC 8032 does not decode, and points of small order.
  const y = BigInt(`0x${hex(raw.slice().reverse())}`) & (2n ** 255n - 1n);
  const square = (y * y - 1n) * power(D * y * y + 1n, P - 2n);
  if (y >= P || SMALL.includes(y) || power(square, (P - 1n) / 2n) !== 1n) refuse("weak-key");
  try {
    const key = await usable(raw, "Ed25519");
    return (signature, message) => crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    // No Ed25519 in this WebCrypto: one phone in five.
    const noble = await import("../vendor/noble-ed25519-2.3.0.js");
    return (signature, message) =>
      noble.verifyAsync(signature, message, raw, { zip215: false }).catch(() => false);
  }
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
