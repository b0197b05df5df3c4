// The steps of a check, from dossier and pins to results, as `attest/verify.py` takes them.

import * as log from "./log.js";
import * as stamps from "./stamp.js";
import * as statements from "./statement.js";
import {
  Refusal, base64url, equal, fromBase64url, fromHex0x, fromNi, hex, malformed, refuse,
} from "./bytes.js";
import { Registry } from "./registry.js";

const DAY_MS = 86_400_000;
const AHEAD_MS = 600_000;
const ROOT_AT = "0x930b6ace"; // rootAt(bytes32,uint64) of AnchorLog
const STEPS = {
  trust, keys, signature, promise, inclusion, witness, anchor, fresh, stamp, facts,
};
const REQUIRED = "keys signature promise inclusion stamp facts".split(" ");
const LEVELS = {
  signed: ["keys", "signature"],
  logged: ["promise", "inclusion"],
  witnessed: ["witness"],
  anchored: ["anchor"],
  fresh: ["fresh"],
};
const ORDER = "active inactive suspicious expired unable void hold recalled mismatch".split(" ");
const MEMBERS =
  "anchor chain checkpoint checkpointTime checks consistency entries keys lot notProven product " +
  "stamp timeline version";
const TOLD = ["lot.coverage", "lot.rating"];
const UNABLE = ["unable", "unknown-key"];
const need = (value) => value ?? refuse("unable");
const hash = (text) => fromBase64url(text, 32);

/** All steps for one stamp, and what follows; README.md names the arguments. */
export async function verify(record, { report = () => {}, ...given }) {
  const c = { record, steps: {}, ...given };
  for (const [name, take] of Object.entries(STEPS)) {
    await report(name, { result: "running" });
    c.at = undefined;
    try {
      const found = await take(c);
      c.steps[name] = found.result ? found : { result: found };
    } catch (cause) {
      // A shape that no server of ours sends is a contradiction too.
      const code = cause instanceof Refusal ? cause.code : "malformed";
      const result = UNABLE.includes(code) ? "unable" : "failed";
      c.steps[name] = { result, code, at: c.at, cause };
    }
    await report(name, c.steps[name]);
    if (c.steps[name].result === "failed") break;
  }
  return verdict(c);
}

function verdict({ record, steps, own, head }) {
  const isIn = (results) => (name) => results.includes(steps[name]?.result);
  const isHeld = REQUIRED.every(isIn(["held", "absent"]));
  const isFailed = Object.keys(steps).some(isIn(["failed"]));
  const result = isFailed ? "failed" : isHeld ? "held" : "unable";
  const reached = { failed: "mismatch", unable: "unable", held: "active" }[result];
  const state = worst(reached, own?.state ?? reached, record?.stamp?.state ?? reached);
  const level = Object.keys(LEVELS).filter((name) => LEVELS[name].every(isIn(["held"])));
  const kept = head && { size: head.size, root: base64url(head.root) };
  return { result, state, level, steps, kept, notice: own?.notice };
}

export function worst(...states) {
  const ranks = states.map((state) => ORDER.indexOf(state));
  return ORDER.at(Math.min(...ranks) < 0 ? -1 : Math.max(...ranks));
}

async function trust(c) {
  const { trust: told, kept, record } = c;
  c.pins = await log.parseTrust(need(told ?? kept?.trust));
  const isOther = (name) => told && kept && told[name] !== kept.trust[name];
  const isOurs = record.checkpoint.startsWith(`${c.pins.origin}\n`);
  if (!isOurs || log.FIXED.some(isOther)) refuse("other-trust");
  const isElsewhere = (name) => record.chain[name] !== c.pins[name];
  const changed = log.LOOSE.some(isOther) || log.CHAIN.some(isElsewhere);
  return { result: kept && told && !changed ? "held" : "told", changed };
}

async function keys(c) {
  const { record, pins } = c;
  const registry = new Registry(need(pins).origin);
  checkShape(record);
  const entries = new Map();
  Object.assign(c, { registry, entries });
  let lacking = false;
  for (const [index, { statement }] of rising(record)) {
    c.at = index;
    try {
      entries.set(index, statements.parse(fromBase64url(statement)));
    } catch (e) {
      c.broken ??= e; // the next step says so
    }
  }
  for (const [index, said] of entries) {
    c.at = index;
    try {
      await registry[said.kind === "key" ? "apply" : "check"](index, said);
    } catch (e) {
      if (!UNABLE.includes(e.code)) throw e;
      lacking = true;
    }
    if (index === 0 && !registry.keys.has(pins.root)) refuse("other-trust");
  }
  for (const { header } of entries.values()) {
    const key = registry.keys.get(header.kid);
    const listed = record.keys[header.kid]?.entries;
    const isSame = `${listed}` === `${key?.entries}`;
    if (key && listed?.every((index) => index in record.entries) && !isSame) refuse("bad-proof");
    lacking ||= !isSame;
  }
  return lacking || c.broken || !entries.has(0) ? refuse("unable") : "held";
}
const rising = ({ entries }) =>
  Object.entries(entries).map(([name, entry]) => [Number(name), entry]).sort(([a], [b]) => a - b);

function checkShape(record) {
  const { version, stamp: { state, ...rest }, lot, timeline, entries } = record;
  const told = [lot?.coverage, lot?.rating, ...timeline.map(({ summary }) => summary)];
  const fits =
    version === 1 &&
    Object.keys(record).sort().join(" ") === MEMBERS &&
    Object.keys(rest).length === 7 &&
    !["unable", "mismatch"].includes(state) &&
    told.every((item) => !item || item.by === "server") &&
    Object.keys(entries).every((index) => `${Number(index)}` === index);
  return fits || malformed();
}

async function signature(c) {
  const entries = need(c.entries);
  if (c.broken) throw c.broken;
  let lacking = false;
  for (const [index, said] of entries) {
    const key = c.registry.keys.get(said.header.kid);
    c.at = index;
    if (key) await statements.checkSignature(said, key.key);
    else lacking = true;
  }
  return lacking ? refuse("unable") : "held";
}

async function promise(c) {
  c.head = await log.openCheckpoint(c.record.checkpoint, need(c.pins).log);
  const last = c.kept?.checkpoint;
  if (!last) return "held";
  const { size, root } = c.head;
  if (size < last.size) refuse("older");
  const proof = size > last.size ? await c.ask.consistency(last.size, size).catch(need) : [];
  if (!Array.isArray(proof)) refuse("unable");
  await log.checkConsistency(last.size, size, hash(last.root), root, proof.map(hash));
  return "held";
}

async function inclusion(c) {
  const { checkpoint } = c.record;
  const head = need(c.head);
  for (const [index, { data }] of c.entries) {
    c.at = index;
    const path = log.parseProof(c.record.entries[index].proof, checkpoint);
    if (path.index !== index || path.checkpoint !== checkpoint) refuse("bad-proof");
    await log.checkEntry(path, data, head);
  }
  return "held";
}

async function witness(c) {
  if (!c.pins?.rule) return "absent";
  const { witnessed } = await import("./policy.js");
  c.witnessed = await witnessed(c.pins.rule, c.record.checkpoint);
  return c.witnessed === null ? "absent" : "held";
}

async function anchor({ record, head, pins, ask }) {
  const said = record.anchor;
  const proof = record.consistency.map(hash);
  if (!said) return proof.length ? refuse("bad-proof") : "absent";
  const { size } = said;
  const root = fromHex0x(said.root, 32);
  await log.checkConsistency(size, need(head).size, root, head.root, proof);
  const noted = () => log.noteHash(record.checkpoint, pins.log);
  if (size === head.size && `0x${hex(await noted())}` !== said.noteHash) refuse("bad-proof");
  const { contract: to, originId, genesis, chainId } = pins;
  const data = `${ROOT_AT}${need(originId).slice(2)}${size.toString(16).padStart(64, "0")}`;
  const [id, first, found] = await Promise.all([
    ask.rpc("eth_chainId", []),
    ask.rpc("eth_getBlockByNumber", ["0x0", false]),
    ask.rpc("eth_call", [{ to, data }, "latest"]),
  ]).catch(() => refuse("unable"));
  if (Number(id) !== chainId || first.hash !== genesis) refuse("other-trust");
  if (found !== said.root) refuse("bad-proof");
  return ask.own ? "held" : "told";
}

function fresh({ record, witnessed, steps, now }) {
  const by = witnessed ? "held" : steps.anchor.result;
  const block = record.anchor?.final && record.chain.independent && record.anchor.time;
  const age = now - (witnessed ? witnessed * 1000 : Date.parse(block));
  return ["held", "told"].includes(by) && -AHEAD_MS <= age && age < DAY_MS ? by : "absent";
}

async function stamp(c) {
  const entries = need(c.entries);
  const { code, blind, roll, index, rollProof } = c.record.stamp;
  const own = stamps.parse(code);
  if (code !== c.code || own.roll !== roll || own.index !== index) refuse("other-stamp");
  c.bound = stamps.bind(entries, c.record.stamp, c.registry.keys);
  const { active, lot, holds, roll: { event } } = c.bound;
  const leaf = await stamps.leaf(code, fromBase64url(blind));
  const path = rollProof.map(hash);
  const root = await log.rootFromInclusion(leaf, index, event["nguon:count"], path);
  const isRoll = event["nguon:roll"] === roll && equal(root, fromNi(event["nguon:rollRoot"]));
  const product = event["nguon:product"];
  const isOther = product && lot?.includes("/10/") && !lot.startsWith(`${product}/10/`);
  if (!isRoll || isOther || (active && !holds(active.event))) refuse("bad-proof");
  return active ? "held" : "absent";
}

function facts(c) {
  const line = stamps.trace(need(c.bound));
  const { belonging, places, lot } = line;
  const { record } = c;
  c.own = stamps.stateOf(line, c.now);
  const signedAt = (entry, pointer) => {
    try {
      return statements.pointer(c.entries.get(entry).record, pointer);
    } catch {
      return undefined; // nobody said it
    }
  };
  const isSame = (item, [entry, pointer]) =>
    item.entry === entry && item.pointer === pointer && item.value === signedAt(entry, pointer);
  const check = (holds, what) => holds || refuse("other-fact", (c.at = what));

  check(Boolean(record.lot) === (lot !== undefined), "lot");
  const named = (part) => Object.keys(record[part] ?? {}).map((member) => `${part}.${member}`);
  for (const name of new Set([...Object.keys(places), ...named("product"), ...named("lot")])) {
    const place = places[name] ?? [];
    const [part, member] = name.split(".");
    const item = record[part]?.[member];
    const isUnsaid = !record[part] || signedAt(...place) === undefined;
    const isTold = TOLD.includes(name) && item !== undefined;
    check(isTold || (item ? isSame(item, place) : isUnsaid && name in places), name);
  }
  for (const { kind, index, issuer, time } of record.timeline) {
    const { header, record: said } = need(c.entries.get(index));
    check(belonging.has(index) && kind === header.kind && issuer === header.iss, index);
    const form = said.epcisBody ? /^\/epcisBody\/eventList\/\d+\/eventTime$/ : /^\/(at|from|day)$/;
    check(time === null || (form.test(time.pointer) && isSame(time, [index, time.pointer])), index);
  }
  for (const { entry, pointer, shown, as, lang, write } of c.shown ?? []) {
    need(c.entries.get(entry));
    const signed = signedAt(entry, pointer);
    const said = statements.isObject(signed) ? signed : { en: signed };
    const text = `${said[lang] ?? said.en ?? Object.values(said)[0]}`;
    const wanted = as === "cid" ? text.replace("ipfs://", "") : text;
    const isShown = signed !== undefined && tidy(shown) === tidy(wanted);
    check(isShown && belonging.has(entry), `${entry}#${pointer}`);
    write?.(signed, wanted);
  }
  return "held";
}
const tidy = (text) => text.replace(/\s+/g, " ").trim();
