// The page in a real browser: node page.mjs http://HOST:PORT PICTURES
// It speaks, streams, blends, searches and copies, by mouse and by keyboard, at two widths, dark and light; axe-core finds
// nothing to mend. The pictures of the docs are made on the way.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.PACKAGES ?? process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");
const [address, pictures] = process.argv.slice(2);
const LONG = "This is a sentence that takes its time to be said. ".repeat(12);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
});

async function opened(width, height, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: address });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) page.complaints.push(`loads ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForSelector("body[data-ready]");
  return page;
}

async function play(page, name) {
  const response = page.waitForResponse((answer) => answer.url().endsWith("/v1/audio/speech"));
  await page.click(`[data-voice="${name}"] .play`);
  assert.equal((await response).status(), 200);
  return response;
}

const heard = (page) => page.waitForFunction(() => document.getElementById("audio").duration > 0.5);
const duration = (page) => page.evaluate(() => document.getElementById("audio").duration);

async function accessible(page, where) {
  const { readFile } = await import("node:fs/promises");
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: await readFile(AXE, "utf8") });
  const { result } = await session.send("Runtime.evaluate", {
    expression: "axe.run().then(({violations}) => JSON.stringify(violations.map(({id, nodes}) => [id, nodes.map(({html}) => html)])))",
    awaitPromise: true,
  });
  assert.deepEqual(JSON.parse(result.value), [], `${where}: axe-core`);
}

async function fits(page) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is cut off at the side");
}

const scenes = {
  async "a voice plays within a second and can be heard again"(page) {
    await play(page, "bf_emma");
    await page.waitForFunction(() => document.getElementById("player").dataset.first);
    const first = Number(await page.evaluate(() => document.getElementById("player").dataset.first));
    assert.ok(first < 1, `first audio after ${first} s`);
    await heard(page);
    const seconds = await duration(page);
    assert.ok(seconds > 2 && seconds < 20, `${seconds} s of audio`);
  },
  async "it is streamed: sound is there before all of it is"(page) {
    await page.fill("#text", LONG);
    await page.evaluate(() => {
      window.parts = [];
      const read = ReadableStreamDefaultReader.prototype.read;
      ReadableStreamDefaultReader.prototype.read = async function () {
        const part = await read.call(this);
        window.parts.push(part.done ? -1 : part.value.length);
        return part;
      };
    });
    await play(page, "am_michael");
    await page.waitForFunction(() => window.parts.at(-1) === -1);
    const parts = await page.evaluate(() => window.parts);
    assert.ok(parts.length > 5, `${parts.length} parts`);
    await page.click("#stop");
    assert.equal(await page.locator(".voice.active").count(), 0);
  },
  async "words and phonemes follow the text"(page) {
    await page.fill("#text", "It is 21 °C.");
    await page.waitForFunction(() => document.getElementById("words").textContent.includes("twenty-one degrees"));
    assert.match(await page.textContent("#phonemes"), /twˌɛnti/);
  },
  async "search finds by language, gender and grade"(page) {
    const count = async (query) => (await page.fill("#search", query), page.locator(".voice").count());
    const all = await count("");
    assert.ok(all > 40);
    assert.equal(await count("heart"), 1);
    assert.ok((await count("british female")) < all && (await count("en-gb")) === 8);
    const [men, women] = [await count("male"), await count("female")];
    assert.equal(men + women, all);
    assert.equal(await count("nobody"), 0);
    await count("");
  },
  async "two voices are blended, heard and copied as YAML"(page) {
    await page.click('[data-voice="af_heart"] .add');
    await page.click('[data-voice="bf_emma"] .add');
    await page.fill("#share-af_heart", "100");
    const asked = page.waitForRequest((request) => request.url().endsWith("/v1/audio/speech"));
    await page.click("#blend-play");
    assert.equal((await asked).postDataJSON().voice, "af_heart:0.67+bf_emma:0.33");
    await heard(page);
    await page.fill("#speed", "1.2");
    await page.click("#copy");
    await page.waitForFunction(() => document.getElementById("copied").textContent === "Copied.");
    const yaml = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(yaml, "voices:\n  default: evening\n  settings:\n    evening: {speed: 1.2}\n  blends:\n    evening: {af_heart: 0.67, bf_emma: 0.33}\n");
  },
  async "the keyboard reaches a voice and plays it"(page) {
    await page.focus("#search");
    await page.keyboard.type("nova");
    await page.waitForFunction(() => document.querySelectorAll(".voice").length === 1);
    await page.keyboard.press("Tab");
    const asked = page.waitForRequest((request) => request.url().endsWith("/v1/audio/speech"));
    await page.keyboard.press("Enter");
    assert.equal((await asked).postDataJSON().voice, "af_nova");
    await heard(page);
    await page.fill("#search", "");
  },
  async "an error is said in words"(page) {
    await page.fill("#text", " ");
    await page.fill("#text", "");
    await page.click('[data-voice="af_sky"] .play');
    await page.waitForFunction(() => document.getElementById("problem").textContent.includes("it is empty"));
    page.complaints = page.complaints.filter((line) => !line.includes("400"));
    await page.fill("#text", "Good evening. It is 21.5 °C in the living room, and the front door is locked.");
  },
  async "the status shows who speaks, the files and the last requests"(page) {
    await page.click('[data-view="status"]');
    await page.waitForSelector("#last tr");
    assert.match(await page.textContent("#device"), /espeak-ng speaks|Kokoro speaks/);
    await page.waitForSelector("#files li");
    assert.ok((await page.locator(".bars i").count()) > 10);
    await page.click("#examine");
    await page.waitForSelector("#findings li", { timeout: 60_000 });
    await page.click('[data-view="voices"]');
  },
};

async function photographed(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
}

try {
  for (const [width, height, scheme] of [[1280, 860, "light"], [390, 844, "dark"]]) {
    const page = await opened(width, height, scheme);
    for (const [name, scene] of Object.entries(scenes)) {
      await scene(page);
      console.log(`ok  ${width}  ${name}`);
    }
    await page.click('[data-voice="bf_emma"] .play');
    await heard(page);
    const size = width > 500 ? "desktop" : "phone";
    for (const view of ["voices", "status"]) {
      await page.click(`[data-view="${view}"]`);
      await page.waitForTimeout(300);
      await fits(page);
      await accessible(page, `${view} at ${width}`);
      await page.emulateMedia({ colorScheme: scheme === "light" ? "dark" : "light" });
      await accessible(page, `${view} at ${width}, the other colours`);
      await page.emulateMedia({ colorScheme: scheme });
      await photographed(page, `${view}-${size}`);
    }
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
} finally {
  await browser.close();
}
