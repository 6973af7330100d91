// uses: maths core controls transport chart drag media boxes
const FORMS = ["voc2007", "voc2010", "coco"];
const POINTS = {
  voc2007: [...Array(11).keys()].map((k) => k / 10),
  coco: [...Array(101).keys()].map((k) => k * 0.01),
};
const LEVELS = [...Array(19).keys()].map((k) => Number(((k + 1) / 20).toFixed(2)));

/** IoU as the metrics count it: ends are start + side; in a crowd, the share that lies inside. */
function overlapOf(found, truth, crowd) {
  const side = (box, axis) => box[axis + 2] - box[axis];
  const common = [0, 1].map((axis) =>
    Math.max(0, Math.min(found[axis] + side(found, axis), truth[axis] + side(truth, axis))
      - Math.max(found[axis], truth[axis])));
  const shared = common[0] * common[1];
  const own = side(found, 0) * side(found, 1);
  const whole = crowd ? own : own + side(truth, 0) * side(truth, 1) - shared;
  return shared > 0 ? shared / whole : 0;
}

/**
 * Every detection by falling score: the truth that it found (`matched`, −1 if none), the one that
 * it overlaps most (`best`) and why it is right or not; precision and recall after it.
 */
function judge({ boxes, scores, pictures }, truths, iou) {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const takers = truths.map(({ boxes: all }) => all.map(() => null));
  const count = truths.reduce((sum, { ignored }) => sum + ignored.filter((v) => !v).length, 0);
  let [right, wrong] = [0, 0];
  return order.map((k, rank) => {
    const { boxes: all, ignored, crowd } = truths[pictures[k]];
    const taken = takers[pictures[k]];
    const overlaps = all.map((box, j) => overlapOf(boxes[k], box, crowd[j]));
    let matched = -1;
    for (const group of [false, true]) {
      if (matched >= 0) break;
      overlaps.forEach((v, j) => { // of equals the last
        const free = taken[j] === null || crowd[j];
        if (ignored[j] !== group || !free || v < Math.min(iou, 1 - 1e-10)) return;
        if (matched < 0 || v >= overlaps[matched]) matched = j;
      });
    }
    const best = matched >= 0 ? matched : overlaps.indexOf(Math.max(...overlaps, 0));
    const there = best >= 0 && overlaps[best] > 0;
    const taker = there ? taken[best] : null;
    if (matched >= 0) taken[matched] ??= rank;
    const passed = matched >= 0 && ignored[matched];
    const correct = matched >= 0 && !passed;
    right += correct;
    wrong += matched < 0;
    const reason = correct ? "right" : passed ? "passed" : !all.length ? "none"
      : !there ? "off" : overlaps[best] >= iou ? "again" : "low";
    return {
      k, picture: pictures[k], score: scores[k], box: boxes[k], correct, passed, reason, taker,
      best: there ? best : -1, overlap: there ? overlaps[best] : 0, right, wrong, count,
      precision: right / Math.max(right + wrong, 1), recall: right / count,
      found: taken.map((one) => one !== null),
    };
  });
}

/** The best precision from each place on. */
function envelopeOf(judged) {
  let best = 0;
  return [...judged].reverse().map(({ precision }) => {
    best = Math.max(best, precision);
    return best;
  }).reverse();
}
/** The precision at each recall that the form asks for; 0 where none reaches it. */
const heights = (judged, envelope, form) => POINTS[form].map((point) =>
  envelope[judged.findIndex(({ recall }) => recall >= point)] ?? 0);

function averages(judged) {
  const envelope = envelopeOf(judged);
  const mean = (form) =>
    heights(judged, envelope, form).reduce((a, b) => a + b, 0) / POINTS[form].length;
  const area = judged.reduce((sum, { recall }, k) =>
    sum + (recall - (judged[k - 1]?.recall ?? 0)) * envelope[k], 0);
  return { envelope, voc2007: mean("voc2007"), voc2010: area, coco: mean("coco") };
}

export default interactive("precision-recall", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [found, truths, sizes, pictures] =
    ["_found", "_truths", "_sizes", "_pictures"].map((name) => get(name));
  const now = remember(memory, { iou: get("iou"), form: "curve", step: 0, key: [...sizes, ...found.scores].join() });
  const share = (v) => show(v, 2);
  const exact = (v) => show(v, 3);
  let judged = judge(found, truths, now.iou);
  const count = judged.length;

  // The picture
  const store = pictureStore({ type: "image/webp", signal });
  const canvas = h("canvas", { "aria-hidden": "true" });
  const scene = boxScene({ width: 4, height: 3, canvas, signal, role: "img" });
  const ratio = Math.min(1.1, Math.max(...sizes.map(([high, wide]) => high / wide)));
  const stage = h("div", { class: "vl-stage" }, scene);
  stage.style.setProperty("--vl-ratio", ratio);
  function look(one) {
    const [height, width, high, wide] = sizes[one.picture];
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    scene.style.setProperty("--vl-wide", width);
    scene.style.setProperty("--vl-high", height);
    scene.style.width = `${Math.min(100, (100 * ratio * width) / height)}%`;
    store.draw(canvas, String(one.picture), pictures[one.picture]);
    const layer = (box, kind, words) => {
      const node = h("div", { class: `vl-one vl-${kind}`, "aria-hidden": "true", "data-vl-box": kind },
        words ? h("span", { class: "vl-tag" }, words) : "");
      lay(node, box, { width, height });
      node.classList.toggle("vl-under", box[1] < 0.1 * height);
      return node;
    };
    const { boxes: all, ignored } = truths[one.picture];
    const earlier = one.reason === "again" && one.taker !== null ? judged[one.taker] : null;
    scene.replaceChildren(canvas,
      ...all.map((box, j) => layer(box, j === one.best ? "best" : ignored[j] ? "passed" : "truth")),
      ...(earlier ? [layer(earlier.box, "earlier")] : []),
      layer(one.box, one.correct ? "right" : one.passed ? "neither" : "wrong",
        `${signs[verdict(one)]} ${share(one.score)}`));
    set(scene, { "aria-label": fill(text.picture, { number: one.picture + 1 }) });
  }
  const signs = { right: "✓", wrong: "✗", neither: "–" };
  const verdict = (one) => (one.correct ? "right" : one.passed ? "neither" : "wrong");
  const why = (one) => fill(text.reasons[one.reason], {
    overlap: share(one.overlap), iou: share(now.iou), rank: (one.taker ?? 0) + 1,
  });

  // Numbers
  const cell = (name) => h("b", { [`data-vl-${name}`]: "" });
  const numbers = Object.fromEntries(
    ["right", "wrong", "missed", "precision", "recall"].map((name) => [name, cell(name)]));
  const counts = h("p", { class: "vl-counts" },
    ...["right", "wrong", "missed"].map((name) => h("span", {}, numbers[name], ` ${text[name]}`)));
  const [ofPrecision, ofRecall] = [0, 1].map(() => h("span", { class: "vl-reckoning" }));
  const fractions = h("div", { class: "vl-fractions" },
    h("span", {}, text.precision), ofPrecision, numbers.precision,
    h("span", {}, text.recall), ofRecall, numbers.recall);
  const verdictLine = h("p", { class: "vl-verdict" });
  const reasonLine = h("p", { class: "vl-detail vl-reason" });
  const ap = Object.fromEntries(FORMS.map((form) => [form, h("b", { "data-vl-ap": form })]));
  const write = (node, value, words) => {
    node.textContent = words;
    set(node, { "data-vl-value": value });
  };

  // The chart
  const chart = drawing({ signal, least: 240, most: 460, before: 380, draw: charted });
  function charted(room) {
    const high = Math.min(300, room * 0.8);
    const box = [34, 22, room - 12, high - 40];
    const flat = plane({ box, xs: [0, 1], ys: [0, 1] });
    const sofar = judged.slice(0, now.step + 1);
    const here = sofar.at(-1);
    const { envelope } = averages(sofar);
    const steps = [[0, envelope[0]]];
    sofar.forEach(({ recall }, k) => steps.push([steps.at(-1)[0], envelope[k]], [recall, envelope[k]]));
    steps.push([steps.at(-1)[0], 0]);
    const shaded = [];
    if (now.form === "voc2010") {
      const corner = [[0, 0], ...steps].map(([x, y]) => `${flat.x(x)},${flat.y(y)}`);
      shaded.push(svg("polygon", { class: "vl-area", points: corner.join(" ") }));
    } else if (now.form !== "curve") {
      const few = now.form === "voc2007";
      heights(sofar, envelope, now.form).forEach((value, k) => {
        const [x, y] = [flat.x(POINTS[now.form][k]), flat.y(value)];
        shaded.push(svg("line", {
          class: `vl-stem ${few ? "vl-few" : ""}`, "data-vl-stem": k, "data-vl-value": value,
          x1: x, x2: x, y1: flat.y(0), y2: Math.min(y, flat.y(0) - 2),
        }));
        if (few) shaded.push(svg("circle", { class: "vl-top", r: 5, cx: x, cy: y }));
      });
    }
    const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((v) => [v, v % 1 ? show(v, 1) : String(v)]);
    const [x, y] = [flat.x(here.recall), flat.y(here.precision)];
    return {
      height: high,
      label: fill(text.chart, { count: sofar.length, precision: share(here.precision), recall: share(here.recall) }),
      parts: [
        ...flat.rows(ticks), ...flat.feet(ticks),
        flat.written(text.precision, { x: 34, y: 12 }, "start"),
        flat.written(text.recall, { x: (box[0] + box[2]) / 2, y: high - 4 }, "middle"),
        ...shaded,
        ...(now.form === "curve" ? [] : [flat.line(steps, { class: "vl-envelope" })]),
        flat.line(sofar.map(({ recall, precision }) => [recall, precision]), { class: "vl-curve" }),
        svg("path", { class: "vl-guide", d: `M${box[0]} ${y}H${x}V${box[3]}` }),
        ...sofar.filter((one) => !one.passed).map((one) => svg("circle", {
          class: `vl-point vl-is-${verdict(one)}`, r: count > 60 ? 2.5 : 3.5,
          cx: flat.x(one.recall), cy: flat.y(one.precision),
        })),
        svg("circle", { class: "vl-ring", r: 8, cx: x, cy: y }),
      ],
    };
  }

  // The scores, falling; a press goes there.
  const strip = drawing({ signal, least: 240, most: 460, before: 380, draw: stripped });
  const leftEdge = 34;
  function stripped(room) {
    const [high, top] = [64, 16];
    const wide = (room - 12 - leftEdge) / count;
    const y = (score) => high - 4 - Math.max(1.5, score * (high - top - 4));
    const middle = leftEdge + (now.step + 1) * wide;
    const late = now.step + 1 > count / 2;
    return {
      height: high,
      parts: [
        ...judged.map((one, k) => svg("rect", {
          class: `vl-score vl-is-${k <= now.step ? verdict(one) : "later"}`,
          x: leftEdge + k * wide + Math.min(1, wide * 0.15), y: y(one.score),
          width: Math.max(1, wide - Math.min(2, wide * 0.3)), height: high - 4 - y(one.score),
        })),
        svg("line", { class: "vl-limit", x1: middle, x2: middle, y1: 0, y2: high - 4 }),
        svg("text", {
          class: "vl-axis", x: middle + (late ? -6 : 6), y: 11, "text-anchor": late ? "end" : "start",
        }, fill(text.limit, { score: share(judged[now.step].score) })),
      ],
    };
  }
  strip.element.classList.add("vl-strip");
  onDrag(strip.sheet, {
    signal,
    onmove(x) {
      const { width } = strip.sheet.viewBox.baseVal;
      const to = Math.floor(((x * width - leftEdge) / (width - 12 - leftEdge)) * count);
      bar.pick(Math.max(0, Math.min(count - 1, to)));
    },
  });

  const live = liveLine({ hidden: true }); // what it says stands beside the picture
  function onstep(step, playing) {
    now.step = step;
    const one = judged[step];
    look(one);
    verdictLine.className = `vl-verdict vl-is-${verdict(one)}`;
    const words = { rank: step + 1, score: share(one.score), verdict: text.verdicts[verdict(one)] };
    verdictLine.textContent = `${signs[verdict(one)]} ${fill(text.verdict, words)}`;
    reasonLine.textContent = why(one);
    write(numbers.right, one.right, one.right);
    write(numbers.wrong, one.wrong, one.wrong);
    write(numbers.missed, one.count - one.right, one.count - one.right);
    write(numbers.precision, one.precision, exact(one.precision));
    write(numbers.recall, one.recall, exact(one.recall));
    ofPrecision.textContent = `${one.right} / ${one.right + one.wrong}`;
    ofRecall.textContent = `${one.right} / ${one.count}`;
    const means = averages(judged.slice(0, step + 1));
    for (const form of FORMS) write(ap[form], means[form], exact(means[form]));
    chart.redraw();
    strip.redraw();
    live.say(`${fill(text.verdict, words)} ${why(one)} ${fill(text.live, {
      precision: share(one.precision), recall: share(one.recall),
    })}`, playing);
  }
  const bar = transport({
    text, count, start: now.step, signal, name: text.step, onstep, onreset: reset,
    pace: () => Math.max(250, Math.min(1200, 24000 / count)),
  });
  const formRows = Object.fromEntries(FORMS.map((form) =>
    [form, h("div", { class: "vl-ap" }, h("span", {}, text.forms[form]), ap[form])]));
  function choose(form) {
    now.form = form;
    for (const one of FORMS) formRows[one].classList.toggle("vl-chosen", one === form);
    live.tell(text.about[form]);
    chart.redraw();
  }
  const forms = switcher(text.form, ["curve", ...FORMS].map((form) => [form, text.forms[form]]),
    now.form, choose);
  const levels = [...new Set([...LEVELS, now.iou])].sort((a, b) => a - b);
  const dial = slider({
    label: text.iou, values: levels, value: now.iou,
    onchange(value) {
      now.iou = value;
      put({ iou: value });
      judged = judge(found, truths, value);
      bar.pick(bar.step);
    },
  });
  root.append(
    forms.element,
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, chart.element, strip.element),
      h("div", { class: "vl-right" }, stage, verdictLine, reasonLine, counts, fractions)),
    h("div", { class: "vl-feet" },
      h("div", { class: "vl-aps" }, h("strong", {}, text.ap), ...FORMS.map((form) => formRows[form])),
      h("div", { class: "vl-dials" }, dial.element)),
    bar.element,
    live.element,
    legend([sign("swatch", "best"), text.legend_truth], [sign("swatch", "right"), text.legend_right],
      [sign("swatch", "wrong"), text.legend_wrong]),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  choose(now.form);
  bar.pick(now.step);
});
