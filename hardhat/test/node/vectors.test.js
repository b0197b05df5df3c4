// The proofs that others wrote: the contract takes the good ones and refuses the bad ones.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, describe, it } from "node:test";

import { NOTE_HASH, deployed, hex, registered } from "../../scripts/support.js";

const SHARED = process.env.NGUON_SHARED ?? resolve(import.meta.dirname, "../../../../shared");
const REQUIRED = (process.env.NGUON_REQUIRE ?? "").split(",").includes("shared");

function vectors(name) {
  const path = resolve(SHARED, "data/vectors", name);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"), exactly);
  const line = `!! ${name} is missing: set NGUON_SHARED to the folder that holds data/`;
  if (REQUIRED) throw new Error(line);
  after(() => console.log(line));
  return [];
}

/** Keeps an index of 2^64 - 1, which a JavaScript number would round. */
const exactly = (_, value, { source }) =>
  typeof value === "number" && !Number.isSafeInteger(value) ? BigInt(source) : value;

const word = (base64) => hex(Buffer.from(base64 ?? "", "base64"));
const proof = (vector) => (vector.proof ?? []).map(word);
const REFUSALS = /NotLarger|WrongProofLength|HistoryRewritten|WrongRoot/;
const isWord = (value) => value.length === 66;

/**
 * A vector whose hashes are not 32 bytes cannot even be sent: it must be a bad one, or a step to
 * the same size, which the contract does not have.
 */
function canBeSent(vector, hashes) {
  if (hashes.every(isWord)) return true;
  assert.ok(vector.wantErr || vector.size1 === vector.size2, `${vector.name} has no 32 bytes`);
  return false;
}

describe("consistency proofs", async () => {
  const world = await deployed();
  for (const vector of vectors("rfc6962-consistency.json")) {
    it(vector.name, async () => {
      const [first, second] = [word(vector.root1), word(vector.root2)];
      if (!canBeSent(vector, [first, second, ...proof(vector)])) return;
      const { contract } = world;
      const id = await registered(world, vector.name);
      const grows = vector.size1 > 0 && vector.size2 > vector.size1;
      if (vector.size1 > 0) {
        await contract.write.anchor([id, BigInt(vector.size1), first, NOTE_HASH, []]);
      }
      const size = BigInt(vector.size2);
      const sent = () => contract.write.anchor([id, size, second, NOTE_HASH, proof(vector)]);
      const isFirst = vector.size1 === 0 && size > 0n && proof(vector).length === 0;
      if (isFirst || (grows && !vector.wantErr)) await sent();
      else await assert.rejects(sent, REFUSALS);
    });
  }
});

describe("inclusion proofs", async () => {
  const world = await deployed();
  for (const vector of vectors("rfc6962-inclusion.json")) {
    it(vector.name, async () => {
      const [root, leafHash] = [word(vector.root), word(vector.leafHash)];
      if (!canBeSent(vector, [root, leafHash, ...proof(vector)])) return;
      const { contract } = world;
      const id = await registered(world, `inclusion ${vector.name}`);
      const size = BigInt(vector.treeSize);
      if (size > 0n) await contract.write.anchor([id, size, root, NOTE_HASH, []]);
      const held = await contract.read.isIncluded([
        id,
        size,
        BigInt(vector.leafIdx),
        leafHash,
        proof(vector),
      ]);
      assert.equal(held, !vector.wantErr);
    });
  }
});
