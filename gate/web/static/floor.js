// Keeps the floor and the page of a machine live: finished HTML put in its place, and the age of what is seen.
// The pages are complete without this file; see the <noscript> refresh.
"use strict";

(() => {
  const SILENT_MS = 10_000;            // said to be out of touch after this
  const WAITS_MS = [1000, 2000, 4000, 5000];

  const page = document.documentElement;
  const live = document.getElementById("live");
  const state = document.getElementById("live-state");
  const age = document.getElementById("live-age");
  const say = document.getElementById("floor-say");
  let heardAt = performance.now();
  let everHeard = false;               // until then the page says of when it is, not that it is live
  let failures = 0;

  function heard() {
    heardAt = performance.now();
    failures = 0;
    everHeard = true;
    show();
  }

  function swap(event) {
    const holder = document.createElement("template");
    holder.innerHTML = event.data;
    const fresh = holder.content.firstElementChild;
    const old = document.getElementById(fresh.id);
    if (old && old.outerHTML !== fresh.outerHTML) {
      const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      if (document.querySelector(".machine") && old.dataset.key !== fresh.dataset.key) return location.reload();
      tell(old, fresh);
      old.replaceWith(fresh);
      if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
      if (fresh.id === "floor-decisions" && fresh.children.length) document.getElementById("feed-empty")?.remove();
    }
    heard();
  }

  // Read out once for each new denial, not at every minute that passes.
  function tell(old, fresh) {
    const newest = Number(fresh.dataset.newest || 0);
    if (say && fresh.id === "floor-needs" && newest > Number(old.dataset.newest || 0)) {
      say.textContent = `${fresh.dataset.say}. ${fresh.querySelector("h3").textContent}`;
    }
  }

  function open() {
    const address = page.dataset.events;
    const source = new EventSource(`${address}${address.includes("?") ? "&" : "?"}lang=${page.lang}`);
    source.addEventListener("swap", swap);
    source.addEventListener("tick", heard);
    source.addEventListener("over", () => { source.close(); location.reload(); });   // asks to sign in again
    source.addEventListener("error", () => {
      // The browser reconnects by itself after a cut, but not after a refusal such as 503 or a page to sign in.
      if (source.readyState !== EventSource.CLOSED) return;
      const wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)];
      setTimeout(open, wait * (1 + Math.random() / 5));
    });
  }

  function show() {
    const silent = performance.now() - heardAt;
    const on = everHeard && silent < SILENT_MS;
    if (!on && silent < SILENT_MS) return;
    live.classList.toggle("on", on);
    const words = on ? live.dataset.on : live.dataset.off;
    if (state.textContent !== words) state.textContent = words;   // announced once a change, not once a second
    age.textContent = on ? "" : live.dataset.ago.replace("{n}", Math.round(silent / 1000));
  }

  open();
  setInterval(show, 1000);
})();
