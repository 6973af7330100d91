// uses: maths core controls transport media spans drag
const MODES = ["random", "segments", "uniform", "dense"];
const PACE = 125; // ms a frame, as the network has no seconds
const TALL = 40;

/** Numbers from 0 to 1 that a seed decides: whoever draws again gets others. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Round halves to the even number, as NumPy does. */
function rounded(value) {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2) ? low + 1 : low;
}

const range = (count) => Array.from({ length: count }, (_, k) => k);
/** The last place a clip can start at, and the first frame of each of the parts of a film. */
const roomOf = ({ length, step, end }) => Math.max(0, end - ((length - 1) * step + 1));
const edgesOf = ({ length, end }) => range(length + 1).map((k) => Math.floor((k * end) / length));

/** The frames of each view, as `vidlearn.datasets.clip_indices`; `draw(view, part)` is the chance. */
function indicesOf(now, draw) {
  const { mode, length, step, views, end } = now;
  const parts = range(length);
  const from = (start) => parts.map((k) => Math.min(start + Math.min(step, end) * k, end - 1));
  const room = roomOf(now);
  const edges = edgesOf(now);
  const spread = room / (views - 1);
  return range(views).map((view) => ({
    random: () => from(Math.floor(draw(view, 0) * (room + 1))),
    segments: () => parts.map((k) =>
      edges[k] + Math.floor(draw(view, k) * Math.max(1, edges[k + 1] - edges[k]))),
    uniform: () => parts.map((k) =>
      Math.floor(((2 * (views * k + view) + 1) * end) / (2 * views * length))),
    dense: () => from(views === 1 ? Math.floor(room / 2)
      : view === views - 1 ? room : rounded(view * spread)),
  })[mode]());
}

/** How probable it is that at least one frame from `start` to `stop` - 1 is taken. */
function chanceOf(now, taken, start, stop) {
  const { mode, length, step, views, end } = now;
  const inside = (frame) => frame >= start && frame < stop;
  const room = roomOf(now);
  let missed = 1;
  if (mode === "random") {
    const starts = range(room + 1).filter((first) => range(length).some((k) =>
      inside(Math.min(first + Math.min(step, end) * k, end - 1))));
    missed = 1 - starts.length / (room + 1);
  } else if (mode === "segments") {
    const edges = edgesOf(now);
    for (const k of range(length)) {
      const wide = Math.max(1, edges[k + 1] - edges[k]);
      missed *= 1 - range(wide).filter((place) => inside(edges[k] + place)).length / wide;
    }
  } else return taken.flat().some(inside) ? 1 : 0;
  return 1 - missed ** views;
}

export default interactive("clip-sampling", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [frames, names, actions, fps] = ["_frames", "names", "_actions", "fps"].map(get);
  const [[width, height]] = get("_sizes");
  const total = frames.length;
  const spans = segmentsOf(actions).filter(({ label }) => label >= 0);
  const now = remember(memory, {
    mode: get("mode"), length: get("length"), step: get("step"), views: get("views"),
    end: get("end"), seed: 1, moved: {}, at: 0, total,
  });
  const seconds = (count) => show(count / fps, 2);
  const sparse = () => now.mode === "random" || now.mode === "dense";
  let taken = [];
  let drawn = new Map(); // what chance gave, until it is drawn again

  /** The chance of a view and a part: drawn once, so that nothing jumps while a slider moves. */
  function draw(of, part) {
    if (part === 0 && of in now.moved) return now.moved[of];
    if (!drawn.has(of)) {
      const roll = dice(1000 * now.seed + of);
      drawn.set(of, range(64).map(roll));
    }
    return drawn.get(of)[part];
  }
  const store = pictureStore({ type: "image/webp", signal });
  const paint = (canvas, frame) => store.draw(canvas, String(frame), frames[frame]);
  const place = (node, from, to = from) => {
    node.style.left = `${(100 * from) / total}%`;
    node.style.width = `${(100 * (to - from)) / total}%`;
  };

  // The time line
  const reel = h("canvas", { class: "vl-reel", height: TALL, "aria-hidden": "true" });
  const bar1 = spanBar({ count: total, names, signal, "aria-hidden": "true" });
  bar1.element.hidden = !spans.length;
  const rows = h("div", { class: "vl-takes", "aria-hidden": "true" });
  const cursor = h("span", { class: "vl-cursor" });
  const beyond = h("span", { class: "vl-beyond" }, h("span", {}, text.beyond));
  const line = h("div", { class: "vl-line-of-time" }, reel, bar1.element, rows, beyond, cursor);
  /** Frames side by side, as many as there is room for. */
  async function paintReel() {
    const wide = (TALL * width) / height;
    const room = line.clientWidth;
    const count = Math.max(1, Math.round(room / wide));
    reel.width = room;
    const brush = reel.getContext("2d");
    for (const k of range(count)) {
      const picture = await decode(frames[Math.floor(((k + 0.5) * total) / count)], "image/webp");
      if (signal.aborted || reel.width !== room) return picture.close();
      brush.drawImage(picture, (k * room) / count, 0, room / count, TALL);
      picture.close();
    }
    set(reel, { "data-vl-drawn": count });
  }
  /** As many thumbs in each row. */
  function evenRows() {
    const fit = Math.max(1, Math.floor((line.clientWidth + 4) / 46));
    strip.style.setProperty("--vl-thumbs", Math.ceil(now.length / Math.ceil(now.length / fit)));
  }
  const watcher = new ResizeObserver(() => {
    if (!line.clientWidth) return;
    paintReel();
    evenRows();
  });
  watcher.observe(line);
  signal.addEventListener("abort", () => watcher.disconnect());
  function drawRows() {
    const edges = sparse() ? [] : edgesOf(now).slice(1, -1);
    rows.replaceChildren(...taken.map((chosen, of) => {
      const row = h("div", { class: "vl-take", "data-vl-row": of });
      const reach = h("span", { class: "vl-reach" });
      place(reach, chosen[0], chosen.at(-1) + 1);
      const marks = chosen.map((frame, k) => {
        const mark = h("span", { class: "vl-mark", "data-vl-frame": `${of},${k}`, "data-vl-value": frame });
        place(mark, frame, frame + 1);
        return mark;
      });
      const walls = edges.map((edge) => {
        const wall = h("span", { class: "vl-wall" });
        wall.style.left = `${(100 * edge) / total}%`;
        return wall;
      });
      row.append(...walls, sparse() ? reach : "", ...marks);
      return row;
    }));
  }

  // The clip, large and as a strip
  const big = h("canvas", { width, height, role: "img" });
  const where = h("p", { class: "vl-where" });
  const strip = h("div", { class: "vl-thumbs", "aria-hidden": "true" });
  let stripOf = "";
  function drawStrip(of) {
    const key = `${of}:${taken[of]}`;
    if (key !== stripOf) {
      stripOf = key;
      evenRows();
      strip.replaceChildren(...taken[of].map((frame, k) => {
        const canvas = h("canvas", { width, height });
        paint(canvas, frame);
        const held = k > 0 && frame === taken[of][k - 1];
        return h("span", { class: held ? "vl-thumb vl-held" : "vl-thumb", onclick: () => bar.pick(of * now.length + k) },
          canvas, h("span", { class: "vl-rank" }, frame),
          h("span", { class: `vl-tab ${toneOf(actions[frame])}` }));
      }));
    }
    [...strip.children].forEach((node, k) => set(node, { "aria-current": k === now.at % now.length && "true" }));
  }

  // Numbers
  const numbers = Object.fromEntries(["first", "last", "seconds", "share", "repeats"].map((name) =>
    [name, h("b", { [`data-vl-${name}`]: "" })]));
  const facts = h("dl", { class: "vl-facts" }, ...Object.entries({
    first: text.from_frame, last: text.to_frame, seconds: text.reaches, share: text.of_film,
    repeats: text.repeats,
  }).map(([name, words]) => h("div", {}, h("dt", {}, words), h("dd", {}, numbers[name]))));
  function writeFact(name, value, words = value) {
    numbers[name].textContent = words;
    set(numbers[name], { "data-vl-value": value });
  }
  const table = h("table", { class: "vl-hits" });
  function writeHits() {
    const all = taken.flat();
    const lines = spans.map(({ start, stop, label }, k) => {
      const hits = all.filter((frame) => frame >= start && frame < stop).length;
      return { label, start, k, hits, chance: chanceOf(now, taken, start, stop) };
    });
    table.replaceChildren(
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, text.action),
        h("th", { scope: "col" }, text.taken), h("th", { scope: "col" }, text.chance))),
      h("tbody", {}, ...lines.map(({ label, start, k, hits, chance }) =>
        h("tr", { class: hits ? "" : "vl-missed" },
          h("th", { scope: "row" }, h("span", { class: `vl-sign ${toneOf(label)}`, "aria-hidden": "true" }),
            fill(text.at, { name: names[label], seconds: show(start / fps, 1) })),
          h("td", { "data-vl-hits": k, "data-vl-value": hits }, hits || text.missed),
          h("td", { "data-vl-chance": k, "data-vl-value": chance }, `${Math.round(100 * chance)} %`)))));
    table.hidden = !spans.length;
    return lines;
  }
  function told(lines) {
    const listed = (some) => [...new Set(some.map(({ label }) => names[label]))].join(", ");
    const hit = lines.filter(({ hits }) => hits);
    const missed = lines.filter(({ label }) => !hit.some((one) => one.label === label));
    const words = { seen: listed(hit) || text.nothing, missed: listed(missed) || text.nothing };
    return lines.length ? fill(text.says, words) : "";
  }

  const live = liveLine();
  const about = h("p", { class: "vl-note" });
  let saying = "";
  function onstep(step, playing) {
    now.at = step;
    const [of, k] = [Math.floor(step / now.length), step % now.length];
    const frame = taken[of][k];
    paint(big, frame);
    drawStrip(of);
    place(cursor, frame, frame + 1);
    [...rows.children].forEach((row, n) => row.classList.toggle("vl-now", n === of));
    const clip = taken[of];
    writeFact("first", clip[0]);
    writeFact("last", clip.at(-1));
    const reach = clip.at(-1) - clip[0] + 1;
    writeFact("seconds", reach / fps, fill(text.seconds, { seconds: seconds(reach) }));
    writeFact("share", reach / now.end, `${Math.round((100 * reach) / now.end)} %`);
    writeFact("repeats", now.length - new Set(clip).size);
    const name = names[actions[frame]] ?? text.nothing;
    const words = { view: of + 1, views: now.views, frame, seconds: seconds(frame), name };
    const said = fill(now.views > 1 ? text.where_view : text.where, words);
    where.textContent = said;
    set(big, { "aria-label": said });
    if (now.mode === "random") start.put(clip[0]);
    live.say(saying, playing);
  }

  /** Everything that the controls decide. */
  function update() {
    taken = indicesOf(now, draw);
    beyond.hidden = now.end === total;
    place(beyond, now.end, total);
    bar1.draw(spans);
    drawRows();
    saying = [told(writeHits()), overrun()].filter(Boolean).join(" ");
    about.textContent = { random: text.random_about, segments: text.segments_about,
      uniform: text.uniform_about, dense: text.dense_about }[now.mode];
    for (const one of [step, start]) one.element.hidden = one === step ? !sparse() : now.mode !== "random";
    again.hidden = now.mode === "uniform" || now.mode === "dense";
    put({ mode: now.mode, length: now.length, step: now.step, views: now.views, end: now.end, indices: taken });
    const at = Math.min(now.at, now.views * now.length - 1);
    bar.recount(now.views * now.length);
    bar.pick(at);
  }
  /** What is done where the film is too short. */
  function overrun() {
    const reach = (now.length - 1) * now.step + 1;
    if (sparse() && reach > now.end) return fill(text.holds, { reach, end: now.end });
    return !sparse() && now.length > now.end ? fill(text.twice, { length: now.length, end: now.end }) : "";
  }
  const change = (name) => (value) => {
    now[name] = value;
    if (name === "length" || name === "views" || name === "mode") now.at = 0;
    update();
  };
  /** Let the view shown start at a frame. */
  function moveTo(frame) {
    const room = roomOf(now);
    const of = Math.floor(now.at / now.length);
    now.moved[of] = (Math.max(0, Math.min(room, frame)) + 0.5) / (room + 1);
    update();
  }
  const dial = (name, most) => slider({
    label: text[name], min: 1, max: most, value: now[name], onchange: change(name),
  });
  const [length, step, views] = [dial("length", 32), dial("step", 32), dial("views", 10)];
  const end = slider({
    label: text.end, min: 1, max: total, value: now.end, onchange: change("end"),
    format: (value) => fill(text.seconds, { seconds: show(value / fps, 1) }),
  });
  const start = slider({ label: text.start, min: 0, max: total - 1, value: 0, onchange: moveTo });
  const again = button("again", text.again, () => {
    Object.assign(now, { seed: 1 + Math.floor(1e6 * Math.random()), moved: {} });
    drawn = new Map();
    update();
  });
  const modes = switcher(text.mode, MODES.map((mode) => [mode, text[mode]]), now.mode, change("mode"));
  onDrag(line, {
    signal,
    onmove(x) {
      const frame = Math.floor(x * total);
      if (now.mode === "random") return moveTo(frame - Math.floor(((now.length - 1) * now.step) / 2));
      const of = Math.floor(now.at / now.length);
      const far = taken[of].map((one) => Math.abs(one - frame));
      return bar.pick(of * now.length + far.indexOf(Math.min(...far)));
    },
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count: now.views * now.length, start: now.at, signal, name: text.place, onstep,
    onreset: reset, loop: !still, pace: () => PACE,
    told: (at) => [(at % now.length) + 1, now.length],
  });
  root.append(
    modes.element, about,
    h("div", { class: "vl-dials" }, length.element, step.element, start.element, views.element, end.element),
    h("div", { class: "vl-again" }, again),
    line, strip, live.element,
    h("div", { class: "vl-parts" },
      h("div", {}, h("div", { class: "vl-screen" }, big), where, bar.element),
      h("div", {}, facts, table)),
    note(text.note), keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  update();
});
