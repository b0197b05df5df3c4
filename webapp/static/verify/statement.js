// A statement, strict as `attest/statement.py`, `cose.py`, `cbor.py` and `payload.py`.

import * as keys from "./keys.js";
import {
  base64url, concat, decode, encode, fromUtf8, isBytes, isIndex, malformed, refuse, utf8,
} from "./bytes.js";

const MAX_SIZE = 65535;
const MAX_DEPTH = 32;
const INDEX = /^(0|[1-9]\d*)$/;
const wrong = () => refuse("bad-header");

/** `{header, kind, record, payload, signature, signed, data}`; throws what the format forbids. */
export function parse(data) {
  if (data.length > MAX_SIZE) refuse("too-large");
  const { tag, value } = decode(data) ?? {};
  const [head, open, payload, signature] = tag === 18 && Array.isArray(value) ? value : [];
  const parts = [head, payload, signature];
  if (value?.length !== 4 || !parts.every((part) => isBytes(part)) || !(open instanceof Map)) {
    malformed();
  }
  if (open.size) wrong();
  if (!isBytes(signature, 64)) malformed();
  const header = parseHeader(head);
  const record = parsePayload(payload);
  const media = record.type === "EPCISDocument" ? "ld+json" : "json";
  if (header.contentType !== `application/${media}`) wrong();
  const context = concat([0x84, 0x6a], utf8("Signature1"));
  const signed = concat(context, encode(head), [0x40], encode(payload)); // RFC 9052, 4.4
  return { header, record, payload, signature, signed, data, kind: header.kind };
}

/** Throws unless `key` signed it, with the algorithm that the header says. */
export async function checkSignature({ header, signature, signed }, key) {
  if (header.alg !== key.alg) refuse("alg-mismatch");
  await keys.verify(key, signature, signed);
}

export const isUri = (text) =>
  typeof text === "string" &&
  text.length <= 2048 &&
  /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(text);

function parseHeader(data) {
  const labels = decode(data);
  const [alg, contentType, kid, claims, typ, seen] = [1, 3, 4, 15, 16, "seen"].map((label) =>
    labels.get?.(label),
  );
  const [iss, sub, iat] = [1, 2, 6].map((label) => claims?.get?.(label));
  const [, kind] = /^application\/vnd\.nguon\.([a-z]{1,32})\+cose$/.exec(typ) ?? [];
  const [origin, size, root] = Array.isArray(seen) && seen.length === 3 ? seen : [];
  const fits =
    labels.size === (seen === undefined ? 5 : 6) &&
    claims?.size === 3 &&
    [typ, contentType].every((text) => typeof text === "string") &&
    (alg === keys.EDDSA || alg === keys.ES256) &&
    [isBytes(kid, 32), isUri(iss), isUri(sub), isIndex(iat), kind].every(Boolean) &&
    (seen === undefined ||
      (typeof origin === "string" && origin && isIndex(size) && isBytes(root, 32)));
  if (!fits) wrong();
  const head = { alg, contentType, kid: base64url(kid), iss, sub, iat, kind };
  return { ...head, seen: seen ? { origin, size, root } : null };
}

/** A payload has one spelling: parse, print, compare. */
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
  if (typeof value !== "object" || value === null) return false;
  if (depth > MAX_DEPTH) malformed();
  // ECMAScript objects would move members whose names look like indexes.
  const oddName = (name) => isObject(value) && (INDEX.test(name) || isOdd(name));
  return Object.entries(value).some(([name, part]) => oddName(name) || isOdd(part, depth + 1));
}

/** The value at a JSON Pointer (RFC 6901). */
export function pointer(record, text) {
  const [first, ...names] = text.split("/");
  if (first !== "") malformed();
  let value = record;
  for (const raw of names) {
    const name = raw.replace(/~([01])/g, (_, digit) => "~/"[digit]);
    const found = Array.isArray(value)
      ? INDEX.test(name) && name < value.length
      : isObject(value) && Object.hasOwn(value, name);
    value = found ? value[name] : malformed();
  }
  return value;
}

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
