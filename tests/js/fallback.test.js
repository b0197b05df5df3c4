// Phones without Ed25519 in WebCrypto: the self-hosted verifier has the same verdicts.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import * as keys from "../../webapp/static/verify/statement.js";
import { fromBase64url } from "../../webapp/static/verify/bytes.js";
import { refused, vectors } from "./vectors.js";

const vendor = new URL("../../webapp/static/vendor/", import.meta.url);

describe("a browser without Ed25519", () => {
  const { subtle } = globalThis.crypto;
  const importKey = subtle.importKey.bind(subtle);
  let refusals = 0;
  before(() => {
    subtle.importKey = async (format, data, algorithm, ...rest) => {
      if (algorithm !== "Ed25519") return importKey(format, data, algorithm, ...rest);
      refusals += 1;
      throw new DOMException("unrecognized name", "NotSupportedError");
    };
  });
  after(() => delete subtle.importKey);

  for (const { name, cose, message, signature, code } of vectors("keys").signatures) {
    it(`judges ${name}`, async () => {
      const key = await keys.parsePublic(fromBase64url(cose));
      const act = () => keys.verify(key, fromBase64url(signature), fromBase64url(message));
      await (code ? refused(act, code, name) : act());
    });
  }
  it("asked the browser first", () => assert(refusals > 0));
});

describe("files of others", () => {
  for (const line of readFileSync(new URL("SHA256SUMS", vendor), "utf8").trim().split("\n")) {
    const [sum, name] = line.split(/ +/);
    it(`${name} is as it came`, () => {
      const data = readFileSync(new URL(name, vendor));
      assert.equal(createHash("sha256").update(data).digest("hex"), sum);
    });
  }
});
