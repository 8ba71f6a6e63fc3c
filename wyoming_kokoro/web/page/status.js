// The status, asked for every two seconds while it is looked at.

import { ask, get } from "./api.js";
import { $, complain, make } from "./dom.js";

const EVERY_MS = 2_000;
let timer = 0;

export function startStatus() {
  $("examine").addEventListener("click", examine);
}

/** Begins or ends to look. */
export function look(isLooking) {
  clearTimeout(timer);
  if (isLooking) {
    refresh();
    files();
  }
}

async function refresh() {
  try {
    draw(await get("status"));
  } catch (error) {
    complain(`No status: ${error.message}`);
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, EVERY_MS);
}

/** Who speaks, in the head of the page. */
export async function speaks() {
  const { note, engine } = await get("status");
  $("speaks").textContent = note;
  $("speaks").classList.toggle("kokoro", engine === "kokoro");
}

function draw(status) {
  $("speaks").textContent = status.note;
  $("speaks").classList.toggle("kokoro", status.engine === "kokoro");
  tiles(status);
  device(status);
  first(status.first_audio);
  downloads(status.downloads);
  last(status.last);
}

const seconds = (value) => (value === null || value === undefined ? "–" : value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`);

function tiles(status) {
  const heard = status.first_audio[status.engine];
  const factor = status.real_time_factor[status.engine]?.mean;
  const listeners = Object.entries(status.connections);
  const spoken = status.requests.filter((each) => each.outcome === "spoken").reduce((sum, each) => sum + each.count, 0);
  const shown = [
    ["Listeners", listeners.reduce((sum, [, count]) => sum + count, 0), listeners.map(([name, count]) => `${count} ${name}`).join(", ") || "nobody is connected"],
    ["Queue", status.queue.waiting, `${status.queue.running} of ${status.queue.parallel} running, ${status.queue.characters} characters wait`],
    ["First audio", heard?.p50 ? `≤ ${seconds(heard.p50)}` : "–", "for half of the requests"],
    ["Real-time factor", factor ? factor.toFixed(3) : "–", factor ? `${Math.round(1 / factor)} times real time` : "nothing was inferred"],
    ["Spoken", spoken, `${status.gaps.count} gaps, ${Object.values(status.errors).reduce((sum, count) => sum + count, 0)} errors`],
  ];
  $("tiles").replaceChildren(...shown.map(([title, value, note]) =>
    make("div", { class: "card tile" }, make("p", { class: "label" }, title), make("b", {}, String(value)), make("p", { class: "note" }, note))));
}

function device(status) {
  const { wanted, running_on: on } = status;
  const facts = {
    Speaks: status.engine,
    Why: status.note,
    Asked: `engine ${wanted.engine}, device ${wanted.device}`,
    Chosen: `${wanted.chosen}: ${wanted.reason}`,
    "To mend it": wanted.remedy,
    ...Object.fromEntries(Object.entries(on).map(([name, value]) => [name.replaceAll("_", " "), String(value)])),
    Version: status.version,
    Running: `${Math.round(status.uptime_s / 60)} minutes`,
  };
  const rows = Object.entries(facts).filter(([, value]) => value);
  $("device").replaceChildren(...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function first(spreads) {
  const drawn = Object.entries(spreads).map(([engine, spread]) => {
    const most = Math.max(...spread.counts, 1);
    const bars = make("div", { class: "bars", role: "img", "aria-label": `${spread.count} requests by ${engine}: half of them at most ${seconds(spread.p50)}, 95 of 100 at most ${seconds(spread.p95)}` },
      ...spread.counts.map((count) => {
        const bar = make("i", { title: String(count) });
        bar.style.height = `${(count / most) * 100}%`;
        return bar;
      }));
    const scale = make("div", { class: "scale", "aria-hidden": "true" }, ...[...spread.bounds, "more"].map((bound) => make("span", {}, String(bound))));
    const note = `${engine}: ${spread.count} requests, half within ${seconds(spread.p50)}, 95 % within ${seconds(spread.p95)}. Seconds below.`;
    return make("div", {}, make("p", { class: "note" }, note), bars, scale);
  });
  $("first").replaceChildren(...(drawn.length ? drawn : [make("p", { class: "note" }, "Nothing was said yet.")]));
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

async function files() {
  try {
    const found = (await get("api/files")).files;
    $("files").replaceChildren(...found.map(file));
  } catch (error) {
    complain(`The files can't be looked at: ${error.message}`);
  }
}

function file(each) {
  const known = { official: "verified", "other release": "other release" }[each.kind] ?? each.kind;
  const size = each.size ? megabytes(each.size) : `${megabytes(each.wanted)} when it is here`;
  return make("li", { "data-file": each.name },
    make("div", {}, make("span", { class: `badge ${each.kind.split(" ")[0]}` }, known), make("b", {}, each.name), ` ${size}`),
    each.sha256 ? make("code", {}, `sha256 ${each.sha256}`) : "",
    make("span", { class: "note" }, each.note));
}

function downloads(running) {
  for (const item of document.querySelectorAll("[data-file]")) {
    item.querySelector("progress")?.remove();
    const here = running[item.dataset.file];
    if (here) item.append(make("progress", { max: here.size, value: here.done, "aria-label": `${megabytes(here.done)} of ${megabytes(here.size)}` }));
  }
}

function last(entries) {
  $("nothing").hidden = entries.length > 0;
  $("last").replaceChildren(...entries.flatMap((entry) => {
    const time = new Date(Date.now() - entry.ago_s * 1000).toLocaleTimeString();
    const cells = [time, entry.voice, entry.protocol, entry.engine].map((text) => make("td", {}, text));
    const numbers = [seconds(entry.first_audio), `${entry.audio.toFixed(1)} s`, String(entry.gaps)].map((text) => make("td", { class: "number" }, text));
    const row = make("tr", {}, ...cells, ...numbers, make("td", { class: ["spoken", "cancelled", "speaking"].includes(entry.outcome) ? entry.outcome : "error" }, entry.outcome));
    return entry.text ? [row, make("tr", {}, make("td", { colspan: 8, class: "said" }, entry.text))] : [row];
  }));
}

async function examine() {
  $("examine").disabled = true;
  $("doctor-note").textContent = "Looking…";
  try {
    const { findings } = await (await ask("api/doctor", {})).json();
    $("findings").replaceChildren(...findings.map(finding));
    $("doctor-note").textContent = `${findings.length} findings at ${new Date().toLocaleTimeString()}.`;
  } catch (error) {
    $("doctor-note").textContent = error.message;
  }
  $("examine").disabled = false;
}

function finding(each) {
  const level = each.level === "note" ? "note-level" : each.level;
  return make("li", {},
    make("div", {}, make("span", { class: `badge ${level}` }, each.level), each.seen),
    each.why ? make("span", { class: "note" }, each.why) : "",
    each.remedy ? make("span", {}, `→ ${each.remedy}`) : "");
}
