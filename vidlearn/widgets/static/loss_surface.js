// uses: maths core controls transport drag
const [WIDE, HIGH, UNIT] = [2, 1.5, 100]; // half the map, in weights; drawing units for each weight
const [STEPS, BANDS, FAR] = [100, 14, 1e6];
const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2, 3];
const MOMENTA = [0, 0.5, 0.8, 0.9, 0.95, 0.99];
const [BETA1, BETA2, EPS] = [0.9, 0.999, 1e-7];
const SHAPES = {
  sgd: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z",
  momentum: "M-5.5 -5.5h11v11h-11z",
  nesterov: "M0 -7.5L7 5.5H-7z",
  adam: "M0 -8L8 0L0 8L-8 0z",
};

/** The rules, one weight at a time: `s` keeps what an optimiser remembers, g is the gradient. */
const RULES = {
  sgd: (w, g, s, { rate }) => w - rate * g,
  momentum(w, g, s, { rate, momentum }) {
    s.v = momentum * s.v - rate * g;
    return w + s.v;
  },
  nesterov(w, g, s, { rate, momentum }) {
    s.v = momentum * s.v - rate * g;
    return w + momentum * s.v - rate * g;
  },
  adam(w, g, s, { rate, t }) {
    s.m = BETA1 * s.m + (1 - BETA1) * g;
    s.v = BETA2 * s.v + (1 - BETA2) * g * g;
    const size = (rate * Math.sqrt(1 - BETA2 ** t)) / (1 - BETA1 ** t);
    return w - (size * s.m) / (Math.sqrt(s.v) + EPS);
  },
};
const NAMES = Object.keys(RULES);

export default interactive("loss-surface", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const surfaces = get("_surfaces");
  const starts = get("_starts");
  const now = remember(memory, {
    surface: get("surface"), rate: get("learning_rate"), momentum: get("momentum"),
    start: get("start"), shown: NAMES, step: 0,
  });
  const withOwn = (values, own) => [...new Set([...values, own])].sort((a, b) => a - b);

  const loss = (x, y) =>
    surfaces[now.surface].reduce((sum, [c, i, j]) => sum + c * x ** i * y ** j, 0);
  const power = (v, n) => (n ? n * v ** (n - 1) : 0);
  const gradient = (x, y) => [
    surfaces[now.surface].reduce((sum, [c, i, j]) => sum + c * power(x, i) * y ** j, 0),
    surfaces[now.surface].reduce((sum, [c, i, j]) => sum + c * x ** i * power(y, j), 0),
  ];

  /** Every place of one optimiser, from the start on; it ends early where it flies off. */
  function walk(name) {
    const kept = [{ v: 0, m: 0 }, { v: 0, m: 0 }];
    const path = [[...now.start]];
    for (let t = 1; t <= STEPS; t++) {
      const from = path.at(-1);
      const slope = gradient(...from);
      const options = { rate: now.rate, momentum: now.momentum, t };
      const to = from.map((w, k) => RULES[name](w, slope[k], kept[k], options));
      if (to.some((w) => !(Math.abs(w) < FAR))) break;
      path.push(to);
    }
    return path;
  }
  let paths = {};

  const places = ([x, y]) => [(x + WIDE) * UNIT, (HIGH - y) * UNIT];
  const canvas = h("canvas", { width: 800, height: 600, "aria-hidden": "true" });
  /** Shade the map: the deeper the blue, the higher, a line where one band meets the next. */
  function shade() {
    const { width, height } = canvas;
    const values = new Float64Array(width * height);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const [x, y] = [((2 * j + 1) / width - 1) * WIDE, (1 - (2 * i + 1) / height) * HIGH];
        values[i * width + j] = loss(x, y);
      }
    }
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    const bands = values.map((v) => Math.min(BANDS - 1,
      Math.floor(BANDS * ((v - low) / (high - low)) ** 0.4)));
    const image = new ImageData(width, height);
    bands.forEach((band, k) => {
      const line = band !== bands[k + 1] && (k + 1) % width || band !== (bands[k + width] ?? band);
      const opacity = 0.04 + (0.62 * band) / BANDS + (line ? 0.22 : 0);
      image.data.set([0, 114, 178, Math.round(255 * Math.min(opacity, 1))], 4 * k);
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  const sheet = svg("svg", {
    viewBox: `0 0 ${2 * WIDE * UNIT} ${2 * HIGH * UNIT}`, class: "vl-paths", "aria-hidden": "true",
  });
  const tracks = Object.fromEntries(NAMES.map((name) => [name, {
    halo: svg("polyline", { class: "vl-halo" }),
    line: svg("polyline", { class: `vl-path vl-${name}` }),
    head: svg("path", { class: `vl-head vl-${name}`, d: SHAPES[name] }),
  }]));
  const cross = svg("path", { class: "vl-start", d: "M-8 0H8M0 -8V8" });
  for (const part of ["halo", "line"]) NAMES.forEach((name) => sheet.append(tracks[name][part]));
  sheet.append(cross, ...NAMES.map((name) => tracks[name].head));

  /** Let all four start from another place. */
  function begin(x, y) {
    const within = (v, most) => Math.max(-most, Math.min(most, Math.round(v * 100) / 100));
    now.start = [within(x, WIDE), within(y, HIGH)];
    update();
  }
  const map = h("div", {
    class: "vl-map", tabindex: 0, role: "application", "aria-label": text.map,
  }, canvas, sheet);
  onDrag(map, { signal, onmove: (x, y) => begin((2 * x - 1) * WIDE, (1 - 2 * y) * HIGH) });
  onArrows(map, (right, down, far) => {
    const grain = far ? 0.5 : 0.1; // to the next multiple, so that 0 can be met
    const next = (v, sign) => (Math.floor((sign * v) / grain + 1e-6) + 1) * grain * sign;
    begin(...[right, -down].map((way, axis) => (way ? next(now.start[axis], way) : now.start[axis])));
  });

  const written = (value) => brief(value, { least: 3 });
  const rows = Object.fromEntries(NAMES.map((name) => {
    const mark = svg("svg", { viewBox: "-10 -10 20 20", class: "vl-sign", "aria-hidden": "true" },
      svg("path", { class: `vl-head vl-${name}`, d: SHAPES[name] }));
    const box = h("input", { type: "checkbox", onchange: () => {
      now.shown = NAMES.filter((other) => rows[other].box.checked);
      paint(bar.step);
    } });
    box.checked = now.shown.includes(name);
    const label = h("label", { class: "vl-toggle" }, box, mark, h("span", {}, text[name]));
    const cells = ["x", "y", "loss"].map((what) =>
      h("td", { "data-vl-walk": name, "data-vl-what": what }));
    return [name, { box, cells, row: h("tr", {}, h("th", { scope: "row" }, label), ...cells) }];
  }));
  const heads = ["optimiser", "x", "y", "loss"].map((key) => h("th", { scope: "col" }, text[key]));
  const table = h("table", { class: "vl-walks" },
    h("thead", {}, h("tr", {}, ...heads)),
    h("tbody", {}, ...NAMES.map((name) => rows[name].row)));

  /** Show the paths up to a step, and the table. */
  function paint(step) {
    for (const name of NAMES) {
      const path = paths[name].slice(0, step + 1);
      const gone = path.length <= step;
      const { halo, line, head } = tracks[name];
      const hidden = !now.shown.includes(name);
      const points = path.map((place) => places(place).map((v) => v.toFixed(2)).join(","));
      for (const node of [halo, line]) {
        set(node, { points: points.join(" "), display: hidden && "none" });
      }
      const [x, y] = places(path.at(-1));
      set(head, { transform: `translate(${x} ${y})`, display: hidden && "none" });
      const values = [...path.at(-1), loss(...path.at(-1))];
      rows[name].row.classList.toggle("vl-hidden-walk", hidden);
      rows[name].cells.forEach((cell, k) => {
        cell.textContent = gone ? (k === 2 ? text.gone : "") : written(values[k]);
        set(cell, { "data-vl-value": gone ? null : values[k] });
      });
    }
  }
  const live = liveLine();
  function onstep(step, playing) {
    now.step = step;
    paint(step);
    const said = NAMES.filter((name) => now.shown.includes(name)).map((name) => {
      const place = paths[name][step];
      return `${text[name]} ${place ? written(loss(...place)) : text.gone}`;
    });
    live.say(fill(text.live, { step, list: said.join(", ") }), playing);
  }

  const bar = transport({
    text, count: STEPS + 1, start: now.step, signal, name: text.step, onstep, onreset: reset,
    pace: () => 90, told: (step) => [step, STEPS], // step 0 is the start
  });
  const where = h("span", { "data-vl-start": "" });

  /** Everything anew; the paths stay at the step where the reader is. */
  function update(step = bar.step) {
    paths = Object.fromEntries(NAMES.map((name) => [name, walk(name)]));
    const [x, y] = places(now.start);
    set(cross, { transform: `translate(${x} ${y})` });
    const [sx, sy] = now.start.map((v) => show(v, 2));
    where.textContent = fill(text.start, { x: sx, y: sy });
    put({
      surface: now.surface, learning_rate: now.rate, momentum: now.momentum, start: now.start,
    });
    live.tell(text.about[now.surface]);
    bar.pick(step);
  }
  const kinds = switcher(text.surface,
    Object.keys(surfaces).map((name) => [name, text.surfaces[name]]), now.surface, (name) => {
      now.surface = name;
      now.start = [...starts[name]];
      shade();
      update();
    });
  const dial = (name, label, values) => slider({
    label, values: withOwn(values, now[name]), value: now[name],
    onchange(value) {
      now[name] = value;
      update();
    },
  }).element;
  root.append(
    kinds.element,
    h("div", { class: "vl-dials" },
      dial("rate", text.rate, RATES), dial("momentum", text.momentum_name, MOMENTA)),
    h("div", { class: "vl-views" },
      panel(text.caption, where, map),
      panel(text.table, "", table)),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  shade();
  update(now.step);
});
