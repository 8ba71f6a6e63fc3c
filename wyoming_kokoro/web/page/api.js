// Asks the service. Its key, if it wants one, is kept until the tab is closed.

const KEY = "wyoming-kokoro-key";

/** Tells what the service answered in place of what was asked for. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function ask(path, body, signal) {
  const headers = {};
  const key = sessionStorage.getItem(KEY);
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method: body ? "POST" : "GET",
    headers,
    body: body && JSON.stringify(body),
    signal,
    cache: "no-store",
  });
  if (answer.status === 401) {
    await askForKey(Boolean(key));
    return ask(path, body, signal);
  }
  if (!answer.ok) throw new Refusal(answer.status, await reason(answer));
  return answer;
}

export const get = async (path) => (await ask(path)).json();

async function reason(answer) {
  try {
    return (await answer.json()).error.message;
  } catch {
    return `The service answered ${answer.status}.`;
  }
}

let asking = null; // several questions may wait for the one key

function askForKey(wasWrong) {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("key");
    const value = document.getElementById("key-value");
    if (wasWrong) document.getElementById("key-note").textContent = "That was not the right key.";
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, value.value);
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}
