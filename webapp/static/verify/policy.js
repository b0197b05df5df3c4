// Whose signatures make a checkpoint believable, as `attest/log/policy.py` reads tlog-policy.

import * as log from "./log.js";
import { malformed } from "./bytes.js";

/** `{logs, witnesses, groups, quorum, text}` of a policy file. */
export async function parse(text) {
  const lines = text.split("\n");
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text) || lines.length > 1000 || lines.pop() !== "") {
    malformed();
  }
  const policy = { text, logs: [], witnesses: new Map(), groups: new Map(), quorum: null };
  const members = new Set();
  for (const line of lines) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (words.length && !words[0].startsWith("#")) await read(policy, members, words);
  }
  return policy.quorum === null ? malformed() : policy;
}

async function read(policy, members, [word, name, ...rest]) {
  const { logs, witnesses, groups } = policy;
  const isKnown = (n) => witnesses.has(n) || groups.has(n);
  const isNew = word === "quorum" || (name && name !== "none" && !isKnown(name));
  if (word === "log" && name && rest.length < 2) {
    logs.push(await keyOf(name, 1, logs));
  } else if (word === "witness" && isNew && [1, 2].includes(rest.length)) {
    witnesses.set(name, await keyOf(rest[0], 4, [...witnesses.values()]));
  } else if (word === "group" && isNew && rest.length > 1) {
    const [threshold, ...names] = rest;
    for (const n of names) {
      if (!isKnown(n) || members.has(n)) malformed();
      members.add(n);
    }
    const count = { all: names.length, any: 1 }[threshold] ?? Number(threshold);
    const fits = /^(all|any|[1-9][0-9]{0,3})$/.test(threshold) && count <= names.length;
    groups.set(name, fits ? { count, names } : malformed());
  } else if (word === "quorum" && name && !rest.length && policy.quorum === null) {
    policy.quorum = name === "none" || isKnown(name) ? name : malformed();
  } else {
    malformed();
  }
}

async function keyOf(text, kind, known) {
  const key = await log.parseKey(text);
  const twice = known.some((other) => other.key.kid === key.key.kid);
  return key.kind === kind && !twice ? key : malformed();
}

/** When each witness cosigned a note, by its name here. */
export async function times(policy, note) {
  const found = new Map();
  for (const [name, key] of policy.witnesses) {
    const time = await log.cosigned(note, key);
    if (time !== null) found.set(name, time);
  }
  return found;
}

/** Whether these witnesses, by name, make the quorum. */
export function met(policy, witnessed) {
  const holds = (name) => {
    const group = policy.groups.get(name);
    return group ? group.names.filter(holds).length >= group.count : witnessed.includes(name);
  };
  return policy.quorum === "none" || holds(policy.quorum);
}

/** The newest second since which a whole quorum has cosigned, or null. */
export function quorumTime(policy, found) {
  if (policy.quorum === "none") return null;
  const newest = [...new Set(found.values())].sort((a, b) => b - a);
  const since = (time) => [...found.keys()].filter((name) => found.get(name) >= time);
  return newest.find((time) => met(policy, since(time))) ?? null;
}

/** Since when a whole quorum has cosigned a note, in seconds; null where none has. */
export const witnessed = async (policy, text) =>
  quorumTime(policy, await times(policy, log.parseNote(text)));
