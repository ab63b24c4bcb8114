// Says that the alerts have changed since the page was made. It never reloads by itself: somebody may be writing,
// and a page that asks for itself all night would keep a forgotten session alive.
"use strict";

(() => {
  const EVERY_MS = 10_000;
  const shown = document.documentElement.dataset.state;
  const changed = document.querySelector("#changed > span");

  async function look() {
    try {
      const answer = await fetch("/alerts/state", { redirect: "manual" });
      const now = answer.ok ? await answer.text() : "";
      if (answer.type === "opaqueredirect" || (answer.ok && now !== shown)) changed.hidden = false;
    } catch {
      // Out of reach for now; asked again.
    }
  }

  setInterval(look, EVERY_MS);
})();
