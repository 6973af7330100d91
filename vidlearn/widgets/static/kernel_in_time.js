// uses: maths core controls transport drag
const FAR = 5;

/**
 * Slide w (KT, KH, KW) over x (T, H, W), a flat list; `before` and `after` are frames of zeros put
 * around it. Returns the responses, flat, in the order of frames, rows, columns, and their sizes.
 */
function respond(x, [frames, height, width], w, [before, after]) {
  const [kt, kh, kw] = [w.length, w[0].length, w[0][0].length];
  const sizes = [frames + before + after - kt + 1, height - kh + 1, width - kw + 1];
  const out = new Float64Array(sizes[0] * sizes[1] * sizes[2]);
  let at = 0;
  for (let t = 0; t < sizes[0]; t++) {
    for (let i = 0; i < sizes[1]; i++) {
      for (let j = 0; j < sizes[2]; j++, at++) {
        for (let k = 0; k < kt; k++) {
          const frame = t + k - before;
          if (frame < 0 || frame >= frames) continue;
          for (let p = 0; p < kh; p++) {
            const from = (frame * height + i + p) * width + j;
            for (let q = 0; q < kw; q++) out[at] += x[from + q] * w[k][p][q];
          }
        }
      }
    }
  }
  return { out, sizes };
}

/** The frames of a flat clip in reverse order. */
function turned(x, [frames, height, width]) {
  const area = height * width;
  return x.map((_, k) => x[(frames - 1 - Math.floor(k / area)) * area + (k % area)]);
}

const meanSize = (values) => values.reduce((sum, v) => sum + Math.abs(v), 0) / values.length;
const places = (box, [height, width]) => {
  const [i, j, tall, wide] = box;
  return {
    top: `${(100 * i) / height}%`, left: `${(100 * j) / width}%`,
    height: `${(100 * tall) / height}%`, width: `${(100 * wide) / width}%`,
  };
};

export default interactive("kernel-in-time", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const shape = get("_shape");
  const [frames, height, width] = shape;
  const bytes = get("_clip");
  const forwards = Float64Array.from({ length: frames * height * width }, (_, k) =>
    bytes.getUint8(k));
  const clips = { false: forwards, true: turned(forwards, shape) };
  const kernels = get("_kernels");
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const now = remember(memory, {
    shape, kernels, w: get("kernel"), padding: get("padding"), backwards: get("backwards"),
    picked: kernels.findIndex(([, w]) => same(w, get("kernel"))), mode: "frames", at: null, reached: -1,
  });
  let pads, both, out, rows, columns, length, most;

  const x = () => clips[now.backwards];
  const index = ([t, i, j]) => (t * rows + i) * columns + j;
  const split = (k) => [Math.floor(k / rows / columns), Math.floor(k / columns) % rows, k % columns];
  function compute() {
    const short = now.padding === "same" ? now.w.length - 1 : 0;
    pads = [Math.floor(short / 2), short - Math.floor(short / 2)];
    both = [false, true].map((way) => respond(clips[way], shape, now.w, pads));
    ({ out, sizes: [length, rows, columns] } = both[Number(now.backwards)]);
    most = both.reduce((all, one) => one.out.reduce((a, v) => Math.max(a, Math.abs(v)), all), 0);
    if (!now.at) { // where it answers most
      const best = out.reduce((top, v, k) => (Math.abs(v) > Math.abs(out[top]) ? k : top), 0);
      now.at = split(best);
    }
    now.at = now.at.map((place, axis) => Math.min(place, [length, rows, columns][axis] - 1));
  }

  // The clip and its response as films: a frame beside the other on one canvas
  const film = (label) => h("canvas", {
    width: frames * width, height, class: "vl-film", "aria-hidden": "true", "data-vl-film": label,
  });
  const [filmed, answered] = [film("clip"), film("response")];
  function drawClip() {
    filmed.width = frames * width;
    const image = new ImageData(frames * width, height);
    x().forEach((value, k) => {
      const [t, i, j] = [Math.floor(k / height / width), Math.floor(k / width) % height, k % width];
      image.data.set([value, value, value, 255], 4 * (i * image.width + t * width + j));
    });
    filmed.getContext("2d").putImageData(image, 0, 0);
  }
  let image; // of the response
  function drawResponse(from, to) {
    for (let k = from; k <= to; k++) {
      const [t, i, j] = split(k);
      const colour = signedColour(out[k] / (most || 1));
      image.data.set([...colour, 255], 4 * (i * image.width + t * columns + j));
    }
    answered.getContext("2d").putImageData(image, 0, 0);
  }
  function clearResponse() {
    Object.assign(answered, { width: length * columns, height: rows });
    image = new ImageData(answered.width, rows);
  }
  const pads0 = h("div", { class: "vl-zeros" });
  const pads1 = h("div", { class: "vl-zeros" });
  const [window0, window1] = [h("div", { class: "vl-now" }), h("div", { class: "vl-now" })];
  const reel = h("div", { class: "vl-reel vl-reel-in" }, filmed, pads0, pads1, window0);
  const answers = h("div", { class: "vl-reel" }, answered, window1);
  const reels = h("div", {
    class: "vl-reels", tabindex: 0, role: "application", "aria-label": text.reels,
  }, reel, answers);
  /** Lay the two films under each other, so that each response stands below its window's middle. */
  function layReels() {
    const count = frames + pads[0] + pads[1];
    const part = (node, from, wide) => {
      node.style.left = `${(100 * from) / count}%`;
      node.style.width = `${(100 * wide) / count}%`;
    };
    const middle = (now.w.length - 1) / 2;
    part(filmed, pads[0], frames);
    part(answered, middle, length);
    part(pads0, 0, pads[0]);
    part(pads1, pads[0] + frames, pads[1]);
    part(window0, now.at[0], now.w.length);
    part(window1, now.at[0] + middle, 1);
    for (const node of [reel, answers]) node.style.aspectRatio = `${count * width} / ${height}`;
  }

  // Three frames with a slice each, and the response
  function screen(label) {
    const canvas = h("canvas", { width, height, "aria-hidden": "true" });
    const finder = h("div", { class: "vl-finder", "aria-hidden": "true" });
    const element = h("div", {
      class: "vl-view", tabindex: 0, role: "application", "aria-label": label,
    }, canvas, finder);
    return { canvas, finder, element };
  }
  const answer = screen(text.answer);
  const answerWhere = h("span", { class: "vl-detail" });
  const problem = problemLine();
  let slices = [];
  function tap(k, p, q) {
    const field = numberField({
      label: fill(text.weight, { slice: k, row: p, column: q }), value: now.w[k][p][q],
      wrong: text.bad_number, problem,
      accept(number) {
        now.w[k][p][q] = number;
        now.picked = -1;
        chips.choose(-1);
        change();
      },
    });
    const product = h("span", { class: "vl-made", "data-vl-product": `${k},${p},${q}` });
    const cell = h("div", { class: "vl-tap" }, field.input, product);
    return { field, product, cell };
  }
  function slice(k) {
    const one = screen(fill(text.frame_view, { slice: k }));
    const here = k < now.w.length;
    const taps = here ? now.w[k].map((row, p) => row.map((_, q) => tap(k, p, q))) : [];
    const grid = h("div", { class: "vl-taps" }, ...taps.flat().map(({ cell }) => cell));
    grid.style.setProperty("--vl-across", now.w[0][0].length);
    const head = h("strong", {});
    const total = h("b", { "data-vl-slice": k });
    const sum = h("p", { class: "vl-slice-sum" }, here ? `${text.slice_sum} ` : "", here ? total : "");
    const element = h("div", { class: `vl-slice ${here ? "" : "vl-unread"}` },
      h("div", { class: "vl-shot" }, h("div", { class: "vl-caption" }, head), one.element),
      here ? h("div", { class: "vl-sums" }, grid, sum)
        : h("p", { class: "vl-note" }, text.unread));
    onDrag(one.element, { signal, onmove: (u, v) => look(v, u) });
    onArrows(one.element, walk);
    return { ...one, head, taps, total, element };
  }
  const sliceRow = h("div", { class: "vl-slices" });
  /** Pictures and fields for the three frames; anew when the size of the kernel changes. */
  function build() {
    if (slices.length && same(slices.size, size(now.w))) {
      slices.forEach(({ taps }, k) => taps.forEach((row, p) =>
        row.forEach(({ field }, q) => field.put(now.w[k][p][q]))));
      return;
    }
    slices = [0, 1, 2].map(slice);
    slices.size = size(now.w);
    sliceRow.replaceChildren(...slices.map(({ element }) => element));
  }
  const size = (w) => [w.length, w[0].length, w[0][0].length];

  /** Look at the window around a place of a frame, in shares of its height and width. */
  function look(down, right) {
    const [, kh, kw] = size(now.w);
    const i = Math.floor(down * height) - Math.floor(kh / 2);
    const j = Math.floor(right * width) - Math.floor(kw / 2);
    go([now.at[0], i, j]);
  }
  function walk(right, down, far) {
    const by = far ? FAR : 1;
    go([now.at[0], now.at[1] + by * down, now.at[2] + by * right]);
  }
  function go(to) {
    now.at = to.map((place, axis) => Math.max(0, Math.min([length, rows, columns][axis] - 1, place)));
    if (now.mode === "frames") bar.pick(now.at[0]);
    else bar.pick(index(now.at));
  }
  const short = (value) => brief(value, { most: 2 });

  function paintSlices() {
    const [t, i, j] = now.at;
    const [kt, kh, kw] = size(now.w);
    const sums = slices.map(({ canvas, finder, head, taps, total }, k) => {
      const frame = t + k - pads[0];
      const there = frame >= 0 && frame < frames;
      const brush = canvas.getContext("2d");
      brush.fillRect(0, 0, width, height);
      if (there) brush.drawImage(filmed, frame * width, 0, width, height, 0, 0, width, height);
      head.textContent = there ? fill(text.frame, { frame }) : k < kt ? text.zeros : text.none;
      Object.assign(finder.style, places([i, j, kh, kw], [height, width]));
      finder.hidden = k >= kt;
      let sum = 0;
      taps.forEach((row, p) => row.forEach(({ product, cell }, q) => {
        const value = there ? x()[(frame * height + i + p) * width + j + q] : 0;
        const made = value * now.w[k][p][q];
        sum += made;
        product.replaceChildren(h("small", {}, `× ${value}`), `= ${short(made)}`);
        set(product, { "data-vl-value": made });
        const share = Math.abs(made) / (255 * Math.max(...now.w.flat(2).map(Math.abs)) || 1);
        cell.style.setProperty("--vl-tint", `${Math.round(42 * share)}%`);
        cell.classList.toggle("vl-below", made < 0);
      }));
      total.textContent = short(sum);
      set(total, { "data-vl-value": sum });
      return sum;
    }).slice(0, kt);
    const whole = out[index(now.at)];
    all.textContent = short(whole);
    set(all, { "data-vl-total": `${t},${i},${j}`, "data-vl-value": whole });
    terms.textContent = kt > 1 ? `${sum(sums.map(short))} = ` : `${text.slice_sum} `;
  }
  function paintAnswer() {
    const [t, i, j] = now.at;
    const brush = answer.canvas.getContext("2d");
    Object.assign(answer.canvas, { width: columns, height: rows }); // which clears it
    brush.drawImage(answered, t * columns, 0, columns, rows, 0, 0, columns, rows);
    Object.assign(answer.finder.style, places([i, j, 1, 1], [rows, columns]));
    answerWhere.textContent = fill(text.of_frames, { frame: t, last: length - 1 });
  }
  const [all, terms] = [h("b", { class: "vl-all" }), h("span", {})];

  function onstep(step, playing) {
    if (now.mode === "frames") now.at[0] = step;
    else now.at = split(step);
    const last = now.mode === "frames" ? (step + 1) * rows * columns - 1 : step;
    if (last > now.reached) {
      drawResponse(now.reached + 1, last);
      now.reached = last;
    }
    layReels();
    paintSlices();
    paintAnswer();
    const [frame, row, column] = now.at;
    live.say(fill(text.live, { frame, row, column, value: all.textContent }), playing);
  }

  function tellAll() {
    const [kt] = size(now.w);
    const [ahead, back] = both.map((one) => meanSize(one.out));
    const level = Math.abs(ahead - back) <= 1e-9 * Math.max(ahead, back, 1);
    const number = (name, value) => h("b", { [`data-vl-${name}`]: "0", "data-vl-value": value }, short(value));
    const counted = fill(now.padding === "same" ? text.out_same : text.out_valid, {
      frames, kernel: kt, before: pads[0], after: pads[1], out: length,
    });
    const verdict = !level ? text.knows : kt === 1 ? text.one_frame : text.level;
    const words = fill(text.told, {
      counted, weights: size(now.w).reduce((a, b) => a * b), outputs: out.length, verdict,
      ahead: "{ahead}", back: "{back}",
    });
    live.told.hidden = false;
    live.told.replaceChildren(...words.split(/(\{\w+\})/).map((part) => ({
      "{ahead}": number("ahead", ahead), "{back}": number("back", back),
    })[part] ?? part));
    set(live.told, { "data-vl-frames-out": length });
  }

  /** All anew after a change of the kernel, of the padding or of the direction. */
  function change() {
    put({ kernel: structuredClone(now.w), padding: now.padding, backwards: now.backwards });
    compute();
    drawClip();
    clearResponse();
    const filled = now.mode === "frames" ? (now.at[0] + 1) * rows * columns - 1 : index(now.at);
    now.reached = -1;
    drawResponse(0, filled);
    now.reached = filled;
    tellAll();
    build();
    restart();
  }
  function restart() {
    const to = now.mode === "frames" ? now.at[0] : index(now.at);
    const place = [...now.at];
    bar.recount(now.mode === "frames" ? length : out.length);
    now.at = place;
    bar.pick(to);
  }

  const live = liveLine();
  const chips = switcher(text.kernel, kernels.map(([name], k) => [k, name]), now.picked, (k) => {
    Object.assign(now, { picked: k, w: structuredClone(kernels[k][1]) });
    change();
  });
  const kinds = (name, options, chosen, act) => h("div", { class: "vl-kind" },
    h("span", { "aria-hidden": "true" }, text[name]),
    switcher(text[name], options.map((key) => [key, text[key]]), chosen, act).element);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  compute();
  const bar = transport({
    text, count: now.mode === "frames" ? length : out.length, signal, name: text.step, onstep,
    onreset: reset, loop: !still,
    pace: () => (now.mode === "frames" ? 1000 / get("fps") : Math.max(1.5, Math.min(120, 45000 / out.length))),
  });
  onDrag(answer.element, {
    signal, onmove: (u, v) => go([now.at[0], Math.floor(v * rows), Math.floor(u * columns)]),
  });
  onArrows(answer.element, walk);
  onDrag(reels, { signal, onmove(u) {
    const count = frames + pads[0] + pads[1];
    go([Math.floor(u * count - (now.w.length - 1) / 2), now.at[1], now.at[2]]);
  } });
  const later = (by) => () => go([now.at[0] + by, now.at[1], now.at[2]]);
  onArrows(reels, (right, down) => later(right + down)());
  root.append(
    chips.element,
    h("div", { class: "vl-kinds" },
      kinds("padding", ["valid", "same"], now.padding, (padding) => {
        now.padding = padding;
        change();
      }),
      kinds("mode", ["frames", "places"], now.mode, (mode) => {
        now.mode = mode;
        if (mode === "places") now.at = [now.at[0], 0, 0];
        change();
      }),
      toggle(text.backwards, now.backwards, (on) => {
        now.backwards = on;
        change();
      })),
    reels,
    h("div", { class: "vl-work" }, sliceRow,
      h("div", { class: "vl-response" },
        h("div", { class: "vl-caption" }, h("strong", {}, text.response), " ", answerWhere),
        answer.element,
        h("p", { class: "vl-added" }, terms, all))),
    problem,
    legend([sign("ramp"), text.ramp]),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, { ...stepKeys(bar), PageUp: later(-1), PageDown: later(1) });
  change();
});
