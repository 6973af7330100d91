// uses: maths core controls transport media boxes
const LEASTS = [0, 0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const SIGMAS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2];
const HUNDREDTHS = [...Array(21).keys()].map((k) => Number((k / 20).toFixed(2)));
const TOLD = 4; // as many boxes are named in a sentence

/**
 * Every step of the algorithm. A step has the detection that is taken (none at the start), what it
 * does to others (`hits`), and after it the score of each and what has become of it:
 * "low", "waiting", "kept" or "struck".
 */
function suppress({ boxes, scores, labels }, { method, threshold, sigma, least, perClass }) {
  const now = scores.map((score) => ({ score, fate: score < least ? "low" : "waiting" }));
  const copy = () => now.map((one) => ({ ...one }));
  const steps = [{ taken: null, hits: [], after: copy() }];
  const weigh = {
    hard: (overlap) => (overlap > threshold ? 0 : 1),
    linear: (overlap) => (overlap > threshold ? 1 - overlap : 1),
    gaussian: (overlap) => Math.exp(-(overlap * overlap) / sigma),
  }[method];
  for (;;) {
    let taken = null;
    now.forEach((one, k) => {
      if (one.fate === "waiting" && (taken === null || one.score > now[taken].score)) taken = k;
    });
    if (taken === null) return steps;
    Object.assign(now[taken], { fate: "kept", step: steps.length });
    const hits = [];
    now.forEach((one, k) => {
      if (one.fate !== "waiting" || (perClass && labels[k] !== labels[taken])) return;
      const overlap = iouOf(boxes[taken], boxes[k]);
      const weight = weigh(overlap);
      if (weight === 1) return;
      const before = one.score;
      if (method !== "hard") one.score *= weight;
      const gone = method === "hard" || one.score < least;
      if (gone) Object.assign(one, { fate: "struck", step: steps.length, by: taken, overlap });
      hits.push({ k, overlap, before, after: one.score, gone });
    });
    steps.push({ taken, hits, after: copy() });
  }
}

export default interactive("suppression-explorer", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const found = { boxes: get("_boxes"), scores: get("_scores"), labels: get("_labels") };
  const names = get("names");
  const [height, width] = get("_size");
  const several = new Set(found.labels).size > 1;
  const now = remember(memory, {
    method: get("method"), threshold: get("threshold"), sigma: get("sigma"), least: get("least"),
    perClass: get("per_class"), struck: true, step: 0,
  });
  const count = found.scores.length;
  // Ranks: 1 is the highest score, the first of equals.
  const order = [...found.scores.keys()].sort((a, b) => found.scores[b] - found.scores[a] || a - b);
  const rank = [];
  order.forEach((k, place) => { rank[k] = place + 1; });
  const score = (v) => (v > 0 && v < 0.005 ? show(v, 4) : show(v, 2));
  let steps = [];

  // The scene
  const scene = boxScene({
    width, height, picture: get("_picture"), signal, role: "img", "aria-label": text.scene,
  });
  const drawn = found.boxes.map((box, k) => {
    const tag = h("span", { class: "vl-tag" });
    const node = h("div", { class: "vl-one", "data-vl-one": k, "aria-hidden": "true" }, tag);
    lay(node, box, { width, height });
    node.classList.toggle("vl-under", box[1] < 0.08 * height);
    return { node, tag };
  });
  scene.append(...[...order].reverse().map((k) => drawn[k].node));

  // The list, the highest score first
  const rows = found.scores.map((_, k) => {
    const mark = h("span", { class: "vl-mark", "aria-hidden": "true" });
    const level = h("span", { class: "vl-level" });
    const number = h("b", { "data-vl-score": k });
    const words = h("span", { class: "vl-fate" });
    const node = h("li", {
      class: "vl-entry", "data-vl-fate": k,
      onclick: () => bar.pick(steps.at(-1).after[k].step ?? 0),
      onpointerenter: () => light(k, true), onpointerleave: () => light(k, false),
    }, mark, h("span", { class: "vl-rank" }, rank[k]),
    h("span", { class: "vl-name" }, several ? names[found.labels[k]] : ""),
    h("span", { class: "vl-gauge", "aria-hidden": "true" }, level), number, words);
    return { node, mark, level, number, words };
  });
  const list = h("ol", {
    class: "vl-list", tabindex: 0, role: "list", "aria-label": text.list,
  }, ...order.map((k) => rows[k].node));
  const longest = Math.max(...names.map((name) => name.length));
  list.style.setProperty("--vl-chars", several ? Math.min(10, longest) : 0);
  function light(k, on) {
    drawn[k].node.classList.toggle("vl-lit", on);
    rows[k].node.classList.toggle("vl-lit", on);
  }
  const counts = h("p", { class: "vl-counts" });
  const counted = Object.fromEntries(["kept", "struck", "waiting"].map((name) =>
    [name, h("b", { "data-vl-count": name })]));
  counts.append(...Object.entries(counted).map(([name, node]) =>
    h("span", {}, node, ` ${text[name]}`)));

  /** What has become of a detection at a step, in one word for its looks. */
  function looks(k, { taken, hits, after }) {
    if (k === taken) return "now";
    const hit = hits.find((one) => one.k === k);
    if (hit) return hit.gone ? "hit" : "fading";
    const { fate, score: left } = after[k];
    return fate === "waiting" && left < found.scores[k] ? "faded" : fate;
  }
  function words(k, look, { hits, after }) {
    const { fate, by, overlap, score: left } = after[k];
    const falls = () => fill(text.falls, { before: score(found.scores[k]), after: score(left) });
    if (fate === "low") return text.low;
    if (fate === "struck") {
      const how = now.method === "hard" ? text.by : text.dropped;
      return fill(how, { rank: rank[by], overlap: show(overlap, 2), after: score(left) });
    }
    if (left < found.scores[k]) return falls();
    return fate === "kept" ? text.kept : "";
  }
  const MARKS = { now: "★", kept: "✓", hit: "✗", struck: "✗", fading: "↓", faded: "↓", low: "–", waiting: "" };

  const live = liveLine();
  /** Say what happens at a step. */
  function tell({ taken, hits }, playing) {
    if (taken === null) return live.say(fill(text.start, { count: count - lows() }), playing);
    const listed = hits.slice(0, TOLD).map((hit) =>
      fill(now.method === "hard" ? text.hit : text.fades, {
        rank: rank[hit.k], overlap: show(hit.overlap, 2), before: score(hit.before),
        after: score(hit.after),
      }));
    const more = hits.length - listed.length;
    if (more > 0) listed.push(fill(text.more, { count: more }));
    const what = fill(several ? text.take_named : text.take, {
      rank: rank[taken], score: score(steps[bar.step].after[taken].score),
      name: names[found.labels[taken]],
    });
    const then = !hits.length ? text.nothing : now.method === "hard" ? text.strikes : text.lowers;
    const told = fill(then, { list: listed.join(", "), threshold: show(now.threshold, 2) });
    live.say(`${what} ${told}`, playing);
  }
  const lows = () => steps[0].after.filter(({ fate }) => fate === "low").length;

  function onstep(step, playing) {
    if (!steps.length) return;
    const here = steps[step];
    now.step = step;
    const totals = { kept: 0, struck: 0, waiting: 0 };
    here.after.forEach((one, k) => {
      const look = looks(k, here);
      if (one.fate in totals) totals[one.fate]++;
      const { node, tag } = drawn[k];
      node.className = node.className.replace(/ ?vl-as-\w+/, "") + ` vl-as-${look}`;
      node.style.setProperty("--vl-share", found.scores[k] ? one.score / found.scores[k] : 1);
      tag.textContent = look === "now" ? `${rank[k]} · ${score(one.score)}` : rank[k];
      const row = rows[k];
      row.node.className = `vl-entry vl-as-${look}`;
      set(row.node, { "aria-current": look === "now" && "step" });
      row.mark.textContent = MARKS[look];
      row.level.style.width = `${100 * one.score}%`;
      row.number.textContent = score(one.score);
      set(row.number, { "data-vl-value": one.score });
      set(row.node, { "data-vl-is": one.fate });
      row.words.textContent = words(k, look, here);
    });
    for (const [name, node] of Object.entries(counted)) {
      node.textContent = totals[name];
      set(node, { "data-vl-value": totals[name] });
    }
    if (here.taken !== null) {
      const { node } = rows[here.taken];
      const [top, high] = [node.offsetTop, list.clientHeight];
      if (top < list.scrollTop || top + node.offsetHeight > list.scrollTop + high) {
        list.scrollTop = top - high / 3;
      }
    }
    tell(here, playing);
  }

  const bar = transport({
    text, count: 1, signal, name: text.step, onstep, onreset: reset, pace: () => 1100,
    told: (step) => [step, Math.max(1, steps.length) - 1],
  });
  /** The algorithm anew; a reader at the end stays at the end. */
  function update() {
    const last = bar.step > 0 && bar.step === bar.count - 1;
    const step = last ? Infinity : now.step;
    steps = suppress(found, now);
    const to = Math.min(step, steps.length - 1);
    bar.recount(steps.length);
    bar.pick(to);
    put({
      method: now.method, threshold: now.threshold, sigma: now.sigma, least: now.least,
      per_class: now.perClass,
    });
    set(thresholds.element, { hidden: now.method === "gaussian" && "" });
    set(sigmas.element, { hidden: now.method !== "gaussian" && "" });
    live.tell(text.about[now.method]);
  }
  const withOwn = (values, own) => [...new Set([...values, own])].sort((a, b) => a - b);
  const dial = (name, values) => slider({
    label: text[name], values: withOwn(values, now[name]), value: now[name],
    onchange(value) {
      now[name] = value;
      update();
    },
  });
  const thresholds = dial("threshold", HUNDREDTHS);
  const sigmas = dial("sigma", SIGMAS);
  const change = (name) => (value) => {
    now[name] = value;
    update();
  };
  const methods = switcher(text.method,
    ["hard", "linear", "gaussian"].map((name) => [name, text.methods[name]]), now.method,
    change("method"));
  const classes = toggle(text.per_class, now.perClass, change("perClass"));
  const struck = toggle(text.show_struck, now.struck, (on) => {
    now.struck = on;
    scene.classList.toggle("vl-only", !on);
  });
  scene.classList.toggle("vl-only", !now.struck);

  root.append(
    h("div", { class: "vl-tops" }, methods.element,
      button("end", text.to_end, () => bar.pick(bar.count - 1))),
    h("div", { class: "vl-dials" }, thresholds.element, sigmas.element,
      dial("least", LEASTS).element),
    h("div", { class: "vl-toggles" }, several ? classes : "", struck),
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, scene,
        legend(
          [sign("sample", "as-now"), text.legend_now], [sign("sample", "as-kept"), text.legend_kept],
          [sign("sample", "as-hit"), text.legend_hit],
          [sign("sample", "as-waiting"), text.legend_waiting],
        )),
      h("div", { class: "vl-right" }, counts, list)),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  update();
});
