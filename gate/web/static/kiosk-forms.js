// Helps the forms at a machine: keys for the PIN, whether the badge was read, and back to the kiosk when nobody acts.
// The forms are complete without this file.
"use strict";

(() => {
  const IDLE_MS = 120_000;
  const POLL_MS = 700;
  const BOUNCE_MS = 300;               // a press this soon after the page came was meant for the page before

  const home = document.body.dataset.home;
  const shownAt = performance.now();
  const badge = document.getElementById("badge");
  const note = document.querySelector("[data-stays]");
  let actedAt = shownAt;

  for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => { actedAt = performance.now(); });

  addEventListener("click", (event) => {
    if (event.detail && performance.now() - shownAt < BOUNCE_MS) event.preventDefault();
  }, true);

  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
    setTimeout(() => delete event.target.dataset.sent, 4000);
  });

  const keys = document.getElementById("keys");
  const pin = document.getElementById("f-pin");
  if (keys && pin) {
    keys.hidden = false;
    keys.addEventListener("click", (event) => {
      const key = event.target.closest("button");
      if (!key) return;
      pin.value = "erase" in key.dataset ? "" : (pin.value + key.dataset.key).slice(0, pin.maxLength);
    });
  }

  function count() {
    const left = Math.max(0, Number(badge.dataset.left) - Math.floor((performance.now() - shownAt) / 1000));
    const waits = badge.dataset.state === "waits";
    document.getElementById("badge-left").textContent = waits ? badge.dataset.leftWords.replace("{n}", left) : "";
  }

  async function poll() {
    if (badge.dataset.state !== "waits") return;
    try {
      const answer = await (await fetch(badge.dataset.poll)).json();
      if (answer.state !== badge.dataset.state) {
        badge.dataset.state = answer.state;
        document.querySelector("#badge-words bdi").textContent = answer.words;
        if (answer.state === "read" && pin) pin.focus();
      }
    } catch { /* the next try tells; signing asks the gate anyway */ }
    setTimeout(poll, POLL_MS);
  }

  async function watch() {
    try {
      const page = await (await fetch(location.href)).text();
      if (!page.includes('data-state="waits"')) location.reload();
    } catch { /* the next try tells */ }
    setTimeout(watch, POLL_MS);
  }

  if (badge) {
    setInterval(count, 1000);
    if (badge.dataset.poll) poll();
    if (badge.dataset.reload) watch();
  }

  setInterval(() => {
    const longest = note ? Number(note.dataset.stays) * 1000 : IDLE_MS;
    if (performance.now() - actedAt > longest) location.replace(home);
  }, 1000);
})();
