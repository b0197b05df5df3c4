// One flipped bit anywhere in a dossier's bytes: it fails, or lies where nothing is promised.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { verify } from "../../webapp/static/verify/verify.js";
import { vectors } from "./vectors.js";

const FLIPS = 400;
// docs/formats/dossier.md, "Not authenticated"
const NOT_AUTHENTICATED = [
  /^\/stamp\/state$/, // a worse one is shown, a better one changes nothing
  /^\/(checkpointTime|checks|notProven|chain)/,
  /^\/anchor\/(block|blockHash|tx|time|final|noteHash)/,
  /^\/lot\/(coverage|rating)/,
  /^\/timeline\/\d+\/(?!(kind|index|issuer|time)(\/|$))/,
];

const { trusts, bases, cases } = vectors("dossier");
const trust = trusts.pinned;
const { nowMs } = cases[0];
const base = structuredClone(bases.active.dossier);
for (const entry of Object.values(base.entries)) {
  if (entry.proof.endsWith("\n\n")) entry.proof += base.checkpoint;
}

/** The pointers at which two JSON values differ, missing members too. */
function differences(old, fresh, at = "") {
  if (JSON.stringify(old) === JSON.stringify(fresh)) return [];
  const both = [old, fresh].every((value) => typeof value === "object" && value !== null);
  if (!both) return [at];
  const names = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...names].flatMap((name) => differences(old[name], fresh[name], `${at}/${name}`));
}

function chance(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const rpc = async (method) =>
  ({
    eth_chainId: `0x${trust.chainId.toString(16)}`,
    eth_getBlockByNumber: { hash: trust.genesis },
    eth_call: base.anchor.root,
  })[method];

const judge = (record) =>
  verify(record, { code: base.stamp.code, trust, kept: { trust }, ask: { rpc }, now: nowMs });

describe("a flipped bit", () => {
  it("is not there in the dossier itself", async () => {
    assert.equal((await judge(base)).result, "held");
  });
  it(`is seen, or lies where nothing is promised, ${FLIPS} times`, async () => {
    const data = Buffer.from(JSON.stringify(base));
    const next = chance(17);
    let seen = 0;
    for (let n = 0; n < FLIPS; n += 1) {
      const changed = Buffer.from(data);
      changed[next(data.length)] ^= 1 << next(8);
      let record;
      try {
        record = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(changed));
      } catch {
        seen += 1; // no JSON: the page says that records do not match
        continue;
      }
      const { result } = await judge(record);
      if (result !== "held") {
        seen += 1;
        continue;
      }
      for (const place of differences(base, record)) {
        assert(NOT_AUTHENTICATED.some((free) => free.test(place)), `${place} was not seen`);
      }
    }
    assert(seen > FLIPS * 0.9, `${seen}`);
  });
});
