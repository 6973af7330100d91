// uses: maths core controls media boxes drag
const METHODS = ["greedy", "best", "own"];
const LEAST = 2; // pixels that stay of a detection inside the picture

/** The cheapest allowed pair of those that are free, again and again: a list of [row, column]. */
function greedyPairs(costs, allowed) {
  const all = costs.flatMap((row, i) => row.map((cost, j) => ({ cost, i, j })))
    .filter(({ i, j }) => allowed(i, j))
    .sort((a, b) => a.cost - b.cost || a.i - b.i || a.j - b.j);
  const [rows, columns] = [new Set(), new Set()];
  return all.filter(({ i, j }) => {
    if (rows.has(i) || columns.has(j)) return false;
    rows.add(i);
    columns.add(j);
    return true;
  }).map(({ i, j }) => [i, j]);
}

/** Of all ways with the most pairs the cheapest, found row by row over the columns in use. */
function bestPairs(costs, allowed) {
  let ways = new Map([[0, { sum: 0, pairs: [] }]]); // columns in use, a bit each: the best way there
  costs.forEach((row, i) => {
    const next = new Map();
    const offer = (used, way) => {
      const held = next.get(used); // of one set of columns all have as many pairs
      if (!held || way.sum < held.sum) next.set(used, way);
    };
    for (const [used, way] of ways) {
      offer(used, way);
      row.forEach((cost, j) => {
        if (used & (1 << j) || !allowed(i, j)) return;
        offer(used | (1 << j), { sum: way.sum + cost, pairs: [...way.pairs, [i, j]] });
      });
    }
    ways = next;
  });
  return [...ways.values()].sort((a, b) => b.pairs.length - a.pairs.length || a.sum - b.sum)[0].pairs;
}

export default interactive("assignment-matrix", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [height, width] = get("_size");
  const [tracks, ids] = [get("_tracks"), get("_ids")];
  const given = get("detections");
  const letters = given.map((_, j) => String.fromCharCode(65 + j));
  const most = { iou: 1, distance: Math.ceil(Math.hypot(height, width)) };
  const now = remember(memory, {
    costs: get("costs"), method: get("method"), placed: given, step: 0, own: [], key: tracks,
    gates: { ...most, [get("costs")]: get("gate") },
  });
  const middle = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2];
  const written = (cost) => show(cost, now.costs === "iou" ? 2 : cost < 99.95 ? 1 : 0);
  const counted = (count) => (count === 1 ? text.one_pair : fill(text.many_pairs, { count }));
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];

  // The costs and the three ways ---------------------------------------------------------------

  let costs, ways;
  const allowed = (i, j) => costs[i][j] <= now.gates[now.costs];
  const sumOf = (pairs) => pairs.reduce((total, [i, j]) => total + costs[i][j], 0);
  function reckon() {
    costs = tracks.map((track) => now.placed.map((box) => {
      if (now.costs === "iou") return 1 - iouOf(track, box);
      const [a, b] = [middle(track), middle(box)];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }));
    now.own = now.own.filter(([i, j]) => allowed(i, j));
    ways = { greedy: greedyPairs(costs, allowed), best: bestPairs(costs, allowed), own: now.own };
    now.step = Math.min(now.step, ways.greedy.length);
  }
  const paired = (method = now.method) =>
    (method === "greedy" && now.method === "greedy" ? ways.greedy.slice(0, now.step) : ways[method]);

  // The picture --------------------------------------------------------------------------------

  const scene = boxScene({
    width, height, picture: get("_picture"), signal, role: "group", "aria-label": text.scene,
  });
  const size = { width, height };
  const tag = (words) => h("span", { class: "vl-tag" }, words);
  const trackNodes = tracks.map((box, i) => {
    const node = h("div", { class: `vl-track-of vl-colour${i}`, "aria-hidden": "true" }, tag(ids[i]));
    lay(node, box, size);
    node.classList.toggle("vl-under", box[1] < 0.08 * height);
    return node;
  });
  const links = svg("svg", {
    class: "vl-links", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const found = given.map((_, j) => {
    const node = h("div", { class: "vl-found", "aria-hidden": "true" }, tag(letters[j]));
    const handle = h("div", {
      class: "vl-handle", tabindex: 0, role: "application", "data-vl-handle": j,
    });
    let start, from, held;
    onDrag(handle, {
      signal,
      onstart(event) {
        held = nearest(event);
        [start, from] = [[event.clientX, event.clientY], now.placed[held]];
        scene.classList.add("vl-dragging");
      },
      onmove(x, y, event) {
        const room = scene.getBoundingClientRect();
        const right = ((event.clientX - start[0]) / room.width) * width;
        const down = ((event.clientY - start[1]) / room.height) * height;
        if (right || down) move(held, from, right, down, true);
      },
      onend() {
        scene.classList.remove("vl-dragging");
        tell();
      },
    });
    onArrows(handle, (right, down, far) => {
      const by = (far ? 8 : 1) * Math.max(1, Math.round(width / 320));
      move(j, now.placed[j], by * right, by * down);
    });
    return { node, handle };
  });
  scene.append(...trackNodes, ...found.map(({ node }) => node), links,
    ...found.map(({ handle }) => handle));
  /** Of the detections under the pointer that with the nearest middle. */
  function nearest({ clientX, clientY }) {
    const away = found.map(({ handle }) => {
      const { left, top, right, bottom } = handle.getBoundingClientRect();
      const under = left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
      return under ? Math.hypot((left + right) / 2 - clientX, (top + bottom) / 2 - clientY) : Infinity;
    });
    return away.indexOf(Math.min(...away));
  }
  /** Move a detection that stood at `from`; a little of it stays inside. */
  function move(j, from, right, down, quiet = false) {
    const [x1, y1, x2, y2] = from;
    const within = (by, low, high, room) =>
      Math.round(Math.min(Math.max(by, LEAST - high), room - LEAST - low) * 100) / 100;
    const [dx, dy] = [within(right, x1, x2, width), within(down, y1, y2, height)];
    now.placed = now.placed.map((box, k) => (k === j ? [x1 + dx, y1 + dy, x2 + dx, y2 + dy] : box));
    update(quiet);
  }

  // The matrix ---------------------------------------------------------------------------------

  const corner = h("div", { class: "vl-corner", role: "columnheader" });
  const heads = letters.map((letter) => h("div", { class: "vl-head", role: "columnheader" }, tag(letter)));
  const cells = tracks.map((_, i) => letters.map((_, j) => h("div", {
    class: "vl-cost", role: "gridcell", tabindex: i || j ? -1 : 0, "data-vl-cost": `${i},${j}`,
    onclick: () => choose(i, j),
  })));
  const grid = h("div", { class: "vl-matrix", role: "grid", "aria-label": text.matrix },
    h("div", { class: "vl-line-of", role: "row" }, corner, ...heads),
    ...tracks.map((_, i) => h("div", { class: "vl-line-of", role: "row" },
      h("div", { class: `vl-head vl-colour${i}`, role: "rowheader" }, tag(ids[i])), ...cells[i])));
  grid.style.setProperty("--vl-columns", letters.length);
  let place = [0, 0];
  function rove(i, j) {
    if (!cells[i]?.[j]) return;
    set(cells[place[0]][place[1]], { tabindex: -1 });
    place = [i, j];
    set(cells[i][j], { tabindex: 0 });
    cells[i][j].focus({ preventScroll: true });
  }
  onArrows(grid, (right, down) => rove(place[0] + down, place[1] + right));
  grid.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(...place);
  });
  /** Pair by hand, or part: what is shown is where the reader goes on from. */
  function choose(i, j) {
    rove(i, j);
    if (!allowed(i, j)) return live.say(fill(text.beyond, { gate: written(now.gates[now.costs]) }));
    const before = paired();
    now.own = before.filter(([a, b]) => a !== i && b !== j);
    if (!before.some((pair) => same(pair, [i, j]))) now.own.push([i, j]);
    go("own");
  }

  // Sums ---------------------------------------------------------------------------------------

  const sums = Object.fromEntries(METHODS.map((method) => {
    const [number, count, words] = [
      h("td", { "data-vl-sum": method }), h("td", { "data-vl-pairs": method }),
      h("td", { class: "vl-verdict" }),
    ];
    const level = h("span", { class: "vl-level" });
    const row = h("tr", {}, h("th", { scope: "row" }, text.methods[method]), count, number,
      h("td", { class: "vl-gauge-of", "aria-hidden": "true" }, h("span", { class: "vl-gauge" }, level)),
      words);
    return [method, { row, number, count, words, level }];
  }));
  const table = h("table", { class: "vl-sums" },
    h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, text.pairs),
      h("th", { scope: "col" }, text.sum), h("td", { class: "vl-gauge-of" }), h("td", {}))),
    h("tbody", {}, ...METHODS.map((method) => sums[method].row)));
  function verdict(method) {
    const [own, best] = [paired(method), ways.best];
    if (method === "best" || !own.length) return "";
    if (method === "greedy" && own.length < ways.greedy.length) return text.so_far;
    const fewer = best.length - own.length;
    if (fewer) return fill(fewer === 1 ? text.fewer : text.fewer_many, { count: fewer });
    const more = sumOf(own) - sumOf(best);
    return more < 1e-9 ? text.as_good : fill(text.more, { more: written(more) });
  }
  function writeSums() {
    const highest = Math.max(...METHODS.map((method) => sumOf(ways[method])), 1e-9);
    for (const method of METHODS) {
      const { row, number, count, words, level } = sums[method];
      const pairs = paired(method);
      count.textContent = pairs.length;
      count.dataset.vlValue = pairs.length;
      number.textContent = pairs.length ? written(sumOf(pairs)) : "–";
      number.dataset.vlValue = sumOf(pairs);
      level.style.width = `${(100 * sumOf(pairs)) / highest}%`;
      words.textContent = verdict(method);
      row.classList.toggle("vl-lit", method === now.method);
      row.classList.toggle("vl-short", pairs.length < ways.best.length); // not to be compared
    }
  }

  // All of it ----------------------------------------------------------------------------------

  function paintScene(pairs) {
    const partner = new Map(pairs.map(([i, j]) => [j, i]));
    found.forEach(({ node, handle }, j) => {
      const box = now.placed[j];
      const [x, y] = middle(box);
      lay(node, box, size);
      lay(handle, [x, y, x, y], size);
      handle.style.width = `max(34px, ${(100 * (box[2] - box[0])) / width}%)`;
      handle.style.height = `max(34px, ${(100 * (box[3] - box[1])) / height}%)`;
      set(handle, { "aria-label": fill(text.handle, {
        letter: letters[j], x: show(x, 0), y: show(y, 0),
      }) });
      node.className = `vl-found ${partner.has(j) ? `vl-colour${partner.get(j)} vl-taken` : ""}`;
    });
    const latest = now.method === "greedy" ? pairs.length - 1 : -1;
    links.replaceChildren(...pairs.flatMap(([i, j], k) => ["vl-halo", "vl-link"].map((name) => {
      const [[x1, y1], [x2, y2]] = [middle(tracks[i]), middle(now.placed[j])];
      return svg("path", {
        class: `${name} vl-colour${i} ${k === latest ? "vl-latest" : ""}`, d: `M${x1} ${y1}L${x2} ${y2}`,
        "data-vl-link": name === "vl-link" && `${i},${j}`,
      });
    })));
  }
  function paintMatrix(pairs) {
    const rows = new Set(pairs.map(([i]) => i));
    const columns = new Set(pairs.map(([, j]) => j));
    const latest = now.method === "greedy" && pairs.at(-1);
    corner.textContent = text.units[now.costs];
    cells.forEach((line, i) => line.forEach((cell, j) => {
      const mine = pairs.some((pair) => same(pair, [i, j]));
      const state = mine ? "paired" : !allowed(i, j) ? "beyond" : rows.has(i) || columns.has(j) ? "gone" : "free";
      cell.textContent = written(costs[i][j]);
      cell.className = `vl-cost vl-is-${state} vl-colour${i} ${latest && same(latest, [i, j]) ? "vl-latest" : ""}`;
      cell.style.setProperty("--vl-share",
        `${Math.round(40 * Math.max(0, 1 - costs[i][j] / (now.gates[now.costs] || 1)))}%`);
      set(cell, {
        "data-vl-value": costs[i][j], "data-vl-is": state,
        "aria-label": fill(text.cell, {
          id: ids[i], letter: letters[j], cost: written(costs[i][j]), state: text.states[state],
        }),
      });
    }));
  }
  const live = liveLine();
  const pairWords = ([i, j]) => fill(text.pair, {
    id: ids[i], letter: letters[j], cost: written(costs[i][j]),
  });
  function greedyWords() {
    const { greedy, best } = ways;
    if (!greedy.length) return text.none;
    if (!now.step) return text.start;
    const took = fill(text.took, { step: now.step, pair: pairWords(greedy[now.step - 1]) });
    if (now.step < greedy.length) return took;
    const [sum, other] = [written(sumOf(greedy)), written(sumOf(best))];
    const end = greedy.length < best.length ? text.end_fewer
      : sumOf(greedy) - sumOf(best) > 1e-9 ? text.end_worse : text.end_best;
    return `${took} ${fill(end, { sum, other, count: greedy.length, most: best.length })}`;
  }
  function bestWords() {
    const { greedy, best } = ways;
    if (!best.length) return text.none;
    const other = new Map(greedy);
    const changes = best.filter(([i, j]) => other.get(i) !== j).map(([i, j]) => {
      const before = other.get(i);
      if (before === undefined) return fill(text.gets, { id: ids[i], letter: letters[j] });
      const by = costs[i][j] - costs[i][before];
      return fill(by > 0 ? text.pays_more : text.pays_less, {
        id: ids[i], letter: letters[j], before: letters[before], by: written(Math.abs(by)),
      });
    });
    const first = fill(text.least, {
      sum: written(sumOf(best)), pairs: counted(best.length),
    });
    return `${first} ${changes.length ? fill(text.against, { list: changes.join(text.then) }) : text.alike}`;
  }
  function ownWords() {
    const { own } = ways;
    if (!own.length) return text.own_start;
    return fill(text.yours, { sum: written(sumOf(own)), pairs: counted(own.length) });
  }
  const tell = (quiet = false) =>
    live.say({ greedy: greedyWords, best: bestWords, own: ownWords }[now.method](), quiet);
  function update(quiet = false) {
    reckon();
    const pairs = paired();
    paintScene(pairs);
    paintMatrix(pairs);
    writeSums();
    const stepping = now.method === "greedy";
    const full = stepping && now.step >= ways.greedy.length;
    set(next, { "aria-disabled": full && "true" });
    set(back, { "aria-disabled": !(stepping && now.step) && "true" });
    put({
      costs: now.costs, gate: now.gates[now.costs], method: now.method, detections: now.placed,
    });
    tell(quiet);
  }
  function go(method) {
    now.method = method;
    methods.choose(method);
    update();
  }
  /** Walk through the greedy way, from whichever is shown. */
  function walk(to) {
    now.step = Math.max(0, Math.min(ways.greedy.length, to));
    go("greedy");
  }
  const methods = switcher(text.method, METHODS.map((name) => [name, text.methods[name]]),
    now.method, go);
  const kinds = switcher(text.kind, ["iou", "distance"].map((name) => [name, text.kinds[name]]),
    now.costs, (kind) => {
      now.costs = kind;
      swapGate();
      update();
    });
  const gates = Object.fromEntries(["iou", "distance"].map((kind) => [kind, slider({
    label: text.gates[kind], value: now.gates[kind], min: 0, max: most[kind],
    step: "any", format: (value) => (kind === "iou"
      ? fill(text.gate_iou, { gate: show(value, 2), iou: show(1 - value, 2) })
      : fill(text.pixels, { gate: show(value, 0) })),
    onchange(value) {
      now.gates[kind] = kind === "iou" ? Math.round(100 * value) / 100 : Math.round(value);
      update();
    },
  })]));
  function swapGate() {
    for (const kind of Object.keys(gates)) gates[kind].element.hidden = kind !== now.costs;
  }
  const next = button("next", text.take, () => walk(now.method === "greedy" ? now.step + 1 : 1));
  const back = button("back", text.undo, () => now.method === "greedy" && walk(now.step - 1));
  root.append(
    h("div", { class: "vl-tops" }, methods.element, kinds.element, button("reset", text.reset, reset)),
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, scene,
        legend([sign("stroke", "foreseen"), text.legend_track],
          [sign("stroke", "seen"), text.legend_detection]),
        live.element),
      h("div", { class: "vl-right" }, grid,
        h("div", { class: "vl-steps" }, next, back), table, gates.iou.element, gates.distance.element)),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, {
    ArrowRight: () => walk(now.step + 1),
    ArrowLeft: () => walk(now.step - 1),
    Home: () => walk(0),
    End: () => walk(Infinity),
    " ": () => walk(now.method === "greedy" ? now.step + 1 : 1),
  });
  swapGate();
  update();
});
