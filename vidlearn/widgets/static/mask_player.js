// uses: maths core controls transport media chart drag measure
const SPEEDS = [0.25, 0.5, 1, 2];
const [HIGH, LEFT, RIGHT, TOP, FOOT] = [170, 34, 10, 12, 40];
const KINDS = ["both", "only", "missing"];
// Colour and two opacities: those of a pattern, so that shape tells what colour tells.
const INKS = {
  both: [86, 180, 233, 0.5, 0.5], only: [255, 140, 40, 0.95, 0.45], missing: [255, 255, 255, 0.9, 0.35],
};
const PATTERNS = {
  both: () => true, only: (x, y) => (x + y) % 4 < 2, missing: (x, y) => x % 3 === 0 || y % 3 === 0,
};

/** Masks from the run lengths that Python packed, one byte for each pixel. */
function unpackMasks(bytes, size) {
  const found = new Uint8Array(size);
  let [at, on, length, shift] = [0, 0, 0, 0];
  for (const byte of bytes) {
    length += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte & 128) continue;
    if (on) found.fill(1, at, at + length);
    at += length;
    [on, length, shift] = [1 - on, 0, 0];
  }
  return found;
}

export default interactive("mask-player", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, fps, frames] = ["names", "fps", "_frames"].map(get);
  const [[width, height], [wide, high]] = get("_sizes");
  const [count, area] = [frames.length, wide * high];
  const now = remember(memory, {
    method: get("method"), frame: get("frame"), shown: get("shown"), speed: 1, key: [count, ...names].join(),
  });
  const all = unpackMasks(unpack(get("_masks"), Uint8Array), (names.length + 1) * count * area);
  /** The mask of a frame: of the truth where the method is -1. */
  const maskOf = (method, frame) => {
    const from = ((method + 1) * count + frame) * area;
    return all.subarray(from, from + area);
  };
  const frameNumbers = Array.from({ length: count }, (_, t) => t);
  const sizes = frameNumbers.map((t) => maskOf(-1, t).reduce((sum, v) => sum + v, 0));
  const judged = names.map((_, method) => frameNumbers.map((t) => {
    const [truth, found] = [maskOf(-1, t), maskOf(method, t)];
    const tally = { both: 0, only: 0, missing: 0 };
    for (let k = 0; k < area; k++) {
      if (truth[k] & found[k]) tally.both++;
      else if (found[k]) tally.only++;
      else if (truth[k]) tally.missing++;
    }
    const union = tally.both + tally.only + tally.missing;
    return { ...tally, union, similar: union ? tally.both / union : 1 };
  }));
  const means = judged.map((one) => one.reduce((sum, { similar }) => sum + similar, 0) / count);

  // The screen
  const overlay = h("canvas", { width: wide, height: high, "aria-hidden": "true", class: "vl-over" });
  const film = frameCanvas({ frames, type: "image/webp", width, height, signal, ondrawn: cover });
  const screen = h("div", { class: "vl-screen" }, film.canvas, overlay);
  screen.classList.toggle("vl-pixels", wide < 160);
  const isEdge = (mask, k, x) => !(x && mask[k - 1] && x < wide - 1 && mask[k + 1] && mask[k - wide] && mask[k + wide]);
  function cover(frame) {
    const image = new ImageData(wide, high);
    const [truth, found] = [maskOf(-1, frame), maskOf(now.method, frame)];
    const one = now.shown === "truth" ? truth : found;
    for (let k = 0; k < area; k++) {
      const x = k % wide;
      let ink = null;
      let strong = true;
      if (now.shown === "differences") {
        const kind = truth[k] & found[k] ? "both" : found[k] ? "only" : truth[k] ? "missing" : "";
        ink = INKS[kind];
        strong = kind && PATTERNS[kind](x, (k - x) / wide);
      } else if (one[k]) {
        ink = now.shown === "truth" ? [...INKS.missing.slice(0, 3), 1, 0.5] : [...INKS.both.slice(0, 3), 1, 0.5];
        strong = isEdge(one, k, x);
      }
      if (ink) image.data.set([...ink.slice(0, 3), 255 * ink[strong ? 3 : 4]], 4 * k);
    }
    overlay.getContext("2d").putImageData(image, 0, 0);
    set(overlay, { "data-vl-drawn": `${now.method},${frame}` });
  }

  // The numbers
  const value = h("b", { class: "vl-value", "data-vl-j": "" });
  const fraction = h("span", { class: "vl-detail" });
  const cells = Object.fromEntries(KINDS.map((kind) => [kind, h("b", { "data-vl-pixels": kind })]));
  const rows = names.map((name, k) => {
    const here = h("td", { "data-vl-here": k });
    const mean = h("td", { "data-vl-mean": k, "data-vl-value": means[k] }, show(means[k], 2));
    return { here, element: h("tr", { "data-vl-row": k }, h("th", { scope: "row" }, name || text.mask), here, mean) };
  });
  const table = h("table", { class: "vl-methods" },
    h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, text.here), h("th", { scope: "col" }, text.mean))),
    h("tbody", {}, ...rows.map(({ element }) => element)));

  // J over time, and how large the thing is
  const most = Math.max(1, ...sizes);
  const place = (t, room) => LEFT + (count > 1 ? (t * (room - LEFT - RIGHT)) / (count - 1) : (room - LEFT - RIGHT) / 2);
  let drawnRoom = 640;
  const chart = drawing({
    signal, before: drawnRoom, least: 240,
    draw(room) {
      drawnRoom = room;
      const flat = plane({ box: [LEFT, TOP, room - RIGHT, HIGH - FOOT], xs: [0, Math.max(1, count - 1)], ys: [0, 1] });
      const x = (t) => place(t, room);
      const path = (values) => values.map((v, t) => `${x(t)},${flat.y(v)}`);
      const ground = [`${x(0)},${flat.y(0)}`, ...path(sizes.map((v) => (0.94 * v) / most)), `${x(count - 1)},${flat.y(0)}`];
      const lines = names.map((_, k) => k).sort((a, b) => (a === now.method) - (b === now.method));
      const feet = [...new Set([0, Math.floor((count - 1) / 2), count - 1])];
      return {
        height: HIGH,
        label: fill(text.chart, { name: names[now.method] || text.mask, mean: show(means[now.method], 2) }),
        parts: [
          svg("polygon", { class: "vl-size", points: ground.join(" ") }),
          ...flat.rows([[0, "0"], [0.5, "0.5"], [1, "1"]]),
          ...feet.map((t) => flat.written(String(t), { x: x(t), y: HIGH - FOOT + 18 }, "middle")),
          flat.written(text.foot, { x: (LEFT + room - RIGHT) / 2, y: HIGH - 4 }, "middle"),
          ...lines.map((k) => svg("polyline", {
            fill: "none", class: `vl-curve ${k === now.method ? "vl-chosen" : ""}`, points: path(judged[k].map(({ similar }) => similar)).join(" "),
          })),
        ],
      };
    },
  });
  const cursor = h("span", { class: "vl-cursor", "aria-hidden": "true" });
  const dot = h("span", { class: "vl-spot", "aria-hidden": "true" });
  const plot = h("div", { class: "vl-plot" }, chart.element, cursor, dot);
  function mark() {
    const left = `${place(now.frame, drawnRoom)}px`;
    const { similar } = judged[now.method][now.frame];
    cursor.style.left = dot.style.left = left;
    dot.style.top = `${HIGH - FOOT - similar * (HIGH - FOOT - TOP)}px`;
  }
  const watcher = new ResizeObserver(mark);
  watcher.observe(chart.element);
  signal.addEventListener("abort", () => watcher.disconnect());
  onDrag(plot, {
    signal,
    onmove: (x) => bar.pick(Math.round(((x * plot.clientWidth - LEFT) / (drawnRoom - LEFT - RIGHT)) * (count - 1))),
  });

  const live = liveLine();
  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    film.draw(frame);
    const here = judged[now.method][frame];
    for (const kind of KINDS) {
      cells[kind].textContent = here[kind];
      set(cells[kind], { "data-vl-value": here[kind] });
    }
    value.textContent = show(here.similar, 2);
    set(value, { "data-vl-value": here.similar });
    fraction.textContent = here.union ? fill(text.fraction, here) : text.empty;
    rows.forEach(({ here: cell }, k) => {
      const { similar } = judged[k][frame];
      cell.textContent = show(similar, 2);
      set(cell, { "data-vl-value": similar });
    });
    mark();
    const said = fill(text.where, { frame, seconds: show(frame / fps, 2) });
    set(film.canvas, { "aria-label": said });
    const words = !sizes[frame] ? text.hidden : fill(text.says, { ...here, j: show(here.similar, 2) });
    live.say(`${said} ${words}`, playing);
  }
  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), now.speed, (to) => {
    now.speed = Number(to);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps / now.speed, told: (step) => [step, count - 1],
  });
  bar.element.append(speed.element);

  function choose() {
    rows.forEach(({ element }, k) => element.classList.toggle("vl-chosen", k === now.method));
    put({ method: now.method, shown: now.shown });
    chart.redraw();
    cover(now.frame);
    onstep(now.frame, false);
  }
  const change = (name) => (to) => {
    now[name] = to;
    choose();
  };
  const who = switcher(text.method, names.map((name, k) => [k, name]), now.method, change("method"));
  const what = switcher(text.shown, ["differences", "mask", "truth"].map((one) => [one, text[one]]), now.shown, change("shown"));
  root.append(
    names.length > 1 ? who.element : "",
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, screen, bar.element),
      h("div", { class: "vl-below" }, plot),
      h("div", { class: "vl-right" },
        what.element,
        h("p", { class: "vl-j" }, h("span", {}, "J "), value, fraction),
        h("div", { class: "vl-pixels-of" }, ...KINDS.map((kind) =>
          h("div", {}, sign(`is-${kind}`), cells[kind], h("span", {}, text[kind])))),
        table)),
    live.element,
    legend([sign("chosen"), text.legend_chosen], ...(names.length > 1 ? [[sign("other"), text.legend_other]] : []),
      [sign("size"), text.legend_size]),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  choose();
  bar.pick(now.frame);
});
