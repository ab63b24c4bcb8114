// Keeps the kiosk true: one event stream in, finished HTML put in its place, times that run, and honesty when cut off.
// The page is complete without this file; see the <noscript> refresh.
"use strict";

(() => {
  const SILENT_MS = 10_000;            // then the screen says that it is out of touch
  const WAITS_MS = [1000, 2000, 4000, 5000];
  const SMALLEST = 0.5;                // text shrinks no further than this to fit

  const body = document.body;
  const tiles = document.getElementById("tiles");
  const lost = document.getElementById("lost");
  let heardAt = performance.now();
  let ahead = Date.parse(body.dataset.now) - Date.now();   // the gate's clock against this screen's
  let failures = 0;
  let source;

  function heard() {
    heardAt = performance.now();
    failures = 0;
    cover();
  }

  function fit(tile) {
    const middle = tile.querySelector(".k-mid");
    let size = 1;
    middle.style.setProperty("--fit", size);
    const over = () => middle.scrollHeight > middle.clientHeight + 1 || middle.scrollWidth > middle.clientWidth + 1;
    while (over() && size > SMALLEST) {
      size -= 0.04;
      middle.style.setProperty("--fit", size);
    }
  }

  function fitAll() {
    document.querySelectorAll(".kt").forEach(fit);
  }

  function swap(event) {
    const holder = document.createElement("template");
    holder.innerHTML = event.data;
    const fresh = holder.content.firstElementChild;
    const old = document.getElementById(fresh.id);
    if (old && old.dataset.state !== fresh.dataset.state) {   // said once, not at every reconnect
      old.replaceWith(fresh);
      fit(fresh);
      run();
    }
    heard();
  }

  function tick(event) {
    ahead = Date.parse(event.data) - Date.now();
    heard();
  }

  function two(number) {
    return String(number).padStart(2, "0");
  }

  function run() {
    const now = Date.now() + ahead;
    for (const timer of document.querySelectorAll(".k-time")) {
      const span = timer.dataset.until ? Date.parse(timer.dataset.until) - now : now - Date.parse(timer.dataset.from);
      const seconds = Math.max(0, Math.floor(span / 1000));
      timer.textContent = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    }
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: body.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }).formatToParts(now);
    const part = (type) => parts.find((found) => found.type === type).value;
    for (const clock of document.querySelectorAll(".k-clock")) {
      const french = clock.closest("[lang]").lang === "fr";
      const words = french ? `${Number(part("hour"))}\u00a0h\u00a0${part("minute")}` : `${part("hour")}:${part("minute")}`;
      if (clock.textContent !== words) clock.textContent = words;
    }
  }

  function cover() {
    const silent = performance.now() - heardAt;
    const out = silent >= SILENT_MS;
    if (lost.hidden === out) {
      lost.hidden = !out;
      tiles.inert = out;
      if (out) fit(lost);
    }
    document.getElementById("lost-age").textContent = out ? `${Math.round(silent / 1000)} s` : "";
  }

  function open() {
    source = new EventSource(body.dataset.events);
    source.addEventListener("swap", swap);
    source.addEventListener("tick", tick);
    source.addEventListener("error", () => {
      // The browser reconnects by itself after a cut, but not after a refusal such as 503.
      if (source.readyState !== EventSource.CLOSED) return;
      const wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)];
      setTimeout(open, wait * (1 + Math.random() / 5));
    });
  }

  open();
  run();
  fitAll();
  document.fonts.ready.then(fitAll);
  addEventListener("resize", fitAll);
  setInterval(() => { run(); cover(); }, 1000);
})();
