// Renews the parts of a page that wait for something: asks for the page again and puts them in their places.
// Without this file the page is complete; see the <noscript> refresh.
"use strict";

(() => {
  const EVERY_MS = 1000;

  async function renew() {
    const waiting = [...document.querySelectorAll("[data-renew]")];
    if (!waiting.length) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok) location.reload();
      for (const part of waiting) {
        const fresh = page.getElementById(part.id);
        if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
      }
    } catch {
      // out of touch: the parts stay as they are, and the next round asks again
    }
    setTimeout(renew, EVERY_MS);
  }

  setTimeout(renew, EVERY_MS);
})();
