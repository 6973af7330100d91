// uses: maths core controls media boxes chart drag measure
const IOU = 0.5;
const SIDES = ["before", "after"];
const HEAT = [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]];
const GLIDE = 450; // ms from one map to the other
const FINE = 240; // pixels across of the map that is drawn

/** The colour [r, g, b] of a score from 0 to 1. */
function heatColour(score) {
  const place = 4 * Math.max(0, Math.min(1, score));
  const k = Math.min(3, Math.floor(place));
  return HEAT[k].map((low, c) => low + (place - k) * (HEAT[k + 1][c] - low));
}
const pathOf = (boxes) =>
  boxes.map(([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`).join("");

/** Of each truth, the best IoU after each number of proposals: [0, ...] rising. */
const growth = (proposals, truths) => truths.map((truth) => {
  const best = [0];
  for (const box of proposals) best.push(Math.max(best.at(-1), overlapOf(box, truth)));
  return best;
});

export default interactive("score-maps", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [truths, names, shapes, proposals] =
    ["_truths", "_names", "_shapes", "_proposals"].map((name) => get(name));
  const [height, width] = get("_size");
  const most = Math.max(...SIDES.map((side) => proposals[side].length));
  const judged = truths.length > 0 && most > 0;
  const now = remember(memory, {
    shown: get("shown"), blend: get("blend"), count: Math.min(most, get("count")), map: "all",
    place: null, key: [width, height, most, ...names],
  });
  const two = (value) => show(value, 2);

  // Scores
  const maps = Object.fromEntries(SIDES.map((side) => {
    const flat = unpack(get(`_${side}`), Float32Array);
    let from = 0;
    return [side, shapes.map(([rows, columns]) => flat.subarray(from, (from += rows * columns)))];
  }));
  /** Where a place lies in a map: the cell's number. */
  const cellAt = (k, x, y) => {
    const [rows, columns, down, across] = shapes[k];
    return Math.min(rows - 1, Math.floor(y / down)) * columns
      + Math.min(columns - 1, Math.floor(x / across));
  };
  const used = () => shapes.map((_, k) => k).filter((k) => now.map === "all" || k === now.map);
  const scoreAt = (side, x, y) =>
    Math.max(...used().map((k) => maps[side][k][cellAt(k, x, y)]));

  // The scene
  const scene = boxScene({
    width, height, picture: get("_picture"), signal, tabindex: 0, role: "application",
    "aria-label": text.scene,
  });
  scene.classList.add("vl-view");
  const heat = h("canvas", { class: "vl-heat", "aria-hidden": "true" });
  heat.width = Math.min(FINE, width);
  heat.height = Math.max(1, Math.round((heat.width * height) / width));
  const brush = heat.getContext("2d");
  const lines = svg("svg", {
    class: "vl-lines", "aria-hidden": "true", preserveAspectRatio: "none",
    viewBox: `0 0 ${width} ${height}`,
  });
  const cross = h("span", { class: "vl-cross", "aria-hidden": "true", hidden: "" });
  const tags = truths.map(([x1, y1, x2, y2], k) => {
    const tag = h("span", { class: "vl-tag", "aria-hidden": "true" });
    const room = { width, height };
    lay(tag, [x1, y1, x2, y2], room);
    tag.style.width = tag.style.height = "auto";
    tag.classList.toggle("vl-under", y1 < 0.09 * height);
    return tag;
  });
  scene.append(heat, lines, ...tags, cross);

  /** Paint the map: `share` of the way from before to after. */
  function paint(share) {
    const picture = brush.createImageData(heat.width, heat.height);
    const wanted = used();
    for (let i = 0, at = 0; i < heat.height; i++) {
      const y = ((i + 0.5) * height) / heat.height;
      for (let j = 0; j < heat.width; j++, at += 4) {
        const x = ((j + 0.5) * width) / heat.width;
        let [a, b] = [0, 0];
        for (const k of wanted) {
          const cell = cellAt(k, x, y);
          a = Math.max(a, maps.before[k][cell]);
          b = Math.max(b, maps.after[k][cell]);
        }
        const [red, green, blue] = heatColour(a + share * (b - a));
        picture.data.set([red, green, blue, 255], at);
      }
    }
    brush.putImageData(picture, 0, 0);
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let share = now.shown === "after" ? 1 : 0;
  /** Glide from the map that is seen to the one that is chosen. */
  function glide() {
    const [from, to, start] = [share, now.shown === "after" ? 1 : 0, performance.now()];
    const chosen = now.shown;
    function step(time) {
      if (signal.aborted || now.shown !== chosen) return;
      const part = still ? 1 : Math.min(1, (time - start) / GLIDE);
      share = from + (to - from) * part * part * (3 - 2 * part);
      paint(share);
      if (part < 1) requestAnimationFrame(step);
      else set(heat, { "data-vl-painted": chosen });
    }
    step(start);
  }

  // Proposals and what they cover
  const best = Object.fromEntries(SIDES.map((side) => [side, growth(proposals[side], truths)]));
  const upTo = (side, count) => Math.min(count, proposals[side].length);
  const coverage = (side, count) => best[side].map((row) => row[upTo(side, count)]);
  const covered = (side, count) => coverage(side, count).filter((one) => one >= IOU).length;
  const path = (d, kind) => svg("path", { d, class: `vl-path-${kind}` });
  const twice = (d, kind) => [path(d, `${kind}-halo`), path(d, kind)];
  function drawBoxes() {
    const boxes = proposals[now.shown].slice(0, now.count);
    const hits = (box) => truths.some((truth) => overlapOf(box, truth) >= IOU);
    const overlaps = coverage(now.shown, now.count);
    const got = (k) => judged && overlaps[k] >= IOU;
    lines.replaceChildren(
      ...twice(pathOf(boxes.filter((box) => !hits(box))), "other"),
      ...twice(pathOf(truths.filter((_, k) => !got(k))), "open"),
      ...twice(pathOf(truths.filter((_, k) => got(k))), "covered"),
      ...twice(pathOf(boxes.filter(hits)), "hit"),
    );
    set(lines, { "data-vl-drawn": boxes.length });
    tags.forEach((tag, k) => {
      tag.textContent = got(k) ? `✓ ${names[k]}` : names[k];
      tag.classList.toggle("vl-got", got(k));
    });
  }

  // The numbers
  const rate = h("b", { "data-vl-recall": "" });
  const rateWords = h("span", { class: "vl-why" });
  const rows = truths.map((_, k) => {
    const [mark, level] = [h("span", { class: "vl-mark", "aria-hidden": "true" }), h("span", { class: "vl-level" })];
    const [number, since] = [h("b", { "data-vl-cover": k }), h("span", { class: "vl-since" })];
    const node = h("li", { class: "vl-entry" }, mark, h("span", { class: "vl-name" }, names[k]),
      h("span", { class: "vl-gauge", "aria-hidden": "true" }, level, h("span", { class: "vl-tick" })),
      number, since);
    return { node, mark, level, number, since };
  });
  const list = h("ul", { class: "vl-list", role: "list", "aria-label": text.things }, ...rows.map(({ node }) => node));
  function count() {
    if (!judged) return;
    const got = covered(now.shown, now.count);
    rate.textContent = two(got / truths.length);
    set(rate, { "data-vl-value": got / truths.length });
    rateWords.textContent = fill(text.covered, { got, things: truths.length });
    coverage(now.shown, now.count).forEach((overlap, k) => {
      const { node, mark, level, number, since } = rows[k];
      const good = overlap >= IOU;
      const first = best[now.shown][k].findIndex((one) => one >= IOU);
      mark.textContent = good ? "✓" : "–";
      node.classList.toggle("vl-got", good);
      level.style.width = `${100 * overlap}%`;
      number.textContent = two(overlap);
      set(number, { "data-vl-value": overlap });
      since.textContent = first < 0 ? text.never : fill(text.since, { first });
    });
  }
  const chart = drawing({
    signal, least: 180, before: 260,
    draw(wide) {
      const high = 150;
      const ends = { xs: [0, Math.max(1, most)], ys: [0, 1] };
      const at = plane({ box: [34, 10, wide - 12, high - 26], ...ends });
      const recall = (side) => Array.from({ length: most + 1 }, (_, n) =>
        [n, covered(side, n) / truths.length]);
      const steps = (values) => values.flatMap(([n, v], k) => (k ? [[n, values[k - 1][1]], [n, v]] : [[n, v]]));
      const x = at.x(now.count);
      return {
        height: high,
        label: fill(text.chart, {
          count: now.count, before: two(covered("before", now.count) / truths.length),
          after: two(covered("after", now.count) / truths.length),
        }),
        parts: [
          ...at.rows([[0, "0"], [0.5, "0.5"], [1, "1"]]),
          ...at.feet([[0, "0"], [most, String(most)]]),
          at.written(text.axis, { x: (34 + wide - 12) / 2, y: high - 8 }, "middle"),
          svg("line", { class: "vl-now", x1: x, x2: x, y1: 6, y2: high - 26 }),
          ...SIDES.map((side) => at.line(steps(recall(side)), {
            class: `vl-curve vl-curve-${side}${side === now.shown ? " vl-on" : ""}`,
          })),
          svg("circle", { class: "vl-dot", cx: x, cy: at.y(covered(now.shown, now.count) / truths.length), r: 5 }),
        ],
      };
    },
  });
  const reading = h("p", { class: "vl-reading" });
  const numbers = Object.fromEntries(SIDES.map((side) => [side, h("b", { [`data-vl-${side}`]: "" })]));
  reading.append(h("span", {}), ` ${text.then} `, numbers.before, ` · ${text.now} `, numbers.after);
  function read() {
    const { place } = now;
    set(cross, { hidden: !place && "" });
    const [x, y] = place ?? [width / 2, height / 2];
    cross.style.left = `${(100 * x) / width}%`;
    cross.style.top = `${(100 * y) / height}%`;
    reading.firstChild.textContent = place
      ? fill(text.here, { x: Math.round(x), y: Math.round(y) }) : text.middle;
    for (const side of SIDES) {
      const score = scoreAt(side, x, y);
      numbers[side].textContent = two(score);
      set(numbers[side], { "data-vl-value": score });
    }
  }

  const live = liveLine();
  function tell() {
    if (!judged) return live.say(text.told[now.shown]);
    live.say(`${text.told[now.shown]} ${fill(text.line, {
      count: upTo(now.shown, now.count), got: covered(now.shown, now.count), things: truths.length,
    })}`);
  }
  function update() {
    heat.style.opacity = now.blend;
    drawBoxes();
    count();
    read();
    if (judged) chart.redraw();
    put({ shown: now.shown, count: now.count, blend: now.blend });
    tell();
  }
  const change = (name) => (value) => {
    now[name] = value;
    update();
  };
  const sides = switcher(text.which, SIDES.map((side) => [side, text[side]]), now.shown, turn);
  function turn(side) {
    now.shown = side;
    sides.choose(side);
    glide();
    update();
  }
  const levels = switcher(text.map, [["all", text.all_maps], ...shapes.map(([, , down], k) =>
    [k, fill(text.one_map, { stride: show(down, digits([down], 1)) })])], now.map, (value) => {
    now.map = value;
    paint(share);
    read();
  });
  const blend = slider({
    label: text.blend, min: 0, max: 1, step: 0.05, value: now.blend, format: two, onchange: change("blend"),
  });
  const amount = slider({
    label: text.count, min: 0, max: Math.max(1, most), value: now.count, onchange: change("count"),
  });
  function look(x, y) {
    now.place = [Math.max(0, Math.min(width - 1e-6, x)), Math.max(0, Math.min(height - 1e-6, y))];
    read();
  }
  onDrag(scene, { signal, onmove: (x, y) => look(x * width, y * height) });
  onArrows(scene, (right, down, far) => {
    const [, , tall, wide] = shapes[used()[0]];
    const [x, y] = now.place ?? [width / 2, height / 2];
    const by = far ? 4 : 1;
    look(x + by * right * wide, y + by * down * tall);
    live.say(reading.textContent);
  });
  onKeys(root, { " ": () => turn(now.shown === "after" ? "before" : "after") });

  const swatch = (kind) => sign("swatch", `as-${kind}`);
  const scale = h("p", { class: "vl-scale" }, h("span", {}, text.low),
    h("span", { class: "vl-ramp", "aria-hidden": "true" }), h("span", {}, text.high));
  root.append(
    h("div", { class: "vl-tops" }, sides.element, shapes.length > 1 ? levels.element : ""),
    h("div", { class: `vl-parts${judged ? "" : " vl-alone"}` },
      h("div", { class: "vl-left" }, scene, scale, reading, live.element),
      h("div", { class: "vl-right" },
        h("div", { class: "vl-dials" }, most ? amount.element : "", blend.element),
        ...(judged ? [
          h("p", { class: "vl-rate" }, h("span", {}, text.recall), rate, rateWords),
          list, chart.element,
          legend([swatch("after"), text.legend_after], [swatch("before"), text.legend_before]),
        ] : []))),
    h("div", { class: "vl-bottoms" },
      most ? legend(
        [swatch("hit"), text.legend_hit], [swatch("other"), text.legend_other],
        ...(truths.length
          ? [[swatch("covered"), text.legend_covered], [swatch("open"), text.legend_open]] : []),
      ) : "",
      button("reset", text.reset, reset)),
    note(text.note),
    keysNote(text.keys),
  );
  paint(share);
  set(heat, { "data-vl-painted": now.shown });
  update();
});
