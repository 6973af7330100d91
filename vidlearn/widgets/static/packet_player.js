// uses: maths core controls transport media chart drag
const SPEEDS = [0.1, 0.25, 0.5, 1, 2];
const [HIGH, LEFT, RIGHT, TOP, FOOT] = [216, 46, 8, 10, 46];

/** Round numbers from 0 to `most`, about `few` of them. */
function ticksTo(most, few) {
  const rough = most / few;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((one) => one >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, k) => Number((k * step).toPrecision(6)));
}

export default interactive("packet-player", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [stored, weights, kinds, starts, fps, [[width, height]]] =
    ["stored", "weights", "kinds", "starts", "fps", "_sizes"].map(get);
  const every = get("_every");
  const count = stored.length;
  const now = remember(memory, { frame: get("frame"), order: get("order"), speed: 1, count });
  const placeOf = Array(count); // where the packet of a frame lies in the file
  stored.forEach((frame, place) => { placeOf[frame] = place; });
  /** The first of the packets that are read to show a frame: a keyframe. */
  const startOf = (frame) => starts.lastIndexOf(true, placeOf[frame]);
  const packetAt = (bar) => (now.order === "shown" ? placeOf[bar] : bar);
  const barOf = (packet) => (now.order === "shown" ? stored[packet] : packet);
  const most = Math.max(...weights);

  // The film and the bars
  const film = frameCanvas({
    frames: get("_frames"), type: "image/webp", width, height, signal,
    ondrawn: (k) => set(film.canvas, { "aria-label": fill(text.picture, { frame: k * every }) }),
  });
  let room = 640;
  const left = (bar) => LEFT + (bar * (room - LEFT - RIGHT)) / count;
  const chart = drawing({ signal, before: room, draw: charted });
  function charted(wide) {
    room = wide;
    const box = [LEFT, TOP, room - RIGHT, HIGH - FOOT];
    const flat = plane({ box, xs: [0, count], ys: [0, most / 1000] });
    const gap = (room - LEFT - RIGHT) / count > 3 ? 1 : 0;
    const bars = stored.map((_, bar) => {
      const packet = packetAt(bar);
      const tall = Math.max(2, ((HIGH - FOOT - TOP) * weights[packet]) / most);
      return svg("rect", {
        class: `vl-packet vl-kind-${kinds[packet]}`, "data-vl-packet": packet,
        "data-vl-value": weights[packet], x: left(bar), y: HIGH - FOOT - tall,
        width: left(bar + 1) - left(bar) - gap, height: tall,
      });
    });
    const feet = ticksTo(count - 1, Math.max(2, Math.floor(room / 110)));
    return {
      height: HIGH, label: fill(text.chart, { count }),
      parts: [
        ...flat.rows(ticksTo(most / 1000, 3).map((v) => [v, brief(v)])),
        ...feet.map((v) => flat.written(String(v), { x: (left(v) + left(v + 1)) / 2, y: HIGH - FOOT + 24 }, "middle")),
        flat.written(now.order === "shown" ? text.foot_shown : text.foot_stored, { x: (LEFT + room - RIGHT) / 2, y: HIGH - 5 }, "middle"),
        ...bars, readMarks,
      ],
    };
  }
  const readMarks = svg("g", { class: "vl-read", "aria-hidden": "true" });
  const cursor = h("span", { class: "vl-cursor", "aria-hidden": "true" });
  const plot = h("div", { class: "vl-plot" }, chart.element, cursor);
  /** Put the cursor on the frame shown, and a line under what is read for it. */
  function mark() {
    const [start, end] = [startOf(now.frame), placeOf[now.frame]];
    const bars = Array.from({ length: end - start + 1 }, (_, k) => barOf(start + k));
    readMarks.replaceChildren(...bars.map((bar) => svg("rect", {
      "data-vl-read": packetAt(bar), x: left(bar), width: left(bar + 1) - left(bar) + 0.3,
      y: HIGH - FOOT + 3, height: 5,
    })));
    const bar = barOf(end);
    cursor.style.left = `${left(bar)}px`;
    cursor.style.width = `${Math.max(3, left(bar + 1) - left(bar))}px`;
  }
  const watcher = new ResizeObserver(mark);
  watcher.observe(chart.element);
  signal.addEventListener("abort", () => watcher.disconnect());
  onDrag(plot, {
    signal,
    onmove(x) {
      const bar = Math.floor(((x * plot.clientWidth - LEFT) / (room - LEFT - RIGHT)) * count);
      bars.pick(stored[packetAt(Math.max(0, Math.min(count - 1, bar)))]);
    },
  });

  // Words
  const live = liveLine();
  const cost = h("p", { class: "vl-cost" });
  function words(frame) {
    const packet = placeOf[frame];
    return fill(text.where, {
      frame, seconds: show(frame / fps, 2), kind: text.kind_names[kinds[packet]],
      bytes: weights[packet].toLocaleString("en"), place: packet,
    });
  }
  function price(frame) {
    const [start, end] = [startOf(frame), placeOf[frame]];
    const read = end - start + 1;
    set(cost, { "data-vl-value": read });
    return read === 1 ? text.alone : fill(text.price, {
      read, key: stored[start],
      bytes: weights.slice(start, end + 1).reduce((a, b) => a + b).toLocaleString("en"),
    });
  }

  // Controls
  const order = switcher(text.order, [["shown", text.shown], ["stored", text.stored]], now.order, (value) => {
    now.order = value;
    put({ order: value });
    chart.redraw();
    mark();
  });
  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), now.speed, (value) => {
    now.speed = Number(value);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bars = transport({
    text, count, start: now.frame, signal, name: text.step, onreset: reset, loop: !still,
    pace: () => 1000 / fps / now.speed, told: (step) => [step, count - 1],
    onstep(frame, playing) {
      now.frame = frame;
      if (!playing) put({ frame });
      film.draw(Math.floor(frame / every));
      mark();
      cost.textContent = price(frame);
      live.say(words(frame), playing);
    },
  });
  bars.element.append(speed.element);
  const frames = Array.from({ length: count }, (_, frame) => frame);
  const landings = frames.filter((frame) => starts[placeOf[frame]]);

  root.append(
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-screen" }, film.canvas),
      h("div", { class: "vl-side" }, live.element, cost, order.element)),
    bars.element,
    plot,
    legend(...["I", "P", "B"].filter((kind) => kinds.includes(kind))
      .map((kind) => [sign(`kind-${kind}`), text.kind_names[kind]]), [sign("is-read"), text.legend_read]),
    keysNote(text.keys),
  );
  onKeys(root, {
    ...stepKeys(bars),
    PageDown: () => bars.pick(landings.find((frame) => frame > bars.step) ?? bars.step),
    PageUp: () => bars.pick(landings.findLast((frame) => frame < bars.step) ?? 0),
  });
  bars.pick(now.frame);
});
