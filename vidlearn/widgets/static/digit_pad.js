// uses: maths core controls drag measure
const [GRID, BLOCK, INK, MOST] = [32, 4, 300, 60]; // of vidlearn.widgets.digit_pad
const PENS = Array.from({ length: 13 }, (_, k) => 3 + k / 2);
const SIDE = GRID / BLOCK;

/** Which of 32 x 32 pixels are ink: the drawing fills the square, with a pen of so many pixels. */
function drawn(strokes, pen) {
  const places = strokes.flat();
  const ends = [0, 1].map((axis) => {
    const along = places.map((place) => place[axis]);
    return [Math.min(...along), Math.max(...along)];
  });
  const scale = (GRID - pen) / Math.max(0.05, ...ends.map(([low, high]) => high - low));
  const put = (place) => place.map((value, axis) =>
    (value - (ends[axis][0] + ends[axis][1]) / 2) * scale + GRID / 2);
  const lines = strokes.flatMap((stroke) => {
    const on = stroke.map(put);
    return on.length > 1 ? on.slice(1).map((b, k) => [on[k], b]) : [[on[0], on[0]]];
  });
  return Array.from({ length: GRID * GRID }, (_, at) => {
    const [x, y] = [(at % GRID) + 0.5, Math.floor(at / GRID) + 0.5];
    return lines.some(([a, b]) => {
      const [across, down] = [b[0] - a[0], b[1] - a[1]];
      const length = Math.max(1e-9, across * across + down * down);
      const share = Math.max(0, Math.min(1, ((x - a[0]) * across + (y - a[1]) * down) / length));
      return (x - a[0] - share * across) ** 2 + (y - a[1] - share * down) ** 2 <= (pen * pen) / 4;
    });
  });
}

/** The drawing as the network gets it, 64 shares of ink: the pen as thick as a usual digit asks. */
function inked(given) {
  const strokes = given.filter((stroke) => stroke.length);
  const blocks = new Array(SIDE * SIDE).fill(0);
  if (!strokes.length) return blocks;
  let paper;
  for (const pen of PENS) {
    paper = drawn(strokes, pen);
    if (paper.filter(Boolean).length >= INK) break;
  }
  paper.forEach((ink, at) => {
    const [i, j] = [Math.floor(at / GRID / BLOCK), Math.floor((at % GRID) / BLOCK)];
    blocks[i * SIDE + j] += ink / BLOCK ** 2;
  });
  return blocks;
}

const rectified = (x) => x.map((value) => Math.max(0, value));

/** A convolution that keeps the size. */
function convolved({ data, height, width, channels }, w, b, [kh, kw, , filters]) {
  const out = new Array(height * width * filters);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let f = 0; f < filters; f++) {
        let total = b[f];
        for (let p = 0; p < kh; p++) {
          for (let q = 0; q < kw; q++) {
            const [row, column] = [i + p - (kh - 1) / 2, j + q - (kw - 1) / 2];
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            for (let c = 0; c < channels; c++) {
              total += data[(row * width + column) * channels + c]
                * w[((p * kw + q) * channels + c) * filters + f];
            }
          }
        }
        out[(i * width + j) * filters + f] = total;
      }
    }
  }
  return { data: out, height, width, channels: filters };
}

/** The largest of each block. */
function pooled({ data, height, width, channels }, [down, across]) {
  const [rows, columns] = [Math.floor(height / down), Math.floor(width / across)];
  const out = Array.from({ length: rows * columns * channels }, (_, at) => {
    const [c, place] = [at % channels, Math.floor(at / channels)];
    const [i, j] = [Math.floor(place / columns), place % columns];
    let most = -Infinity;
    for (let p = 0; p < down; p++) {
      for (let q = 0; q < across; q++) {
        const from = (i * down + p) * width + j * across + q;
        most = Math.max(most, data[from * channels + c]);
      }
    }
    return most;
  });
  return { data: out, height: rows, width: columns, channels };
}

/** How many weights and biases a layer has. */
const size = ({ kind, shape }) =>
  (kind === "conv" || kind === "dense" ? shape.reduce((a, b) => a * b, 1) + shape.at(-1) : 0);

/** Ten probabilities for 64 shares of ink. */
function answer(digit, layers, numbers) {
  let x = { data: digit, height: SIDE, width: SIDE, channels: 1 };
  let from = 0;
  const take = (count) => numbers.subarray(from, from += count);
  for (const { kind, shape, relu } of layers) {
    if (kind === "pool") x = pooled(x, shape);
    if (kind === "conv" || kind === "dense") {
      const w = take(shape.reduce((a, b) => a * b, 1));
      const b = take(shape.at(-1));
      if (kind === "conv") x = convolved(x, w, b, shape);
      else {
        const rows = Array.from({ length: shape[0] }, (_, i) =>
          w.subarray(i * shape[1], (i + 1) * shape[1]));
        x = { data: product(x.data, rows, Array.from(b)) };
      }
      if (relu) x.data = rectified(x.data);
    }
  }
  return softmax(x.data);
}

export default interactive("digit-pad", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, layers] = [get("_names"), get("_layers")];
  const [samples, labels] = [get("_samples"), get("_labels")];
  const all = unpack(get("_weights"), Float32Array);
  const counts = layers.map((own) => own.reduce((total, layer) => total + size(layer), 0));
  const weights = counts.map((count, k) => {
    const from = counts.slice(0, k).reduce((a, b) => a + b, 0);
    return all.subarray(from, from + count);
  });
  const now = remember(memory, {
    network: get("network"), strokes: get("strokes"), sample: -1, given: true, key: names.join(),
  });
  const pen = { x: 0.5, y: 0.5, down: false }; // moved by keys
  let drawing = false;

  const lines = svg("g", { class: "vl-strokes" });
  const theirs = svg("g", {});
  const cross = svg("path", { class: "vl-cross", visibility: "hidden" });
  const pad = h("div", { class: "vl-pad", tabindex: 0, role: "application", "aria-label": text.pad },
    svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, theirs, lines, cross));
  const tiles = Array.from({ length: SIDE * SIDE }, (_, at) => svg("rect", {
    x: at % SIDE, y: Math.floor(at / SIDE), width: 1.02, height: 1.02, "data-vl-block": at,
  }));
  const seen = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "vl-seen", role: "img" }, ...tiles);
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const level = h("span", { class: "vl-level" });
    const number = h("b", { "data-vl-digit": digit });
    return { level, number, node: h("div", { class: "vl-class" }, h("span", { class: "vl-name" }, digit),
      h("span", { class: "vl-gauge", "aria-hidden": "true" }, level), number) };
  });
  const live = liveLine();
  const grey = (share) => {
    const level = Math.round(255 * share);
    return `rgb(${level} ${level} ${level})`;
  };

  function update() {
    const sampled = now.sample >= 0;
    const digit = sampled ? samples[now.sample] : inked(now.strokes);
    const chosen = names.indexOf(now.network);
    const found = answer(digit, layers[chosen], weights[chosen]);
    const best = found.indexOf(Math.max(...found));
    const empty = !sampled && !now.strokes.length;
    tiles.forEach((tile, at) => set(tile, { fill: grey(digit[at]), "data-vl-value": digit[at] }));
    theirs.replaceChildren(...(sampled ? digit.map((share, at) => svg("rect", {
      x: (100 / SIDE) * (at % SIDE), y: (100 / SIDE) * Math.floor(at / SIDE),
      width: 100 / SIDE + 0.2, height: 100 / SIDE + 0.2, fill: grey(share),
    })) : []));
    lines.replaceChildren(...(sampled ? [] : now.strokes.map((stroke) => svg("polyline", {
      points: [...stroke, stroke.at(-1)].map(([x, y]) => `${100 * x},${100 * y}`).join(" "),
    }))));
    rows.forEach(({ node, level, number }, k) => {
      level.style.width = `${100 * found[k]}%`;
      number.textContent = show(found[k], 2);
      number.dataset.vlValue = found[k];
      node.classList.toggle("vl-best", k === best && !empty);
    });
    set(seen, { "aria-label": fill(text.seen_told, { digit: best }) });
    const words = empty ? text.empty : sampled ? text.says_theirs : text.says;
    live.say(fill(words, { digit: best, value: show(found[best], 2), label: labels[now.sample] }), drawing);
    put({
      network: now.network, strokes: now.strokes,
      digit: Array.from({ length: SIDE }, (_, i) => digit.slice(i * SIDE, (i + 1) * SIDE)),
    });
  }
  let due = 0;
  /** Once for each frame that is drawn, however often the pointer moves. */
  function soon() {
    due ||= requestAnimationFrame(() => {
      due = 0;
      if (!signal.aborted) update();
    });
  }

  const within = (value) => Number(Math.max(0.03, Math.min(0.97, value)).toFixed(4));
  /** Begin a stroke; the first takes the place of what was given. */
  function begin(place) {
    if (now.given || now.sample >= 0) now.strokes = [];
    Object.assign(now, { given: false, sample: -1 });
    now.strokes = [...now.strokes.slice(-MOST + 1), [place]];
  }
  function go(place) {
    const stroke = now.strokes.at(-1);
    const [x, y] = stroke.at(-1);
    if (Math.hypot(place[0] - x, place[1] - y) < 0.012) return;
    now.strokes = [...now.strokes.slice(0, -1), [...stroke, place]];
  }
  onDrag(pad, {
    signal,
    onstart() { pen.down = false; },
    onmove(x, y) {
      (drawing ? go : begin)([within(x), within(y)]);
      drawing = true;
      soon();
    },
    onend() {
      drawing = false;
      update();
    },
  });
  function mark() {
    const [x, y] = [100 * pen.x, 100 * pen.y];
    set(cross, {
      d: `M${x - 4} ${y}h8M${x} ${y - 4}v8`, visibility: "visible", class: pen.down ? "vl-cross vl-down" : "vl-cross",
    });
  }
  onArrows(pad, (right, down, far) => {
    const step = far ? 0.15 : 0.05;
    Object.assign(pen, { x: within(pen.x + right * step), y: within(pen.y + down * step) });
    if (pen.down) {
      go([pen.x, pen.y]);
      update();
    }
    mark();
  });
  function lift() {
    pen.down = !pen.down;
    if (pen.down) {
      begin([pen.x, pen.y]);
      update();
    }
    mark();
  }
  function undo() {
    pen.down = false;
    Object.assign(now, { strokes: now.strokes.slice(0, -1), sample: -1, given: false });
    update();
  }
  function clear() {
    pen.down = false;
    Object.assign(now, { strokes: [], sample: -1, given: false });
    update();
  }
  pad.addEventListener("keydown", (event) => {
    const act = { " ": lift, Backspace: undo }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  pad.addEventListener("blur", () => set(cross, { visibility: "hidden" }));

  const networks = switcher(text.networks, names.map((name) => [name, name]), now.network, (name) => {
    now.network = name;
    update();
  });
  const next = () => {
    Object.assign(now, { sample: (now.sample + 1) % samples.length });
    update();
  };
  root.append(
    h("div", { class: "vl-panels" },
      h("div", { class: "vl-stage" }, pad, h("p", { class: "vl-invite" }, text.invite),
        h("div", { class: "vl-acts" }, button("clear", text.clear, clear), button("undo", text.undo, undo),
          samples.length ? button("theirs", text.theirs, next) : "")),
      panel(text.seen, text.seen_size, seen),
      h("div", { class: "vl-classes" }, h("p", { class: "vl-heading" }, text.heading), networks.element,
        ...rows.map((row) => row.node))),
    live.element,
    h("div", { class: "vl-acts" }, button("reset", text.reset, reset)),
    note(text.note),
    keysNote(text.keys),
  );
  update();
});
