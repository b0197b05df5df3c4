// Bytes, their spellings, and refusals with the codes of `attest/errors.py`. No DOM or network.

/** Why something is refused: `code` never changes its meaning. */
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}
export function refuse(code) {
  throw new Refusal(code);
}
export const malformed = () => refuse("malformed");

export function concat(...parts) {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
export const isBytes = (value, size) =>
  value instanceof Uint8Array && (size === undefined || value.length === size);
export const isText = (value) => typeof value === "string" && value !== "";
export const isIndex = (value) => Number.isSafeInteger(value) && value >= 0;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
export const utf8 = (text) => new TextEncoder().encode(text);
export function fromUtf8(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return malformed();
  }
}

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
export function fromHex(text, size = text.length / 2) {
  const bytes = Uint8Array.from(text.match(/../gs) ?? [], (pair) => Number.parseInt(pair, 16));
  return hex(bytes) === text && bytes.length === size ? bytes : malformed();
}
export const fromHex0x = (text, size) =>
  fromHex(/^0x(.*)$/.exec(text)?.[1] ?? malformed(), size);

export const base64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
/** Read base64 with its padding, in its one spelling. */
export function fromBase64(text, size) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    malformed();
  }
  return base64(bytes) === text && isBytes(bytes, size) ? bytes : malformed();
}
export const base64url = (bytes) =>
  base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
/** Read base64url without padding, of `size` bytes where given. */
export function fromBase64url(text, size) {
  if (!/^[\w-]*$/.test(text)) malformed();
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(plain.padEnd(Math.ceil(text.length / 4) * 4, "="), size);
}
/** Read the URI of a SHA-256 digest (RFC 6920). */
export const fromNi = (text) =>
  fromBase64url(/^ni:\/\/\/sha-256;(.*)$/.exec(text)?.[1] ?? malformed(), 32);

const MAX_DEPTH = 16;
/** A byte string in CBOR. */
export function encode(bytes) {
  const { length } = bytes;
  const long = length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
  return concat(length < 24 ? [0x40 + length] : long, bytes);
}

/** One deterministic CBOR item that is the whole input: maps are Map, tags `{tag, value}`. */
export function decode(data) {
  const [value, end] = item(data, 0, 1);
  return end === data.length ? value : refuse("trailing-bytes");
}

function item(data, at, depth) {
  if (at >= data.length) malformed();
  const major = data[at] >> 5;
  const low = data[at] & 31;
  const width = low < 24 ? 0 : 1 << (low - 24);
  const rest = at + 1 + width;
  if (low > 27) refuse("cbor-not-deterministic");
  if (rest > data.length) malformed();
  let number = BigInt(low);
  if (width) number = data.slice(at + 1, rest).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const least = width === 1 ? 24n : width && 1n << BigInt(4 * width);
  if (number < least && major < 7) refuse("cbor-not-deterministic");
  if (number <= Number.MAX_SAFE_INTEGER) number = Number(number);

  if (major === 0) return [number, rest];
  if (major === 1) return [-1 - Number(number), rest];
  if (major < 4) {
    const end = rest + Number(number);
    if (end > data.length) malformed();
    const bytes = data.slice(rest, end);
    return [major === 2 ? bytes : fromUtf8(bytes), end];
  }
  if (major === 7 || depth > MAX_DEPTH) malformed();
  let end = rest;
  const next = () => {
    let value;
    [value, end] = item(data, end, depth + 1);
    return value;
  };
  if (major === 6) return [{ tag: number, value: next() }, end];
  if (major === 4) {
    const items = [];
    while (items.length < number) items.push(next());
    return [items, end];
  }
  const pairs = new Map();
  let last = "";
  for (let i = 0; i < number; i += 1) {
    const start = end;
    const key = next();
    if (!["number", "string"].includes(typeof key) && !isBytes(key)) malformed();
    const raw = String.fromCharCode(...data.slice(start, end)); // compares as bytes do
    if (raw <= last) refuse("cbor-not-deterministic");
    last = raw;
    pairs.set(key, next());
  }
  return [pairs, end];
}
