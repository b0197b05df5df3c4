// Dossiers changed in every way that Python's vectors know: the same result, state and steps.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { verify, worst } from "../../webapp/static/verify/verify.js";
import { base64url, fromBase64 } from "../../webapp/static/verify/bytes.js";
import { vectors } from "./vectors.js";

const { trusts, bases, cases } = vectors("dossier");

/** Set values at JSON Pointers, in a copy; `{absent: true}` takes the member away. */
function apply(record, sets) {
  const changed = structuredClone(record);
  for (const [pointer, value] of sets) {
    const way = pointer.split("/").slice(1).map((p) => p.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = way.pop();
    const place = way.reduce((at, name) => at[name], changed);
    if (value?.absent === true) delete place[last];
    else place[last] = value;
  }
  return changed;
}

/** A base's record; proofs that end early go on with the checkpoint that stands beside them. */
const recordOf = ({ dossier, base, set }) => dossier ?? apply(recordOf(bases[base]), set);
function completed(record) {
  for (const entry of Object.values(record.entries)) {
    if (entry.proof.endsWith("\n\n")) entry.proof += record.checkpoint;
  }
  return record;
}

/** A chain that gives `root`, and says that it is the pinned one. */
const chain = (pins, root) => async (method) =>
  ({
    eth_chainId: `0x${pins.chainId.toString(16)}`,
    eth_getBlockByNumber: { hash: pins.genesis },
    eth_call: root,
  })[method];

async function judge({ base, set, trust, nowMs, rooted, asked }, more = {}) {
  const record = completed(apply(recordOf(bases[base]), set));
  const pins = trust && trusts[trust];
  const ask = { own: rooted !== null, rpc: pins && chain(pins, rooted ?? record.anchor?.root) };
  const code = asked ?? record.stamp.code;
  const kept = pins && { trust: pins };
  return verify(record, { code, trust: pins, kept, ask, now: nowMs, ...more });
}
const resultsOf = ({ steps }) =>
  Object.fromEntries(Object.entries(steps).map(([name, { result }]) => [name, result]));

describe("dossiers", () => {
  for (const one of cases) {
    it(`${one.name}`, async () => {
      const found = await judge(one);
      if (one.trust === null) {
        assert.deepEqual([found.level, found.result === "held"], [[], false]);
        return;
      }
      if (one.refused !== null) {
        assert.equal(found.result, "failed");
        assert.equal(found.state, "mismatch");
        return;
      }
      const wanted = Object.entries(one.steps).filter(([, result]) => result !== "waiting");
      const causes = Object.values(found.steps).map(({ cause }) => cause?.stack).filter(Boolean);
      assert.deepEqual(resultsOf(found), Object.fromEntries(wanted), causes.join("\n"));
      assert.deepEqual([found.state, found.level], [one.state, one.levels]);
      assert.equal(found.result, one.result);
    });
  }
});
