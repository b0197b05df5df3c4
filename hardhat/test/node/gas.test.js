// What an anchor costs as the log grows; printed, so that a change is seen in review.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { NOTE_HASH, deployed, imagined, registered } from "../../scripts/support.js";

const LIMIT = 98_000n; // docs/formats/anchors.md: at 10^9 entries, whatever the step

async function gasOf(world, m, n) {
  const { contract, chain } = world;
  const { proof, first, second } = imagined(m, n);
  const id = await registered(world, `${m} ${n}`);
  await contract.write.anchor([id, BigInt(m), first, NOTE_HASH, []]);
  const tx = await contract.write.anchor([id, BigInt(n), second, NOTE_HASH, proof]);
  const { gasUsed } = await chain.getTransactionReceipt({ hash: tx });
  return { gasUsed, hashes: proof.length };
}

describe("gas of one anchor", () => {
  for (const n of [1_000, 1_000_000, 1_000_000_000]) {
    it(`from a tenth, a thousandth and one entry before, to ${n} entries`, async () => {
      const world = await deployed();
      for (const m of new Set([n - n / 10, n - n / 1_000, n - 1])) {
        const { gasUsed, hashes } = await gasOf(world, m, n);
        console.log(`      gas ${m} -> ${n}: ${gasUsed} with ${hashes} hashes`);
        assert.ok(gasUsed < LIMIT, `${gasUsed} gas`);
      }
    });
  }
});
