"use strict";
// The life of a row on demand. Text from the run goes in as text nodes and attributes, never as markup.
(() => {
  const source = document.getElementById("lives-data");
  if (source === null) return;
  const lives = JSON.parse(source.textContent);
  const byId = (id) => document.getElementById(id);

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // The same signs as on the rest of the page: what cannot be seen shows its code point.
  const unseen = new RegExp(source.dataset.unseen, "u");
  function data(text) {
    if (text === null) return element("span", { class: "null" }, "NULL");
    const parts = text.split(unseen).map((part, at) => {
      if (at % 2 === 0) return part;
      const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      return element("span", { class: "cp", "data-u": `U+${code}` }, part.codePointAt(0) < 0xa0 ? "" : part);
    });
    return element("bdi", {}, ...parts);
  }

  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  const count = (value) => value.toLocaleString("en");

  const [tableChoice, keyField, found, life] = ["life-table", "life-key", "found", "life"].map(byId);
  const word = (place) => (place < 0 ? "" : lives.words[place]);
  const places = new Map(lives.rows.map((row) => [`${word(row[0])}\u0000${row[1]}`, row]));
  tableChoice.append(element("option", { value: "" }, "every table"));
  for (const table of [...new Set(lives.rows.map(([table]) => word(table)))].sort((left, right) =>
    left.localeCompare(right),
  ))
    tableChoice.append(element("option", { value: table }, table));

  function search() {
    const wanted = keyField.value.trim().toLowerCase();
    const hits = [];
    let more = 0;
    if (wanted !== "" || tableChoice.value !== "") {
      const fits = lives.rows.filter(
        ([table, key]) =>
          (tableChoice.value === "" || word(table) === tableChoice.value) && key.toLowerCase().includes(wanted),
      );
      // Whole values before parts of them: 1001 is not 10010.
      const whole = ([, key]) =>
        key
          .toLowerCase()
          .split(/[=,\s]+/)
          .includes(wanted) || key.toLowerCase() === wanted;
      fits.sort((left, right) => whole(right) - whole(left));
      hits.push(...fits.slice(0, 24));
      more = fits.length - hits.length;
    }
    const chips = hits.map(([table, key]) =>
      element(
        "button",
        { type: "button", class: "key", "data-table": word(table), "data-key": key },
        data(`${word(table)} ${key}`),
      ),
    );
    if (more > 0) chips.push(element("span", {}, `and ${count(more)} more`));
    if (wanted !== "" && hits.length === 0)
      chips.push(
        element(
          "span",
          {},
          lives.keysKept === lives.keys
            ? "No such row."
            : "No such row in the sample of this page: ./floe explain TABLE KEY has every one.",
        ),
      );
    found.replaceChildren(...chips);
    if (hits.length === 1) show(word(hits[0][0]), hits[0][1]);
  }
  keyField.addEventListener("input", search);
  tableChoice.addEventListener("change", search);
  byId("find").addEventListener("submit", (event) => {
    event.preventDefault();
    found.querySelector("button")?.click();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-key]");
    if (button === null || button === undefined) return;
    show(button.dataset.table, button.dataset.key);
    if (!byId("lives").contains(button)) byId("lives").scrollIntoView({ behavior: "smooth" });
  });

  function show(table, key) {
    for (const chip of byId("lives").querySelectorAll("button[data-key]"))
      chip.setAttribute("aria-pressed", String(chip.dataset.table === table && chip.dataset.key === key));
    const row = places.get(`${table}\u0000${key}`);
    const title = element("h3", {}, data(`${table} ${key}`));
    if (row === undefined)
      life.replaceChildren(title, element("p", { class: "quiet" }, "No stage of this run's evidence has this row."));
    else life.replaceChildren(title, ...lanes(row[2]), eventTable(row[2]));
  }

  const stages = ["mysql", "topic", "lake"];
  const heights = { mysql: 8, topic: 50, lake: 92 };

  /** Three lanes with a dot for each sight of the row, and a line along each way. */
  function lanes(events) {
    const dots = [];
    const ways = [];
    for (const [, atMs, , , , , records] of events) {
      if (atMs !== null) dots.push(["mysql", atMs]);
      if (records.length === 0 && atMs !== null) ways.push([["mysql", atMs], ["topic", atMs], true]);
      for (const [, , recordMs, , inLake] of records) {
        if (recordMs !== null) dots.push(["topic", recordMs]);
        if (atMs !== null && recordMs !== null) ways.push([["mysql", atMs], ["topic", recordMs], false]);
        for (const [, rowMs] of inLake) {
          if (rowMs === null) continue;
          dots.push(["lake", rowMs]);
          if (recordMs !== null) ways.push([["topic", recordMs], ["lake", rowMs], false]);
        }
        if (inLake.length === 0 && recordMs !== null) ways.push([["topic", recordMs], ["lake", recordMs], true]);
      }
    }
    if (dots.length === 0) return [];
    const times = dots.map(([, ms]) => ms);
    const [first, last] = [Math.min(...times), Math.max(...times)];
    const margin = Math.max(50, (last - first) * 0.04);
    const [from, to] = [first - margin, last + margin];
    const left = (ms) => ((ms - from) / (to - from)) * 100;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 100 100");
    svg.setAttribute("preserveAspectRatio", "none");
    for (const [[upper, upperMs], [lower, lowerMs], missing] of ways) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const end = missing ? heights[lower] - 18 : heights[lower];
      path.setAttribute("d", `M${left(upperMs)} ${heights[upper]}L${left(lowerMs)} ${end}`);
      if (missing) path.setAttribute("class", "missing");
      svg.append(path);
    }
    const box = element("div", { class: "lanes" });
    for (const stage of stages) {
      box.append(
        element("span", { class: `lane-name ${stage}-ink`, style: `top:${heights[stage]}%` }, stage),
        element("span", { class: "lane-line", style: `top:${heights[stage]}%` }),
      );
    }
    box.append(svg);
    for (const [stage, ms] of dots)
      box.append(
        element("span", {
          class: `dot ${stage}-ink`,
          style: `left:${left(ms)}%;top:${heights[stage]}%`,
          title: `+${seconds(ms)}`,
        }),
      );
    const axis = element("div", { class: "axis" });
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const label = element("span", { style: `left:${part * 100}%` }, `+${seconds(from + part * (to - from))}`);
      if (part > 0) label.className = part === 1 ? "end" : part === 0.5 ? "" : "odd";
      axis.append(label);
    }
    return [box, axis];
  }

  function eventTable(events) {
    const heads = ["what", "MySQL", "topic", "lake", "values"].map((name) => element("th", {}, name));
    const body = element("tbody", {}, ...events.map(eventRow));
    return element("table", { class: "events" }, element("thead", {}, element("tr", {}, ...heads)), body);
  }

  function eventRow([kind, atMs, gtid, transaction, label, changes, records]) {
    const small = (text) => element("small", {}, data(text));
    const cell = (stage, ...children) => element("td", { "data-stage": stage }, ...children);
    const what = element("td", {}, element("b", {}, data(word(kind))));
    if (label >= 0) what.append(small(word(label)));
    const mysql = cell("MySQL", atMs === null ? "·" : `+${seconds(atMs)}`);
    if (gtid >= 0) mysql.append(small(transaction === null ? word(gtid) : `${word(gtid)}:${transaction}`));
    const topic = cell("topic");
    const lake = cell("lake");
    if (records.length === 0) topic.append(element("span", { class: "red-ink" }, "not there"));
    for (const [partition, offset, recordMs, op, inLake] of records) {
      if (offset < 0) topic.append("no record");
      else
        topic.append(
          recordMs === null ? "·" : `+${seconds(recordMs)}${since(recordMs, atMs)}`,
          small(`${partition}:${offset} op ${word(op)}`),
        );
      if (inLake.length === 0)
        lake.append(
          element(
            "span",
            { class: kindless(kind, op) ? "" : "red-ink" },
            kindless(kind, op) ? "none: a tombstone" : "not there",
          ),
        );
      if (inLake.length > 1) lake.append(element("b", { class: "red-ink" }, `${inLake.length} times`), " ");
      for (const [snapshot, rowMs, file] of inLake)
        lake.append(
          rowMs === null ? "there" : `+${seconds(rowMs)}${since(rowMs, atMs ?? recordMs)}`,
          small(`${snapshot < 0 ? "" : `snapshot ${word(snapshot)}, `}${word(file)}`),
        );
    }
    return element("tr", {}, what, mysql, topic, lake, element("td", { "data-stage": "" }, ...changes.flatMap(change)));
  }

  /** A tombstone says nothing that its delete did not, and no sink stores it. */
  const kindless = (kind, op) => word(kind) === "tombstone" || word(op) === "tombstone";
  const since = (ms, fromMs) => (fromMs === null ? "" : `, after ${span(Math.max(0, ms - fromMs))}`);
  const span = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : seconds(ms));

  function change([column, before, after]) {
    const name = element("span", { class: "column" }, data(word(column)), " ");
    const values =
      before === 0 ? [data(after)] : [element("del", {}, data(before)), " → ", element("ins", {}, data(after))];
    return [element("div", {}, name, ...values)];
  }

  const first = document.querySelector(".finding .key") ?? document.querySelector("#lives .key");
  if (first !== null) show(first.dataset.table, first.dataset.key);
  else {
    // The row to which most happened is the one to show first.
    const eventful = lives.rows
      .slice(0, 2000)
      .reduce((best, row) => (row[2].length > (best?.[2].length ?? 0) ? row : best), undefined);
    if (eventful !== undefined) show(word(eventful[0]), eventful[1]);
  }
})();
