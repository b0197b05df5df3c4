// Plays a recording and checks each segment while it comes: who signed it, and these very bytes.
// Loaded by footage.js when its button is pressed. It never touches the page's verdict.

import * as segment from "../verify/segment.js";
import { text, time } from "./words.js";

const PLAYER = "/static/vendor/hls-light-1.6.19.min.js";
const WORST = ["authentic", "gap", "partial", "unsigned", "forged"];
const FORGED = ["bad-signature", "high-s", "bad-proof", "malformed"];
const AHEAD_S = 600; // a clip is loaded, and so checked, as a whole

/** Play the recording of a figure and mark its segments. */
export async function start(figure, button) {
  button.disabled = true;
  button.textContent = text("clip.loading");
  try {
    const reel = await (await fetched(`${figure.dataset.playlist}.json`)).json();
    const checks = await Checks.of(figure, reel);
    figure.querySelector(".stage").hidden = false;
    button.hidden = true;
    await play(figure, checks);
  } catch {
    figure.querySelector("[data-trouble]").hidden = false;
    button.hidden = true;
  }
}

async function fetched(url) {
  const answer = await fetch(url, { credentials: "omit" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer;
}
const bytesOf = async (url) => new Uint8Array(await (await fetched(url)).arrayBuffer());

/** The segments of one reel on the page, and what was found about each. */
class Checks {
  static async of(figure, reel) {
    const checks = new Checks(figure, reel);
    checks.list();
    if (globalThis.crypto?.subtle) checks.registry = await registry();
    return checks;
  }

  constructor(figure, reel) {
    this.figure = figure;
    this.reel = reel;
    this.rows = new Map(reel.segments.map((row) => [`/ipfs/${row.cid}`, row]));
    this.inits = new Map(reel.init.map((init) => [`/ipfs/${init.cid}`, init.sha256]));
    this.minutes = new Map();
  }

  list() {
    const items = this.reel.segments.map((row) => [row.start, item(row)]);
    const gaps = this.reel.gaps.map((gap) => [gap.from, gapItem(gap)]);
    const all = [...items, ...gaps].sort(([a], [b]) => (a < b ? -1 : 1));
    this.figure.querySelector(".segments").replaceChildren(...all.map(([, node]) => node));
    this.show();
  }

  /** Say whether these bytes may be shown; marks their segment. */
  async take(path, bytes) {
    if (!this.registry) return true; // nothing can be checked here: the marks stay waiting
    const row = this.rows.get(path);
    if (row) return this.mark(row, await this.verdict(row, bytes));
    try {
      await segment.checkInit(this.inits.get(path), bytes);
      return true;
    } catch {
      for (const other of this.rows.values()) this.mark(other, "forged");
      return false;
    }
  }

  isDone(path) {
    const row = this.rows.get(path);
    return row && this.node(row).dataset.verdict !== "waiting";
  }

  node(row) {
    return this.figure.querySelector(`[data-segment="${row.seq}"]`);
  }

  async verdict(row, bytes) {
    try {
      const said = await segment.open(row, this.reel.camera, this.registry);
      await segment.checkBytes(said, bytes);
      return row.manifest ? await this.minute(row, said) : "authentic";
    } catch (refusal) {
      return FORGED.includes(refusal.code) ? "forged" : "unsigned";
    }
  }

  async minute(row, said) {
    const { cid, index } = row.manifest;
    const loaded = this.minutes.get(cid) ??
      Promise.all([bytesOf(`/ipfs/${cid}`), bytesOf(`/log/entry/${index}`)]);
    this.minutes.set(cid, loaded);
    const parts = await loaded.catch(() => null);
    if (!parts) return "partial"; // signed, but its minute is out of reach
    await segment.checkMinute(row, said, ...parts, this.registry);
    return "authentic";
  }

  mark(row, verdict) {
    const node = this.node(row);
    node.dataset.verdict = verdict;
    node.title = `${time(row.start)}: ${text(`clip.${verdict}`)}`;
    this.show();
    return verdict !== "forged";
  }

  show() {
    const found = [...this.figure.querySelectorAll("li[data-verdict]")].map((n) => n.dataset.verdict);
    const worst = WORST.findLast((verdict) => found.includes(verdict)) ?? "waiting";
    this.figure.dataset.verdict = worst;
    this.figure.querySelector("[data-verdict-text]").textContent = text(`clip.${worst}`);
  }
}

function item(row) {
  const node = document.createElement("li");
  node.dataset.segment = row.seq;
  node.dataset.verdict = "waiting";
  node.textContent = row.seq;
  return node;
}

function gapItem({ from, to, reason }) {
  const node = document.createElement("li");
  node.dataset.verdict = "gap";
  node.textContent = text(`reason.${reason}`);
  const times = { from: time(from), to: time(to), reason: text(`reason.${reason}`) };
  node.title = text("step.gap", times);
  return node;
}

async function registry() {
  const url = document.querySelector("[data-verify]").dataset.verify;
  const dossier = await (await fetched(url)).json();
  return segment.registryOf(dossier);
}

/** Play by Media Source Extensions, so that only checked bytes are shown; else natively. */
async function play(figure, checks) {
  const video = figure.querySelector("video");
  const source = `${figure.dataset.playlist}.m3u8`;
  await load(PLAYER);
  if (!globalThis.Hls?.isSupported()) {
    video.src = source;
    video.play().catch(() => {});
    return rest(checks);
  }
  const player = new globalThis.Hls({
    enableWorker: false, // a worker from a blob is not allowed by our content policy
    maxBufferLength: AHEAD_S,
    fLoader: checking(globalThis.Hls.DefaultConfig.loader, checks, stop),
  });
  /** Show nothing of a recording that was altered, but find out how much of it is. */
  function stop() {
    player.destroy();
    figure.querySelector(".stage").hidden = true;
    rest(checks);
  }
  player.loadSource(source);
  player.attachMedia(video);
  player.on(globalThis.Hls.Events.MANIFEST_PARSED, () => video.play().catch(() => {}));
}

/** Check what no player has asked for yet. */
async function rest(checks) {
  for (const path of [...checks.inits.keys(), ...checks.rows.keys()]) {
    if (!checks.isDone(path)) await checks.take(path, await bytesOf(path));
  }
}

/** A loader whose bytes are checked before the player gets them. */
function checking(Loader, checks, stop) {
  return class extends Loader {
    load(context, config, callbacks) {
      const path = new URL(context.url, location.href).pathname;
      const onSuccess = async (response, ...more) => {
        const good = await checks.take(path, new Uint8Array(response.data));
        if (good) callbacks.onSuccess(response, ...more);
        else stop();
      };
      super.load(context, config, { ...callbacks, onSuccess });
    }
  };
}

function load(url) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}
