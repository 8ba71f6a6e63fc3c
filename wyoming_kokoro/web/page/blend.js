// The blend of two or three voices, and what of all that is for the configuration.

import { $, make } from "./dom.js";

const MOST = 3;
const shares = new Map(); // name -> share, 1 to 100
let changed = () => {};

export function onBlend(callback) {
  changed = callback;
}

export const isPart = (name) => shares.has(name);

/** Returns whether there was room. */
export function toggle(name) {
  if (shares.has(name)) shares.delete(name);
  else if (shares.size < MOST) shares.set(name, 50);
  else return false;
  draw();
  return true;
}

/** As a request names it; empty where there is nothing to blend. */
export const blendName = () => (shares.size < 2 ? "" : [...parts()].map(([name, share]) => `${name}:${share}`).join("+"));

function* parts() {
  const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
  for (const [name, share] of shares) yield [name, Math.round((share / total) * 100) / 100];
}

function draw() {
  $("parts").replaceChildren(...[...shares.keys()].map(row));
  $("blend-more").hidden = shares.size < 2;
  $("blend-note").hidden = shares.size > 1;
  percents();
  changed();
}

function row(name) {
  const id = `share-${name}`;
  const slide = (event) => {
    shares.set(name, Number(event.target.value));
    percents();
    changed();
  };
  return make("li", { class: "part" },
    make("label", { for: id }, name),
    make("input", { id, type: "range", min: 1, max: 100, value: shares.get(name), oninput: slide }),
    make("output", { for: id, "data-part": name }),
    make("button", { type: "button", "aria-label": `Take ${name} out of the blend`, onclick: () => toggle(name) }, "×"));
}

function percents() {
  for (const [name, share] of parts()) {
    document.querySelector(`output[data-part="${name}"]`).textContent = `${Math.round(share * 100)} %`;
  }
}

/** The blend, or the chosen voice with its speed and gain, as it stands in the configuration file. */
export function yaml(voice, speed, gain) {
  const name = shares.size > 1 ? key($("blend-name").value) : voice;
  const lines = ["voices:", `  default: ${name}`];
  const manner = [speed !== 1 && `speed: ${speed}`, gain !== 0 && `gain: ${gain}`].filter(Boolean);
  if (manner.length) lines.push("  settings:", `    ${name}: {${manner.join(", ")}}`);
  if (shares.size > 1) {
    lines.push("  blends:", `    ${name}: {${[...parts()].map(([part, share]) => `${part}: ${share}`).join(", ")}}`);
  }
  return `${lines.join("\n")}\n`;
}

const key = (text) => (/^[A-Za-z][\w-]*$/.test(text) ? text : JSON.stringify(text || "evening"));
