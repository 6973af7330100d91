// uses: maths core controls transport media drag kalman
const SIGMAS = 2; // of the ellipses
const GATE = -2 * Math.log(0.05); // chi-square with two degrees of freedom: 95 % lie below
const F = [[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]; // x, y and their velocities
const H = [[1, 0, 0, 0], [0, 1, 0, 0]];
const MOTIONS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5];
const MEASUREMENTS = [0.2, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12];
const MANY = 10; // frames hidden by the button

/** Q of an acceleration that is drawn anew for each frame, with the deviation of each axis. */
const motionNoise = ([x, y]) => [
  [x ** 2 / 4, 0, x ** 2 / 2, 0], [0, y ** 2 / 4, 0, y ** 2 / 2],
  [x ** 2 / 2, 0, x ** 2, 0], [0, y ** 2 / 2, 0, y ** 2],
];

/** The filter over the whole film: for each frame what it foresees, sees and then believes. */
function follow(places, hidden, { motion, measurement, speed, gated }) {
  const q = motionNoise(motion);
  const r = [[measurement[0] ** 2, 0], [0, measurement[1] ** 2]];
  let state = null;
  let unseen = 0; // frames since the thing was taken last
  return places.map((place, t) => {
    const seen = place && !hidden.has(t);
    if (!state) {
      if (!seen) return { fate: "before", unseen };
      const spread = [r[0][0], r[1][1], speed ** 2, speed ** 2];
      state = {
        mean: [...place.slice(0, 2), 0, 0],
        covariance: spread.map((v, i) => spread.map((_, j) => (i === j ? v : 0))),
      };
      return { fate: "start", updated: state, unseen };
    }
    const before = unseen;
    const predicted = kalmanPredict(state, F, q);
    const found = seen && kalmanUpdate(predicted, place.slice(0, 2), H, r);
    const taken = found && (!gated || found.distance <= GATE);
    state = taken ? found.updated : predicted;
    unseen = taken ? 0 : unseen + 1;
    const s = matrixSum(predicted.covariance.slice(0, 2), r); // H takes the first two of each row
    return {
      ...found, s, predicted, updated: state, unseen, before,
      fate: taken ? "taken" : found ? "stranger" : hidden.has(t) ? "hidden" : "missed",
    };
  });
}

export default interactive("kalman-ellipse", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [[stored, storedHigh], [width, height]] = get("_sizes");
  const [places, truths, ratios] = [get("_measured"), get("_truth"), get("_ratios")];
  const last = places.length - 1;
  const now = remember(memory, {
    frame: get("frame"), hidden: get("hidden"), motion: get("motion_noise"),
    measurement: get("measurement_noise"), gated: get("gate"), truth: true, last,
  });
  const hidden = new Set(now.hidden);
  const one = (value) => show(value, 1);
  const two = (value) => show(value, 2);
  let steps = [];
  let rolling = false;

  // The picture ------------------------------------------------------------------------------

  const film = frameCanvas({
    frames: get("_frames"), type: "image/webp", width: stored, height: storedHigh, signal,
  });
  const dot = width / 120; // the size of a point, in pixels of the frame
  const shape = (tag, name) => svg(tag, { class: `vl-${name}` });
  const marks = {
    patch: shape("rect", "patch"), truth: shape("rect", "truth"),
    seenPath: shape("path", "path"), blindPath: shape("path", "path vl-blind"),
    gate: shape("ellipse", "gate"), predicted: shape("ellipse", "predicted"),
    updated: shape("ellipse", "updated"), box: shape("rect", "measured"),
    pull: shape("path", "pull"), foreseen: shape("circle", "foreseen"),
    cross: shape("path", "cross"), believed: shape("circle", "believed"),
  };
  const hatch = freshId();
  const over = svg("svg", {
    class: "vl-over", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none",
    "aria-hidden": "true",
  }, svg("pattern", {
    id: hatch, width: 3 * dot, height: 3 * dot, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  }, svg("rect", { width: 3 * dot, height: 3 * dot, fill: "rgb(20 24 30 / 72%)" }),
  svg("rect", { width: dot, height: 3 * dot, fill: "rgb(255 255 255 / 55%)" })),
  ...Object.values(marks));
  marks.patch.setAttribute("fill", `url(#${hatch})`);
  const screen = h("div", { class: "vl-screen" }, film.canvas, over);

  const hide = (node, off) => node.classList.toggle("vl-off", Boolean(off));
  function layEllipse(node, state, covariance, sigmas) {
    hide(node, !state);
    if (!state) return;
    const { long, short, turn } = ellipseOf(covariance, sigmas);
    const [cx, cy] = state.mean;
    set(node, { cx, cy, rx: long, ry: short, transform: `rotate(${turn} ${cx} ${cy})` });
  }
  function layPoint(node, state) {
    hide(node, !state);
    if (state) set(node, { cx: state.mean[0], cy: state.mean[1], r: dot });
  }
  /** A box [x, y, wide, high] around its centre, a little larger by `air`. */
  function layBox(node, place, air = 0) {
    hide(node, !place);
    if (!place) return;
    const [x, y, wide = 12 * dot, high = 12 * dot] = place;
    set(node, {
      x: x - wide / 2 - air, y: y - high / 2 - air, width: wide + 2 * air, height: high + 2 * air,
    });
  }
  /** The way so far, what was seen and what was only foreseen by themselves. */
  function layPaths(frame) {
    const ways = { seen: "", blind: "" };
    for (let t = 1; t <= frame; t++) {
      const [a, b] = [steps[t - 1].updated, steps[t].updated];
      if (a && b) {
        ways[steps[t].fate === "taken" ? "seen" : "blind"] +=
          `M${a.mean[0]} ${a.mean[1]}L${b.mean[0]} ${b.mean[1]}`;
      }
    }
    set(marks.seenPath, { d: ways.seen || null });
    set(marks.blindPath, { d: ways.blind || null });
  }
  function drawFrame(frame) {
    const { fate, predicted, updated, s } = steps[frame];
    const place = places[frame];
    const seen = !hidden.has(frame) && place;
    const taken = fate === "taken" || fate === "start";
    layBox(marks.patch, hidden.has(frame) && (place ?? truths[frame]), 2 * dot);
    layBox(marks.truth, now.truth && truths[frame]?.length > 2 && truths[frame]);
    layPaths(frame);
    layEllipse(marks.gate, now.gated && predicted, s, Math.sqrt(GATE));
    layEllipse(marks.predicted, predicted, predicted?.covariance, SIGMAS);
    layEllipse(marks.updated, taken && updated, updated?.covariance, SIGMAS);
    layPoint(marks.foreseen, predicted);
    layPoint(marks.believed, taken && updated);
    layBox(marks.box, seen && place.length > 2 && place);
    hide(marks.cross, !seen);
    hide(marks.pull, !seen || !predicted);
    if (seen) {
      const [x, y] = place;
      const arm = 1.6 * dot;
      set(marks.cross, { d: `M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}` });
      if (predicted) set(marks.pull, { d: `M${predicted.mean[0]} ${predicted.mean[1]}L${x} ${y}` });
    }
    over.classList.toggle("vl-stranger", fate === "stranger");
    set(film.canvas, { "aria-label": fill(text.picture, { frame }) });
    set(screen, {
      "data-vl-states": JSON.stringify({ predicted, updated }), "data-vl-fate": fate,
    });
  }

  // The numbers ------------------------------------------------------------------------------

  const heading = h("p", { class: "vl-heading" });
  const rows = {};
  const row = (name, sample, ...more) => {
    const number = h("b", { [`data-vl-${name}`]: "" });
    rows[name] = number;
    return h("div", { class: `vl-row-of vl-row-${name}` },
      h("span", { class: "vl-named" }, sample, h("span", {}, text[name])), number, ...more);
  };
  const level = h("span", { class: "vl-level" });
  const gauge = h("span", { class: "vl-gauge", "aria-hidden": "true" }, level);
  const slide = h("span", { class: "vl-slide" });
  const ends = h("span", { class: "vl-ends", "aria-hidden": "true" },
    h("span", {}, text.of_prediction), h("span", { class: "vl-rail" }, slide),
    h("span", {}, text.of_measurement));
  const numbers = h("div", { class: "vl-numbers" },
    row("predicted", sign("round", "as-predicted")),
    row("updated", sign("round", "as-updated")),
    row("innovation", sign("dash", "as-pull")),
    row("distance", sign("round", "as-gate"), gauge),
    row("gain", sign("none"), ends));
  function write(name, words, value = "") {
    rows[name].textContent = words;
    set(rows[name], { "data-vl-value": value });
  }
  const sizeOf = (state) => ellipseOf(state.covariance, SIGMAS);
  const axes = ({ long, short }) => fill(text.size, { long: one(long), short: one(short) });
  function writeNumbers({ fate, predicted, updated, innovation, distance, gain }) {
    const taken = fate === "taken" || fate === "start";
    write("predicted", predicted ? axes(sizeOf(predicted)) : "–", predicted && sizeOf(predicted).long);
    write("updated", taken ? axes(sizeOf(updated)) : "–", taken ? sizeOf(updated).long : "");
    write("innovation", innovation ? fill(text.vector, { x: one(innovation[0]), y: one(innovation[1]) }) : "–",
      innovation && Math.hypot(...innovation));
    write("distance", innovation ? fill(text.of_gate, { distance: two(distance), gate: two(GATE) }) : "–",
      innovation && distance);
    level.style.width = `${innovation ? Math.min(100, (50 * distance) / GATE) : 0}%`;
    gauge.classList.toggle("vl-beyond", Boolean(innovation) && distance > GATE);
    const shares = gain && [gain[0][0], gain[1][1]];
    const alike = gain && two(shares[0]) === two(shares[1]);
    write("gain", fate !== "taken" ? "–" : alike ? two(shares[0]) : shares.map(two).join(", "),
      fate === "taken" ? shares[0] : "");
    slide.hidden = fate !== "taken";
    if (gain) slide.style.left = `${50 * (shares[0] + shares[1])}%`;
  }
  const live = liveLine();
  /** What happens in a frame, in a few words and in a sentence. */
  function tell(frame, playing) {
    const { fate, unseen, before, predicted, updated, distance, gain } = steps[frame];
    const size = (state) => state && one(sizeOf(state).long);
    const back = fate === "taken" && before > 0;
    const values = {
      frame, count: unseen, before, predicted: size(predicted), updated: size(updated),
      distance: distance != null && two(distance), gate: two(GATE),
      gain: gain && two((gain[0][0] + gain[1][1]) / 2),
    };
    heading.textContent = fill(text.heads[back ? "back" : fate], values);
    heading.dataset.vlHead = fate;
    const taken = !now.gated ? "ungated" : back ? "back" : fate;
    live.say(fill(text.says[fate === "taken" ? taken : fate], values), playing);
  }

  // The film at a glance: how large the ellipse is, and what the reader hides ------------------

  const strip = svg("svg", { class: "vl-strip", preserveAspectRatio: "none", "aria-hidden": "true" });
  const marker = h("span", { class: "vl-marker", "aria-hidden": "true" });
  const band = h("div", { class: "vl-band" }, strip, marker);
  function drawStrip() {
    const sizes = steps.map(({ predicted, updated }) =>
      [predicted, updated].map((state) => (state ? sizeOf(state).long : 0)));
    const start = steps.findIndex(({ fate }) => fate === "start");
    // The speed is not known at first: what it could be would dwarf all that follows.
    const most = 1.06 * Math.max(1e-9, ...sizes.flatMap((pair, t) => (t > start + 2 ? pair : [pair[1]])));
    const y = (size) => 100 * (1 - Math.min(size, most) / most);
    const wide = 0.92;
    let saw = "";
    steps.forEach(({ updated, predicted }, t) => {
      if (!updated) return;
      const [before, after] = sizes[t];
      saw += `${saw ? "L" : "M"}${t} ${y(predicted ? before : after)}L${t} ${y(after)}`;
    });
    set(strip, { viewBox: `0 0 ${last || 1} 124` });
    const column = (t, kind, top, high) => {
      const [left, right] = [Math.max(0, t - wide / 2), Math.min(last, t + wide / 2)];
      return svg("rect", {
        class: `vl-is-${kind}`, x: left, width: right - left, y: top, height: high,
      });
    };
    strip.replaceChildren(
      ...now.hidden.map((t) => column(t, "veil", 0, 100)),
      svg("path", { class: "vl-area", d: saw && `${saw}L${last} 100L${saw.slice(1).split(" ")[0]} 100Z` }),
      svg("path", { class: "vl-saw", d: saw || "M0 0" }),
      ...steps.map(({ fate }, t) => column(t, fate, 106, 18)),
    );
  }

  // What the reader does ---------------------------------------------------------------------

  function onstep(frame, playing) {
    [now.frame, rolling] = [frame, playing];
    if (!steps.length) return;
    if (!playing) put({ frame });
    film.draw(frame);
    drawFrame(frame);
    writeNumbers(steps[frame]);
    marker.style.left = `${(100 * frame) / (last || 1)}%`;
    hides.firstChild.checked = hidden.has(frame);
    tell(frame, playing);
  }
  const bar = transport({
    text, count: last + 1, start: now.frame, signal, name: text.step, onreset: reset,
    onstep, told: (step) => [step, last],
    loop: !matchMedia("(prefers-reduced-motion: reduce)").matches, pace: () => 1000 / get("fps"),
  });
  /** The filter anew, for the whole film. */
  function update(frame = bar.step) {
    now.hidden = [...hidden].sort((a, b) => a - b);
    const both = (value, k) => [value, value * ratios[k]];
    steps = follow(places, hidden, {
      motion: both(now.motion, 0), measurement: both(now.measurement, 1), speed: get("speed"),
      gated: now.gated,
    });
    put({
      hidden: now.hidden, motion_noise: now.motion, measurement_noise: now.measurement,
      gate: now.gated,
    });
    drawStrip();
    if (frame === bar.step) onstep(frame, rolling);
    else bar.pick(frame);
  }
  function veil(from, to, on) {
    for (let t = Math.min(from, to); t <= Math.max(from, to); t++) {
      if (t <= last) hidden[on ? "add" : "delete"](t);
    }
  }
  let held = null;
  onDrag(band, {
    signal,
    onstart() { held = null; },
    onmove(x) {
      const frame = Math.max(0, Math.min(last, Math.round(x * last)));
      held ??= { on: !hidden.has(frame), at: frame };
      veil(held.at, frame, held.on);
      held.at = frame;
      update(frame);
    },
  });
  bar.track.append(band, h("p", { class: "vl-note vl-caption-of" }, text.band));

  const withOwn = (values, own) => [...new Set([...values, own])].sort((a, b) => a - b);
  const dial = (name, trait, values, k, unit) => slider({
    label: text[trait], values: withOwn(values, get(trait)), value: now[name],
    format: (value) => fill(ratios[k] === 1 ? unit : text.pair, {
      value: brief(value, { figures: 2 }), other: brief(value * ratios[k], { figures: 2 }),
    }),
    onchange(value) {
      now[name] = value;
      update();
    },
  });
  const hides = toggle(text.hide, false, (on) => {
    veil(bar.step, bar.step, on);
    update();
  });
  const gated = toggle(text.gate, now.gated, (on) => {
    now.gated = on;
    update();
  });
  const shown = toggle(text.truth, now.truth, (on) => {
    now.truth = on;
    drawFrame(bar.step);
  });
  const hasTruth = truths.some((truth) => truth?.length > 2);
  root.append(
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, screen, bar.element),
      h("div", { class: "vl-right" }, heading, live.element, numbers,
        dial("motion", "motion_noise", MOTIONS, 0, text.pixels).element,
        dial("measurement", "measurement_noise", MEASUREMENTS, 1, text.pixels).element)),
    h("div", { class: "vl-tools" },
      button("many", fill(text.many, { count: MANY }), () => {
        const from = bar.step;
        veil(from, from + MANY - 1, true);
        update(from);
      }),
      button("none", text.none, () => {
        hidden.clear();
        update();
      }),
      hides, gated, hasTruth ? shown : ""),
    legend([sign("round", "as-predicted"), text.legend_predicted],
      [sign("round", "as-gate"), text.legend_gate], [sign("cross", "as-cross"), text.legend_measured],
      [sign("round", "as-updated"), text.legend_updated]),
    note(text.note),
    keysNote(text.keys),
  );
  /** Hide the frame or show it, and go on to the next. */
  const carry = (by) => () => {
    veil(bar.step, bar.step, true);
    update(bar.step + by);
  };
  onKeys(root, {
    ...stepKeys(bar),
    h: () => hides.firstChild.click(),
    "Shift+ArrowRight": carry(1),
    "Shift+ArrowLeft": carry(-1),
  });
  update(now.frame);
});
