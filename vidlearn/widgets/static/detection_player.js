// uses: maths core controls transport media boxes measure
const SPEEDS = [0.1, 0.25, 0.5, 1, 2];
const IOU = 0.5;
const BINS = 20;
const KINDS = ["found", "missed", "false"];

/**
 * Match the detections of a frame by falling score. Each gets `truth`, the one it takes (−1: none),
 * and `kind`: "found", "false", or "passed" where what it found does not count. A higher threshold
 * takes only the last away, so this holds for every threshold.
 */
function judge(found, truths) {
  const taken = truths.boxes.map(() => false);
  for (const one of [...found].sort((a, b) => b.score - a.score || a.n - b.n)) {
    let best = -1;
    let most = 0;
    for (const group of [false, true]) {
      if (best >= 0) break;
      truths.boxes.forEach((box, j) => { // of equals the last
        const free = !taken[j] || truths.crowd[j];
        if (truths.labels[j] !== one.label || truths.ignored[j] !== group || !free) return;
        const overlap = overlapOf(one.box, box, truths.crowd[j]);
        if (overlap >= IOU && overlap >= most) [best, most] = [j, overlap];
      });
    }
    if (best >= 0) taken[best] = true;
    Object.assign(one, {
      truth: best, overlap: most,
      kind: best < 0 ? "false" : truths.ignored[best] ? "passed" : "found",
    });
  }
}

/** The detections of every frame, with their verdicts where there are truths. */
function readClip(get) {
  const [boxes, scores, labels] = [
    unpack(get("_boxes"), Float64Array), unpack(get("_scores"), Float64Array),
    unpack(get("_labels"), Uint8Array),
  ];
  let from = 0;
  const truths = get("_truths");
  return get("_counts").map((count, t) => {
    const found = Array.from({ length: count }, (_, n) => ({
      n, box: [...boxes.subarray(4 * (from + n), 4 * (from + n) + 4)], score: scores[from + n],
      label: labels[from + n], kind: "shown",
    }));
    from += count;
    if (truths[t]) judge(found, truths[t]);
    return { found, truths: truths[t] };
  });
}

export default interactive("detection-player", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, fps, judged] = [get("names"), get("fps"), get("judged")];
  const [[width, height], [givenWidth, givenHeight]] = get("_sizes");
  const clip = readClip(get);
  const count = clip.length;
  const last = count - 1;
  const now = remember(memory, {
    frame: get("frame"), threshold: get("threshold"), speed: 1, truths: true, count,
  });
  const size = { width: givenWidth, height: givenHeight };
  const two = (value) => show(value, 2);

  /** What counts in a frame at the threshold. */
  function tally({ found, truths }) {
    const above = found.filter(({ score }) => score >= now.threshold);
    const real = judged ? truths.ignored.filter((one) => !one).length : 0;
    const of = (kind) => above.filter((one) => one.kind === kind).length;
    const right = of("found");
    return { above, real, shown: above.length, found: right, missed: real - right, false: of("false") };
  }

  // The screen
  const layer = h("div", { class: "vl-boxes", "aria-hidden": "true" });
  const film = frameCanvas({
    frames: get("_frames"), type: "image/webp", width, height, signal, ondrawn: drawBoxes,
  });
  const screen = h("div", { class: "vl-screen" }, film.canvas, layer);
  function boxOf(box, kind, words, more = "") {
    const node = h("div", { class: `vl-one vl-as-${kind} ${more}`, "data-vl-one": kind },
      words ? h("span", { class: "vl-tag" }, words) : "");
    lay(node, box, size);
    node.classList.toggle("vl-under", box[1] < 0.09 * givenHeight);
    node.classList.toggle("vl-low", box[3] > 0.91 * givenHeight);
    return node;
  }
  let drawn = -1;
  function drawBoxes(frame) {
    drawn = frame;
    const { truths } = clip[frame];
    const { above } = tally(clip[frame]);
    const taken = new Set(above.map(({ truth }) => truth));
    const nodes = (judged ? truths.boxes : []).map((box, j) => {
      const kind = truths.ignored[j] ? "uncounted" : taken.has(j) ? "truth" : "missed";
      return boxOf(box, kind, kind === "missed" ? fill(text.missed_tag, { name: names[truths.labels[j]] }) : "");
    });
    for (const one of [...above].sort((a, b) => a.score - b.score)) { // the best on top
      const words = `${names[one.label]} ${two(one.score)}`.trim();
      const tag = one.kind === "false" ? `✗ ${words}` : words;
      nodes.push(boxOf(one.box, one.kind, tag, judged ? "" : `vl-colour${one.label % 6}`));
    }
    layer.replaceChildren(...nodes);
    set(film.canvas, { "aria-label": fill(text.picture, { frame }) });
  }

  // The numbers
  const cell = (name) => h("td", { [`data-vl-${name}`]: "" });
  const kinds = judged ? KINDS : ["shown"];
  const cells = Object.fromEntries(kinds.map((kind) =>
    [kind, { here: cell(`here-${kind}`), clip: cell(`clip-${kind}`) }]));
  const table = h("table", { class: "vl-counted" },
    h("thead", {}, h("tr", {}, h("td", {}),
      h("th", { scope: "col" }, text.this_frame), h("th", { scope: "col" }, text.whole_clip))),
    h("tbody", {}, ...kinds.map((kind) => h("tr", {},
      h("th", { scope: "row" }, sign("swatch", `as-${kind}`), text[kind]),
      cells[kind].here, cells[kind].clip))));
  const rates = Object.fromEntries(["precision", "recall"].map((name) => {
    const number = h("b", { [`data-vl-${name}`]: "" });
    const level = h("span", { class: "vl-level" });
    const words = h("span", { class: "vl-why" });
    const element = h("div", { class: "vl-rate" }, h("span", {}, text[name]), number,
      h("span", { class: "vl-gauge", "aria-hidden": "true" }, level), words);
    return [name, { number, level, words, element }];
  }));
  function write(node, value, words = value) {
    node.textContent = words;
    set(node, { "data-vl-value": value });
  }

  // All scores and all frames at a glance: right is above the line, wrong below it
  const bars = (kind, parts) => parts.map(([x, y, wide, high, more = ""]) =>
    svg("rect", { class: `vl-bar vl-bar-${kind} ${more}`, x, y, width: wide, height: high }));
  const sketch = (name) => svg("svg", {
    class: `vl-sketch vl-${name}`, "aria-hidden": "true", preserveAspectRatio: "none",
  });
  const [histogram, ribbon] = [sketch("histogram"), sketch("ribbon")];
  const line = (wide, y) => svg("path", { class: "vl-base", d: `M0 ${y}H${wide}` });
  const all = clip.flatMap(({ found }) => found);
  const inBins = (good) => {
    const bins = Array(BINS).fill(0);
    for (const one of all) if (good(one)) bins[Math.min(BINS - 1, Math.floor(one.score * BINS + 1e-9))]++;
    return bins;
  };
  const [good, bad] = [inBins(({ kind }) => kind === "found" || kind === "shown"), inBins(({ kind }) => kind === "false")];
  function drawHistogram() {
    // Square roots: few doubtful ones would not be seen beside many sure ones.
    const root2 = (v) => Math.sqrt(v);
    const [up, down] = [root2(Math.max(...good, 1)), judged ? root2(Math.max(...bad, 1)) : 0];
    const side = (k) => ((k + 1) / BINS <= now.threshold + 1e-9 ? "vl-off" : "");
    set(histogram, { viewBox: `0 0 ${BINS} ${up + down}` });
    histogram.replaceChildren(
      ...bars("found", good.map((v, k) => [k + 0.08, up - root2(v), 0.84, root2(v), side(k)])),
      ...bars("false", bad.map((v, k) => [k + 0.08, up, 0.84, root2(v), side(k)])),
      line(BINS, up),
      svg("path", { class: "vl-cut", d: `M${now.threshold * BINS} 0V${up + down}` }),
    );
  }
  function drawRibbon(tallies) {
    const up = Math.max(1, ...tallies.map(({ real, shown }) => (judged ? real : shown)));
    const down = judged ? Math.max(1, ...tallies.map((one) => one.false)) : 0;
    set(ribbon, { viewBox: `0 0 ${last || 1} ${up + down}` });
    const wide = Math.min(0.8, Math.max(1, last) / 30); // frame t stands where the slider has it
    const column = (pick) => tallies.map((one, t) => {
      const [y, high] = pick(one);
      return [t - wide / 2, y, wide, high];
    });
    ribbon.replaceChildren(
      ...bars("missed", column(({ found, missed }) => [up - found - missed, judged ? missed : 0])),
      ...bars("found", column(({ found, shown }) => (judged ? [up - found, found] : [up - shown, shown]))),
      ...bars("false", column((one) => [up, one.false])),
      line(last || 1, up),
    );
  }

  const live = liveLine();
  function tell(here, playing) {
    const words = [fill(text.at, { frame: bar.step, seconds: show(bar.step / fps, 2) })];
    if (!judged) words.push(fill(text.shows, { count: here.shown }));
    else words.push(fill(text.says, { found: here.found, real: here.real, false: here.false }));
    live.say(words.join(" "), playing);
  }
  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    film.draw(frame);
    const here = tally(clip[frame]);
    for (const kind of kinds) write(cells[kind].here, here[kind]);
    marker.style.left = `${(100 * frame) / (last || 1)}%`;
    tell(here, playing);
  }

  /** Everything that the threshold decides. */
  function update() {
    const tallies = clip.map(tally);
    const total = (kind) => tallies.reduce((sum, one) => sum + one[kind], 0);
    for (const kind of kinds) write(cells[kind].clip, total(kind));
    if (judged) {
      const [right, wrong, real] = ["found", "false", "real"].map(total);
      const put1 = (name, top, bottom, words) => {
        const { number, level, words: why } = rates[name];
        write(number, bottom ? top / bottom : "", bottom ? two(top / bottom) : "–");
        level.style.width = `${bottom ? (100 * top) / bottom : 0}%`;
        why.textContent = fill(words, { top, bottom });
      };
      put1("precision", right, right + wrong, text.of_boxes);
      put1("recall", right, real, text.of_things);
    }
    drawHistogram();
    drawRibbon(tallies);
    if (drawn >= 0) drawBoxes(drawn);
    put({ threshold: now.threshold });
    const here = tallies[bar.step];
    for (const kind of kinds) write(cells[kind].here, here[kind]);
  }

  const marker = h("span", { class: "vl-marker", "aria-hidden": "true" });
  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), now.speed, (value) => {
    now.speed = Number(value);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps / now.speed, told: (step) => [step, last],
  });
  bar.track.append(h("div", { class: "vl-strip" }, ribbon, marker));
  bar.element.append(speed.element);
  const threshold = slider({
    label: text.threshold, min: 0, max: 1, step: 0.01, value: now.threshold, format: two,
    onchange(value) {
      now.threshold = value;
      update();
      tell(tally(clip[bar.step]), false);
    },
  });
  threshold.element.append(histogram);
  const shade = (on) => layer.classList.toggle("vl-bare", !on);
  const truths = toggle(text.show_truths, now.truths, (on) => {
    now.truths = on;
    shade(on);
  });
  shade(now.truths);
  const signs = judged ? [
    [sign("swatch", "as-found"), text.legend_found], [sign("swatch", "as-missed"), text.legend_missed],
    [sign("swatch", "as-false"), text.legend_false], [sign("swatch", "as-truth"), text.legend_truth],
  ] : [];

  root.append(
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, screen, bar.element),
      h("div", { class: "vl-right" }, threshold.element, table,
        ...(judged ? [rates.precision.element, rates.recall.element, truths] : []))),
    live.element,
    judged ? legend(...signs) : "",
    note(judged ? text.note : text.note_plain),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  update();
  bar.pick(now.frame);
});
