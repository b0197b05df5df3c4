// What a reader pins before believing anything, as `attest/trust.py` reads it.

import * as notes from "./note.js";
import { fromBase64url, fromHex0x, isIndex, malformed } from "./bytes.js";

/** What never changes without another log, and what may. */
export const FIXED = ["origin", "vkey", "root"];
export const CHAIN = ["chainId", "genesis", "contract", "originId"];
export const LOOSE = ["policy", ...CHAIN];
const SIZES = { genesis: 32, contract: 20, originId: 32 };
const MEMBERS = [...FIXED, ...LOOSE].sort().join();

/** The pins in a parsed `/log/trust`; `log` and `rule` are its key and its policy, read. */
export async function parse(record) {
  const texts = [...FIXED, "policy"].every((name) => typeof record?.[name] === "string");
  if (!texts || Object.keys(record).sort().join() !== MEMBERS) malformed();
  const log = await notes.parseKey(record.vkey);
  if (log.kind !== 1 || log.name !== record.origin) malformed();
  fromBase64url(record.root, 32);
  if (CHAIN.some((name) => record[name] !== null)) {
    for (const [name, size] of Object.entries(SIZES)) fromHex0x(record[name], size);
    if (!isIndex(record.chainId) || !record.chainId) malformed();
  }
  return { ...record, log, rule: await ruleOf(record.policy, log) };
}

/** Most policies have no witness yet and need no reader of their own. */
async function ruleOf(text, log) {
  if (text === `log ${log.text}\nquorum none\n`) return null;
  const policies = await import("./policy.js");
  const rule = await policies.parse(text);
  return rule.logs.some((key) => key.text === log.text) ? rule : malformed();
}
