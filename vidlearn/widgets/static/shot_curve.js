// uses: maths core controls transport media chart drag measure
const SPEEDS = [0.1, 0.25, 0.5, 1, 2];
const [HIGH, LEFT, RIGHT, TOP, FOOT] = [230, 40, 10, 22, 40];
const COUNTS = ["hits", "false_alarms", "misses"];

/** Of each run of frames above the line the one with the highest value, the first of equals. */
function peaksOf(over, values) {
  const found = [];
  let best = -1;
  over.forEach((yes, t) => {
    if (yes && (best < 0 || values[t] > values[best])) best = t;
    if (best >= 0 && !over[t + 1]) {
      found.push(best);
      best = -1;
    }
  });
  return found;
}

/** As `vidlearn.shots.adaptive_threshold`: the line in each frame, and the frames on or above it. */
function adaptiveLine(values, { ratio, window, least }) {
  const line = [];
  const over = values.map((value, t) => {
    const around = [...values.slice(Math.max(t - window, 1), t), ...values.slice(t + 1, t + 1 + window)];
    const mean = around.length ? around.reduce((a, b) => a + b, 0) / around.length : 0;
    line.push(Math.max(least, ratio * Math.max(mean, 1)));
    return t > 0 && value >= least && value / Math.max(mean, 1) >= ratio;
  });
  return { line, over };
}

/**
 * Match cuts at `frames` with transitions as `vidlearn.metrics.evaluate_shots` does: as many as
 * possible, of all ways to do so the least apart, of equals the earlier. Returns for each frame the
 * transition, or -1. Both are in order, so no best pairs cross: what is best of the first i and the
 * first j follows from what is best of fewer; the way back leaves out the later of equals.
 */
function matched(frames, truth, tolerance) {
  const wide = truth.length + 1;
  const best = new Float64Array((frames.length + 1) * wide);
  const gain = (i, j) => {
    const [f, [start, end]] = [frames[i], truth[j]];
    if (Math.max(f - end, start - f) > tolerance) return -1;
    return 1e9 - Math.abs(f - start) - Math.abs(f - end); // a match outweighs any distance
  };
  frames.forEach((_, i) => truth.forEach((_, j) => {
    const here = (i + 1) * wide + j + 1;
    const pair = gain(i, j);
    best[here] = Math.max(best[here - 1], best[here - wide],
      pair < 0 ? 0 : pair + best[here - wide - 1]);
  }));
  const found = frames.map(() => -1);
  for (let i = frames.length, j = truth.length; i && j;) {
    const here = i * wide + j;
    if (best[here] === best[here - wide]) i--;
    else if (best[here] === best[here - 1]) j--;
    else found[--i] = --j;
  }
  return found;
}

/** Round numbers between two ends, about `few` of them. */
function ticksOf(low, high, few) {
  const rough = (high - low) / few;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((one) => one >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(6)));
}

export default interactive("shot-curve", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, truth, kinds, traps, stored] = ["names", "truth", "kinds", "traps", "_stored"].map(get);
  const [tolerance, fps, [[width, height]]] = ["tolerance", "fps", "_sizes"].map(get);
  const all = unpack(get("_curves"), Float64Array);
  const count = all.length / names.length;
  const curves = names.map((_, k) => [...all.subarray(k * count, (k + 1) * count)]);
  const ends = curves.map((values) => [Math.min(0, ...values), Math.max(...values, 1e-9)]);
  // The adaptive line's numbers are made for grey levels: shares are taken times 100.
  const times = ends.map(([low, high]) => (low === 0 && high <= 1 ? 100 : 1));
  const now = remember(memory, {
    curve: get("curve"), thresholds: get("thresholds"), adaptive: get("adaptive"), ratio: get("ratio"),
    window: get("window"), least: get("least"), frame: get("frame"), speed: 1, key: [count, ...names].join(),
  });
  const values = () => curves[now.curve];
  const isGradual = truth.map((_, k) => kinds[k] !== "cut");
  const told = (k) => fill(isGradual[k] ? text.gradual_at : text.cut_at, {
    kind: text.kind_names[kinds[k]], first: truth[k][0], last: truth[k][1] - 1,
  });
  const trapWords = ([name, first, end]) => fill(end - first > 1 ? text.trap : text.trap_short, { name, first, last: end - 1 });
  const trapsAt = (t) => traps.filter(([, first, end]) => first <= t && t <= end);

  // What the line finds
  let found = [];
  let match = [];
  let line = null;
  let tally = {};
  function judge() {
    let over;
    if (now.adaptive) {
      const scale = times[now.curve];
      ({ line, over } = adaptiveLine(values().map((v) => scale * v), now));
      line = line.map((v) => v / scale);
    } else {
      line = null;
      over = values().map((v) => v > now.thresholds[now.curve]);
    }
    found = peaksOf(over, values());
    match = matched(found, truth, tolerance);
    set(plot, { "data-vl-over": over.flatMap((yes, t) => (yes ? [t] : [])).join(" ") });
    const hits = match.filter((k) => k >= 0).length;
    const rate = (part, whole) => (whole ? part / whole : null);
    tally = {
      hits, false_alarms: found.length - hits, misses: truth.length - hits,
      precision: rate(hits, found.length), recall: rate(hits, truth.length),
      f1: rate(2 * hits, found.length + truth.length),
    };
  }

  // The frame before and the frame
  const at = Array.from({ length: count }, (_, t) => stored.findLastIndex((one) => one <= t));
  const shots = [0, 1].map((side) => {
    const film = frameCanvas({ frames: get("_frames"), type: "image/webp", width, height, signal });
    const label = h("figcaption", {});
    return { film, label, element: h("figure", { "data-vl-side": side },
      h("div", { class: "vl-screen" }, film.canvas), label) };
  });
  function look(frame) {
    shots.forEach(({ film, label }, side) => {
      const t = Math.max(0, frame - 1 + side);
      const words = fill(frame || side ? text.picture : text.none_before, { frame: frame - 1 + side });
      film.draw(at[t]);
      label.textContent = stored[at[t]] === t ? words : fill(text.nearest, { words, frame: stored[at[t]] });
      set(film.canvas, { "aria-label": words });
    });
  }

  // The chart
  const place = (t, room) => LEFT + ((t + 0.5) * (room - LEFT - RIGHT)) / count;
  let drawnRoom = 640;
  let lit = -1; // the trap that is named
  const chart = drawing({ signal, before: drawnRoom, draw: charted });
  function charted(room) {
    drawnRoom = room;
    const [low, high] = ends[now.curve];
    const box = [LEFT, TOP, room - RIGHT, HIGH - FOOT];
    const flat = plane({ box, xs: [-0.5, count - 0.5], ys: [low, low + 1.06 * (high - low)] });
    const x = (t) => place(t, room);
    const foot = box[3];
    const hit = new Map(match.map((k, i) => [k, found[i]]));
    const spans = truth.map(([start, end], k) => {
      const left = x(start - 0.5);
      const kind = hit.has(k) ? "met" : "missed";
      const way = { class: `vl-truth vl-${kind}`, "data-vl-truth": k };
      return svg("g", way, isGradual[k]
        ? svg("rect", { x: left, y: TOP, width: Math.max(3, x(end - 0.5) - left), height: foot - TOP })
        : svg("line", { x1: left, x2: left, y1: TOP, y2: foot }));
    });
    const missed = truth.flatMap(([start, end], k) => {
      if (hit.has(k)) return [];
      const middle = x((start + end - 1) / 2);
      return [svg("path", { class: "vl-miss", d: `M${middle - 6} ${TOP - 13}h12l-6 11z` })];
    });
    const bars = traps.map(([, first, end], k) => svg("rect", {
      class: "vl-trap", x: x(first - 0.5), width: Math.max(3, x(end - 0.5) - x(first - 0.5)),
      y: k === lit ? TOP : foot + 2, height: k === lit ? foot + 8 - TOP : 6, "data-vl-lit": k === lit && k,
    }));
    const marks = found.map((t, i) => {
      const y = Math.max(TOP, flat.y(values()[t]));
      const [kind, shape] = match[i] >= 0
        ? ["hit", svg("circle", { cx: x(t), cy: y, r: 5 })]
        : ["false", svg("path", { d: `M${x(t) - 5} ${y - 5}l10 10m0 -10l-10 10` })];
      return svg("g", { class: `vl-found vl-is-${kind}`, "data-vl-found": t, "data-vl-value": match[i] }, shape);
    });
    const limit = now.thresholds[now.curve];
    const level = Math.max(TOP, Math.min(foot, flat.y(limit)));
    const drawnLine = line
      ? flat.line(line.map((v, t) => [t, Math.min(v, low + 1.06 * (high - low))]), { class: "vl-limit" })
      : svg("line", { class: "vl-limit", x1: LEFT, x2: room - RIGHT, y1: level, y2: level });
    grip.style.top = `${level}px`;
    const feet = ticksOf(0, count - 1, Math.max(2, Math.floor(room / 110)));
    return {
      height: HIGH,
      label: fill(text.chart, { name: names[now.curve] || text.difference, count, ...tally }),
      parts: [
        ...spans, ...bars,
        ...flat.rows(ticksOf(low, high, 4).map((v) => [v, brief(v)])),
        ...flat.feet(feet.map((v) => [v, String(v)])),
        flat.written(text.foot, { x: (LEFT + room - RIGHT) / 2, y: HIGH - 4 }, "middle"),
        flat.line(values().map((v, t) => [t, v]), { class: "vl-curve" }),
        drawnLine, ...marks, ...missed,
      ],
    };
  }
  const grip = h("div", { class: "vl-grip", "aria-hidden": "true" });
  const cursor = h("span", { class: "vl-cursor", "aria-hidden": "true" });
  const plot = h("div", { class: "vl-plot" }, chart.element, cursor, grip);
  const mark = () => { cursor.style.left = `${place(now.frame, drawnRoom)}px`; };
  const watcher = new ResizeObserver(mark);
  watcher.observe(chart.element);
  signal.addEventListener("abort", () => watcher.disconnect());
  const frameAt = (share) => {
    const t = Math.floor(((share * plot.clientWidth - LEFT) / (drawnRoom - LEFT - RIGHT)) * count);
    return Math.max(0, Math.min(count - 1, t));
  };
  let held = null; // whether the line is dragged, and whether it has been moved
  onDrag(plot, {
    signal,
    onstart: (event) => { held = { line: event.target === grip, from: event.clientY, moved: false }; },
    onmove(x, y, event) {
      held.moved ||= Math.abs(event.clientY - held.from) > 3;
      held.x = x;
      if (!held.line) return bar.pick(frameAt(x));
      if (!held.moved) return;
      const [low, high] = ends[now.curve];
      const share = (HIGH - FOOT - y * HIGH) / (HIGH - FOOT - TOP);
      limitTo(low + 1.06 * (high - low) * share);
    },
    onend() {
      if (held.line && !held.moved) bar.pick(frameAt(held.x));
    },
  });
  plot.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    const box = plot.getBoundingClientRect();
    say(frameAt((event.clientX - box.left) / box.width));
  }, { signal });
  plot.addEventListener("pointerleave", () => rest(), { signal });

  // Words
  const where = h("p", { class: "vl-where", "aria-hidden": "true" });
  const live = liveLine();
  function words(t) {
    const said = [fill(text.where, { frame: t, seconds: show(t / fps, 2), value: brief(values()[t], { figures: 3 }) })];
    const i = found.indexOf(t);
    const inside = truth.findIndex(([start, end]) => start <= t && t <= Math.max(start, end - 1));
    if (i >= 0) said.push(match[i] >= 0 ? fill(text.is_hit, { what: told(match[i]) }) : text.is_false);
    else if (inside >= 0) said.push(fill(match.includes(inside) ? text.is_met : text.is_missed, { what: told(inside) }));
    return [...said, ...trapsAt(t).map((one) => `${trapWords(one)}.`)].join(" ");
  }
  function say(t) {
    where.textContent = words(t);
  }
  const rest = () => (lit < 0 ? say(now.frame) : (where.textContent = `${trapWords(traps[lit])}.`));
  function verdict() {
    const of = (which) => [
      match.filter((k) => k >= 0 && isGradual[k] === which).length,
      isGradual.filter((one) => one === which).length,
    ];
    const [[cuts, allCuts], [slow, allSlow]] = [of(false), of(true)];
    return fill(text.verdict, { cuts, all_cuts: allCuts, slow, all_slow: allSlow, false: tally.false_alarms });
  }

  // The numbers
  const cell = (name) => h("b", { "data-vl-count": name });
  const cells = Object.fromEntries([...COUNTS, "precision", "recall", "f1"].map((name) => [name, cell(name)]));
  const reckoned = Object.fromEntries(["precision", "recall", "f1"].map((name) => [name, h("span", { class: "vl-why" })]));
  const numbers = h("div", { class: "vl-numbers" },
    ...COUNTS.map((name) => h("div", { class: "vl-tile" }, sign(`of-${name}`), cells[name], h("span", {}, text[name]))));
  const rates = h("div", { class: "vl-rates" },
    ...["precision", "recall", "f1"].flatMap((name) => [h("span", {}, text[name]), reckoned[name], cells[name]]));
  function write() {
    for (const [name, node] of Object.entries(cells)) {
      const value = tally[name];
      node.textContent = value === null ? "–" : COUNTS.includes(name) ? value : show(value, 2);
      set(node, { "data-vl-value": value ?? "" });
    }
    const { hits, false_alarms: wrong, misses } = tally;
    reckoned.precision.textContent = `${hits} / ${hits + wrong}`;
    reckoned.recall.textContent = `${hits} / ${hits + misses}`;
    reckoned.f1.textContent = `${2 * hits} / ${2 * hits + wrong + misses}`;
  }

  /** Everything that the curve and the line decide. */
  function update() {
    judge();
    chart.redraw();
    write();
    plot.classList.toggle("vl-fixed", !now.adaptive);
    straight.hidden = now.adaptive;
    following.hidden = !now.adaptive;
    const { curve, thresholds, adaptive, ratio, window, least } = now;
    put({ curve, thresholds, adaptive, ratio, window, least });
    say(now.frame);
    live.say(verdict());
  }
  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    look(frame);
    mark();
    say(frame);
    if (!playing) live.tell(words(frame));
  }

  // Controls
  const change = (name) => (value) => {
    now[name] = value;
    update();
  };
  function limitTo(value) {
    const [low, high] = ends[now.curve];
    const limit = Number(Math.max(low, Math.min(high, value)).toPrecision(4));
    now.thresholds = now.thresholds.map((one, k) => (k === now.curve ? limit : one));
    dial.put(limit);
    update();
  }
  const nudge = (by) => {
    if (now.adaptive) return;
    limitTo(now.thresholds[now.curve] + (by * (ends[now.curve][1] - ends[now.curve][0])) / 100);
  };
  const dial = slider({
    label: text.threshold, min: 0, max: 1, step: "any", value: 0, format: (v) => brief(v, { figures: 3 }),
    onchange: limitTo,
  });
  onArrows(dial.input, (right, down, far) => nudge((right - down) * (far ? 10 : 1)));
  function fit() {
    const [low, high] = ends[now.curve];
    set(dial.input, { min: low, max: high });
    dial.put(now.thresholds[now.curve]);
    least.put(now.least);
  }
  const ratio = slider({
    label: text.ratio, min: 1, max: Math.max(6, now.ratio), step: 0.05, value: now.ratio,
    format: (v) => show(v, 2), onchange: change("ratio"),
  });
  const window = slider({
    label: text.window, min: 1, max: Math.max(12, now.window), value: now.window,
    format: (v) => fill(text.either_side, { count: v }), onchange: change("window"),
  });
  const least = slider({
    label: text.least, min: 0, max: Math.max(60, now.least), step: 0.5, value: now.least,
    format: (v) => brief(v / times[now.curve]), onchange: change("least"),
  });
  const straight = h("div", { class: "vl-dials" }, dial.element);
  const following = h("div", { class: "vl-dials" }, ratio.element, window.element, least.element);
  const which = switcher(text.curve, names.map((name, k) => [k, name || text.difference]), now.curve, (curve) => {
    now.curve = curve;
    fit();
    update();
  });
  const way = switcher(text.way, [[false, text.straight], [true, text.adaptive]], now.adaptive, change("adaptive"));
  const light = (k) => {
    lit = k;
    chart.redraw();
    rest();
  };
  const chips = traps.map((one, k) => {
    const words = trapWords(one);
    return h("button", {
      type: "button", class: "vl-button vl-chip", "data-vl-trap": k, title: words, "aria-label": words,
      onclick: () => bar.pick(one[1]), onpointerenter: () => light(k), onpointerleave: () => light(-1),
      onfocus: () => light(k), onblur: () => light(-1),
    }, sign("of-trap"), String(one[1]));
  });
  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), now.speed, (value) => {
    now.speed = Number(value);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps / now.speed, told: (step) => [step, count - 1],
  });
  bar.element.append(speed.element);

  root.append(
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" },
        h("div", { class: "vl-pair" }, ...shots.map((one) => one.element)), bar.element),
      h("div", { class: "vl-below" }, plot, where),
      h("div", { class: "vl-right" },
        names.length > 1 ? which.element : "", way.element, straight, following, numbers, rates)),
    traps.length ? h("div", { class: "vl-chips", role: "group", "aria-label": text.traps },
      h("span", {}, text.traps), ...chips) : "",
    live.element,
    legend([sign("of-hits"), text.legend_hit], [sign("of-false_alarms"), text.legend_false],
      [sign("of-misses"), text.legend_miss], [sign("of-truth"), text.legend_truth]),
    note(fill(text.note, { tolerance: fill(tolerance === 1 ? text.one : text.many, { count: tolerance }) })),
    keysNote(text.keys),
  );
  /** Go to the next detection, miss or trap, before or behind the frame shown. */
  const jump = (by) => () => {
    const missed = truth.flatMap(([start], k) => (match.includes(k) ? [] : [start]));
    const spots = [...found, ...missed, ...traps.map(([, first]) => first)].sort((a, b) => a - b);
    const to = by > 0 ? spots.find((t) => t > bar.step) : spots.findLast((t) => t < bar.step);
    bar.pick(to ?? bar.step);
  };
  onKeys(root, {
    ...stepKeys(bar), PageDown: jump(1), PageUp: jump(-1), ArrowUp: () => nudge(1), ArrowDown: () => nudge(-1),
  });
  fit();
  update();
  bar.pick(now.frame);
});
