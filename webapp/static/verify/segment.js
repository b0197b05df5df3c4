// A few seconds of video against its segment statement, as `attest/footage/segment.py` checks it.

import * as statements from "./statement.js";
import { Registry } from "./registry.js";
import { base64url, fromBase64url, malformed, refuse, sha256 } from "./bytes.js";

const ni = async (bytes) => `ni:///sha-256;${base64url(await sha256(bytes))}`;

/** The keys that a dossier's key entries bring in; each entry's own signature is checked. */
export async function registryOf(dossier) {
  const origin = dossier.checkpoint.split("\n", 1)[0];
  const registry = new Registry(origin);
  const indexes = Object.keys(dossier.entries).map(Number);
  for (const index of indexes.sort((a, b) => a - b)) {
    const said = statements.parse(fromBase64url(dossier.entries[index].statement));
    if (said.kind !== "key") continue;
    const signer = index === 0 ? null : registry.check(index, said).key;
    await registry.apply(index, said);
    await statements.checkSignature(said, signer ?? registry.keys.get(said.header.kid).key);
  }
  return registry;
}

/** What a row of a reel says, once its camera's node signed it; `index` is its entry's, or null. */
export async function open(row, camera, registry) {
  const said = statements.parse(fromBase64url(row.statement));
  const index = row.manifest?.index ?? Number.POSITIVE_INFINITY;
  const { key } = registry.check(index, said);
  if (said.kind !== "segment") malformed(`a ${said.kind} says nothing about a segment`);
  await statements.checkSignature(said, key);
  const { record, header } = said;
  const same = record.seq === row.seq && record.start === row.start && record.end === row.end;
  if (!same || record.camera !== camera || header.sub !== camera) {
    refuse("bad-proof", `statement of segment ${row.seq} is about another one`);
  }
  return { ...record, node: header.iss };
}

/** Throws unless the bytes are the GOPs that were signed, in their order. */
export async function checkBytes(said, bytes) {
  const found = gops(bytes);
  if (found.length !== said.gops.length) {
    refuse("bad-proof", `segment ${said.seq} has ${found.length} gops, not ${said.gops.length}`);
  }
  for (const [at, gop] of found.entries()) {
    const { sha256: digest, bytes: size } = said.gops[at];
    if (gop.length !== size || (await ni(gop)) !== digest) {
      refuse("bad-proof", `gop ${at} of segment ${said.seq} is not the signed one`);
    }
  }
}

/** Throws unless these are the init bytes that the digest names. */
export async function checkInit(digest, bytes) {
  if ((await ni(bytes)) !== digest) refuse("bad-proof", "the init segment is another one");
}

/** Throws unless the logged minute holds this segment: `entry` is the footage statement's bytes. */
export async function checkMinute(row, said, manifest, entry, registry) {
  const logged = statements.parse(entry);
  const { key } = registry.check(row.manifest.index, logged);
  await statements.checkSignature(logged, key);
  const [event] = logged.record.epcisBody?.eventList ?? malformed("no event");
  const digest = event.sensorElementList?.[0]?.sensorReport?.[0]?.uriValue;
  if (logged.kind !== "footage" || logged.header.iss !== said.node || digest !== (await ni(manifest))) {
    refuse("bad-proof", `the minute of segment ${row.seq} is not the logged one`);
  }
  const minute = statements.parsePayload(manifest);
  const held = minute.segments.find(({ seq }) => seq === row.seq);
  if (minute.camera !== said.camera || held?.statement !== row.statement || held.cid !== row.cid) {
    refuse("bad-proof", `the minute of segment ${row.seq} holds another one`);
  }
}

/** Split a segment into moof ‖ mdat pairs; anything else in it is refused. */
export function gops(bytes) {
  const found = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const middle = at + box(view, at, "moof");
    const end = middle + box(view, middle, "mdat");
    found.push(bytes.subarray(at, end));
    at = end;
  }
  return found;
}

function box(view, at, wanted) {
  if (at + 8 > view.byteLength) malformed("a box is cut off");
  const size = view.getUint32(at);
  const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
  if (name !== wanted || size < 8 || at + size > view.byteLength) {
    malformed(`no whole ${wanted} box at ${at}`);
  }
  return size;
}
