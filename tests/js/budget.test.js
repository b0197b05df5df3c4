// What a stamp page costs a phone: its scripts, compressed as they travel.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

const root = new URL("../../webapp/static/", import.meta.url);
const IMPORT = /^(?:import|export)\s[^;"']*?["'](\.[^"']+)["']/gm;
const travels = (url) => gzipSync(readFileSync(url), { level: 9 }).length;

/** A script and all that it imports before it runs. */
function closure(...entries) {
  const found = new Map();
  const waiting = entries.map((name) => new URL(name, root));
  while (waiting.length) {
    const url = waiting.pop();
    if (found.has(url.href)) continue;
    found.set(url.href, travels(url));
    const text = readFileSync(url, "utf8");
    waiting.push(...Array.from(text.matchAll(IMPORT), ([, name]) => new URL(name, url)));
  }
  return found;
}

describe("the scripts of a stamp page", () => {
  const all = closure("page/check.js", "page/footage.js");
  const total = [...all.values()].reduce((sum, size) => sum + size);
  it(`are 20 kB compressed at most: ${total} bytes`, () => {
    assert(all.size > 6);
    assert(total <= 20_000, JSON.stringify(Object.fromEntries(all)));
  });
  it("do not bring the verifier for old browsers, the player or the policies", () => {
    const names = [...all.keys()].map((url) => url.split("/").pop());
    for (const name of ["noble", "hls", "player.js", "segment.js", "policy.js"]) {
      assert(!names.some((found) => found.startsWith(name)), name);
    }
  });
  it("the verifier for old browsers is 10 kB at most", () => {
    assert(travels(new URL("vendor/noble-ed25519-2.3.0.js", root)) <= 10 * 1024);
  });
});
