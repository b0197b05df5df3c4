// Bytes, their spellings, CBOR, and refusals by code; as in `attest`.

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
export const equal = (a, b) => `${a}` === `${b}`;
export const isBytes = (value, size = value?.length) =>
  value instanceof Uint8Array && value.length === size;
export const isText = (value) => typeof value === "string" && value !== "";
export const isIndex = (value) => Number.isSafeInteger(value) && value >= 0;

export const utf8 = (text) => new TextEncoder().encode(text);
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
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
const rest = (text, start) =>
  `${text}`.startsWith(start) ? text.slice(start.length) : malformed();
export const fromHex0x = (text, size) => fromHex(rest(text, "0x"), size);

export const base64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
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
export function fromBase64url(text, size) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = fromBase64(plain.padEnd(Math.ceil(text.length / 4) * 4, "="), size);
  return base64url(bytes) === text ? bytes : malformed();
}
export const fromNi = (text) => fromBase64url(rest(text, "ni:///sha-256;"), 32);

export function encode(bytes) {
  const { length } = bytes;
  const long = length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
  return concat(length < 24 ? [0x40 + length] : long, bytes);
}

export function decode(data) {
  const [value, end] = item(data, 0, 1);
  return end === data.length ? value : refuse("trailing-bytes");
}

function item(data, at, depth) {
  const odd = () => refuse("cbor-not-deterministic");
  if (at >= data.length) malformed();
  const major = data[at] >> 5;
  const low = data[at] & 31;
  const width = low < 24 ? 0 : 1 << (low - 24);
  let end = at + 1 + width;
  if (low > 27) odd();
  if (end > data.length) malformed();
  let number = width ? BigInt(`0x${hex(data.slice(at + 1, end))}`) : low;
  if (width && major < 7 && number < (width > 1 ? 1n << BigInt(4 * width) : 24n)) odd();
  if (number <= Number.MAX_SAFE_INTEGER) number = Number(number);
  if (!major) return [number, end];
  if (major === 1) return [-1 - Number(number), end];
  if (major < 4) {
    const bytes = data.slice(end, end + Number(number));
    if (bytes.length < number) malformed();
    return [major === 2 ? bytes : fromUtf8(bytes), end + bytes.length];
  }
  if (major === 7 || depth > 16) malformed();
  const next = () => {
    const [value, after] = item(data, end, depth + 1);
    end = after;
    return value;
  };
  if (major === 6) return [{ tag: number, value: next() }, end];
  const items = [];
  if (major === 4) {
    while (items.length < number) items.push(next());
    return [items, end];
  }
  let last = "";
  while (items.length < number) {
    const start = end;
    const key = next();
    if (typeof key === "object" && !isBytes(key)) malformed();
    const raw = hex(data.slice(start, end)); // compares as bytes do
    if (raw <= last) odd();
    last = raw;
    items.push([key, next()]);
  }
  return [new Map(items), end];
}
