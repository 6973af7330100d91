// uses: maths core controls transport media drag measure
const WAYS = ["velocity", "network", "truth"];

/** A network from its packed weights; `foretell(path)` gives the places after the path's last. */
function readNetwork(get) {
  const [units, future] = get("_shape");
  const flat = unpack(get("_weights"), Float32Array);
  let from = 0;
  const take = (count) => [...flat.subarray(from, (from += count))];
  const rows = (count, wide) => Array.from({ length: count }, () => take(wide));
  const lstm = { w: rows(2, 4 * units), u: rows(units, 4 * units), b: take(4 * units) };
  const [w, b, scale] = [rows(units, 2 * future), take(2 * future), get("scale")];
  return function foretell(path) {
    let state = { h: Array(units).fill(0), c: Array(units).fill(0) };
    for (let t = 1; t < path.length; t++) {
      const step = [0, 1].map((axis) => (path[t][axis] - path[t - 1][axis]) / scale);
      state = lstmStep(step, state, lstm);
    }
    const [offsets, last] = [product(state.h, w, b), path.at(-1)];
    return Array.from({ length: future }, (_, k) =>
      [0, 1].map((axis) => last[axis] + scale * offsets[2 * k + axis]));
  };
}

/** Go on at the slope of the line fitted to the last `fit` places, `steps` times. */
function goOn(path, steps, fit) {
  const last = path.slice(-fit);
  const middle = (fit - 1) / 2;
  const spread = last.reduce((sum, _, k) => sum + (k - middle) ** 2, 0);
  const [mean, speed] = [
    (axis) => last.reduce((sum, place) => sum + place[axis], 0) / fit,
    (axis) => last.reduce((sum, place, k) => sum + (k - middle) * place[axis], 0) / spread,
  ].map((of) => [0, 1].map(of));
  return Array.from({ length: steps }, (_, k) =>
    [0, 1].map((axis) => mean[axis] + (k + 1 + middle) * speed[axis]));
}

const away = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** The last places of a drawn line, `step` apart along it, at most `count`; the pen is the last. */
function spaced(line, step, count) {
  if (!line.length) return [];
  const found = [line.at(-1)];
  let due = step;
  for (let k = line.length - 1; k > 0 && found.length < count; k--) {
    const [from, to] = [line[k], line[k - 1]];
    const long = away(from, to);
    while (due <= long + 1e-9 && found.length < count) {
      found.unshift([0, 1].map((axis) => from[axis] + (due / long) * (to[axis] - from[axis])));
      due += step;
    }
    due -= long;
  }
  return found;
}

export default interactive("trajectory-futures", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [fps, past, fit, paths] = ["fps", "past", "fit", "_paths"].map(get);
  const future = get("_shape")[1];
  const [[width, height], [wide, high]] = get("_sizes");
  const frames = get("_frames");
  const count = frames.length;
  const horizon = Math.min(future, Math.max(1, Math.round(fps)));
  const later = show(horizon / fps, digits([horizon / fps], 2));
  const foretell = readNetwork(get);
  const steps = paths.flatMap(([, , places]) =>
    places.slice(1).map((place, k) => away(place, places[k]))).sort((a, b) => a - b);
  const usual = Math.round(4 * steps[Math.floor(steps.length / 2)]) / 4; // the median speed
  const now = remember(memory, {
    frame: get("frame"), line: [], speed: Math.max(0.5, Math.min(8, usual)), velocity: true, network: true, truth: true,
  });
  const one = (value) => show(value, 1);

  const known = new Map();
  /** What has a forecast in a frame: past, futures, truth, and errors where the truth is known. */
  function at(frame) {
    if (!known.has(frame)) {
      known.set(frame, paths.flatMap(([id, first, places]) => {
        const place = frame - first;
        if (place < past - 1 || place >= places.length) return [];
        const before = places.slice(place - past + 1, place + 1);
        const truth = places.slice(place + 1, place + 1 + future);
        return [{ id, before, truth, ...futures(before, truth[horizon - 1]) }];
      }));
    }
    return known.get(frame);
  }
  function futures(before, end) {
    const [velocity, network] = [goOn(before, future, fit), foretell(before)];
    const off = (places) => (end ? away(places[horizon - 1], end) : null);
    return { velocity, network, errors: { velocity: off(velocity), network: off(network) } };
  }

  // The screen
  const sheet = svg("svg", { class: "vl-paths", viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true" });
  const film = frameCanvas({ frames, type: "image/webp", width, height, signal });
  const screen = h("div", {
    class: "vl-screen", tabindex: 0, role: "application", "aria-label": text.screen,
  }, film.canvas, sheet);
  const line = (places, kind, who) => (places.length > 1 ? [
    svg("polyline", { class: "vl-under", points: places.join(" ") }),
    svg("polyline", { class: `vl-way vl-${kind}`, points: places.join(" "), "data-vl-way": `${who},${kind}` }),
  ] : []);
  const end = (place, kind) => (place ? [svg("circle", {
    class: `vl-end vl-${kind}`, cx: place[0], cy: place[1], r: wide / 130,
  })] : []);
  function drawn({ before, truth, ...told }, who) {
    const from = before.at(-1);
    const ways = WAYS.filter((kind) => now[kind] && (kind !== "truth" || truth));
    const places = { ...told, truth };
    return [
      ...line(before, "before", who),
      ...ways.flatMap((kind) => line([from, ...places[kind]], kind, who)),
      ...ways.flatMap((kind) => end(places[kind][horizon - 1], kind)),
      ...end(from, "before"),
    ];
  }
  function draw() {
    const own = now.line.length ? ownPath() : null;
    sheet.classList.toggle("vl-aside", Boolean(own));
    sheet.replaceChildren(
      svg("g", { class: "vl-things" }, ...at(now.frame).flatMap((thing) => drawn(thing, thing.id))),
      svg("g", { class: "vl-own" }, ...(own ? [
        ...line(now.line, "trail", "own"),
        ...(own.network ? drawn(own, "own") : end(now.line.at(-1), "before")),
      ] : [])),
    );
    erase.hidden = !own;
  }

  // The reader's own path
  function ownPath() {
    const before = spaced(now.line, now.speed, past);
    return { before, ...(before.length === past ? futures(before) : {}) };
  }
  function add(x, y) {
    const place = [Math.max(0, Math.min(wide, x)), Math.max(0, Math.min(high, y))];
    const last = now.line.at(-1);
    if (last && away(last, place) < 0.5) return;
    now.line.push(place);
    draw();
    tellOwn();
  }
  function tellOwn(quiet = false) {
    const { before, velocity, network } = ownPath();
    if (!network) live.say(fill(text.draw_on, { count: before.length, past }), quiet);
    else {
      const apart = away(velocity[horizon - 1], network[horizon - 1]);
      live.say(fill(text.own, { seconds: later, apart: one(apart) }), quiet);
    }
  }
  function begin(places) {
    bar.pick(now.frame);
    now.line = places;
    draw();
  }
  function wipe() {
    begin([]);
    tell(at(now.frame), false);
  }

  // Errors
  const cells = {};
  const cell = (name) => (cells[name] = h("td", { [`data-vl-${name}`]: "" }));
  const table = h("table", { class: "vl-errors" },
    h("caption", {}, fill(text.errors, { seconds: later })),
    h("thead", {}, h("tr", {}, h("td", {}),
      h("th", { scope: "col" }, text.this_frame), h("th", { scope: "col" }, text.whole_film))),
    h("tbody", {}, ...WAYS.slice(0, 2).map((kind) => h("tr", {},
      h("th", { scope: "row" }, sign("dash", kind), text[kind]),
      cell(`here-${kind}`), cell(`film-${kind}`)))));
  function write(name, value) {
    cells[name].textContent = value === null ? "–" : one(value);
    set(cells[name], { "data-vl-value": value ?? "" });
  }
  const [ofVelocity, ofNetwork] = get("_film");
  const mean = (values) => (values.length ? values.reduce((a, b) => a + b) / values.length : null);
  function tell(things, playing) {
    const judged = things.filter(({ errors }) => errors.velocity !== null);
    const words = [fill(text.at, { frame: now.frame, seconds: show(now.frame / fps, 2) })];
    const errors = WAYS.slice(0, 2).map((kind) => mean(judged.map((thing) => thing.errors[kind])));
    WAYS.slice(0, 2).forEach((kind, k) => write(`here-${kind}`, errors[k]));
    if (now.line.length) return tellOwn(playing);
    if (!judged.length) words.push(things.length ? text.untold : text.nothing);
    else {
      words.push(fill(text.says, {
        count: judged.length, seconds: later, velocity: one(errors[0]), network: one(errors[1]),
      }));
    }
    live.say(words.join(" "), playing);
  }

  const live = liveLine();
  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    film.draw(frame);
    draw();
    set(film.canvas, { "aria-label": fill(text.picture, { frame }) });
    tell(at(frame), playing);
  }
  const erase = button("erase", text.erase, () => {
    wipe();
    screen.focus({ preventScroll: true });
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps, told: (step) => [step, count - 1],
  });
  const speed = slider({
    label: text.speed, min: 0.5, max: 8, step: 0.25, value: now.speed,
    format: (value) => show(value, 2),
    onchange(value) {
      now.speed = value;
      draw();
      if (now.line.length) tellOwn();
    },
  });
  const shown = h("div", { class: "vl-toggles" }, ...WAYS.map((kind) => {
    const box = toggle(text[kind], now[kind], (on) => {
      now[kind] = on;
      draw();
    });
    box.lastChild.prepend(sign("dash", kind));
    return box;
  }));
  onDrag(screen, {
    signal,
    onstart: () => begin([]),
    onmove: (x, y) => add(x * wide, y * high),
  });
  onArrows(screen, (right, down, far) => {
    const [x, y] = now.line.at(-1) ?? [wide / 2, high / 2];
    if (!now.line.length) begin([[x, y]]);
    const step = now.speed * (far ? 4 : 1);
    add(x + right * step, y + down * step);
  });
  root.append(
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, screen, bar.element),
      h("div", { class: "vl-right" }, table, shown, speed.element, erase)),
    live.element,
    note(fill(text.note, { past })),
    keysNote(text.keys),
  );
  onKeys(root, { ...stepKeys(bar), Escape: wipe });
  write("film-velocity", ofVelocity);
  write("film-network", ofNetwork);
  bar.pick(now.frame);
});
