// Says on the button how many exceptions get the outcome. The page is complete without this file.
"use strict";

(() => {
  const button = document.getElementById("give");
  const boxes = [...document.querySelectorAll(".tick input")];
  if (!button || !boxes.length) return;
  function name() {
    const ticked = boxes.filter((box) => box.checked).length;
    const words = { 0: button.dataset.none, 1: button.dataset.one };
    button.textContent = words[ticked] ?? button.dataset.many.replace("{n}", ticked);
  }
  boxes.forEach((box) => box.addEventListener("change", name));
  name();
})();
