// uses: maths core controls transport drag
const [SHADE, SHADOW] = [0.3, [0.035, 0.055]]; // of vidlearn.synthetic.render
const [RATES, MOST, SECONDS] = [[2, 3, 5, 8, 10], 100, 10];

/** A numeric view of what Python stored as bytes. */
const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Lay a thing on a photograph with its middle at (x, y) in pixels: RGBA, whole numbers. */
function composed(thing, photograph, [x, y]) {
  const { height, width, data: ground } = photograph;
  const { height: tall, width: wide, data: layers } = thing;
  const canvas = Float64Array.from(ground);
  const reach = Math.floor(Math.hypot(tall, wide) / 2) + 2;
  const [left, top, side] = [Math.floor(x) - reach, Math.floor(y) - reach, 2 * reach + 1];
  const along = (at, middle, count) => Array.from({ length: side }, (_, k) => {
    const place = between(k + 0.5 + at - middle + (count - 1) / 2, 0, count - 1.001);
    return [Math.floor(place), place - Math.floor(place)];
  });
  const [columns, rows] = [along(left, x, wide), along(top, y, tall)];
  /** One layer of the thing at a place of its patch, weighed between four pixels. */
  function layer(i, j, c) {
    const [[a, down], [b, right]] = [rows[i], columns[j]];
    const at = (p, q) => layers[((a + p) * wide + b + q) * 5 + c] / (c < 3 ? 1 : 255);
    const upper = at(0, 0) + right * (at(0, 1) - at(0, 0));
    return upper + down * (at(1, 0) + right * (at(1, 1) - at(1, 0)) - upper);
  }
  function paste([lower, further], act) {
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        const [row, column] = [top + i + lower, left + j + further];
        if (row >= 0 && row < height && column >= 0 && column < width) {
          act(i, j, 3 * (row * width + column));
        }
      }
    }
  }
  paste(SHADOW.map((part) => Math.round(part * side)), (i, j, at) => {
    const kept = 1 - SHADE * layer(i, j, 4);
    for (let c = 0; c < 3; c++) canvas[at + c] *= kept;
  });
  paste([0, 0], (i, j, at) => {
    const kept = 1 - layer(i, j, 3);
    for (let c = 0; c < 3; c++) canvas[at + c] = canvas[at + c] * kept + layer(i, j, c);
  });
  const image = new ImageData(width, height);
  for (let k = 0; k < height * width; k++) {
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = Math.round(canvas[3 * k + c]);
    image.data[4 * k + 3] = 255;
  }
  return image;
}

const between = (value, low, high) => Math.max(low, Math.min(high, value));

/** A convolution that keeps the size, its ReLU, then the largest of each block of 2 x 2. */
function convolved({ data: x, height, width, channels }, w, b, [kh, kw, , filters]) {
  const map = new Float64Array(height * width * filters);
  const [up, before] = [(kh - 1) / 2, (kw - 1) / 2];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const to = (i * width + j) * filters;
      for (let f = 0; f < filters; f++) map[to + f] = b[f];
      for (let p = 0; p < kh; p++) {
        const row = i + p - up;
        if (row < 0 || row >= height) continue;
        for (let q = 0; q < kw; q++) {
          const column = j + q - before;
          if (column < 0 || column >= width) continue;
          for (let c = 0; c < channels; c++) {
            const value = x[(row * width + column) * channels + c];
            const from = ((p * kw + q) * channels + c) * filters;
            if (value) for (let f = 0; f < filters; f++) map[to + f] += value * w[from + f];
          }
        }
      }
    }
  }
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const data = new Float64Array(rows * columns * filters);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let f = 0; f < filters; f++) {
        const at = (p, q) => map[((2 * i + p) * width + 2 * j + q) * filters + f];
        data[(i * columns + j) * filters + f] = Math.max(0, at(0, 0), at(0, 1), at(1, 0), at(1, 1));
      }
    }
  }
  return { data, height: rows, width: columns, channels: filters };
}

/** The network: `vector(image)` of a frame, and `answer(vectors)` of several in their order. */
function networkOf(shapes, numbers) {
  let from = 0;
  const arrays = shapes.map((shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    from += count;
    return numbers.subarray(from - count, from);
  });
  const table = (k) => {
    const [rows, columns] = shapes.at(k);
    return Array.from({ length: rows }, (_, i) =>
      Array.from(arrays.at(k).subarray(i * columns, (i + 1) * columns)));
  };
  const [w, bias] = [table(-7), Array.from(arrays.at(-6))];
  const gru = { w: table(-5), u: table(-4), b: table(-3) };
  const [last, lastBias] = [table(-2), Array.from(arrays.at(-1))];
  return {
    vector({ data, height, width }) {
      const pixels = new Float64Array(height * width * 3);
      for (let k = 0; k < pixels.length; k++) {
        pixels[k] = data[4 * Math.floor(k / 3) + (k % 3)] / 128 - 1;
      }
      let x = { data: pixels, height, width, channels: 3 };
      for (let k = 0; k < shapes.length - 7; k += 2) {
        x = convolved(x, arrays[k], arrays[k + 1], shapes[k]);
      }
      return product(x.data, w, bias).map(Math.tanh);
    },
    answer(vectors) {
      const start = { h: new Array(gru.u.length).fill(0) };
      const { h: state } = vectors.reduce((before, x) => gruStep(x, before, gru), start);
      return softmax(product(state, last, lastBias));
    },
  };
}

/** Paths to begin with, as functions of time in seconds: x, y in shares of the frame. */
const circle = (period, middle = 0.5, radius = 0.28) => (t) => {
  const angle = (2 * Math.PI * t) / period;
  return [middle + radius * Math.cos(angle), middle + radius * Math.sin(angle)];
};
const PATHS = {
  circle: circle(2),
  fast: circle(2 / 3),
  corner: circle(1.2, 0.25, 0.14),
  eight: (t) => [0.5 + 0.28 * Math.sin(Math.PI * t), 0.5 + 0.24 * Math.sin(2 * Math.PI * t)],
  line: (t) => [0.5 + 0.28 * Math.cos(Math.PI * t), 0.5],
};
const LENGTH = 4; // seconds of each

export default interactive("path-answer", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, windowed] = [get("names"), get("_window")];
  const named = (stored) => Object.fromEntries(stored.map(([name, height, width, data]) =>
    [name, { height, width, data: bytesOf(data) }]));
  const [things, photographs] = [named(get("_things")), named(get("_photographs"))];
  const weights = get("_weights");
  const network = networkOf(get("_shapes"), new Float32Array(
    weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength)));
  const given = get("path");
  const now = remember(memory, {
    points: given.map(([x, y], k) => [k / get("fps"), x, y]), seconds: given.length / get("fps"),
    fps: get("fps"), thing: get("thing"), photograph: get("photograph"), at: 0, chosen: "",
  });
  const { height, width } = photographs[now.photograph];
  let [frames, vectors, answers] = [[], [], []]; // places, and what is made of them

  /** Where the pointer was at a time: between the two points around it. */
  function placeAt(time) {
    const after = now.points.findIndex(([t]) => t > time);
    if (after <= 0) return (after ? now.points.at(-1) : now.points[0]).slice(1);
    const [[t0, x0, y0], [t1, x1, y1]] = [now.points[after - 1], now.points[after]];
    const share = (time - t0) / (t1 - t0);
    return [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
  }
  const imageAt = ([x, y]) =>
    composed(things[now.thing], photographs[now.photograph], [x * width, y * height]);
  /** Take one more frame, and say what the network makes of the last ones. */
  function take(place) {
    frames.push(place);
    vectors.push(network.vector(imageAt(place)));
    answers.push(network.answer(vectors.slice(-windowed)));
  }
  function takeAll() {
    const count = between(Math.round(now.seconds * now.fps), 2, MOST);
    [frames, vectors, answers] = [[], [], []];
    for (let t = 0; t < count; t++) take(placeAt(t / now.fps));
    return count;
  }

  const canvas = h("canvas", { width, height, "aria-hidden": "true" });
  const brush = canvas.getContext("2d");
  const trail = svg("polyline", { class: "vl-trail" });
  const recent = svg("polyline", { class: "vl-recent" });
  const dots = svg("g", {});
  const sheet = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
    trail, recent, dots);
  const screen = h("div", {
    class: "vl-paper", tabindex: 0, role: "application", "aria-label": text.screen,
  }, canvas, sheet);
  screen.style.aspectRatio = `${width} / ${height}`;
  const corners = (places) => places.map(([x, y]) => `${100 * x},${100 * y}`).join(" ");

  const rows = names.map((name, k) => {
    const fillBar = h("span", { class: `vl-fill vl-class${k}` });
    const number = h("b", { "data-vl-class": k });
    return {
      fillBar, number,
      node: h("div", { class: "vl-class" }, h("span", { class: "vl-name" }, name),
        h("span", { class: "vl-bar", "aria-hidden": "true" }, fillBar), number),
    };
  });
  const heading = h("p", { class: "vl-heading" });
  const strip = h("div", { class: "vl-ribbon", "aria-hidden": "true" });
  const live = liveLine();

  function column(t) {
    return h("div", { class: "vl-column" }, ...answers[t].map((value, k) => {
      const part = h("span", {
        class: `vl-part vl-class${k}`, "data-vl-after": `${t},${k}`, "data-vl-value": value,
      });
      part.style.flexGrow = value;
      return part;
    }));
  }
  /** Show a frame and what is said after it. */
  function present(t, playing) {
    brush.putImageData(imageAt(frames[t]), 0, 0);
    set(canvas, { "data-vl-drawn": t });
    const from = Math.max(0, t - windowed + 1);
    set(trail, { points: corners(frames) });
    set(recent, { points: corners(frames.slice(from, t + 1)) });
    dots.replaceChildren(...frames.slice(from, t + 1).map(([x, y]) =>
      svg("circle", { cx: 100 * x, cy: 100 * y, r: 0.9 })));
    [...strip.children].forEach((node, k) => set(node, {
      "data-vl-now": k === t && "", "data-vl-read": k >= from && k <= t && "",
    }));
    const best = answers[t].indexOf(Math.max(...answers[t]));
    rows.forEach(({ node, fillBar, number }, k) => {
      fillBar.style.width = `${100 * answers[t][k]}%`;
      number.textContent = show(answers[t][k], 2);
      number.dataset.vlValue = answers[t][k];
      node.classList.toggle("vl-best", k === best);
    });
    const count = t - from + 1;
    heading.textContent = fill(count === 1 ? text.after_one : text.after, { count });
    live.say(fill(text.live, {
      frame: t + 1, count: frames.length, name: names[best], value: show(answers[t][best], 2),
    }), playing);
  }
  function onstep(t, playing) {
    now.at = t;
    present(t, playing);
  }
  /** All anew: another path, another rate, another thing. */
  function renew({ start = 0, play = false } = {}) {
    const count = takeAll();
    strip.replaceChildren(...frames.map((_, t) => column(t)));
    put({
      path: frames.map((place) => place.map((v) => Number(v.toFixed(5)))),
      fps: now.fps, thing: now.thing, photograph: now.photograph,
    });
    bar.recount(count);
    bar.pick(Math.min(start, count - 1));
    if (play && !still) bar.toggle();
  }

  // Drawing: the thing follows the pointer, and a frame is taken at each tick
  let drawn = null;
  const clamp = (v) => between(v, 0.02, 0.98);
  function follow() {
    if (!drawn || signal.aborted) return;
    const time = (performance.now() - drawn.began) / 1000;
    drawn.points.push([time, ...drawn.place]);
    if (frames.length <= time * now.fps) {
      take([...drawn.place]);
      strip.append(column(frames.length - 1));
      present(frames.length - 1, true);
    } else brush.putImageData(imageAt(drawn.place), 0, 0);
    set(trail, { points: corners(drawn.points.map(([, x, y]) => [x, y])) });
    if (time >= SECONDS) finish();
    else requestAnimationFrame(follow);
  }
  function finish() {
    if (!drawn) return;
    const { points } = drawn;
    drawn = null;
    screen.classList.remove("vl-held");
    if (frames.length < 2) return renew({ start: now.at });
    Object.assign(now, { points, seconds: frames.length / now.fps, chosen: "" });
    ways.choose("");
    renew({ play: true });
  }
  onDrag(screen, {
    signal,
    onstart(event) {
      event.preventDefault();
      screen.focus({ preventScroll: true });
      bar.pick(0);
      [frames, vectors, answers] = [[], [], []];
      strip.replaceChildren();
      drawn = { began: performance.now(), points: [], place: [0.5, 0.5] };
      screen.classList.add("vl-held");
      requestAnimationFrame(follow);
    },
    onmove(u, v) {
      if (drawn) drawn.place = [clamp(u), clamp(v)];
    },
    onend: finish,
  });
  // Its twin: each arrow key takes a frame, a step further on
  onArrows(screen, (right, down, far) => {
    if (drawn) return;
    const step = far ? 0.2 : 0.1;
    const [x, y] = frames[now.at];
    const kept = frames.slice(0, now.at + 1).slice(1 - MOST);
    kept.push([clamp(x + step * right), clamp(y + step * down)]);
    Object.assign(now, {
      points: kept.map((place, k) => [k / now.fps, ...place]), seconds: kept.length / now.fps,
      chosen: "",
    });
    ways.choose("");
    renew({ start: kept.length - 1 });
  });

  const ways = switcher(text.paths, Object.keys(PATHS).map((key) => [key, text[key]]), now.chosen, (key) => {
    const count = 60 * LENGTH;
    const points = Array.from({ length: count }, (_, k) => [k / 60, ...PATHS[key](k / 60)]);
    Object.assign(now, { points, seconds: LENGTH, chosen: key });
    renew({ play: true });
  });
  const backwards = button("backwards", text.backwards, () => {
    const last = now.points.at(-1)[0];
    now.points = now.points.map(([t, x, y]) => [last - t, x, y]).reverse();
    renew({ play: true });
  });
  const pick = (name, stored) => choice(text[name], Object.keys(stored).map((key) => [key, key]),
    now[name], (key) => {
      now[name] = key;
      renew({ start: now.at });
    }).element;
  const rates = [...new Set([...RATES, now.fps])].sort((a, b) => a - b);
  const rate = choice(text.rate, rates.map((v) => [v, v]), now.fps, (value) => {
    now.fps = Number(value);
    renew();
  }).element;

  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const start = now.at;
  const bar = transport({
    text, count: takeAll(), start, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / now.fps,
  });
  root.append(
    h("div", { class: "vl-tools" }, ways.element, backwards),
    h("div", { class: "vl-panels" },
      h("div", { class: "vl-stage" }, screen,
        h("p", { class: "vl-invite" }, text.invite)),
      h("div", { class: "vl-classes" }, heading, ...rows.map((row) => row.node),
        h("p", { class: "vl-heading vl-over" }, text.strip), strip,
        h("div", { class: "vl-choices" }, pick("thing", things), pick("photograph", photographs), rate))),
    bar.element,
    live.element,
    note(fill(text.note, { window: windowed })),
    keysNote(text.keys),
  );
  strip.replaceChildren(...frames.map((_, t) => column(t)));
  onKeys(root, stepKeys(bar));
  bar.pick(start);
});
