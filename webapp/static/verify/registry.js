// Which key may sign what at which index, folded as `attest/registry.py` folds it.

import {
  concat, fromBase64url, isIndex, isText, malformed, refuse, sha256, utf8,
} from "./bytes.js";
import { isUri, parsePublic, verify } from "./statement.js";

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
    "certificate place cluster facility camera decision rating hold release recall support " +
    "training",
  helper: "visit training support",
  camera: "footage violation segment",
  server: "feedback scans access",
};
const maySign = (role, kind) => `key permit correction ${SIGNS[role]}`.split(" ").includes(kind);
const isRegistrar = ({ roles }) => roles.includes("registrar") || refuse("role");
const rising = (...indexes) => [...new Set(indexes)].sort((a, b) => a - b);

export class Registry {
  keys = new Map();

  constructor(origin) {
    this.origin = origin;
  }

  check(index, { header, kind }) {
    const key = this.#get(header.kid);
    if (key.until !== null && index > key.until) refuse("key-ended");
    if (key.start >= index && (index || key.start)) refuse("key-not-yet");
    if (header.alg !== key.key.alg) refuse("alg-mismatch");
    if (header.iss !== key.holder) refuse("issuer");
    if (!key.roles.some((role) => maySign(role, kind))) refuse("role");
    if (header.seen && header.seen.origin !== this.origin) refuse("seen");
    return key;
  }

  async apply(index, { header, kind, record }) {
    if (kind !== "key") refuse("rule");
    const { action, kid, ...said } = await parseRecord(record);
    const isRoot = index === 0 && action === "enrol";
    if (isRoot && this.keys.size) refuse("conflict");
    if (isRoot && kid !== header.kid) refuse("role");
    const signer = isRoot ? { ...said, kid, entries: [] } : this.check(index, { header, kind });
    if (action === "revoke") return this.#revoke(index, signer, kid, said.compromisedSince);
    if (action === "enrol") isRegistrar(signer);
    if (header.iss !== signer.holder) refuse("issuer");
    if (this.keys.has(kid)) refuse("kid-enrolled");
    const { holder } = action === "enrol" ? said : signer;
    const digests = [await sha256(utf8(this.origin)), await sha256(utf8(holder))];
    const kids = [fromBase64url(kid), fromBase64url(signer.kid)];
    const message = concat(utf8("nguon key"), ...digests, ...kids);
    await verify(said.key, said.proof, message).catch(() => refuse("key-proof"));
    const fresh = { kid, key: said.key, start: index, until: null, signer: signer.kid };
    if (action === "rotate") {
      Object.assign(signer, { until: index, entries: rising(...signer.entries, index) });
      return this.keys.set(kid, { ...signer, ...fresh, replaced: false });
    }
    const isOther = (key) => key.holder === holder && (key.until === null || index <= key.until);
    const before = [...this.keys.values()].filter(isOther);
    const other = said.consent ? await consenting(before, said.consent, message) : before.at(-1);
    const { name, roles, place, consent } = said;
    const entries = rising(...signer.entries, ...(other?.entries ?? []), index);
    const replaced = Boolean(other && !consent);
    const made = { holder, name, roles, place, replaced, compromisedSince: null, entries };
    return this.keys.set(kid, { ...fresh, ...made });
  }

  #revoke(index, signer, kid, since) {
    const key = this.#get(kid);
    if (signer !== key) isRegistrar(signer);
    if (since > index) refuse("compromised-since");
    if (key.until !== null && since === undefined) refuse("kid-ended");
    const madeBy = [...signer.entries, index];
    const end = (ended) => {
      ended.until = Math.min(index, ended.until ?? index);
      ended.entries = rising(...ended.entries, ...madeBy);
    };
    end(key);
    if (since === undefined) return;
    key.compromisedSince = Math.min(since, key.compromisedSince ?? since);
    // The keys that a thief brought in end too, and theirs in turn.
    for (const parents = [kid]; parents.length; ) {
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
}

async function consenting(before, consent, message) {
  for (const key of before) {
    const gave = verify(key.key, consent, message);
    if (await gave.then(() => true, () => false)) return key;
  }
  return before.length ? refuse("key-proof") : undefined;
}

async function parseRecord({ type, action, ...record }) {
  const bytes = (size) => (text) => isText(text) && fromBase64url(text, size);
  const areRoles = (roles) =>
    Array.isArray(roles) && roles.length > 0 && new Set(roles).size === roles.length &&
    roles.every((role) => Object.hasOwn(SIGNS, role));
  const always = { id: isUri, kid: bytes(32) };
  const signed = { ...always, key: bytes(), proof: bytes(64) };
  const [required, optional] =
    {
      enrol: [
        { ...signed, holder: isUri, roles: areRoles, place: isUri },
        { name: isText, consent: bytes(64) },
      ],
      rotate: [signed, {}],
      revoke: [always, { compromisedSince: isIndex }],
    }[action] ?? malformed();
  const forms = { reason: isText, ...optional, ...required };
  const isFree = (name) => action !== "revoke" && name.includes(":");
  const fits = ([name, value]) => (Object.hasOwn(forms, name) ? forms[name](value) : isFree(name));
  const isWhole = Object.keys(required).every((name) => Object.hasOwn(record, name));
  if (type !== "key" || !isWhole || !Object.entries(record).every(fits)) malformed();
  if (action === "revoke") return { action, ...record };
  const key = await parsePublic(forms.key(record.key));
  if (key.kid !== record.kid) malformed();
  const consent = record.consent && fromBase64url(record.consent);
  return { action, ...record, key, proof: fromBase64url(record.proof), consent };
}
