// Checks a stamp in the reader's own phone and says so on the page, step by step (formats §10).
// Bound by [data-verify]; the server's page stands as it is where nothing can be checked.

import * as trusts from "../verify/trust.js";
import * as words from "./words.js";
import { verify, worst } from "../verify/verify.js";

const SILENCE_MS = 9000;
const KEPT = "nguon.kept";
const main = document.querySelector("main[data-page=stamp]");
const list = main?.querySelector("[data-verify]");
const claimed = main?.dataset.state; // what the server's page said at first
const domain = location.host;

if (list) {
  const form = main.querySelector("[data-rpc]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    run(new FormData(form).get("rpc"));
  });
  run();
}

let runs = 0;
async function run(own) {
  const turn = (runs += 1);
  const isOver = () => turn !== runs;
  list.dataset.result = "running";
  for (const step of list.children) mark(step.dataset.step, { result: "waiting" });
  const found = await check(own, isOver).catch(() => null);
  if (isOver()) return;
  conclude(found);
  list.dispatchEvent(new CustomEvent("nguon:checked", { bubbles: true, detail: found }));
}

async function check(own, isOver) {
  // Without a secure context there is no WebCrypto: the server's word stands, and says so.
  if (!globalThis.crypto?.subtle) return null;
  const silence = new AbortController();
  setTimeout(() => silence.abort(), SILENCE_MS);
  const get = async (url, init) => {
    const options = { credentials: "same-origin", cache: "no-store", ...init };
    const answer = await fetch(url, { ...options, signal: silence.signal });
    return answer.ok ? answer.json() : Promise.reject(new Error(`${url}: ${answer.status}`));
  };
  const kept = await stored();
  const [told, dossier] = await Promise.allSettled([get("/log/trust"), get(list.dataset.verify)]);
  if (isOver()) return null;
  const damaged = [told, dossier].find(({ reason }) => reason instanceof SyntaxError);
  if (!damaged && dossier.status === "rejected") return { result: "unable", state: "unable" };
  const verdict = await verify(damaged ? {} : dossier.value, {
    code: codeHere(),
    kept,
    trust: told.value ?? null,
    ask: asking(get, own),
    shown: factsHere(),
    now: Date.now(),
    report: (name, step) => isOver() || light(name, step),
  });
  if (verdict.result === "held" && told.value) keep(told.value, verdict.head, kept);
  return verdict;
}

/** What the reader holds: the code of the address, which the page must repeat. */
function codeHere() {
  const { code } = main.dataset;
  const typed = location.pathname.split("/").pop().replace(/[-\s]|%20/g, "").toUpperCase();
  return typed.length !== 20 || typed.replaceAll("O", "0").replace(/[IL]/g, "1") === code
    ? code
    : typed;
}

function asking(get, own) {
  const rpc = async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "Content-Type": "application/json" };
    const credentials = "omit";
    const answer = await get(own || "/chain", { method: "POST", body, headers, credentials });
    return "result" in answer ? answer.result : Promise.reject(new Error(answer.error?.message));
  };
  const consistency = async (m, n) => (await get(`/log/consistency/${m}/${n}`)).proof;
  return { own: Boolean(own), rpc, consistency };
}

/** The facts on the page; each is written from the payload once it was found equal. */
function factsHere() {
  return Array.from(main.querySelectorAll("[data-fact]"), (node) => {
    const [entry, pointer] = node.dataset.fact.split(/#(.*)/s);
    const as = node.dataset.as ?? node.localName;
    const at = node.getAttribute("datetime") ?? node.getAttribute("value");
    const shown = as === "cid" ? node.src.split("/").pop() : (at ?? node.textContent);
    const write = (value, text) => {
      if (node.localName === "img") return;
      const print = { time: words.time, data: words.number }[node.localName];
      node.textContent = print ? print(value, as === "day") : text;
    };
    return { entry: Number(entry), pointer, shown, as, lang: words.lang, write };
  });
}

async function light(name, step) {
  if (step.result === "running") {
    mark(name, step);
    return new Promise((done) => setTimeout(done)); // let the page draw: steps light up one by one
  }
  return mark(name, step);
}

function mark(name, { result, detail = "", code = "", changed = false, ...more }) {
  const step = list.querySelector(`[data-step="${name}"]`);
  if (!step) return;
  const by = ["told", "waiting", "running"].includes(result) ? "server" : "phone";
  step.dataset.result = result;
  step.dataset.by = by;
  write(step, "[data-result-text]", words.text(`result.${result}`));
  write(step, "[data-by-text]", words.text(`by.${by}`, { domain, time: words.clock() }));
  write(step, "[data-detail]", [code, detail].filter(Boolean).join(": "));
  if (name === "trust" && result === "held") write(step, ".step-text", words.text("step.trust"));
  if (changed) main.querySelector("[data-note=changed]")?.removeAttribute("hidden");
}
function write(node, selector, text) {
  const part = node.querySelector(selector);
  if (part) part.textContent = text;
}

/** State, headline, advice and title change together, and never to a better state. */
function conclude(found) {
  if (!found) {
    list.dataset.result = "unable";
    for (const { dataset } of list.children) mark(dataset.step, { result: "unable" });
    for (const { dataset } of list.children) dataset.by = "server";
    return;
  }
  list.dataset.result = found.result;
  const state = worst(claimed, main.dataset.state, found.state);
  if (state !== main.dataset.state) {
    const [before] = words.text(`state.${main.dataset.state}`).split("{");
    main.dataset.state = state;
    const headline = words.text(`state.${state}`);
    document.title = document.title.replace(before, headline);
    write(main, "[data-headline]", headline);
    write(main, "[data-do]", words.text(`state.${state}.do`, slots(found)));
  }
  main.dataset.level = (found.level ?? []).join(" ");
  if (found.result !== "held") return;
  main.dataset.by = "phone";
  write(main, "[data-where]", words.text("where.phone", { time: words.clock() }));
}

/** What the advice of a worse state names: from the notice that says so. */
function slots({ own, entries }) {
  const notice = entries?.get(own?.notice);
  const event = notice?.record.epcisBody?.eventList[0] ?? {};
  return {
    authority: event["nguon:authority"] ?? notice?.header.iss ?? "–",
    lot: event.quantityList?.[0].epcClass.split("/").pop() ?? "–",
    date: event.eventTime ? words.day(event.eventTime) : "–",
    reason: event["nguon:reason"] ?? "–",
    instruction: event["nguon:instruction"] ?? "",
    id: main.dataset.code,
    place: "–",
  };
}

/** What this phone kept of earlier visits: the first pins, the highest checkpoint. */
async function stored() {
  try {
    const { trust, checkpoint } = JSON.parse(localStorage.getItem(KEPT));
    return { trust: await trusts.parse(trust), checkpoint };
  } catch {
    return null;
  }
}
