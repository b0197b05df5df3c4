// Trees, notes, proofs, policies, stamps and pins: the same verdict as Python.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as log from "../../webapp/static/verify/log.js";
import * as policies from "../../webapp/static/verify/policy.js";
import * as stamp from "../../webapp/static/verify/stamp.js";
import { equal, fromHex, hex, sha256, utf8 } from "../../webapp/static/verify/bytes.js";
import { others, refused, vectors } from "./vectors.js";

const hashes = (texts) => (texts ?? []).map((text) => fromHex(text));
const plain = (text) => new Uint8Array(Buffer.from(text, "base64"));

describe("trees", () => {
  const { inclusion, consistency } = vectors("merkle");
  it("finds the root of every path", async () => {
    for (const { index, size, leaf, path, root } of inclusion) {
      assert.equal(hex(await log.leafHash(utf8(`entry ${index}`))), leaf);
      const found = await log.rootFromInclusion(fromHex(leaf), index, size, hashes(path));
      assert.equal(hex(found), root, `${index} of ${size}`);
    }
  });
  it("accepts every growth, and no flipped bit of one", async () => {
    for (const { m, n, rootM, rootN, proof } of consistency) {
      await log.checkConsistency(m, n, fromHex(rootM), fromHex(rootN), hashes(proof));
      const parts = [rootM, rootN, ...proof];
      for (const at of parts.keys()) {
        const [a, b, ...rest] = parts.map((text) => fromHex(text));
        [a, b, ...rest][at][m % 32] ^= 1 << n % 8;
        await refused(() => log.checkConsistency(m, n, a, b, rest), "bad-proof", `${m} ${n}`);
      }
    }
  });
  it("agrees with the inclusion vectors of others", async () => {
    const cases = others("rfc6962-inclusion");
    if (cases === null) return;
    assert.equal(cases.length, 98);
    for (const { name, leafIdx, treeSize, root, leafHash, proof, wantErr } of cases) {
      const path = (proof ?? []).map(plain);
      const good = await log
        .rootFromInclusion(plain(leafHash), leafIdx, treeSize, path)
        .then((found) => equal(found, plain(root)), (e) => e.code !== "bad-proof" && assert.fail(e));
      assert.equal(Boolean(good), !wantErr, name);
    }
  });
  it("agrees with the consistency vectors of others", async () => {
    const cases = others("rfc6962-consistency");
    if (cases === null) return;
    assert.equal(cases.length, 98);
    for (const { name, size1, size2, root1, root2, proof, wantErr } of cases) {
      const roots = [plain(root1), plain(root2)];
      const good = await log
        .checkConsistency(size1, size2, ...roots, (proof ?? []).map(plain))
        .then(() => true, (e) => e.code !== "bad-proof" && assert.fail(e));
      assert.equal(Boolean(good), !wantErr, name);
    }
  });
});

describe("notes and checkpoints", () => {
  const all = vectors("note");
  for (const { why, note } of all.accepted) {
    it(`accepts ${why}`, async () => {
      const head = await log.openCheckpoint(note, await log.parseKey(all.vkey));
      assert.deepEqual({ ...head, root: hex(head.root) }, all.head);
    });
  }
  for (const { why, note } of all.refused) {
    it(`refuses ${why}`, async () => {
      const key = await log.parseKey(all.vkey);
      await refused(() => log.openCheckpoint(note, key), null, why);
    });
  }
  for (const { why, text } of all.refusedCheckpoints) {
    it(`refuses a checkpoint: ${why}`, () =>
      refused(() => log.parseCheckpoint(text), "malformed", why));
  }
  for (const { why, vkey } of all.refusedKeys) {
    it(`refuses a key: ${why}`, () => refused(() => log.parseKey(vkey), null, why));
  }
  it("hashes the log's own line only", async () => {
    const key = await log.parseKey(all.vkey);
    const alone = await log.noteHash(all.accepted[0].note, key);
    assert.deepEqual(await log.noteHash(all.cosigned, key), alone);
  });
});

describe("witnesses and quorums", () => {
  const all = vectors("note");
  const keys = () => Promise.all(all.witnesses.map(log.parseKey));
  it("reads when three witnesses saw the log", async () => {
    const note = log.parseNote(all.cosigned);
    const rule = await policies.parse(all.policies[4].text);
    assert.deepEqual(Object.fromEntries(await policies.times(rule, note)), all.times);
  });
  it("is null where a witness did not sign", async () => {
    const note = log.parseNote(all.accepted[0].note);
    assert.equal(await log.cosigned(note, (await keys())[0]), null);
  });
  for (const { why, note } of all.refusedCosignatures) {
    it(`refuses a line ${why}`, async () => {
      const [first] = await keys();
      await refused(() => log.cosigned(log.parseNote(note), first), null, why);
    });
  }
  for (const { why, text, times, met, quorumTime } of all.policies) {
    it(`judges: ${why}`, async () => {
      const rule = await policies.parse(text);
      assert.equal(policies.met(rule, Object.keys(times)), met);
      assert.equal(policies.quorumTime(rule, new Map(Object.entries(times))), quorumTime);
    });
  }
  for (const { why, text } of all.refusedPolicies) {
    it(`refuses a policy: ${why}`, () => refused(() => policies.parse(text), null, why));
  }
});

describe("proof files", () => {
  const { vkey, entry, index, path, proof, refused: bad } = vectors("proof");
  const judge = async (text) => {
    const parsed = log.parseProof(text);
    const head = await log.openCheckpoint(parsed.checkpoint, await log.parseKey(vkey));
    await log.checkEntry(parsed, fromHex(entry), head);
    return parsed;
  };
  it("holds", async () => {
    const parsed = await judge(proof);
    assert.equal(parsed.index, index);
    assert.deepEqual(parsed.path.map(hex), path);
  });
  for (const { why, proof: text } of bad) {
    it(`refuses ${why}`, () => refused(() => judge(text), null, why));
  }
  it("refuses every flipped bit", async () => {
    const data = utf8(proof);
    for (let at = 0; at < data.length * 8; at += 1) {
      const changed = data.slice();
      changed[at >> 3] ^= 1 << (at & 7);
      let text;
      try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(changed);
      } catch {
        continue; // not UTF-8: no text at all
      }
      await refused(() => judge(text), null, `bit ${at}`);
    }
  });
});

describe("stamps", () => {
  const { codes, spellings, refused: bad } = vectors("stamp");
  for (const { code, grouped, roll, index, blind, leaf } of codes) {
    it(`reads ${grouped}`, async () => {
      assert.deepEqual(stamp.parse(grouped), { text: code, roll, index });
      assert.equal(hex(await stamp.leaf(code, fromHex(blind))), leaf);
    });
  }
  for (const { text, code } of spellings) {
    it(`reads ${text} as people type it`, () => assert.equal(stamp.parse(text).text, code));
  }
  for (const { why, text } of bad) {
    it(`refuses ${why}`, () => refused(() => stamp.parse(text), "bad-code", why));
  }
  it("finds the roots of the rolls", async () => {
    for (const { count, root, proofs } of vectors("roll").rolls) {
      for (const { index, code, blind, proof } of proofs) {
        const leaf = await stamp.leaf(code, fromHex(blind));
        const found = await log.rootFromInclusion(leaf, index, count, hashes(proof));
        assert.equal(hex(found), root, `${index} of ${count}`);
      }
    }
  });
});

describe("pins", () => {
  const { accepted, refused: bad } = vectors("trust");
  for (const { why, trust: record, fingerprint } of accepted) {
    it(`accepts pins ${why}`, async () => {
      const { origin, vkey, root, rule } = await log.parseTrust(record);
      const digest = await sha256(utf8(`${origin}\n${vkey}\n${root}\n`));
      assert.equal(hex(digest).slice(0, 20), fingerprint);
      assert(rule.witnesses.size > 0);
    });
  }
  it("reads the plainest policy without the module for policies", async () => {
    const [{ trust: record }] = accepted;
    const policy = `log ${record.vkey}\nquorum none\n`;
    assert.equal((await log.parseTrust({ ...record, policy })).rule, null);
  });
  for (const { why, trust: record } of bad) {
    it(`refuses ${why}`, () => refused(() => log.parseTrust(record), null, why));
  }
});
