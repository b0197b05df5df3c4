// Checks a stamp in the reader's own phone, step by step. Bound by [data-verify].

import * as words from "./words.js";
import { parse } from "../verify/stamp.js";
import { verify, worst } from "../verify/verify.js";

const SILENCE_MS = 8000;
const KEPT = "nguon.kept";
const UNABLE = { result: "unable", state: "unable" };
const main = document.querySelector("main[data-page=stamp]");
const list = main?.querySelector("[data-verify]");
let turn = 0;

if (list) {
  const form = main.querySelector("[data-rpc]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    run(new FormData(form).get("rpc"));
  });
  run();
}

async function run(own) {
  const mine = (turn += 1);
  const isOver = () => mine !== turn;
  for (const step of list.children) mark(step, { result: "waiting" });
  list.dataset.result = "running";
  const found = await check(own, isOver).catch(() => UNABLE);
  if (isOver()) return;
  conclude(found);
  list.dispatchEvent(new CustomEvent("nguon:checked", { bubbles: true }));
}

async function check(own, isOver) {
  // An insecure context or an old browser: the server's word stands.
  if (!globalThis.crypto?.subtle || !Object.hasOwn) return null;
  const silence = new AbortController();
  setTimeout(() => silence.abort(), SILENCE_MS);
  const get = async (url, more) => {
    const answer = await fetch(url, { cache: "no-store", signal: silence.signal, ...more });
    return answer.ok ? answer.json() : Promise.reject(answer);
  };
  const rpc = async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "Content-Type": "application/json" };
    const { result } = await get(own || "/chain", { method: "POST", body, headers });
    return result ?? Promise.reject(new Error(method));
  };
  const consistency = async (m, n) => (await get(`/log/consistency/${m}/${n}`)).proof;
  const kept = stored();
  const asked = await Promise.allSettled([get("/log/trust"), get(list.dataset.verify)]);
  const isDamaged = asked.some(({ reason }) => reason instanceof SyntaxError);
  if (isDamaged) return { result: "failed", state: "mismatch" };
  const [trust, dossier] = asked;
  if (!dossier.value) return { ...UNABLE, kept };
  const verdict = await verify(dossier.value, {
    code: codeHere(),
    kept,
    trust: trust.value,
    ask: { own, rpc, consistency },
    shown: factsHere(),
    now: Date.now(),
    report: (name, step) => isOver() || light(name, step),
  });
  if (verdict.result === "held") keep(verdict.kept, trust.value ?? kept.trust);
  return { ...verdict, kept };
}

// What the reader holds is in the address.
function codeHere() {
  try {
    return parse(location.pathname.split("/").pop().replaceAll("%20", " ")).text;
  } catch {
    return main.dataset.code;
  }
}

// Each fact is written from its payload once it was found equal.
const factsHere = () =>
  Array.from(main.querySelectorAll("[data-fact]"), (node) => {
    const [, entry, pointer] = /^(\d+)#(.*)$/s.exec(node.dataset.fact) ?? [];
    const { as } = node.dataset;
    const stated = node.getAttribute("datetime") ?? node.getAttribute("value");
    const shown = as === "cid" ? node.src.split("/").pop() : (stated ?? node.textContent);
    const write = (value, text) => {
      const print = { time: words.time, data: words.number, img: () => "" }[node.localName];
      node.textContent = print ? print(value, as === "day") : text;
    };
    return { entry: Number(entry), pointer, shown, as, lang: words.lang, write };
  });

function light(name, step) {
  mark(list.querySelector(`[data-step=${name}]`), step);
  return step.result === "running" && new Promise((drawn) => setTimeout(drawn));
}

function mark(step, { result, code, at, changed }) {
  const by = ["told", "waiting", "running"].includes(result) ? "server" : "phone";
  Object.assign(step.dataset, { result, by });
  write(step, "[data-result-text]", words.text(`result.${result}`));
  write(step, "[data-by-text]", words.text(`by.${by}`, { domain: location.host, time: words.clock() }));
  write(step, "[data-detail]", [code, at].filter((part) => part !== undefined).join(" "));
  if (step.dataset.step === "trust" && result === "held") {
    write(step, ".step-text", words.text("step.trust"));
  }
  if (changed) main.querySelector("[data-note=changed]").hidden = false;
}
function write(node, selector, text) {
  const part = node.querySelector(selector);
  if (part) part.textContent = text;
}

function conclude(found) {
  const { result, state, level = [], steps } = found ?? UNABLE;
  list.dataset.result = result;
  if (!steps) {
    for (const step of list.children) {
      mark(step, { result });
      if (!found) step.dataset.by = "server";
      if (result === "failed") break;
    }
  }
  if (!found) return;
  const { state: before } = main.dataset;
  const after = worst(before, state);
  // Also when nothing changed: a liar may change words alone.
  const headline = words.text(`state.${after}`);
  document.title = `${headline} · ${document.title.split(" · ").pop()}`;
  main.dataset.state = after;
  write(main, "[data-headline]", headline);
  if (after !== before || found.notice) {
    write(main, "[data-do]", words.text(`state.${after}.do`, slots(found)));
  }
  main.dataset.level = level.join(" ");
  if (result === "unable") return;
  if (result === "held") main.dataset.by = "phone";
  write(main, "[data-where]", words.text("where.phone", { time: words.clock() }));
}

function slots({ notice = {}, kept }) {
  const { ilmd = {}, quantityList, outputQuantityList, eventTime = kept?.at } = notice;
  const day = ilmd["cbvmda:itemExpirationDate"] ?? ilmd["cbvmda:bestBeforeDate"] ?? eventTime;
  return {
    authority: notice["nguon:authority"] ?? "–",
    lot: (quantityList ?? outputQuantityList)?.[0].epcClass.split("/").pop(),
    date: day ? words.day(day) : "–",
    reason: notice["nguon:reason"] ?? "–",
    instruction: notice["nguon:instruction"],
    id: Date.now().toString(36),
  };
}

function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return kept.trust && kept;
  } catch {
    return null;
  }
}
function keep(checkpoint, trust) {
  const at = new Date().toISOString();
  try {
    localStorage.setItem(KEPT, JSON.stringify({ trust, checkpoint, at }));
  } catch {
  }
}
