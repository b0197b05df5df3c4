// Which key may sign what at which index, folded as `attest/registry.py` folds it.
// Works on any rising part of the entries that holds what made a key valid.

import * as keys from "./keys.js";
import { concat, fromBase64url, isIndex, isText, malformed, refuse, sha256, utf8 } from "./bytes.js";
import { isUri } from "./statement.js";

const SIGNS = {
  registrar: "party place cluster facility camera",
  producer:
    "facility zone product process certificate opening acceptance diary processing packaging " +
    "aggregation activation void shipment arrival return disposal selfcheck label hold recall " +
    "response appeal",
  worker: "acceptance diary processing packaging aggregation shipment arrival selfcheck",
  laboratory: "labtest sampling",
  printer: "roll void",
  inspector: "inspection sampling rapidtest hold",
  regulator:
    "certificate place cluster facility camera decision rating hold release recall support training",
  helper: "visit training support",
  camera: "footage violation segment",
  server: "feedback scans access",
};
const MEMBERS = {
  enrol: ["key proof holder roles place", "name consent reason"],
  rotate: ["key proof", "reason"],
  revoke: ["", "compromisedSince reason"],
};
const maySign = (role, kind) => `key permit correction ${SIGNS[role]}`.split(" ").includes(kind);
const isValid = ({ start, until }, index) =>
  (start < index || index === 0) && (until === null || index <= until);
const rising = (...indexes) => [...new Set(indexes)].sort((a, b) => a - b);
const isRegistrar = ({ roles }) => roles.includes("registrar") || refuse("role");

/** The keys of one log. */
export class Registry {
  constructor(origin) {
    this.origin = origin;
    this.keys = new Map();
  }

  /** The signer of an entry if it may sign it there; the signature itself comes apart. */
  check(index, { header, kind }) {
    const key = this.#get(header.kid);
    if (key.until !== null && index > key.until) refuse("key-ended");
    if (!isValid(key, index) || key.start > index) refuse("key-not-yet");
    if (header.alg !== key.key.alg) refuse("alg-mismatch");
    if (header.iss !== key.holder) refuse("issuer");
    if (!key.roles.some((role) => maySign(role, kind))) refuse("role");
    if (header.seen && header.seen.origin !== this.origin) refuse("seen");
    return key;
  }

  /** Fold one entry of kind `key`; without effect when it throws. */
  async apply(index, statement) {
    if (statement.kind !== "key") refuse("rule");
    const record = await parseRecord(statement.record);
    const { action, kid } = record;
    if (index === 0 && action === "enrol") return this.#found(statement.header, record);
    const signer = this.check(index, statement);
    if (action === "revoke") return this.#revoke(index, signer, record);
    if (action === "enrol") isRegistrar(signer);
    if (this.keys.has(kid)) refuse("kid-enrolled");
    const holder = action === "enrol" ? record.holder : signer.holder;
    await this.#checkProof(record, holder, signer.kid);
    return action === "enrol"
      ? this.#enrol(index, signer, record)
      : this.#rotate(index, signer, record);
  }

  async #found({ kid, iss }, record) {
    if (this.keys.size) refuse("conflict");
    if (kid !== record.kid) refuse("role");
    isRegistrar(record);
    if (iss !== record.holder) refuse("issuer");
    await this.#checkProof(record, record.holder, kid);
    this.#add(0, record, kid, [0], false);
  }

  async #enrol(index, signer, record) {
    const { holder, consent } = record;
    const known = [...this.keys.values()];
    const before = known.filter((key) => key.holder === holder && isValid(key, index));
    let other = before.at(-1);
    if (other && consent) other = await this.#consenting(before, record, signer.kid);
    const entries = [...signer.entries, ...(other?.entries ?? []), index];
    this.#add(index, record, signer.kid, entries, Boolean(other && !consent));
  }

  #rotate(index, old, { kid, key }) {
    Object.assign(old, { until: index, entries: rising(...old.entries, index) });
    const fresh = { kid, key, start: index, until: null, replaced: false, signer: old.kid };
    this.keys.set(kid, { ...old, ...fresh });
  }

  #revoke(index, signer, { kid, compromisedSince: since }) {
    const key = this.#get(kid);
    if (signer !== key) isRegistrar(signer);
    if (since > index) refuse("compromised-since");
    if (key.until !== null && since === undefined) refuse("kid-ended");
    const end = (ended) => {
      ended.until = Math.min(index, ended.until ?? index);
      ended.entries = rising(...ended.entries, ...madeBy);
    };
    const madeBy = [...signer.entries, index];
    end(key);
    if (since === undefined) return;
    key.compromisedSince = Math.min(since, key.compromisedSince ?? since);
    // End the keys that a thief brought in from `since` on, and theirs in turn.
    for (const parents = [kid]; parents.length;) {
      const parent = parents.pop();
      for (const child of this.keys.values()) {
        const brought = child.signer === parent && child.kid !== parent;
        if (brought && (parent !== kid || child.start >= since)) {
          end(child);
          parents.push(child.kid);
        }
      }
    }
  }

  #get(kid) {
    return this.keys.get(kid) ?? refuse("unknown-key");
  }

  async #checkProof({ key, proof, kid }, holder, signerKid) {
    const message = await proofMessage(this.origin, holder, kid, signerKid);
    await keys.verify(key, proof, message).catch(() => refuse("key-proof"));
  }

  async #consenting(before, { holder, kid, consent }, signerKid) {
    const message = await proofMessage(this.origin, holder, kid, signerKid);
    for (const key of before) {
      const gave = keys.verify(key.key, consent, message);
      if (await gave.then(() => true, () => false)) return key;
    }
    return refuse("key-proof");
  }

  #add(index, { kid, key, holder, name, roles, place }, signer, entries, replaced) {
    const times = { start: index, until: null, compromisedSince: null };
    const made = { kid, key, holder, name, roles, place, signer, replaced, ...times };
    this.keys.set(kid, { ...made, entries: rising(...entries) });
  }
}

/** What a new key signs as `proof`, and a present one as `consent`. */
async function proofMessage(origin, holder, kid, signerKid) {
  const digests = [await sha256(utf8(origin)), await sha256(utf8(holder))];
  return concat(utf8("nguon key"), ...digests, fromBase64url(kid), fromBase64url(signerKid));
}

/** Read a record of kind `key`, as `attest/key_record.py` reads it. */
async function parseRecord(record) {
  const has = (name) => Object.hasOwn(record, name);
  const { action, id, holder, place, roles, name, reason, compromisedSince } = record;
  if (record.type !== "key" || !Object.hasOwn(MEMBERS, action)) malformed();
  const [more, optional] = MEMBERS[action].map((names) => names.split(" ").filter(Boolean));
  const required = ["type", "action", "id", "kid", ...more];
  const isFree = (member) => action !== "revoke" && member.includes(":");
  const isKnown = (member) => [...required, ...optional].includes(member) || isFree(member);
  if (!required.every(has) || !Object.keys(record).every(isKnown)) malformed();
  const bytes = (member, size) =>
    isText(record[member]) ? fromBase64url(record[member], size) : malformed();
  const texts = !(has("reason") && !isText(reason)) && !(has("name") && !isText(name));
  if (!texts || !isUri(id) || (has("compromisedSince") && !isIndex(compromisedSince))) malformed();
  bytes("kid", 32);
  if (action === "revoke") return record;
  const key = await keys.parsePublic(bytes("key"));
  if (key.kid !== record.kid) malformed();
  const proof = bytes("proof", 64);
  if (action === "rotate") return { ...record, key, proof };
  const known = Array.isArray(roles) && roles.every((role) => Object.hasOwn(SIGNS, role));
  if (!known || !roles.length || new Set(roles).size < roles.length) malformed();
  if (!isUri(holder) || !isUri(place)) malformed();
  return { ...record, key, proof, consent: has("consent") ? bytes("consent", 64) : null };
}
