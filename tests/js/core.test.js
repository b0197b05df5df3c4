// Statements, keys, payloads: the same verdict as Python on the same bytes.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as bytes from "../../webapp/static/verify/bytes.js";
import * as statement from "../../webapp/static/verify/statement.js";
import { Registry } from "../../webapp/static/verify/registry.js";
import { refused, vectors } from "./vectors.js";

const { fromBase64url, base64url } = bytes;

describe("payloads have one spelling", () => {
  const { good, bad } = vectors("payload");
  for (const { name, data } of good) {
    it(`accepts ${name}`, () => statement.parsePayload(fromBase64url(data)));
  }
  for (const { name, data, code } of bad) {
    it(`refuses ${name}`, () => refused(() => statement.parsePayload(fromBase64url(data)), code, name));
  }
  it("follows pointers", () => {
    const record = { a: [{ "b/c": 1, "d~e": 2 }], "": 3 };
    assert.equal(statement.pointer(record, "/a/0/b~1c"), 1);
    assert.equal(statement.pointer(record, "/a/0/d~0e"), 2);
    assert.equal(statement.pointer(record, "/"), 3);
    assert.equal(statement.pointer(record, ""), record);
  });
  for (const text of ["a", "/b", "/a/00", "/a/1", "/a/-", "/a/0/toString", "/__proto__"]) {
    it(`finds nothing at ${text}`, () =>
      refused(() => statement.pointer({ a: [{}] }, text), "malformed", text));
  }
});

describe("keys are strong and signatures strict", () => {
  const { good, bad, signatures } = vectors("keys");
  for (const { name, cose, alg, kid } of good) {
    it(`reads ${name}`, async () => {
      const key = await statement.parsePublic(fromBase64url(cose));
      assert.deepEqual([key.alg, key.kid], [alg, kid]);
    });
  }
  for (const { name, cose, code } of bad) {
    it(`refuses ${name}`, () => refused(() => statement.parsePublic(fromBase64url(cose)), code, name));
  }
  for (const { name, cose, message, signature, code } of signatures) {
    it(`judges ${name}`, async () => {
      const key = await statement.parsePublic(fromBase64url(cose));
      const act = () => statement.verify(key, fromBase64url(signature), fromBase64url(message));
      await (code ? refused(act, code, name) : act());
    });
  }
});

async function judge(data, key) {
  let parsed;
  try {
    parsed = statement.parse(data);
  } catch (e) {
    assert(e.code, e.stack);
    return [e.code, e.code];
  }
  try {
    await statement.checkSignature(parsed, key);
    return [null, null];
  } catch (e) {
    assert(e.code, e.stack);
    return [null, e.code];
  }
}

describe("statements", () => {
  const { good, bad, unsigned } = vectors("statement");
  for (const one of good) {
    it(`reads ${one.name}`, async () => {
      const parsed = statement.parse(fromBase64url(one.statement));
      const { iss, sub, iat, kind, seen } = parsed.header;
      const found = seen && [seen.origin, seen.size, base64url(seen.root)];
      assert.deepEqual([iss, sub, iat, kind], [one.iss, one.sub, one.iat, one.kind]);
      assert.deepEqual(found && found.slice(0, 2), one.seen && one.seen.slice(0, 2));
      assert.equal(base64url(await bytes.sha256(parsed.signed)), one.identity);
      assert.equal(bytes.fromUtf8(parsed.payload), one.payload);
      await statement.checkSignature(parsed, await statement.parsePublic(fromBase64url(one.key)));
    });
  }
  for (const { name, statement: data, code } of bad) {
    it(`refuses ${name}`, () => refused(() => statement.parse(fromBase64url(data)), code, name));
  }
  for (const { name, statement: data, key, code } of unsigned) {
    it(`refuses ${name}`, async () => {
      const read = await statement.parsePublic(fromBase64url(key));
      await refused(
        () => statement.checkSignature(statement.parse(fromBase64url(data)), read),
        code,
        name,
      );
    });
  }

  it("has Python's verdict on 1,000 mutants", async () => {
    const { rows } = vectors("mutants");
    assert.equal(rows.length, 1000);
    const bases = new Map();
    for (const { name, statement: data, key } of good) {
      bases.set(name, [fromBase64url(data), await statement.parsePublic(fromBase64url(key))]);
    }
    for (const [base, part, position, cut, fresh, ...verdict] of rows) {
      const [data, key] = bases.get(base);
      const changed = mutate(data, part, position, cut, fromBase64url(fresh));
      assert.deepEqual(await judge(changed, key), verdict, `${base} ${part} ${position} ${cut}`);
    }
  });
});

/** Replace some bytes of one part, lengths set right again. */
function mutate(data, part, position, cut, fresh) {
  const splice = (old) =>
    bytes.concat(old.slice(0, position), fresh, old.slice(position + cut));
  if (part === "whole") return splice(data);
  const parts = bytes.decode(data).value;
  const at = { header: 0, payload: 2, signature: 3 }[part];
  const [head, , body, signature] = parts.map((old, i) => (i === at ? splice(old) : old));
  const rest = [head, body, signature].map((value) => bytes.encode(value));
  return bytes.concat([0xd2, 0x84], rest[0], [0xa0], rest[1], rest[2]);
}

describe("the registry of keys", () => {
  for (const [name, { origin, entries, keys: wanted }] of Object.entries(vectors("registry"))) {
    it(`folds: ${name}`, async () => {
      const registry = new Registry(origin);
      for (const { index, statement: data, code } of entries) {
        const parsed = statement.parse(fromBase64url(data));
        const act = async () =>
          parsed.kind === "key" ? registry.apply(index, parsed) : registry.check(index, parsed);
        await (code ? refused(act, code, `${name} ${index}`) : act());
      }
      const found = [...registry.keys.values()].map((key) => ({
        kid: key.kid,
        holder: key.holder,
        roles: [...key.roles].sort(),
        from: key.start,
        until: key.until,
        compromisedSince: key.compromisedSince,
        entries: key.entries,
        replaced: key.replaced,
      }));
      assert.deepEqual(found, wanted);
    });
  }
});
