// Every step of formats §10, from a dossier and pins to results, as `attest/verify.py` takes them.
// No DOM: the caller fetches through `ask` and hears of each result through `report`.

import * as lineage from "./lineage.js";
import * as merkle from "./merkle.js";
import * as notes from "./note.js";
import * as stamps from "./stamp.js";
import * as statements from "./statement.js";
import * as trusts from "./trust.js";
import {
  Refusal, base64url, equal, fromBase64url, fromHex0x, fromNi, hex, refuse,
} from "./bytes.js";
import { Registry } from "./registry.js";

const DAY_MS = 86_400_000;
const AHEAD_MS = 600_000;
const ROOT_AT = "0x930b6ace"; // rootAt(bytes32,uint64) of AnchorLog
const STEPS = {
  trust, keys, signature, promise, inclusion, witness, anchor, fresh, stamp, facts,
};
const REQUIRED = "keys signature promise inclusion stamp facts".split(" ");
/** Better before worse: only ever the worst of several is shown. */
const ORDER = "active inactive suspicious expired unable void hold recalled mismatch".split(" ");
const UNABLE = ["unable", "unknown-key"];
const held = { result: "held" };
const absent = { result: "absent" };
const unable = () => refuse("unable");
const hash = (text) => fromBase64url(text, 32);

/**
 * Take all steps for one stamp, and say what follows from them.
 *
 * `code` is what the reader holds; `trust` is `/log/trust`, or null where it is out of reach;
 * `kept` what this phone kept, `{trust, checkpoint: {size, root}}` or null; `ask` has
 * `consistency(m, n)` and `rpc(method, params)`, and `own` where that rpc is the reader's choice;
 * `shown` are the facts on the page; `now` is milliseconds.
 */
export async function verify(record, { report = () => {}, ...given }) {
  const c = { record, steps: {}, ...given };
  for (const [name, take] of Object.entries(STEPS)) {
    await report(name, { result: "running" });
    c.at = undefined;
    try {
      c.steps[name] = await take(c);
    } catch (e) {
      // What is no refusal is a shape that no server of ours sends: a contradiction too.
      const code = e instanceof Refusal ? e.code : "malformed";
      const result = UNABLE.includes(code) ? "unable" : "failed";
      c.steps[name] = { result, code, at: c.at, cause: e };
    }
    await report(name, c.steps[name]);
    if (c.steps[name].result === "failed") break;
  }
  return verdict(c);
}

function verdict({ record, steps, own, head }) {
  const found = (name) => steps[name]?.result;
  const all = (...names) => names.every((name) => found(name) === "held");
  const levels = {
    signed: all("keys", "signature"),
    logged: all("promise", "inclusion"),
    witnessed: all("witness"),
    anchored: all("anchor"),
    fresh: all("fresh"),
  };
  const failed = Object.keys(steps).some((name) => found(name) === "failed");
  const lacking = REQUIRED.some((name) => !["held", "absent"].includes(found(name)));
  const result = failed ? "failed" : lacking ? "unable" : "held";
  const reached = { failed: "mismatch", unable: "unable", held: "active" }[result];
  const state = worst(reached, own?.state ?? reached, record?.stamp?.state ?? reached);
  const level = Object.keys(levels).filter((name) => levels[name]);
  const kept = head && { size: head.size, root: base64url(head.root) };
  return { result, state, level, steps, kept, notice: own?.notice };
}

/** The worst of some states; one that is not known is the worst of all. */
export function worst(...states) {
  const ranks = states.map((state) => ORDER.indexOf(state));
  return ORDER.at(Math.min(...ranks) < 0 ? -1 : Math.max(...ranks));
}

async function trust(c) {
  const { trust: told, kept, record } = c;
  c.pins = await trusts.parse(told ?? kept?.trust ?? unable());
  const isOther = (name) => told && kept && told[name] !== kept.trust[name];
  const isOurs = record.checkpoint.startsWith(`${c.pins.origin}\n`);
  if (!isOurs || trusts.FIXED.some(isOther)) refuse("other-trust");
  const isElsewhere = (name) => record.chain[name] !== c.pins[name];
  const changed = trusts.LOOSE.some(isOther) || trusts.CHAIN.some(isElsewhere);
  return { result: kept && told && !changed ? "held" : "told", changed };
}

async function keys(c) {
  if (!c.pins) unable();
  c.entries = new Map();
  c.registry = new Registry(c.pins.origin);
  let lacking = false;
  for (const [index, { statement }] of rising(c.record.entries)) {
    c.at = index;
    try {
      c.entries.set(index, statements.parse(fromBase64url(statement)));
    } catch (e) {
      c.broken ??= e; // the next step says so
    }
  }
  for (const [index, said] of c.entries) {
    c.at = index;
    try {
      if (said.kind === "key") await c.registry.apply(index, said);
      else c.registry.check(index, said);
    } catch (e) {
      if (!UNABLE.includes(e.code)) throw e;
      lacking = true;
    }
    if (index === 0 && !c.registry.keys.has(c.pins.root)) refuse("other-trust");
  }
  for (const { header } of c.entries.values()) {
    const key = c.registry.keys.get(header.kid);
    const listed = c.record.keys[header.kid]?.entries;
    if (key && listed && `${listed}` !== `${key.entries}`) {
      if (listed.every((index) => index in c.record.entries)) refuse("bad-proof");
      lacking = true;
    }
    lacking ||= !listed;
  }
  return lacking || c.broken || !c.entries.has(0) ? unable() : held;
}
const rising = (entries) =>
  Object.entries(entries).map(([name, entry]) => [Number(name), entry]).sort(([a], [b]) => a - b);

async function signature(c) {
  if (!c.entries) unable();
  if (c.broken) throw c.broken;
  let lacking = false;
  for (const [index, said] of c.entries) {
    const key = c.registry.keys.get(said.header.kid);
    c.at = index;
    if (key) await statements.checkSignature(said, key.key);
    else lacking = true;
  }
  return lacking ? unable() : held;
}

async function promise(c) {
  if (!c.pins) unable();
  c.head = await notes.openCheckpoint(c.record.checkpoint, c.pins.log);
  const last = c.kept?.checkpoint;
  if (!last) return held;
  const { size, root } = c.head;
  if (size < last.size) refuse("older");
  const proof = size > last.size ? c.ask.consistency(last.size, size).catch(unable) : [];
  const hashes = (await proof).map(hash);
  await merkle.checkConsistency(last.size, size, hash(last.root), root, hashes);
  return held;
}

async function inclusion(c) {
  if (!c.head) unable();
  for (const [index, { statement, proof }] of rising(c.record.entries)) {
    c.at = index;
    const path = notes.parseProof(proof);
    if (path.index !== index || path.checkpoint !== c.record.checkpoint) refuse("bad-proof");
    await notes.checkEntry(path, fromBase64url(statement), c.head);
  }
  return held;
}

async function witness(c) {
  if (!c.pins?.rule) return absent;
  const { witnessed } = await import("./policy.js");
  c.witnessed = await witnessed(c.pins.rule, c.record.checkpoint);
  return c.witnessed === null ? absent : held;
}

async function anchor({ record, head, pins, ask }) {
  const said = record.anchor;
  const proof = record.consistency.map(hash);
  if (!said && proof.length) refuse("bad-proof");
  if (!said) return absent;
  if (!head) unable();
  const root = fromHex0x(said.root, 32);
  await merkle.checkConsistency(said.size, head.size, root, head.root, proof);
  const noted = () => notes.noteHash(record.checkpoint, pins.log);
  if (said.size === head.size && `0x${hex(await noted())}` !== said.noteHash) refuse("bad-proof");
  if (!pins.contract) unable();
  const data = `${ROOT_AT}${pins.originId.slice(2)}${said.size.toString(16).padStart(64, "0")}`;
  const [id, first, found] = await Promise.all([
    ask.rpc("eth_chainId", []),
    ask.rpc("eth_getBlockByNumber", ["0x0", false]),
    ask.rpc("eth_call", [{ to: pins.contract, data }, "latest"]),
  ]).catch(unable);
  if (Number(id) !== pins.chainId || first?.hash !== pins.genesis) refuse("other-trust");
  if (found !== said.root) refuse("bad-proof");
  return { result: ask.own ? "held" : "told" };
}

function fresh({ record, witnessed, steps, now }) {
  const by = witnessed ? "held" : steps.anchor.result;
  const block = record.anchor?.final && record.chain.independent && record.anchor.time;
  const time = witnessed ? witnessed * 1000 : Date.parse(block || "");
  const age = now - time;
  return ["held", "told"].includes(by) && -AHEAD_MS <= age && age < DAY_MS
    ? { result: by, age }
    : absent;
}

async function stamp(c) {
  if (!c.entries) unable();
  const { code, blind, roll, index, rollProof } = c.record.stamp;
  const own = stamps.parse(code);
  if (code !== c.code || own.roll !== roll || own.index !== index) refuse("other-stamp");
  c.line = lineage.trace(c.entries, c.record.stamp, c.registry.keys);
  const { active, lot, holds, roll: { event } } = c.line;
  const leaf = await stamps.leaf(code, fromBase64url(blind));
  const path = rollProof.map(hash);
  const root = await merkle.rootFromInclusion(leaf, index, event["nguon:count"], path);
  const isRoll = event["nguon:roll"] === roll && equal(root, fromNi(event["nguon:rollRoot"]));
  const product = event["nguon:product"];
  const isOther = product && lot?.includes("/10/") && !lot.startsWith(`${product}/10/`);
  if (!isRoll || (active && !holds(active.event)) || isOther) refuse("bad-proof");
  c.own = lineage.stateOf(c.line, c.now);
  return active ? held : absent;
}

function facts(c) {
  if (!c.line) unable();
  const { belonging, places, lot } = c.line;
  const recordAt = (index) => (c.entries.get(index) ?? unable()).record;
  const signedAt = ([entry, pointer]) => {
    try {
      return statements.pointer(c.entries.get(entry).record, pointer);
    } catch {
      return undefined; // nobody said it
    }
  };
  const same = (item, [entry, pointer]) =>
    item?.entry === entry && item.pointer === pointer && item.value === signedAt([entry, pointer]);
  const check = (holds, what) => holds || refuse("other-fact", (c.at = what));

  check(Boolean(c.record.lot) === (lot !== undefined), "lot");
  for (const [name, place] of Object.entries(places)) {
    const [part, member] = name.split(".");
    const item = c.record[part]?.[member];
    const unsaid = !item && signedAt(place) === undefined;
    check(unsaid || (part === "lot" && !c.record.lot) || same(item, place), name);
  }
  for (const { kind, index, issuer, time } of c.record.timeline) {
    const record = recordAt(index);
    const { header } = c.entries.get(index);
    check(belonging.has(index) && kind === header.kind && issuer === header.iss, index);
    const form = record.epcisBody ? /^\/epcisBody\/eventList\/\d+\/eventTime$/ : /^\/(at|from|day)$/;
    check(!time || (form.test(time.pointer) && same(time, [index, time.pointer])), index);
  }
  for (const { entry, pointer, shown, as, lang, write } of c.shown ?? []) {
    const signed = statements.pointer(recordAt(entry), pointer);
    const text = statements.isObject(signed)
      ? (signed[lang] ?? signed.en ?? Object.values(signed)[0])
      : signed;
    const wanted = as === "cid" ? `${text}`.replace("ipfs://", "") : `${text}`;
    check(belonging.has(entry) && tidy(shown) === tidy(wanted), `${entry}#${pointer}`);
    write?.(signed, wanted);
  }
  return held;
}
const tidy = (text) => text.replace(/\s+/g, " ").trim();
