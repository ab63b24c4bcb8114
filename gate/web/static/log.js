// The access log: how many records have come since, and the keys of the list. The page is complete without this file.
"use strict";

(() => {
  const EVERY_MS = 5_000;
  const newer = document.getElementById("newer");
  const link = newer?.querySelector("a");
  const rows = [...document.querySelectorAll(".logtbl tbody tr")];
  const keys = document.getElementById("log-keys");
  const off = document.getElementById("log-keys-off");
  let at = -1;

  if (keys) {
    keys.hidden = false;
    off.checked = localStorage.getItem("log-keys") === "off";
    off.addEventListener("change", () => localStorage.setItem("log-keys", off.checked ? "off" : "on"));
  }

  async function look() {
    try {
      const answer = await fetch(newer.dataset.url, { redirect: "manual" });
      const text = answer.ok ? await answer.text() : "";
      if (text && text !== link.textContent) {
        link.textContent = text;
        link.parentElement.hidden = false;
      }
    } catch {
      // Out of reach for now; asked again.
    }
  }

  function move(step) {
    if (!rows.length) return;
    rows[at]?.classList.remove("cursor");
    at = Math.min(rows.length - 1, Math.max(0, at + step));
    rows[at].classList.add("cursor");
    const target = rows[at].querySelector("a") || rows[at];
    if (target === rows[at]) target.tabIndex = -1;
    target.focus();
    rows[at].scrollIntoView({ block: "nearest" });
  }

  const does = {
    "/": () => document.getElementById("f-q").focus(),
    j: () => move(1),
    k: () => move(-1),
    e: () => document.getElementById("log-export")?.click(),
    "?": () => { if (keys) { keys.open = !keys.open; keys.querySelector("summary").focus(); } },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in does)) return;
    if (off?.checked) return;
    event.preventDefault();
    does[event.key]();
  });

  if (link) setInterval(look, EVERY_MS);
})();
