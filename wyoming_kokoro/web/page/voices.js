// Voices as cards, grouped by language; search, text, speed and gain around them.

import { ask, get } from "./api.js";
import { blendName, isPart, onBlend, toggle, yaml } from "./blend.js";
import { $, complain, make } from "./dom.js";
import { play, stop } from "./player.js";

const READ_AFTER_MS = 300;
let voices = [];
let chosen = "";
let playing = "";

export async function startVoices() {
  const found = await get("v1/audio/voices");
  voices = found.voices;
  chosen = found.default;
  onBlend(refresh);
  draw();
  listen();
  refresh();
  read();
}

function listen() {
  $("search").addEventListener("input", draw);
  $("text").addEventListener("input", soon);
  for (const id of ["speed", "gain"]) $(id).addEventListener("input", refresh);
  $("blend-name").addEventListener("input", refresh);
  $("blend-play").addEventListener("click", () => speak(blendName(), "The blend"));
  $("stop").addEventListener("click", stop);
  $("copy").addEventListener("click", copy);
}

const words = (voice) => [voice.name, voice.title, voice.language, voice.language_name, voice.gender,
  ...(voice.aliases ?? [])].join(" ").toLowerCase();

/** Each word is found in what is known of the voice; a single letter is a grade, and male isn't in female. */
function matches(voice, query) {
  return query.every((word) => {
    if (/^[a-f][+-]?$/.test(word)) return (voice.grade ?? "").toLowerCase().startsWith(word);
    if (word === "male") return voice.gender === "male";
    return words(voice).includes(word);
  });
}

function draw() {
  const query = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = voices.filter((voice) => matches(voice, query));
  const groups = Map.groupBy ? Map.groupBy(found, (voice) => voice.language) : grouped(found);
  $("groups").replaceChildren(...[...groups].map(([tag, members]) => group(tag, members)));
  $("found").textContent = found.length === voices.length ? `${voices.length} voices` : `${found.length} of ${voices.length} voices`;
  mark();
}

function grouped(found) {
  const groups = new Map();
  for (const voice of found) groups.set(voice.language, [...(groups.get(voice.language) ?? []), voice]);
  return groups;
}

const RANK = (voice) => ((voice.grade ?? "Z")[0] + ({ "+": "0", "-": "2" }[voice.grade?.[1]] ?? "1"));

function group(tag, members) {
  const id = `group-${tag}`;
  const sorted = [...members].sort((one, other) => RANK(one).localeCompare(RANK(other)) || one.name.localeCompare(other.name));
  const title = make("h2", { id }, members[0].language_name, make("span", {}, `${tag} · ${members.length}`));
  return make("section", { class: "group", "aria-labelledby": id, lang: "en" }, title,
    make("ul", { class: "cards" }, ...sorted.map(card)));
}

function card(voice) {
  const short = /^[a-z][fm]_/.test(voice.name) ? voice.name.slice(3) : voice.name;
  const title = short[0].toUpperCase() + short.slice(1);
  const grade = voice.grade ? [make("span", { class: "hidden" }, "grade "), make("span", { class: `grade ${voice.grade[0]}` }, voice.grade)] : ["no grade"];
  const press = () => speak(voice.name, title);
  const add = () => {
    if (!toggle(voice.name)) complain("A blend here has at most three voices: take one out first.");
  };
  return make("li", { class: "voice", "data-voice": voice.name },
    make("button", { type: "button", class: "round play", "aria-label": `Play ${title}`, onclick: press },
      make("span", { "aria-hidden": "true" }, "▶")),
    make("div", {}, make("h3", {}, title),
      make("p", {}, `${voice.gender} · `, ...grade, voice.default ? " · default" : "")),
    make("button", { type: "button", class: "add", "aria-pressed": "false", "aria-label": `Blend ${title}`, onclick: add }, "+"));
}

function speak(name, title) {
  if (playing === name) return stop();
  if (voices.some((voice) => voice.name === name)) chosen = name;
  refresh();
  read();
  const { speed, gain } = manner();
  const done = play({ input: $("text").value, voice: name, speed, gain }, title, () => {
    playing = "";
    mark();
  });
  playing = name;
  mark();
  return done;
}

const manner = () => ({ speed: Number($("speed").value), gain: Number($("gain").value) });

function refresh() {
  const { speed, gain } = manner();
  $("speed-value").textContent = `${speed.toFixed(2)}×`;
  $("gain-value").textContent = `${gain > 0 ? "+" : ""}${gain} dB`;
  $("yaml").textContent = yaml(chosen, speed, gain);
  mark();
}

function mark() {
  for (const element of document.querySelectorAll(".voice")) {
    const name = element.dataset.voice;
    element.classList.toggle("active", name === playing);
    element.querySelector(".play span").textContent = name === playing ? "■" : "▶";
    element.querySelector(".add").setAttribute("aria-pressed", isPart(name));
  }
}

let waiting = 0;

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(read, READ_AFTER_MS);
}

async function read() {
  const input = $("text").value;
  if (!input.trim()) return say("", "");
  try {
    const { sentences } = await (await ask("api/read", { input, voice: chosen })).json();
    say(...["words", "phonemes"].map((part) => sentences.map((sentence) => sentence[part]).join(" ")));
  } catch (error) {
    say(error.message, "");
  }
}

function say(spoken, phonemes) {
  $("words").textContent = spoken || "–";
  $("phonemes").textContent = phonemes || "–";
}

async function copy() {
  const text = $("yaml").textContent;
  try {
    await navigator.clipboard.writeText(text);
    $("copied").textContent = "Copied.";
  } catch { // without https a browser gives no clipboard, but for this machine itself
    getSelection().selectAllChildren($("yaml"));
    $("copied").textContent = document.execCommand("copy") ? "Copied." : "Selected: copy it with Ctrl+C.";
  }
}
