// uses: maths core controls transport media spans drag measure
const BARS = ["truth", "raw", "smoothed"];
const SCORES = ["accuracy", "edit", "f10", "f25", "f50", "segments"];
const SPEEDS = [0.5, 1, 2, 4];
const range = (count) => Array.from({ length: count }, (_, k) => k);
const highest = (values) => values.indexOf(Math.max(...values));

/** From the first frame of the window around t to the frame after its last, inside the film. */
const around = (t, window, count) => {
  const half = (window - 1) / 2;
  return [Math.max(0, t - half), Math.min(count, t + half + 1)];
};

/** The label with the highest mean of the scores over the window; scores are (T, K). */
function averaged(scores, window, classes) {
  const count = scores.length / classes;
  return range(count).map((t) => {
    const [from, to] = around(t, window, count);
    const sums = Array(classes).fill(0);
    for (let k = from * classes; k < to * classes; k++) sums[k % classes] += scores[k];
    return highest(sums);
  });
}

/** The label that most frames of the window have; of equals the frame's own, then the first. */
function majority(labels, window, classes) {
  return labels.map((label, t) => {
    const votes = Array(classes).fill(0);
    for (const one of labels.slice(...around(t, window, labels.length))) votes[one]++;
    return votes[label] === Math.max(...votes) ? label : highest(votes);
  });
}

/**
 * Leave no segment shorter than `least`: the longer neighbour takes the shortest one, of equals the
 * first; of neighbours that are equally long the one before takes it.
 */
function withoutShort(labels, least) {
  const parts = segmentsOf(labels);
  const long = (part) => (part ? part.stop - part.start : 0);
  while (parts.length > 1) {
    const size = Math.min(...parts.map(long));
    if (size >= least) break;
    const at = parts.findIndex((part) => long(part) === size);
    const to = long(parts[at + 1]) > long(parts[at - 1]) ? at + 1 : at - 1;
    parts[at].label = parts[to].label;
    for (const k of [at + 1, at]) {
      if (parts[k]?.label === parts[k - 1]?.label && parts[k]) {
        parts[k - 1].stop = parts[k].stop;
        parts.splice(k, 1);
      }
    }
  }
  return parts.flatMap((part) => Array(long(part)).fill(part.label));
}

/** The fewest segments to insert, delete or rename until both orders are the same. */
function distanceOf(a, b) {
  let row = range(b.length + 1);
  a.forEach((one, i) => {
    const next = [i + 1];
    b.forEach((other, j) =>
      next.push(Math.min(row[j] + (one !== other), row[j + 1] + 1, next[j] + 1)));
    row = next;
  });
  return row.at(-1);
}

function f1Of(found, truth, overlap) {
  const taken = truth.map(() => false);
  let right = 0;
  for (const one of found) {
    const shared = truth.map((real) => (real.label !== one.label ? 0
      : (Math.min(one.stop, real.stop) - Math.max(one.start, real.start))
        / (Math.max(one.stop, real.stop) - Math.min(one.start, real.start))));
    const best = highest(shared);
    if (best < 0 || shared[best] < overlap || taken[best]) continue;
    taken[best] = true;
    right++;
  }
  const most = found.length + truth.length;
  return most ? (2 * right) / most : null;
}

/** Accuracy, edit score, F1 as `vidlearn.metrics` has them, null where NaN; number of segments. */
function judge(found, truth, ignore) {
  const counts = truth.map((label) => !ignore.includes(label));
  const kept = (labels) => segmentsOf(labels).filter(({ label }) => !ignore.includes(label));
  const [own, real] = [kept(found), kept(truth)];
  const order = (parts) => parts.map(({ label }) => label);
  const right = found.filter((label, t) => counts[t] && label === truth[t]).length;
  const [frames, most] = [counts.filter(Boolean).length, Math.max(own.length, real.length)];
  return {
    accuracy: frames ? right / frames : null,
    edit: most ? 100 * (1 - distanceOf(order(own), order(real)) / most) : null,
    f10: f1Of(own, real, 0.1), f25: f1Of(own, real, 0.25), f50: f1Of(own, real, 0.5),
    segments: own.length,
  };
}

export default interactive("label-bar", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, truth, fps, ignore, predictors] =
    ["names", "truth", "fps", "ignore", "predictors"].map(get);
  const [[width, height]] = get("_sizes");
  const [frames, every, classes] = [get("_frames"), get("_every"), names.length];
  const count = truth.length;
  const all = unpack(get("_scores"), Float32Array);
  const now = remember(memory, {
    frame: get("frame"), predictor: get("predictor"), smoothing: get("smoothing"),
    window: get("window"), least: get("least"), speed: 1, count,
  });
  const nameOf = (label) => names[label] ?? text.nothing;
  const labels = { truth };

  // The film and the bars
  const film = frameCanvas({ frames, type: "image/webp", width, height, signal });
  const caption = h("p", { class: "vl-where" });
  const bars = Object.fromEntries(BARS.map((name) =>
    [name, spanBar({ count, names, signal, "data-vl-bar": name, "aria-hidden": "true" })]));
  const errors = Object.fromEntries(["raw", "smoothed"].map((name) =>
    [name, h("div", { class: "vl-errors", "data-vl-errors": name, "aria-hidden": "true" })]));
  const cursor = h("span", { class: "vl-cursor", "aria-hidden": "true" });
  const tracks = BARS.map((name) => h("div", { class: "vl-lane" },
    h("span", { class: "vl-which" }, text[name]),
    h("div", { class: "vl-bars" }, bars[name].element, errors[name] ?? "")));
  const ground = h("div", { class: "vl-ground" }, cursor);
  const sheet = h("div", { class: "vl-sheet-of-bars" }, ...tracks, ground);
  /** Mark the runs of frames that are wrong. */
  function drawErrors(name) {
    const wrong = segmentsOf(labels[name].map((label, t) =>
      Number(label !== truth[t] && !ignore.includes(truth[t]))));
    errors[name].replaceChildren(...wrong.filter(({ label }) => label).map(({ start, stop }) => {
      const node = h("span", { class: "vl-wrong", "data-vl-wrong": stop - start });
      node.style.left = `${(100 * start) / count}%`;
      node.style.width = `${(100 * (stop - start)) / count}%`;
      return node;
    }));
  }

  // The numbers
  const cells = Object.fromEntries(["raw", "smoothed"].map((of) => [of,
    Object.fromEntries(SCORES.map((name) => [name, h("td", { [`data-vl-${of}`]: name })]))]));
  const table = h("table", { class: "vl-scores" },
    h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, text.raw),
      h("th", { scope: "col" }, text.smoothed))),
    h("tbody", {}, ...SCORES.map((name) => h("tr", {}, h("th", { scope: "row" }, {
      accuracy: text.accuracy, edit: text.edit, f10: text.f10, f25: text.f25, f50: text.f50,
      segments: fill(text.segments, { count: judge(truth, truth, ignore).segments }),
    }[name]), cells.raw[name], cells.smoothed[name]))));
  const written = {
    accuracy: (value) => `${show(100 * value, 1)} %`, edit: (value) => show(value, 1),
    f10: (value) => show(value, 2), f25: (value) => show(value, 2), f50: (value) => show(value, 2),
    segments: String,
  };
  function write(of, found) {
    for (const name of SCORES) {
      const value = found[name];
      cells[of][name].textContent = value === null ? "–" : written[name](value);
      set(cells[of][name], { "data-vl-value": value ?? "" });
    }
  }

  const live = liveLine();
  let saying = "";
  function verdict(raw, smooth, real) {
    const share = (value) => (value === null ? "–" : Math.round(100 * value));
    const words = {
      share: share(raw.accuracy), raw: raw.segments, real, smooth: smooth.segments,
      after: share(smooth.accuracy), edit: raw.edit === null ? "–" : Math.round(raw.edit),
      better: smooth.edit === null ? "–" : Math.round(smooth.edit),
    };
    const first = fill(raw.segments > 1.5 * real ? text.jitters : text.steady, words);
    const still = now.window === 1 && now.least === 1;
    return still ? first : `${first} ${fill(text.then, words)}`;
  }

  /** Everything that predictor, window and least length decide. */
  function update() {
    const size = count * classes;
    const scores = all.subarray(now.predictor * size, (now.predictor + 1) * size);
    labels.raw = averaged(scores, 1, classes);
    const smooth = now.smoothing === "average" ? averaged(scores, now.window, classes)
      : majority(labels.raw, now.window, classes);
    labels.smoothed = withoutShort(smooth, now.least);
    const found = {};
    for (const name of BARS) bars[name].draw(segmentsOf(labels[name]));
    for (const name of ["raw", "smoothed"]) {
      drawErrors(name);
      found[name] = judge(labels[name], truth, ignore);
      write(name, found[name]);
    }
    saying = verdict(found.raw, found.smoothed, judge(truth, truth, ignore).segments);
    const { predictor, smoothing, window, least } = now;
    put({ predictor, smoothing, window, least });
    onstep(bar.step, false);
  }
  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    film.draw(Math.floor(frame / every));
    cursor.style.left = `${(100 * (frame + 0.5)) / count}%`;
    const said = fill(text.where, { frame, seconds: show(frame / fps, 2) });
    const parts = BARS.map((name) => h("span", { class: "vl-now", "data-vl-now": name, "data-vl-value": labels[name][frame] },
      `${text[name]}: `, h("span", { class: `vl-sign ${toneOf(labels[name][frame])}`, "aria-hidden": "true" }),
      nameOf(labels[name][frame])));
    caption.replaceChildren(`${said} `, ...parts);
    set(film.canvas, { "aria-label": `${said} ${nameOf(truth[frame])}` });
    live.say(saying, playing);
  }

  const change = (name) => (value) => {
    now[name] = value;
    update();
  };
  const odd = (most) => range((most + 1) / 2).map((k) => 2 * k + 1);
  const long = (value) => fill(text.long, { count: value, seconds: show(value / fps, 2) });
  const window = slider({
    label: text.window, values: odd(Math.max(61, now.window)), value: now.window, format: long,
    onchange: change("window"),
  });
  const least = slider({
    label: text.least, min: 1, max: Math.max(60, now.least), value: now.least, format: long,
    onchange: change("least"),
  });
  const kind = switcher(text.smoothing, [["average", text.average], ["majority", text.majority]],
    now.smoothing, change("smoothing"));
  const who = switcher(text.predictor, predictors.map((name, k) => [k, name]), now.predictor,
    change("predictor"));
  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), now.speed, (value) => {
    now.speed = Number(value);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps / now.speed, told: (step) => [step, count - 1],
  });
  bar.element.append(speed.element);
  onDrag(ground, { signal, onmove: (x) => bar.pick(Math.floor(x * count)) });

  const used = [...new Set([...truth, ...range(predictors.length).flatMap((p) =>
    averaged(all.subarray(p * count * classes, (p + 1) * count * classes), 1, classes))])]
    .filter((label) => label >= 0).sort((a, b) => a - b);
  root.append(
    predictors.length > 1 ? who.element : "",
    h("div", { class: "vl-parts" },
      h("div", {}, h("div", { class: "vl-screen" }, film.canvas), bar.element),
      h("div", {}, kind.element,
        h("div", { class: "vl-dials" }, window.element, least.element), table, live.element)),
    caption, sheet,
    legend(...used.map((label) =>
      [h("span", { class: `vl-sign ${toneOf(label)}`, "aria-hidden": "true" }), names[label]]),
    [sign("wrong"), text.legend_wrong]),
    note(text.note), keysNote(text.keys),
  );
  /** Go to where a segment of the smoothed bar starts, before or behind the frame shown. */
  const jump = (by) => () => {
    const starts = segmentsOf(labels.smoothed).map(({ start }) => start);
    const to = by > 0 ? starts.find((start) => start > bar.step)
      : starts.findLast((start) => start < bar.step);
    bar.pick(to ?? bar.step);
  };
  onKeys(root, { ...stepKeys(bar), PageDown: jump(1), PageUp: jump(-1) });
  update();
  bar.pick(now.frame);
});
