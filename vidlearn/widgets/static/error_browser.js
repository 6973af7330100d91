// uses: maths core controls media boxes measure
const KINDS = ["duplicate", "class", "place", "class and place", "background", "missed"];
const FILTERS = ["mistakes", ...KINDS, "right"];
const EACH = 12;
const ALMOST_ONE = 1 - 1e-10;

/**
 * Tell the kind of every detection of a picture, with the truth it is told by and their IoU. None
 * of it depends on a score threshold: who takes a truth first has the higher score.
 */
function judge(found, truths, overlap, low) {
  const taken = truths.boxes.map(() => false);
  const [near, far] = [Math.min(overlap, ALMOST_ONE), Math.min(low, ALMOST_ONE)];
  for (const one of [...found].sort((a, b) => b.score - a.score || a.n - b.n)) {
    const shared = truths.boxes.map((box, j) => overlapOf(one.box, box, truths.crowd[j]));
    const own = (j) => truths.labels[j] === one.label;
    const free = (j) => own(j) && (!taken[j] || truths.crowd[j]);
    const real = (j) => !truths.ignored[j];
    const rules = [
      ["right", (j) => free(j) && real(j), near],
      ["ignored", (j) => free(j) && !real(j), near],
      ["duplicate", (j) => own(j) && real(j), near],
      ["class", (j) => !own(j) && real(j), near],
      ["place", (j) => own(j) && real(j), far],
      ["class and place", (j) => !own(j) && real(j), far],
    ];
    Object.assign(one, { kind: "background", truth: -1, overlap: 0 });
    for (const [kind, good, least] of rules) {
      const takes = kind === "right" || kind === "ignored"; // of equals the last, else the first
      let [truth, most] = [-1, -1];
      shared.forEach((value, j) => {
        const better = takes ? value >= most : value > most;
        if (good(j) && value >= least && better) [truth, most] = [j, value];
      });
      if (truth < 0) continue;
      Object.assign(one, { kind, truth, overlap: most });
      taken[truth] ||= takes;
      break;
    }
  }
}

/** Every picture with its judged detections, and every item that can be shown. */
function readSet(get) {
  const arrays = { float32: Float32Array, float64: Float64Array };
  const [ofBoxes, ofScores] = get("_kinds");
  const boxes = unpack(get("_boxes"), arrays[ofBoxes]);
  const scores = unpack(get("_scores"), arrays[ofScores]);
  const labels = unpack(get("_labels"), Uint8Array);
  const items = [];
  let from = 0;
  get("_counts").forEach((count, picture) => {
    const truths = get("_truths")[picture];
    const found = Array.from({ length: count }, (_, n) => ({
      n, picture, box: [...boxes.subarray(4 * (from + n), 4 * (from + n) + 4)],
      score: scores[from + n], label: labels[from + n], until: Infinity,
    }));
    from += count;
    judge(found, truths, get("overlap"), get("low"));
    items.push(...found);
    truths.boxes.forEach((box, j) => {
      const taker = found.find((one) => one.kind === "right" && one.truth === j);
      items.push({
        n: j, picture, box, label: truths.labels[j], truth: j, overlap: 0, score: -1,
        kind: truths.ignored[j] ? "uncounted" : "missed", until: taker ? taker.score : -1,
      });
    });
  });
  return items;
}

const ORDERS = {
  surest: (a, b) => b.score - a.score,
  doubtful: (a, b) => a.score - b.score,
  largest: (a, b) => areaOf(b.box) - areaOf(a.box),
  smallest: (a, b) => areaOf(a.box) - areaOf(b.box),
};

export default interactive("error-browser", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, shapes, frames, truths] = ["names", "_sizes", "_frames", "_truths"].map(get);
  const items = readSet(get);
  const now = remember(memory, {
    threshold: get("threshold"), kind: get("kind"), order: "surest", at: 0, others: true,
  });
  const two = (value) => show(value, 2);
  const named = {
    mistakes: text.mistakes, duplicate: text.duplicate, class: text.class, place: text.place,
    "class and place": text.class_and_place, background: text.background, missed: text.missed,
    right: text.right,
  };
  const sizeNames = { all: text.all, small: text.small, medium: text.medium, large: text.large };
  const slug = (kind) => kind.replaceAll(" ", "_");
  /** Whether an item is there at the threshold: a detection from it on, a missed truth up to it. */
  const there = (one) => (one.kind === "missed" ? one.until < now.threshold
    : one.kind !== "uncounted" && one.score >= now.threshold);
  const isOf = (kind) => (one) => (kind === "mistakes" ? KINDS.includes(one.kind) : one.kind === kind);
  let listed = [];

  // Pictures, decoded once
  const decoded = new Map();
  const bitmap = (picture) => {
    if (!decoded.has(picture)) decoded.set(picture, decode(frames[picture], "image/webp"));
    return decoded.get(picture);
  };
  signal.addEventListener("abort", () => decoded.clear());
  /** Draw the part [x1, y1, x2, y2] of a picture on a canvas. */
  function paint(canvas, picture, [x1, y1, x2, y2]) {
    const scale = shapes[picture][0][0] / shapes[picture][1][0];
    canvas.dataset.vlWanted = picture;
    bitmap(picture).then((drawn) => {
      if (signal.aborted || canvas.dataset.vlWanted !== String(picture)) return;
      canvas.getContext("2d").drawImage(drawn, x1 * scale, y1 * scale,
        (x2 - x1) * scale, (y2 - y1) * scale, 0, 0, canvas.width, canvas.height);
      canvas.dataset.vlDrawn = picture;
    });
  }
  const nameOf = (label) => names[label] || fill(text.nameless, { label });
  const said = (one) => (one.kind === "missed" ? nameOf(one.label)
    : `${two(one.score)} ${names[one.label]}`.trim());

  /** A box over a part of a picture. */
  function boxOf(box, kind, [x1, y1, x2, y2], words = "") {
    const node = h("div", { class: `vl-one vl-as-${slug(kind)}`, "data-vl-one": kind },
      words ? h("span", { class: "vl-tag" }, words) : "");
    lay(node, [box[0] - x1, box[1] - y1, box[2] - x1, box[3] - y1], { width: x2 - x1, height: y2 - y1 });
    node.classList.toggle("vl-under", box[1] - y1 < 0.09 * (y2 - y1));
    return node;
  }
  const truthOf = (one) => (one.truth >= 0 ? truths[one.picture].boxes[one.truth] : null);

  /** A square around what an item is about, inside its picture where that has room. */
  function cropOf({ picture, box, ...one }) {
    const [width, height] = shapes[picture][1];
    const truth = truthOf({ picture, ...one });
    const whole = truth ? around(box, truth) : box;
    const side = Math.max(1.5 * Math.max(whole[2] - whole[0], whole[3] - whole[1]), width / 10);
    const start = (low, high, room) => (side > room ? (room - side) / 2
      : Math.max(0, Math.min(room - side, (low + high - side) / 2)));
    const [x, y] = [start(whole[0], whole[2], width), start(whole[1], whole[3], height)];
    return [x, y, x + side, y + side];
  }
  function thumb(one, place) {
    const part = cropOf(one);
    const canvas = h("canvas", { width: 120, height: 120 });
    paint(canvas, one.picture, part);
    const truth = truthOf(one);
    const layer = h("div", { class: "vl-boxes" },
      ...(truth && one.kind !== "missed" ? [boxOf(truth, "truth", part)] : []), boxOf(one.box, one.kind, part));
    return h("button", {
      type: "button", class: "vl-thumb", "data-vl-thumb": place, "data-vl-kind": one.kind,
      "data-vl-item": `${one.picture},${one.n}`, "data-vl-value": one.overlap,
      "aria-label": `${said(one)}, ${named[one.kind]}`, onfocus: () => now.at !== place && choose(place), onclick: () => choose(place),
    }, h("span", { class: "vl-screen", "aria-hidden": "true" }, canvas, layer),
      h("span", { class: "vl-said", "aria-hidden": "true" },
        h("span", { class: `vl-dot vl-as-${slug(one.kind)}` }), said(one)));
  }

  // The gallery
  const gallery = h("div", { class: "vl-gallery", role: "group", "aria-label": text.gallery });
  const range = h("span", { class: "vl-range" });
  const [less, more] = [[-1, "back", text.back], [1, "next", text.next]].map(([by, name, label]) =>
    iconButton(name, label, () => choose((Math.floor(now.at / EACH) + by) * EACH)));
  const pager = h("div", { class: "vl-pager" }, less, range, more);
  let page = [];
  function leaf() {
    const first = EACH * Math.floor(now.at / EACH);
    const wanted = listed.slice(first, first + EACH);
    if (page.length !== wanted.length || page.some((one, k) => one !== wanted[k]) || !page.length) {
      page = wanted;
      gallery.replaceChildren(...(wanted.length ? wanted.map((one, k) => thumb(one, first + k))
        : [h("p", { class: "vl-none" }, text.none)]));
    }
    for (const node of gallery.querySelectorAll(".vl-thumb")) {
      const chosen = Number(node.dataset.vlThumb) === now.at;
      set(node, { "aria-current": chosen && "true", tabindex: chosen ? 0 : -1 });
    }
    range.textContent = listed.length
      ? fill(text.range, { first: first + 1, last: first + wanted.length, count: listed.length }) : "";
    set(less, { "aria-disabled": first === 0 && "true" });
    set(more, { "aria-disabled": first + EACH >= listed.length && "true" });
  }

  // The whole picture
  const layer = h("div", { class: "vl-boxes", "aria-hidden": "true" });
  const canvas = h("canvas", { role: "img" });
  const screen = h("div", { class: "vl-screen vl-large" }, canvas, layer);
  const live = liveLine();
  function open(one) {
    screen.hidden = !one;
    if (!one) {
      live.say(text.none);
      return;
    }
    const { picture } = one;
    const [[width, height], given] = shapes[picture];
    if (canvas.dataset.vlWanted !== String(picture)) {
      Object.assign(canvas, { width, height });
      delete canvas.dataset.vlDrawn;
      paint(canvas, picture, [0, 0, ...given]);
    }
    const whole = [0, 0, ...given];
    const beside = now.others ? items.filter((other) =>
      other.picture === picture && other !== one && there(other)) : [];
    const nodes = truths[picture].boxes.map((box, j) => (j !== one.truth && !now.others ? ""
      : boxOf(box, truths[picture].ignored[j] ? "uncounted" : "truth", whole)));
    nodes.push(...beside.map((other) => boxOf(other.box, other.kind, whole)));
    const chosen = boxOf(one.box, one.kind, whole, `${named[one.kind]}: ${said(one)}`);
    chosen.classList.add("vl-chosen");
    layer.replaceChildren(...nodes, chosen);
    set(canvas, { "aria-label": fill(text.picture, { picture }) });
    live.say(told(one));
  }
  function told(one) {
    const why = {
      right: text.why_right, duplicate: text.why_duplicate, class: text.why_class,
      place: text.why_place, "class and place": text.why_class_and_place,
      background: text.why_background, missed: text.why_missed,
    }[one.kind];
    const truth = one.truth >= 0 ? nameOf(truths[one.picture].labels[one.truth]) : "";
    const words = { name: nameOf(one.label), truth, iou: two(one.overlap) };
    const where = fill(text.where, { at: now.at + 1, count: listed.length, picture: one.picture });
    const score = one.kind === "missed" ? "" : `${fill(text.score, { score: two(one.score) })} `;
    return `${where} ${score}${fill(why, words)}`;
  }

  // Numbers
  const filter = switcher(text.filter, FILTERS.map((kind) => [kind, named[kind]]), now.kind,
    (kind) => {
      Object.assign(now, { kind, at: 0 });
      put({ kind });
      update();
    });
  const counts = new Map([...filter.element.children].map((one) => {
    const kind = one.dataset.vlChoice;
    const number = h("b", { "data-vl-count": kind });
    if (kind !== "mistakes") one.prepend(h("span", { class: `vl-dot vl-as-${slug(kind)}` }));
    one.append(number);
    return [kind, number];
  }));
  const reals = truths.flatMap((of, picture) => of.boxes.map((_, j) => ({
    area: of.areas[j], counts: !of.ignored[j],
    missed: items.find((one) => one.until < Infinity && one.picture === picture && one.n === j),
  }))).filter((one) => one.counts);
  const rows = Object.entries(get("sizes")).map(([name, [least, most]]) => {
    const of = reals.filter(({ area }) => area >= least && area <= (most ?? Infinity));
    const number = h("td", { "data-vl-size": name });
    const level = h("span", { class: "vl-level" });
    const bar = h("td", { class: "vl-bar", "aria-hidden": "true" }, h("span", { class: "vl-gauge" }, level));
    return { of, number, level, row: h("tr", {}, h("th", { scope: "row" }, sizeNames[name] ?? name), number, bar) };
  });
  const table = h("table", { class: "vl-sizes" }, h("caption", {}, text.by_size),
    h("tbody", {}, ...rows.map(({ row }) => row)));

  /** Everything that threshold, kind and order decide. */
  function update() {
    const shown = items.filter(there);
    for (const [kind, number] of counts) {
      const count = shown.filter(isOf(kind)).length;
      number.textContent = count;
      set(number, { "data-vl-value": count });
    }
    for (const { of, number, level } of rows) {
      const missed = of.filter((one) => there(one.missed)).length;
      number.textContent = fill(text.missed_of, { missed, count: of.length });
      set(number, { "data-vl-value": missed });
      level.style.width = `${of.length ? (100 * missed) / of.length : 0}%`;
    }
    listed = shown.filter(isOf(now.kind)).sort(ORDERS[now.order]);
    choose(Math.min(now.at, Math.max(0, listed.length - 1)));
  }
  function choose(at) {
    now.at = Math.max(0, Math.min(listed.length - 1, at));
    const focused = gallery.contains(document.activeElement);
    leaf();
    if (focused) gallery.querySelector("[aria-current]")?.focus({ preventScroll: true });
    open(listed[now.at]);
  }

  const threshold = slider({
    label: text.threshold, min: 0, max: 1, step: 0.01, value: now.threshold, format: two,
    onchange(value) {
      now.threshold = value;
      put({ threshold: value });
      update();
    },
  });
  const order = choice(text.order, Object.keys(ORDERS).map((name) => [name, text[name]]),
    now.order, (name) => {
      Object.assign(now, { order: name, at: 0 });
      update();
    });
  const others = toggle(text.others, now.others, (on) => {
    now.others = on;
    open(listed[now.at]);
  });
  root.append(
    threshold.element, filter.element,
    h("div", { class: "vl-options" }, order.element, others, button("reset", text.reset, reset)),
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, gallery, pager),
      h("div", { class: "vl-right" }, screen, live.element, table)),
    legend([sign("swatch", "as-truth"), text.legend_truth], [sign("swatch", "as-missed"), text.legend_missed],
      [sign("swatch", "as-uncounted"), text.legend_uncounted]),
    keysNote(text.keys),
  );
  const go = (to) => () => choose(to());
  onKeys(root, {
    ArrowLeft: go(() => now.at - 1), ArrowRight: go(() => now.at + 1),
    ArrowUp: go(() => now.at - 1), ArrowDown: go(() => now.at + 1),
    PageUp: go(() => now.at - EACH), PageDown: go(() => now.at + EACH),
    Home: go(() => 0), End: go(() => listed.length - 1), " ": () => {}, // the page does not scroll
  });
  update();
});
