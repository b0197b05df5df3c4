// What the contract's tests share: a fresh chain, trees by RFC 9162, refusals by name and values.

import { createHash } from "node:crypto";

import { network } from "hardhat";
import { BaseError, ContractFunctionRevertedError } from "viem";

export const NOTE_HASH = `0x${"11".repeat(32)}`;
const MAX_DEPTH = 64;

export const hex = (bytes) => `0x${bytes.toString("hex")}`;
const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
export const node = (left, right) => sha256(Buffer.of(1), left, right);
export const leaf = (text) => sha256(Buffer.of(0), text);

/** Accepts an error that is this custom error of the contract with exactly these values. */
export function refusal(name, ...values) {
  return (error) => {
    const found = error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError);
    if (!found) throw error;
    const { errorName, args = [] } = found.data ?? {};
    const given = JSON.stringify([errorName, ...args], plain);
    const wanted = JSON.stringify([name, ...values], plain);
    if (given !== wanted) throw new Error(`refused with ${given}, not ${wanted}`);
    return true;
  };
}

const plain = (_, value) => {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  return typeof value === "string" ? value.toLowerCase() : value;
};

/** A chain of its own with AnchorLog on it and one registered log of its first account. */
export async function deployed(name = "log.example/test") {
  const { viem } = await network.create();
  const contract = await viem.deployContract("AnchorLog");
  const [owner, stranger] = await viem.getWalletClients();
  const chain = await viem.getPublicClient();
  const world = { viem, contract, owner, stranger, chain, id: undefined };
  world.id = await registered(world, name);
  return world;
}

/** Registers one more log and returns its id. */
export async function registered({ contract }, name) {
  const { result } = await contract.simulate.register([name]);
  await contract.write.register([name]);
  return result;
}

/** The tree over the leaves "0", "1", …; with a salt, a tree that shares no leaf with it. */
export class Tree {
  #salt;
  #roots = new Map();

  constructor(salt = "") {
    this.#salt = salt;
  }

  root(size, start = 0) {
    const key = `${start} ${size}`;
    if (!this.#roots.has(key)) this.#roots.set(key, this.#compute(size, start));
    return this.#roots.get(key);
  }

  #compute(size, start) {
    if (size === 1) return leaf(`${this.#salt}${start}`);
    const split = largestPowerBelow(size);
    return node(this.root(split, start), this.root(size - split, start + split));
  }

  /** RFC 9162, 2.1.4.1. */
  proof(m, n) {
    return this.#subproof(m, n, 0, true).map(hex);
  }

  #subproof(m, size, start, whole) {
    if (m === size) return whole ? [] : [this.root(size, start)];
    const split = largestPowerBelow(size);
    if (m <= split) {
      return [...this.#subproof(m, split, start, whole), this.root(size - split, start + split)];
    }
    const rest = this.#subproof(m - split, size - split, start + split, false);
    return [...rest, this.root(split, start)];
  }
}

export function largestPowerBelow(size) {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/**
 * Two roots that a made-up proof leads to, so that trees of 10^9 entries need not be built: the
 * hashes of a proof may be any, only their number is fixed by the two sizes.
 */
export function imagined(m, n) {
  for (let hashes = 0; hashes <= 2 * MAX_DEPTH; hashes += 1) {
    const proof = Array.from({ length: hashes }, (_, i) => leaf(`proof ${i}`));
    const roots = follow(BigInt(m), BigInt(n), proof);
    if (roots) return { proof: proof.map(hex), ...roots };
  }
  throw new Error(`no proof leads from ${m} to ${n}`);
}

/** RFC 9162, 2.1.4.2, steps 1 to 6: where the proof leads, or null when its length is wrong. */
function follow(m, n, hashes) {
  const whole = (m & (m - 1n)) === 0n;
  const path = whole ? [leaf("the first tree"), ...hashes] : hashes;
  if (path.length === 0) return null;
  let [fn, sn] = [m - 1n, n - 1n];
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [fr, sr] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (sn === 0n) return null;
    if (fn & 1n || fn === sn) {
      [fr, sr] = [node(hash, fr), node(hash, sr)];
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      sr = node(sr, hash);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n ? { first: hex(fr), second: hex(sr) } : null;
}
