// uses: maths core controls transport chart measure
const BINS = 64;
const [HIGH, LEFT, RIGHT, TOP, FOOT] = [150, 44, 10, 10, 22];

/** The nearest whole number; halves go to the even one, as in NumPy. */
function rint(value) {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 ? low + 1 : low;
}

/** How much of the second picture is in each frame. */
function sharesOf({ length, way }, around) {
  return Array.from({ length: length + 2 * around }, (_, t) => {
    if (way === "cut") return Number(t >= around + Math.floor(length / 2));
    const even = Math.max(0, Math.min(1, (t - around + 1) / (length + 1)));
    return way === "eased" ? even * even * (3 - 2 * even) : even;
  });
}

function mixOf(first, last, share) {
  const found = new Uint8Array(first.length);
  for (let k = 0; k < found.length; k++) found[k] = rint((1 - share) * first[k] + share * last[k]);
  return found;
}

/** Mean, variance and histogram of the grey levels of a picture. */
function levelsOf(picture) {
  const counts = new Float64Array(256);
  const pixels = picture.length / 3;
  for (let k = 0; k < picture.length; k += 3) {
    counts[(9798 * picture[k] + 19235 * picture[k + 1] + 3735 * picture[k + 2] + 16384) >> 15]++;
  }
  const histogram = Array(BINS).fill(0);
  let [sum, squares] = [0, 0];
  counts.forEach((count, level) => {
    histogram[level >> 2] += count / pixels;
    sum += count * level;
    squares += count * level * level;
  });
  return { histogram, spread: squares / pixels - (sum / pixels) ** 2 };
}

function differenceOf(a, b) {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += Math.abs(a[k] - b[k]);
  return total / a.length;
}
const distanceOf = (a, b) => a.reduce((sum, v, k) => sum + Math.abs(v - b[k]), 0) / 2;

/**
 * As `vidlearn.shots.twin_comparison`: what was suspected, from the first frame to the last, each
 * with the distances to the frame before it, and whether that made a transition of it.
 */
function twinsOf(histograms, low, high) {
  const steps = histograms.map((now, t) => (t ? distanceOf(histograms[t - 1], now) : 0));
  const found = [];
  let open = null;
  const close = (end) => {
    const long = open.to - open.start > 0;
    found.push({ ...open, end, confirmed: long && open.grown.at(-1) >= high });
    open = null;
  };
  steps.forEach((step, t) => {
    const suspicious = low <= step && step < high;
    if (suspicious && !open) open = { start: t, grown: [] };
    if (suspicious) {
      open.to = t;
      open.grown.push(distanceOf(histograms[open.start - 1], histograms[t]));
    }
    if (!suspicious && open) close(step < high ? t - 1 : t);
  });
  if (open) close(steps.length - 1);
  return { steps, found };
}

/** As `vidlearn.shots.spread_parabola`: sag and fit, and the parabola at x from -1 to 1. */
function parabolaOf(values) {
  const count = values.length;
  if (count < 3) return null;
  const xs = values.map((_, k) => (2 * k) / (count - 1) - 1);
  const sum = (of) => xs.reduce((total, x, k) => total + of(x, values[k]), 0);
  const [x2, x4] = [sum((x) => x * x), sum((x) => x ** 4)];
  const [y, xy, x2y] = [sum((_, v) => v), sum((x, v) => x * v), sum((x, v) => x * x * v)];
  const a = (count * x2y - x2 * y) / (count * x4 - x2 * x2);
  const [b, c] = [xy / x2, (y - a * x2) / count];
  const curve = (x) => (a * x + b) * x + c;
  const total = sum((_, v) => (v - y / count) ** 2);
  const fit = total > 0 ? 1 - sum((x, v) => (v - curve(x)) ** 2) / total : 0;
  const middle = (curve(xs[Math.floor((count - 1) / 2)]) + curve(xs[Math.ceil((count - 1) / 2)])) / 2;
  const ends = (curve(-1) + curve(1)) / 2;
  return { curve: xs.map(curve), sag: ends > 1e-9 ? 1 - middle / ends : 0, fit };
}

export default interactive("dissolve-frames", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [[[width, height]], around] = ["_sizes", "_around"].map(get);
  const bytes = unpack(get("_pictures"), Uint8Array);
  const [first, last] = [0, 1].map((k) => bytes.subarray((k * bytes.length) / 2, ((k + 1) * bytes.length) / 2));
  const now = remember(memory, {
    length: get("length"), way: get("way"), low: get("low"), high: get("high"), frame: get("frame"),
    key: bytes.length,
  });
  const jump = differenceOf(first, last);

  // What is mixed, and what is measured of it
  let [shares, mixes, levels, differences, twins, parabola, span] = [[], [], [], [], {}, null, []];
  function mix() {
    shares = sharesOf(now, around);
    mixes = shares.map((share) => mixOf(first, last, share));
    levels = mixes.map(levelsOf);
    differences = mixes.map((one, t) => (t ? differenceOf(mixes[t - 1], one) : 0));
    const middle = around + Math.floor(now.length / 2);
    span = now.way === "cut" ? [middle, middle] : [around, around + now.length];
    parabola = parabolaOf(levels.slice(span[0] - 1, span[1] + 1).map(({ spread }) => spread));
  }
  function compare() {
    twins = twinsOf(levels.map(({ histogram }) => histogram), now.low, now.high);
  }

  // The pictures
  function draw(canvas, pixels) {
    const image = new ImageData(width, height);
    for (let k = 0, p = 0; k < image.data.length; k += 4, p += 3) {
      image.data.set([pixels[p], pixels[p + 1], pixels[p + 2], 255], k);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  const picture = (name) => {
    const canvas = h("canvas", { width, height, role: "img" });
    const label = h("figcaption", {});
    const bar = h("span", { class: `vl-part vl-of-${name}` });
    const number = h("b", { [`data-vl-${name}`]: "" });
    const below = name === "mixed" ? label : h("figcaption", {}, h("span", { class: "vl-weight", "aria-hidden": "true" }, bar), number);
    const element = h("figure", {}, h("div", { class: "vl-look" }, canvas), below);
    return { canvas, label, bar, number, element };
  };
  const cards = Object.fromEntries(["first", "mixed", "last"].map((name) => [name, picture(name)]));
  draw(cards.first.canvas, first);
  draw(cards.last.canvas, last);
  set(cards.first.canvas, { "aria-label": text.first_picture });
  set(cards.last.canvas, { "aria-label": text.last_picture });

  // The charts
  function chartOf(name, describe) {
    const chart = drawing({
      signal, least: 220, before: 270,
      draw(room) {
        const box = [LEFT, TOP, room - RIGHT, HIGH - FOOT];
        const { top, parts, dot, ticks, label } = describe();
        const count = shares.length;
        const flat = plane({ box, xs: [-0.5, count - 0.5], ys: [0, top] });
        const [start, end] = [span[0], Math.max(span[1], span[0] + 0.12)];
        const ground = svg("rect", {
          class: "vl-span", x: flat.x(start - 0.5), width: flat.x(end - 0.5) - flat.x(start - 0.5),
          y: TOP, height: HIGH - FOOT - TOP,
        });
        const feet = [0, span[0], span[1], count - 1].filter((v, k, all) => all.indexOf(v) === k);
        const apart = feet.filter((v, k) => !k || flat.x(v) - flat.x(feet[k - 1]) > 26);
        return {
          height: HIGH, label,
          parts: [
            ground, ...flat.rows(ticks.map((v) => [v, brief(v, { figures: 2 })])),
            ...flat.feet(apart.map((v) => [v, String(v)])), ...parts(flat),
            ...dot.map(([v, kind]) => svg("circle", {
              class: `vl-dot ${kind}`, r: 5.5, cx: flat.x(now.frame), cy: flat.y(v), "data-vl-dot": name, "data-vl-value": v,
            })),
          ],
        };
      },
    });
    const number = h("span", { class: "vl-detail" });
    const element = panel(text[name], "", number, chart.element);
    return { chart, number, element };
  }
  const charts = {
    difference: chartOf("difference", () => {
      const top = 1.12 * Math.max(jump, 1);
      return {
        top, ticks: [0, jump], dot: [[differences[now.frame], ""]],
        label: fill(text.difference_chart, { most: brief(Math.max(...differences), { figures: 2 }), jump: brief(jump, { figures: 2 }) }),
        parts: (flat) => [flat.line(differences.map((v, t) => [t, v]), { class: "vl-curve" })],
      };
    }),
    spread: chartOf("spread", () => {
      const values = levels.map(({ spread }) => spread);
      const top = 1.12 * Math.max(...values, 1);
      const fitted = parabola ? parabola.curve.map((v, k) => [span[0] - 1 + k, Math.max(0, v)]) : [];
      return {
        top, ticks: [0, values[0], values.at(-1)].filter((v, k, all) => !k || all.slice(0, k).every((one) => Math.abs(one - v) > top / 8)),
        dot: [[values[now.frame], ""]],
        label: fill(text.spread_chart, { from: brief(values[0], { figures: 2 }), least: brief(Math.min(...values), { figures: 2 }), to: brief(values.at(-1), { figures: 2 }) }),
        parts: (flat) => [flat.line(values.map((v, t) => [t, v]), { class: "vl-curve" }), flat.line(fitted, { class: "vl-fitted" })],
      };
    }),
    twin: chartOf("twin", () => {
      const { steps, found } = twins;
      const top = 1.12 * Math.max(now.high, ...steps, ...found.flatMap(({ grown }) => grown), 0.1);
      const here = found.find(({ start, to }) => start <= now.frame && now.frame <= to);
      return {
        top, ticks: [0, now.low, now.high].filter((v, k, all) => !k || v - all[k - 1] > top / 8),
        dot: here ? [[here.grown[now.frame - here.start], "vl-grown"], [steps[now.frame], ""]] : [[steps[now.frame], ""]],
        label: fill(text.twin_chart, { low: show(now.low, 3), high: show(now.high, 2) }),
        parts: (flat) => [
          ...steps.flatMap((v, t) => (v > 0 ? [flat.bar(t, 0.7, 0, v, { class: "vl-step" })] : [])),
          ...["low", "high"].map((name) => flat.line([[-0.5, now[name]], [shares.length - 0.5, now[name]]], { class: `vl-limit vl-${name}` })),
          ...found.map(({ start, grown }) => flat.line([[start - 1, 0], ...grown.map((v, k) => [start + k, v])], { class: "vl-grow" })),
        ],
      };
    }),
  };

  // Words and numbers
  const live = liveLine();
  function verdict() {
    const { steps, found } = twins;
    const cut = steps.findIndex((step) => step >= now.high);
    const real = found.find(({ confirmed }) => confirmed);
    if (real) return fill(text.confirmed, { start: real.start, before: real.start - 1, at: real.start + real.grown.findIndex((v) => v >= now.high), last: real.end - 1 });
    if (cut > 0) return fill(text.cut_found, { frame: cut });
    if (!found.length) return text.nothing;
    return fill(text.unconfirmed, { start: found[0].start, most: show(found[0].grown.at(-1), 2) });
  }
  const two = (v) => show(v, 2);
  function render(playing = false) {
    const t = now.frame;
    const share = shares[t];
    draw(cards.mixed.canvas, mixes[t]);
    const words = fill(text.mixed, { frame: t, first: two(1 - share), last: two(share) });
    cards.mixed.label.textContent = words;
    set(cards.mixed.canvas, { "aria-label": words });
    for (const [name, part] of [["first", 1 - share], ["last", share]]) {
      cards[name].bar.style.width = `${100 * part}%`;
      cards[name].number.textContent = `${Math.round(100 * part)} %`;
      set(cards[name].number, { "data-vl-value": part });
    }
    const told = (node, said, value) => {
      node.textContent = said;
      set(node, { "data-vl-value": value });
    };
    told(charts.difference.number, brief(differences[t], { figures: 3 }), differences[t]);
    told(charts.spread.number, `${brief(levels[t].spread, { figures: 3 })} · ${parabola
      ? fill(text.sags, { sag: two(parabola.sag), fit: two(parabola.fit) }) : text.sags_not}`, levels[t].spread);
    set(charts.spread.number, { "data-vl-sag": parabola?.sag, "data-vl-fit": parabola?.fit });
    told(charts.twin.number, brief(twins.steps[t], { figures: 3 }), twins.steps[t]);
    set(charts.twin.number, {
      "data-vl-found": twins.found.filter(({ confirmed }) => confirmed).map(({ start, end }) => `${start}-${end}`).join(),
    });
    for (const { chart } of Object.values(charts)) chart.redraw();
    live.say(verdict(), playing);
  }
  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    render(playing);
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  mix();
  compare();
  const bar = transport({
    text, count: shares.length, start: now.frame, signal, name: text.step, onstep, onreset: reset,
    loop: !still, pace: () => 120, told: (step) => [step, shares.length - 1],
  });

  // Controls
  function remix() {
    const frame = now.frame;
    mix();
    compare();
    put({ length: now.length, way: now.way });
    if (bar.count !== shares.length) bar.recount(shares.length);
    bar.pick(frame);
  }
  const way = switcher(text.way, ["linear", "eased", "cut"].map((one) => [one, text[one]]), now.way, (value) => {
    now.way = value;
    remix();
  });
  const length = slider({
    label: text.length, min: 2, max: Math.max(40, now.length), value: now.length,
    format: (v) => fill(text.frames, { count: v }),
    onchange(value) {
      now.length = value;
      remix();
    },
  });
  const limit = (name, most, step, places) => slider({
    label: text[name], min: 0, max: Math.max(most, now[name]), step, value: now[name],
    format: (v) => show(v, places),
    onchange(value) {
      now[name] = value;
      compare();
      put({ [name]: value });
      render();
    },
  });
  root.append(
    way.element,
    h("div", { class: "vl-pictures" }, ...Object.values(cards).map(({ element }) => element)),
    bar.element,
    h("div", { class: "vl-dials" }, length.element, limit("low", 0.3, 0.005, 3).element, limit("high", 1, 0.01, 2).element),
    h("div", { class: "vl-charts" }, ...Object.values(charts).map(({ element }) => element)),
    live.element,
    legend([sign("span"), text.legend_span], [sign("fitted"), text.legend_fitted],
      [sign("grow"), text.legend_grow], [sign("limit"), text.legend_limit]),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  bar.pick(now.frame);
});
