// Keeps the live page live: one event stream in, finished HTML put in its place. Nothing else.
// The page is complete without this file; see the <noscript> refresh.
"use strict";

(() => {
  const SILENT_MS = 10_000;            // said to be out of touch after this
  const WAITS_MS = [1000, 2000, 4000, 5000];

  const page = document.documentElement;
  const live = document.getElementById("live");
  const state = document.getElementById("live-state");
  const age = document.getElementById("live-age");
  let after = page.dataset.after;      // the newest record this page shows
  let heardAt = performance.now();
  let everHeard = false;               // until then the page says of when it is, not that it is live
  let failures = 0;
  let source;

  function element(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  function heard() {
    heardAt = performance.now();
    failures = 0;
    everHeard = true;
    show();
  }

  function swap(event) {
    const fresh = element(event.data);
    document.getElementById(fresh.id)?.replaceWith(fresh);
    heard();
  }

  function add(event) {
    after = event.lastEventId;
    const fresh = element(event.data);
    const feed = document.getElementById("feed");
    if (!document.getElementById(fresh.id)) {
      feed.prepend(fresh);
      while (feed.children.length > Number(feed.dataset.rows)) feed.lastElementChild.remove();
      document.getElementById("feed-empty")?.remove();
    }
    heard();
  }

  function open() {
    source = new EventSource(`/events?lang=${page.lang}&after=${after}`);
    source.addEventListener("swap", swap);
    source.addEventListener("add", add);
    source.addEventListener("error", () => {
      // The browser reconnects by itself after a cut, but not after a refusal such as 503.
      if (source.readyState !== EventSource.CLOSED) return;
      signInAgain();
      const wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)];
      setTimeout(open, wait * (1 + Math.random() / 5));
    });
  }

  // Beyond the gate itself the page lasts as long as the session: what it shows must not stay on an idle screen.
  function signInAgain() {
    fetch("/events", { method: "HEAD", redirect: "manual" }).then(
      (answer) => { if (answer.type === "opaqueredirect") location.reload(); },
      () => {},                        // the gate does not answer: the page says so by itself
    );
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
