// Plays speech while it is synthesized. When it has ended the same sound is in the audio element, to hear again and save.

import { ask } from "./api.js";
import { $, complain } from "./dom.js";

const RATE = 24_000;
const AHEAD_S = 0.05; // that the sound card needs

let context = null;
let current = null;

/** Raises nothing: what goes wrong is shown. `onEnd` is called however it ends. */
export async function play(wish, title, onEnd) {
  stop();
  const run = { abort: new AbortController(), sources: [], blocks: [], at: 0, onEnd };
  current = run;
  context ??= new AudioContext({ sampleRate: RATE });
  context.resume();
  show(title, "…");
  const asked = performance.now();
  try {
    const answer = await ask("v1/audio/speech", { ...wish, response_format: "pcm" }, run.abort.signal);
    await read(answer.body.getReader(), run, asked);
    keep(run);
    await ended(run);
  } catch (error) {
    if (error.name !== "AbortError") {
      complain(error.message);
      $("figures").textContent = "";
    }
  } finally {
    if (current === run) finish(run);
  }
}

export function stop() {
  if (current) finish(current);
  $("audio").pause();
}

function finish(run) {
  current = null;
  run.abort.abort();
  for (const source of run.sources) source.stop();
  $("stop").disabled = true;
  run.onEnd?.();
}

function show(title, figures) {
  $("player").hidden = false;
  $("stop").disabled = false;
  $("save").hidden = true;
  $("playing").textContent = title;
  $("figures").textContent = figures;
  complain("");
}

async function read(reader, run, asked) {
  let odd = new Uint8Array(0); // half a sample, where a block was cut there
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!run.at) first(run, asked);
    const bytes = new Uint8Array(odd.length + part.value.length);
    bytes.set(odd);
    bytes.set(part.value, odd.length);
    const whole = bytes.length & ~1;
    odd = bytes.slice(whole);
    if (whole) schedule(new Int16Array(bytes.buffer.slice(0, whole)), run);
  }
}

function first(run, asked) {
  run.at = context.currentTime + AHEAD_S;
  const seconds = (performance.now() - asked) / 1000;
  $("figures").textContent = `first audio after ${seconds.toFixed(2)} s`;
  $("player").dataset.first = seconds;
}

function schedule(samples, run) {
  run.blocks.push(samples);
  const buffer = context.createBuffer(1, samples.length, RATE);
  const channel = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i++) channel[i] = samples[i] / 32_768;
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  run.at = Math.max(run.at, context.currentTime + AHEAD_S);
  source.start(run.at);
  run.at += buffer.duration;
  run.sources.push(source);
}

async function ended(run) {
  const last = run.sources.at(-1);
  if (last) await new Promise((resolve) => last.addEventListener("ended", resolve, { once: true }));
}

function keep(run) {
  const audio = $("audio");
  const size = run.blocks.reduce((sum, block) => sum + block.byteLength, 0);
  URL.revokeObjectURL(audio.src);
  audio.src = URL.createObjectURL(new Blob([header(size), ...run.blocks], { type: "audio/wav" }));
  $("save").href = audio.src;
  $("save").hidden = false;
  $("figures").textContent += `, ${(size / 2 / RATE).toFixed(2)} s of audio`;
}

function header(size) {
  const view = new DataView(new ArrayBuffer(44));
  const words = [[0, "RIFF"], [8, "WAVE"], [12, "fmt "], [36, "data"]];
  for (const [at, word] of words) for (let i = 0; i < 4; i++) view.setUint8(at + i, word.charCodeAt(i));
  view.setUint32(4, 36 + size, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, size, true);
  return view;
}
