// A stamp's code, and what entries say of it by the rules of docs/formats/dossier.md.

import { leafHash } from "./log.js";
import { concat, isBytes, malformed, refuse, utf8 } from "./bytes.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const EVENTS = "/epcisBody/eventList/";
const LINKS = "id about facility product lot on producer camera".split(" ");
const OF_PRODUCT = "id name brand gtin netContent ingredients allergens storage phone picture";
const OF_PACKS = {
  number: "ilmd/cbvmda:lotNumber",
  bestBefore: "ilmd/cbvmda:bestBeforeDate",
  expiry: "ilmd/cbvmda:itemExpirationDate",
  made: "ilmd/nguon:made",
  packed: "eventTime",
};
const MARKS = [["recalled", "recalled", "recall"], ["hold", "nguon:hold", "hold"]];
const wrong = () => refuse("bad-proof");

export function parse(typed) {
  if (typed.length > 80 || /[^ -~]/.test(typed)) refuse("bad-code");
  const plain = typed.replace(/[- ]/g, "").toUpperCase();
  const text = plain.replaceAll("O", "0").replace(/[IL]/g, "1");
  const values = Array.from(text, (letter) => ALPHABET.indexOf(letter));
  if (values.length !== 20 || values.includes(-1)) refuse("bad-code");
  const number = (from, to) => values.slice(from, to).reduce((sum, value) => sum * 32 + value);
  return { text, roll: number(0, 6), index: number(6, 10) };
}

export const leaf = (code, blind) =>
  isBytes(blind, 16) ? leafHash(concat(utf8(code), blind)) : malformed();

const listOf = ({ record }) => record.epcisBody?.eventList ?? [];
const lotsIn = (event, ...lists) =>
  lists.flatMap((name) => (event[name] ?? []).map(({ epcClass }) => epcClass));
const madeBy = (event) => lotsIn(event, "outputQuantityList");
const lotsOf = (event) =>
  [...lotsIn(event, "quantityList", "childQuantityList", "inputQuantityList"), ...madeBy(event)];
const placesOf = ({ readPoint, bizLocation, childEPCs = [] }) =>
  [readPoint?.id, bizLocation?.id, ...childEPCs].filter(Boolean);

// Add to a set what `more` finds through it, until that is nothing.
function close(found, more) {
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const one of more()) found.add(one);
  }
}

function effective(entries) {
  const byId = new Map();
  const events = [];
  for (const [index, said] of entries) {
    let { kind } = said;
    let own = listOf(said).map((event, n) => ({ index, said, event, at: EVENTS + n }));
    if (kind === "correction") {
      const corrected = byId.get(own[0]?.event.eventID);
      if (corrected?.said.header.iss !== said.header.iss) continue;
      corrected.isDead = true;
      kind = corrected.kind;
      own = own.slice(1);
    }
    for (const one of own) {
      byId.set(one.event.eventID, one);
      events.push(Object.assign(one, { kind }));
    }
  }
  return events.filter(({ isDead }) => !isDead);
}

export function bind(entries, stamp, keys) {
  const events = effective(entries);
  const at = (index, kind) => {
    if (!entries.has(index)) refuse("unable");
    return events.find((one) => one.index === index && one.kind === kind) ?? wrong();
  };
  const roll = at(stamp.rollEntry, "roll");
  const producer = roll.event["nguon:producer"] ?? wrong();
  const active = stamp.activationEntry === null ? null : at(stamp.activationEntry, "activation");
  const lots = new Set(active && lotsIn(active.event, "quantityList"));
  if (active && (active.said.header.iss !== producer || lots.size !== 1)) wrong();
  const holds = (event) =>
    event["nguon:roll"] === stamp.roll &&
    event["nguon:first"] <= stamp.index &&
    stamp.index <= event["nguon:last"];
  const [lot] = lots;
  return { entries, events, keys, roll, producer, active, lots, lot, holds };
}

export function trace(bound) {
  const { entries, events, keys, roll, producer, active, lots, lot, holds } = bound;
  const keyOf = ({ header }) => keys.get(header.kid) ?? refuse("unable");
  const has = (said, ...roles) => keyOf(said).roles.some((role) => roles.includes(role));
  // A thing's record counts when it is by who may say so: its maker, or an office.
  const isOwn = (said) => {
    const isMine = said.header.iss === producer;
    if (said.kind !== "facility") return isMine || said.kind === "party";
    return said.record.producer === producer && (isMine || has(said, "registrar", "regulator"));
  };
  const newest = (kind, id) => {
    const fits = ([, said]) => said.kind === kind && said.record.id === id && isOwn(said);
    return [...entries].filter(fits).at(-1)?.[0];
  };

  const makes = ({ kind, event }) =>
    ["processing", "packaging"].includes(kind) && madeBy(event).some((made) => lots.has(made));
  const inputsOf = ({ event }) => lotsIn(event, "inputQuantityList");
  close(lots, () => events.filter(makes).flatMap(inputsOf));
  const isPacking = ({ kind, event, said }) =>
    kind === "packaging" && madeBy(event).includes(lot) &&
    (said.header.iss === producer ||
      (has(said, "worker") && newest("facility", keyOf(said).place) !== undefined));
  const packed = events.filter(isPacking).at(-1);
  const [ofLot, number] = lot?.split("/10/") ?? [];
  const product =
    roll.event["nguon:product"] ?? packed?.event["nguon:product"] ?? (number && ofLot);
  const facility = newest("facility", packed?.event.bizLocation?.id);

  const things = new Set([roll.event.epcList?.[0], producer, product, ...lots]);
  things.add(entries.get(facility)?.record.id).delete(undefined);
  const isOf = (event) => {
    if ("nguon:first" in event) return holds(event);
    const named = lotsOf(event);
    return named.length
      ? named.some((one) => lots.has(one))
      : placesOf(event).some((place) => things.has(place));
  };
  const belonging = new Set([roll.index]);
  close(belonging, () => {
    const more = [...entries].filter(([index, { kind, record }]) => {
      const list = listOf({ record });
      const isLinked = () => LINKS.some((name) => things.has(record[name]));
      if (kind === "key" || belonging.has(index)) return false;
      return list.length ? list.some(isOf) : isLinked();
    });
    for (const [, said] of more) {
      for (const place of listOf(said).flatMap(placesOf)) things.add(place);
      if (said.record.id) things.add(said.record.id);
    }
    return more.map(([index]) => index);
  });

  const places = {
    "product.maker": [newest("party", producer), "/name"],
    "lot.facility": [facility, "/name"],
    "lot.id": [active?.index, `${active?.at}/quantityList/0/epcClass`],
  };
  const ofProduct = newest("product", product);
  for (const name of OF_PRODUCT.split(" ")) places[`product.${name}`] = [ofProduct, `/${name}`];
  for (const [name, way] of Object.entries(OF_PACKS)) {
    places[`lot.${name}`] = [packed?.index, `${packed?.at}/${way}`];
  }
  return { ...bound, packed, belonging, places, has };
}

export function stateOf({ events, roll, producer, active, lot, packed, holds, has }, now) {
  const open = {};
  for (const { kind, event, said } of events) {
    const { iss } = said.header;
    const { set = [], unset = [] } = event.persistentDisposition ?? {};
    for (const [state, mark, by] of lotsOf(event).includes(lot) ? MARKS : []) {
      const isMarked = kind === by && set.includes(mark);
      if (isMarked && (iss === producer || has(said, "regulator", "inspector"))) {
        open[state] ??= event;
      }
      if (kind === "release" && unset.includes(mark)) delete open[state];
    }
    const isMaker = [producer, roll.said.header.iss].includes(iss);
    if (kind === "void" && isMaker && holds(event)) open.void ??= event;
  }
  if (isPast(packed?.event ?? {}, now)) open.expired = packed.event;
  const state = ["recalled", "hold", "void", "expired"].find((name) => open[name]);
  return { state: state ?? (active ? "active" : "inactive"), notice: open[state] };
}

// Whether the last day of packs is over in the zone of their packaging.
function isPast({ ilmd = {}, eventTimeZoneOffset }, now) {
  const day = ilmd["cbvmda:itemExpirationDate"] ?? ilmd["cbvmda:bestBeforeDate"];
  const start = Date.parse(`${day}T00:00:00${eventTimeZoneOffset}`);
  if (day !== undefined && Number.isNaN(start)) malformed();
  return now >= start + 86_400_000;
}
