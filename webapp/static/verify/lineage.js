// Which entries speak of a stamp, and what they say, by the rules of docs/formats/dossier.md;
// as `attest/lineage.py`, `facts.py` and `condition.py` follow them.

import { malformed, refuse } from "./bytes.js";

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
const DAY_MS = 86_400_000;

const wrong = () => refuse("bad-proof");
const listOf = ({ record }) => record.epcisBody?.eventList ?? [];
const lotsIn = (event, ...lists) =>
  lists.flatMap((name) => (event[`${name}QuantityList`] ?? []).map(({ epcClass }) => epcClass));
const lotsOf = (event) => [
  ...(event.quantityList ?? []).map(({ epcClass }) => epcClass),
  ...lotsIn(event, "child", "input", "output"),
];
const placesOf = ({ readPoint, bizLocation, childEPCs = [] }) =>
  [readPoint?.id, bizLocation?.id, ...childEPCs].filter(Boolean);

/** Events in order, `{index, at, kind, event, said}`; corrected ones give way to new ones. */
function effective(entries) {
  const byId = new Map();
  const events = [];
  for (const [index, said] of entries) {
    const own = listOf(said).map((event, n) => ({ ...said, index, said, event, at: EVENTS + n }));
    const corrected = said.kind === "correction" && byId.get(own.shift()?.event.eventID);
    if (corrected === undefined || (corrected && corrected.said.header.iss !== said.header.iss)) {
      continue;
    }
    if (corrected) corrected.dead = true;
    for (const one of own) {
      if (corrected) one.kind = corrected.kind;
      byId.set(one.event.eventID, one);
      events.push(one);
    }
  }
  return events.filter(({ dead }) => !dead);
}

/** All that the entries say of one stamp; throws where they contradict it. */
export function trace(entries, stamp, keys) {
  const events = effective(entries);
  const at = (index, kind) => {
    if (!entries.has(index)) refuse("unable");
    return events.find((one) => one.index === index && one.kind === kind) ?? wrong();
  };
  const newest = (kind, wanted) => {
    const fits = ([, { kind: own, record }]) =>
      own === kind && Object.entries(wanted).every(([name, v]) => v && record[name] === v);
    return [...entries].filter(fits).at(-1)?.[0];
  };

  const roll = at(stamp.rollEntry, "roll");
  const producer = roll.event["nguon:producer"] ?? wrong();
  const active = stamp.activationEntry === null ? null : at(stamp.activationEntry, "activation");
  if (active && active.said.header.iss !== producer) wrong();
  const lots = new Set(active && lotsOf({ quantityList: active.event.quantityList }));
  const [lot] = lots;
  if (active && lots.size !== 1) wrong();
  const makes = ({ event }) => lotsIn(event, "output").some((made) => lots.has(made));
  for (let size = -1; size < lots.size; ) {
    size = lots.size;
    for (const one of events) {
      if (["processing", "packaging"].includes(one.kind) && makes(one)) {
        for (const input of lotsIn(one.event, "input")) lots.add(input);
      }
    }
  }
  const speaks = ({ header }) => {
    const key = keys.get(header.kid);
    const own = key?.roles.includes("worker") && newest("facility", { id: key.place, producer });
    return header.iss === producer || own !== undefined && own !== false;
  };
  const packs = ({ kind, event, said }) =>
    kind === "packaging" && lotsIn(event, "output").includes(lot) && speaks(said);
  const packed = events.filter(packs).at(-1);
  const [ofLot, number] = lot?.split("/10/") ?? [];
  const product =
    roll.event["nguon:product"] ?? packed?.event["nguon:product"] ?? (number && ofLot);
  const facility = newest("facility", { id: packed?.event.bizLocation?.id, producer });

  const holds = (event) =>
    event["nguon:roll"] === stamp.roll &&
    event["nguon:first"] <= stamp.index &&
    stamp.index <= event["nguon:last"];
  const things = new Set([roll.event.epcList?.[0], producer, product, ...lots]);
  if (facility !== undefined) things.add(entries.get(facility).record.id);
  things.delete(undefined);
  const isOf = (event) => {
    if ("nguon:first" in event) return holds(event);
    const named = lotsOf(event);
    return named.length
      ? named.some((one) => lots.has(one))
      : placesOf(event).some((place) => things.has(place));
  };
  const belonging = new Set([stamp.rollEntry]);
  for (let size = 0; size < belonging.size; ) {
    size = belonging.size;
    const more = [...entries].filter(([index, { kind, record }]) => {
      if (kind === "key" || belonging.has(index)) return false;
      const list = listOf({ record });
      return list.length ? list.some(isOf) : LINKS.some((name) => things.has(record[name]));
    });
    for (const [index, { record }] of more) {
      belonging.add(index);
      const list = listOf({ record });
      for (const thing of list.length ? list.flatMap(placesOf) : [record.id]) things.add(thing);
    }
  }

  const ofProduct = newest("product", { id: product, maker: producer });
  const places = {
    "product.maker": [newest("party", { id: producer }), "/name"],
    "lot.facility": [facility, "/name"],
    "lot.id": [active?.index, `${active?.at}/quantityList/0/epcClass`],
  };
  for (const name of OF_PRODUCT.split(" ")) places[`product.${name}`] = [ofProduct, `/${name}`];
  for (const [name, rest] of Object.entries(OF_PACKS)) {
    places[`lot.${name}`] = [packed?.index, `${packed?.at}/${rest}`];
  }
  return { events, roll, producer, active, lot, packed, product, belonging, places, holds, keys };
}

/** `{state, notice}`: the worst that the entries say of a stamp, and the event that says so. */
export function stateOf({ events, roll, producer, active, lot, packed, holds, keys }, now) {
  const open = {};
  for (const one of events) {
    const { kind, event } = one;
    const { kid, iss } = one.said.header;
    const { set = [], unset = [] } = event.persistentDisposition ?? {};
    const may = keys.get(kid)?.roles.some((role) => ["regulator", "inspector"].includes(role));
    for (const [state, mark] of [["recalled", "recalled"], ["hold", "nguon:hold"]]) {
      if (!lotsOf(event).includes(lot)) continue;
      const marks = kind === (state === "hold" ? state : "recall") && set.includes(mark);
      if (marks && (may || iss === producer)) open[state] ??= one;
      if (kind === "release" && unset.includes(mark)) delete open[state];
    }
    if (kind === "void" && holds(event) && [producer, roll.said.header.iss].includes(iss)) {
      open.void ??= one;
    }
  }
  if (isPast(packed?.event ?? {}, now)) open.expired = packed;
  const state = ["recalled", "hold", "void", "expired"].find((name) => open[name]);
  return { state: state ?? (active ? "active" : "inactive"), notice: open[state]?.event };
}

/** Whether the last day of packs is over in the zone of their packaging. */
function isPast({ ilmd = {}, eventTimeZoneOffset }, now) {
  const day = ilmd["cbvmda:itemExpirationDate"] ?? ilmd["cbvmda:bestBeforeDate"];
  const start = Date.parse(`${day}T00:00:00${eventTimeZoneOffset}`);
  return day !== undefined && now >= (Number.isNaN(start) ? malformed() : start + DAY_MS);
}
