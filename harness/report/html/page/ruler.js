"use strict";
// A ruler over the chart, which says what every stage had at a moment; and the button that copies the line to run again.
(() => {
  const byId = (id) => document.getElementById(id);
  const { totalMs, rows } = JSON.parse(byId("series").textContent);
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => {
      const target = byId(button.dataset.copy);
      getSelection().selectAllChildren(target);
      const told = (text) => () => (button.textContent = text);
      navigator.clipboard?.writeText(target.textContent).then(told("copied"), told("selected"));
    });
  }

  const [chart, cursor, readout] = [byId("chart"), byId("cursor"), byId("readout")];
  let rulerAt = -1;
  function rule(part) {
    rulerAt = Math.min(1, Math.max(0, part));
    cursor.hidden = false;
    cursor.style.left = `${rulerAt * 100}%`;
    const at = Math.min(rows.mysql.length - 1, Math.floor(rulerAt * rows.mysql.length));
    const figures = ["mysql", "topic", "lake"].map((stage) => `${stage} ${rows[stage][at].toLocaleString("en")}`);
    readout.textContent = `+${seconds(rulerAt * totalMs)}   ${figures.join("   ")}`;
  }
  chart.addEventListener("pointermove", (event) => {
    const box = cursor.parentElement.getBoundingClientRect();
    rule((event.clientX - box.left) / box.width);
  });
  chart.addEventListener("pointerleave", () => {
    cursor.hidden = true;
    readout.textContent = "";
  });
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    rule((rulerAt < 0 ? 0 : rulerAt) + step / rows.mysql.length);
  });
})();
