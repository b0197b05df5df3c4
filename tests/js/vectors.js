// Reads the vectors that Python, JavaScript and Solidity tests share.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("../vectors/", import.meta.url);
const root = new URL("../../", import.meta.url);
const shared = new URL(`${process.env.NGUON_SHARED ?? "../shared"}/data/vectors/`, root);

export const vectors = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder)));

/** The vectors of others, or null with a loud line where they are not at hand. */
export function others(name) {
  const file = process.env.NGUON_SHARED
    ? `${process.env.NGUON_SHARED}/vectors/${name}.json`
    : fileURLToPath(new URL(`${name}.json`, shared));
  if (existsSync(file)) return JSON.parse(readFileSync(file));
  assert(!(process.env.NGUON_REQUIRE ?? "").includes("shared"), `${name}.json is required`);
  process.stderr.write(`MISSING: shared/${name}.json, its tests are left out\n`);
  return null;
}

/** Passes when the promise or call is refused, with this code where one is given. */
export async function refused(act, code, why) {
  await assert.rejects(
    async () => act(),
    (e) => {
      assert(typeof e.code === "string", `${why}: ${e.stack}`);
      if (code) assert.equal(e.code, code, why);
      return true;
    },
    why,
  );
}
