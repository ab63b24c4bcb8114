// Moves in the table of who can run what by the arrow keys: one tab stop, Home and End within a row, Enter opens.
// Without this file every cell is a link of its own.
"use strict";

(() => {
  const table = document.querySelector("table.matrix");
  if (!table) return;
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("a.mxc")]);
  const all = rows.flat();
  if (!all.length) return;
  all.forEach((cell, number) => { cell.tabIndex = number ? -1 : 0; });

  function go(cell) {
    table.querySelector('tbody a.mxc[tabindex="0"]').tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  table.addEventListener("focusin", (event) => {
    if (!event.target.matches("tbody a.mxc")) return;
    table.querySelector('tbody a.mxc[tabindex="0"]').tabIndex = -1;
    event.target.tabIndex = 0;
  });

  table.addEventListener("keydown", (event) => {
    const row = rows.findIndex((cells) => cells.includes(event.target));
    if (row < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const column = rows[row].indexOf(event.target);
    const last = rows[row].length - 1;
    const to = {
      ArrowRight: [row, Math.min(column + 1, last)], ArrowLeft: [row, Math.max(column - 1, 0)],
      ArrowDown: [Math.min(row + 1, rows.length - 1), column], ArrowUp: [Math.max(row - 1, 0), column],
      Home: [row, 0], End: [row, last],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    go(rows[to[0]][to[1]]);
  });
})();
