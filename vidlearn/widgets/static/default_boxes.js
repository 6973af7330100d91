// uses: maths core controls media boxes anchors drag
const SIZES = [25, 30, 40, 50, 60, 70, 80, 90, 100, 110, 125, 140, 160, 180, 200, 230, 260, 300];
const HUNDREDTHS = [...Array(19).keys()].map((k) => Number(((k + 1) / 20).toFixed(2)));
const LEAST = 2; // pixels that stay of a thing inside the picture

/** A path around boxes. */
const outline = (list) => list.map(([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`).join("");
/** A path around each box, as a small cross at its middle. */
const crosses = (list) => list.map(([x1, y1, x2, y2]) =>
  `M${(x1 + x2) / 2 - 1.5} ${(y1 + y2) / 2}h3m-1.5 -1.5v3`).join("");

export default interactive("default-boxes", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [height, width] = get("_size");
  const names = get("_names");
  const given = get("_truths");
  const maps = get("maps").map(([rows, columns, stride, sizes]) => ({
    rows, columns, stride, sizes, laid: anchorsOf([rows, columns], stride, sizes, get("ratios")),
  }));
  const all = maps.flatMap(({ laid }) => laid);
  const now = remember(memory, {
    high: get("high"), low: get("low"), best: get("best"), chosen: 0, others: false,
    placed: given.map(([x1, y1, x2, y2]) => ({ x: (x1 + x2) / 2, y: (y1 + y2) / 2, size: 100 })),
  });

  // The things and what each default box learns ------------------------------------------------

  let truths, assigned, overlaps;
  function boxOf({ x, y, size }, k) {
    const [x1, y1, x2, y2] = given[k];
    if (size === 100 && x === (x1 + x2) / 2 && y === (y1 + y2) / 2) return given[k];
    const [wide, high] = [((x2 - x1) * size) / 200, ((y2 - y1) * size) / 200];
    return [x - wide, y - high, x + wide, y + high];
  }
  function learn() {
    truths = now.placed.map(boxOf);
    overlaps = overlapsOf(all, truths);
    assigned = matchAnchors(overlaps, now, nearestTruths(overlaps, all.length));
    let first = 0;
    for (const map of maps) {
      map.learnt = assigned.slice(first, first += map.laid.length);
    }
  }
  /** The default boxes of a map that learn `which`: a truth, BACKGROUND or IGNORED. */
  const those = ({ laid, learnt }, which) => laid.filter((_, n) => learnt[n] === which);

  // One picture for each map -------------------------------------------------------------------

  function picture(map, m) {
    const scene = boxScene({ width, height, picture: get("_picture"), signal });
    const line = (name, more = "") => ["vl-halo", `vl-${name}`].map((kind) =>
      svg("path", { class: `${kind} ${more}` }));
    const { rows, columns, stride } = map;
    const down = Array.from({ length: columns - 1 }, (_, k) => `M${(k + 1) * stride} 0V${height}`);
    const across = Array.from({ length: rows - 1 }, (_, k) => `M0 ${(k + 1) * stride}H${width}`);
    const mesh = svg("path", { class: "vl-mesh", d: [...down, ...across].join("") });
    const ignored = line("ignored");
    const own = names.map((_, k) => [
      line("learns", `vl-colour${k % 6}`), line("thing", `vl-colour${k % 6}`)]);
    scene.append(svg("svg", {
      class: "vl-over", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none",
      "aria-hidden": "true",
    }, mesh, ...ignored, ...own.flat(2)));
    const field = h("div", {
      class: "vl-view", tabindex: 0, role: "application",
      "aria-label": fill(text.scene, { rows, columns, stride }),
    }, scene);
    const draw = (lines, d) => lines.forEach((one) => set(one, { d: d || null }));
    let held;
    onDrag(field, {
      signal,
      onstart() { held = null; },
      onmove(x, y) {
        const [across, down] = [x * width, y * height];
        if (!held) {
          const hit = nearest(across, down);
          if (hit !== now.chosen) choose(hit);
          held = { x: now.placed[hit].x - across, y: now.placed[hit].y - down };
        }
        move(across + held.x, down + held.y);
      },
    });
    onArrows(field, (right, below, far) => {
      const { x, y } = now.placed[now.chosen];
      const by = far ? 8 : 1;
      move(x + by * right, y + by * below);
    });
    const counts = h("p", { class: "vl-counts" });
    const numbers = ["positive", "ignored", "background"].map((name) => {
      const node = h("b", { [`data-vl-${name}`]: m });
      counts.append(h("span", {}, node, ` ${text[name]}`));
      return node;
    });
    const title = fill(text.map, { rows, columns, stride });
    const detail = fill(text.sizes, {
      sizes: map.sizes.map((size) => brief(size)).join(", "), count: map.laid.length,
    });
    function paint() {
      draw(ignored, now.others ? outline(those(map, IGNORED)) : "");
      own.forEach(([learns, thing], k) => {
        const found = those(map, k);
        const lit = k === now.chosen;
        draw(learns, lit ? outline(found) + crosses(found) : crosses(found));
        draw(thing, outline([truths[k]]));
        for (const one of thing) one.classList.toggle("vl-lit", lit);
      });
      const count = (wanted) => map.learnt.filter(wanted).length;
      const totals = [count((t) => t >= 0), count((t) => t === IGNORED), count((t) => t === BACKGROUND)];
      totals.forEach((total, k) => {
        numbers[k].textContent = total;
        numbers[k].dataset.vlValue = total;
      });
    }
    return { element: panel(title, detail, field, counts), paint };
  }

  /** The thing under a place, the smallest of several, else that with the nearest middle. */
  function nearest(x, y) {
    const rank = truths.map((box) => {
      const within = box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3];
      const far = Math.hypot((box[0] + box[2]) / 2 - x, (box[1] + box[3]) / 2 - y);
      return within ? areaOf(box) : 1e6 + far;
    });
    return rank.indexOf(Math.min(...rank));
  }

  // The table: things by maps ------------------------------------------------------------------

  const cells = names.map((_, k) => maps.map((__, m) => h("td", { "data-vl-learns": `${k},${m}` })));
  const peaks = names.map((_, k) => h("td", { "data-vl-peak": k }));
  const rows = names.map((name, k) => h("tr", {},
    h("th", { scope: "row" }, sign("stroke", `colour${k % 6}`), name), ...cells[k], peaks[k]));
  const table = h("table", { class: "vl-learners" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, text.thing),
      ...maps.map(({ stride }) => h("th", { scope: "col" }, fill(text.of, { stride }))),
      h("th", { scope: "col" }, text.peak))),
    h("tbody", {}, ...rows));
  function paintTable() {
    names.forEach((_, k) => {
      maps.forEach((map, m) => {
        const count = those(map, k).length;
        cells[k][m].textContent = count;
        cells[k][m].dataset.vlValue = count;
      });
      const { most } = peak(overlaps[k]);
      peaks[k].textContent = show(most, 2);
      peaks[k].dataset.vlValue = most;
      rows[k].classList.toggle("vl-lit", k === now.chosen);
    });
  }

  // What the reader does -----------------------------------------------------------------------

  function choose(k) {
    now.chosen = k;
    things.choose(String(k));
    size.put(now.placed[k].size);
    update();
  }
  function move(x, y) {
    const within = (value, most) => Math.min(Math.max(value, LEAST), most - LEAST);
    Object.assign(now.placed[now.chosen], { x: within(x, width), y: within(y, height) });
    update();
  }
  const live = liveLine();
  function update() {
    learn();
    views.forEach(({ paint }) => paint());
    paintTable();
    const name = names[now.chosen];
    const counts = maps.map((map) => those(map, now.chosen).length);
    const where = maps.map(({ stride }, m) => counts[m] && fill(text.some, { count: counts[m], stride }))
      .filter(Boolean).join(text.and);
    live.say(fill(where ? text.live : text.nobody, {
      name, where, peak: show(peak(overlaps[now.chosen]).most, 2),
    }));
  }
  const things = switcher(text.things, names.map((name, k) => [String(k), name]),
    String(now.chosen), (k) => choose(Number(k)));
  const size = slider({
    label: text.size, values: SIZES, value: now.placed[now.chosen].size,
    format(percent) {
      const [x1, y1, x2, y2] = given[now.chosen];
      const [wide, high] = [x2 - x1, y2 - y1].map((side) => show((side * percent) / 100, 0));
      return fill(text.pixels, { wide, high });
    },
    onchange(percent) {
      now.placed[now.chosen].size = percent;
      update();
    },
  });
  const dials = {};
  for (const [name, other, wins] of [["high", "low", Math.min], ["low", "high", Math.max]]) {
    dials[name] = slider({
      label: text[name], values: [...new Set([...HUNDREDTHS, get("high"), get("low")])].sort((a, b) => a - b),
      value: now[name], format: (value) => show(value, 2), onchange(value) {
        now[name] = value;
        now[other] = wins(now[other], value);
        dials[other].put(now[other]);
        put({ high: now.high, low: now.low });
        update();
      },
    });
  }
  const best = toggle(text.best, now.best, (on) => {
    now.best = on;
    put({ best: on });
    update();
  });
  const others = toggle(text.others, now.others, (on) => {
    now.others = on;
    update();
  });
  const views = maps.map(picture);
  root.append(
    h("div", { class: "vl-tops" }, things.element, button("reset", text.reset, reset)),
    h("div", { class: "vl-dials" }, size.element, dials.high.element, dials.low.element),
    h("div", { class: "vl-toggles" }, best, others),
    h("div", { class: "vl-views" }, ...views.map(({ element }) => element)),
    live.element,
    h("div", { class: "vl-wide" }, table),
    legend([sign("stroke", "lit"), text.legend_lit], [sign("stroke", "other"), text.legend_other],
      [sign("stroke", "learns"), text.legend_learns],
      [h("span", { class: "vl-plus", "aria-hidden": "true" }, "+"), text.legend_cross],
      [sign("stroke", "ignored"), text.legend_ignored]),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, { " ": () => {} }); // the page does not scroll
  update();
});
