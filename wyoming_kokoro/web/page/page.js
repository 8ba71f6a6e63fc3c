// The two views, and what begins when the page is loaded.

import { complain } from "./dom.js";
import { look, speaks, startStatus } from "./status.js";
import { startVoices } from "./voices.js";

function show() {
  const wanted = location.hash === "#status" ? "status" : "voices";
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== wanted;
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === wanted) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  look(wanted === "status");
  scrollTo(0, 0);
}

addEventListener("hashchange", show);
startStatus();
show();
try {
  await Promise.all([speaks(), startVoices()]);
} catch (error) {
  complain(error.message);
}
document.body.dataset.ready = "true";
