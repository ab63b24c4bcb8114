// Counts overrides down from the time left that the server told, and says on the button how long is granted.
// The pages are complete without this file.
"use strict";

(() => {
  const SPOKEN_MIN = [10, 5, 1];       // minutes left at which the time is read out
  const from = performance.now();
  const two = (number) => String(number).padStart(2, "0");

  const shown = [...document.querySelectorAll(".countdown[data-left]")].map((box) => ({
    box, time: box.querySelector("time"), bar: box.parentElement.querySelector("progress"),
    left: Number(box.dataset.left), said: null,
  }));

  function tick() {
    for (const one of shown) {
      const left = Math.max(0, Math.round(one.left - (performance.now() - from) / 1000));
      one.time.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
      one.time.dateTime = `PT${left}S`;
      if (one.bar) one.bar.value = left;
      if (left === 0) one.box.textContent = one.box.dataset.over;
      const minutes = Math.ceil(left / 60);
      one.box.setAttribute("aria-live", SPOKEN_MIN.includes(minutes) && minutes !== one.said ? "polite" : "off");
      one.said = minutes;
    }
  }
  if (shown.length) setInterval(tick, 1000);

  const act = document.getElementById("act");
  const lengths = document.querySelectorAll('input[name="minutes"][data-act]');
  function name() {
    const chosen = [...lengths].find((input) => input.checked);
    act.textContent = chosen ? chosen.dataset.act : act.dataset.plain;
  }
  if (act && lengths.length) {
    lengths.forEach((input) => input.addEventListener("change", name));
    name();
  }
})();
