// While a reader waits for a badge: looks again and puts the new page in place of this one. Nothing else.
// The page is complete without this file; see the <noscript> refresh.
"use strict";

(() => {
  const LOOK_MS = 1000;
  const WAITING = "wait";

  async function look() {
    let fresh;
    try {
      const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
      fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      setTimeout(look, LOOK_MS);      // out of touch for a moment; the reader waits by itself
      return;
    }
    const now = fresh.documentElement.dataset.state;
    if (now === WAITING) {
      const count = document.querySelector("[role=timer]");
      const left = fresh.querySelector("[role=timer]");
      if (count && left) count.textContent = left.textContent;
      setTimeout(look, LOOK_MS);
      return;
    }
    if (!now) {                        // signed out meanwhile, or a fault: the page itself says which
      location.reload();
      return;
    }
    document.documentElement.dataset.state = now;
    document.title = fresh.title;
    document.getElementById("main").replaceWith(fresh.getElementById("main"));
    document.getElementById("h-now").focus();
  }

  setTimeout(look, LOOK_MS);
})();
