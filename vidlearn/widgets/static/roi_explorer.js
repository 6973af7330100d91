// uses: maths roi core controls transport tables chart drag
const PARTS = 10; // of a cell: how far one step goes
const FRAME = 3; // pixels around a map, for the lines at its border
const LIMITS = { cell: 40, height: 320 };

export default interactive("roi-explorer", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [x, given, size, scale] = ["features", "box", "size", "scale"].map(get);
  const [height, width] = [x.length, x[0].length];
  const now = remember(memory, {
    x, given, size, scale, samples: get("samples"), moved: { left: 0, top: 0, wide: 0, tall: 0 },
    along: "right", shift: 0, bin: [0, 0], sample: 0,
  });
  const grain = 1 / PARTS / scale;
  const places = digits([...given, grain]);
  const featurePlaces = digits(x.flat());
  const most = Math.max(...x.flat().map(Math.abs));
  const AXES = [
    { at: "left", span: "wide", from: given[0], length: given[2] - given[0], room: width - 1 },
    { at: "top", span: "tall", from: given[1], length: given[3] - given[1], room: height - 1 },
  ];

  // Where the box is ---------------------------------------------------------------------------

  /** The box in pixels of the picture: as the reader put it, then shifted by a share of a cell. */
  function boxAt(shift) {
    const [across, down] = AXES.map(({ at, span, from, length }, axis) => {
      const by = (axis === 0) === (now.along === "right") ? shift / scale : 0;
      const start = from + now.moved[at] * grain + by;
      return [tidy(start), tidy(start + length + now.moved[span] * grain)];
    });
    return [across[0], down[0], across[1], down[1]];
  }
  /** How many whole steps so many pixels are. */
  const steps = (pixels) => Math.floor(pixels / grain + 1e-6);
  const inCells = (box) => box.map((edge) => edge * scale);

  /** Move or stretch the box by whole steps, as far as there is room for it and for the shift. */
  function move(changes) {
    const { moved } = now;
    for (const { at, span, from, length, room } of AXES) {
      const start = from + moved[at] * grain;
      const spare = (taken) => steps(room / scale - taken);
      if (span in changes) {
        moved[span] = between(changes[span], Math.min(0, 1 - steps(length)), spare(start + length));
      }
      if (at in changes) {
        moved[at] = between(changes[at], -steps(from), spare(from + length + moved[span] * grain));
      }
      dials[at].put(moved[at]);
      dials[span].put(moved[span]);
    }
    put({ box: boxAt(0) });
    update();
  }

  // The maps -----------------------------------------------------------------------------------

  let pooled, aligned, cells;

  /** The cells of the map, `side` pixels each, and their numbers with as many places as fit. */
  function features(side) {
    const fits = (count) => x.flat().every((v) => show(v, count).length * 6.7 <= side - 3);
    const count = [featurePlaces, 1, 0].find((n) => n <= featurePlaces && fits(n));
    const shades = x.flatMap((row, i) => row.map((value, j) => {
      const node = svg("rect", {
        class: "vl-feature", x: j * side, y: i * side, width: side, height: side,
        "data-vl-feature": `${i},${j}`, "data-vl-value": value,
      });
      tintCell(node, value, most);
      return node;
    }));
    const middle = (k) => (k + 0.5) * side;
    const numbers = count === undefined ? [] : x.flatMap((row, i) => row.map((value, j) =>
      svg("text", { x: middle(j), y: middle(i) + 4 }, show(value, count))));
    return [shades, numbers];
  }

  /** What lies over a map, each with a halo; lengths are cells of `side` pixels. */
  const pen = (side) => {
    const twice = (tag, names, attributes) => ["vl-halo", names].map((extra) =>
      svg(tag, { class: `vl-over ${extra}`, ...attributes }));
    return {
      box: ([left, top, right, bottom], names) => twice("rect", names, {
        x: left * side, y: top * side, width: (right - left) * side, height: (bottom - top) * side,
      }),
      ring: (across, down, radius, names) =>
        twice("circle", names, { cx: across * side, cy: down * side, r: radius }),
      line: (a, b, names) => twice("line", names, {
        x1: a[0] * side, y1: a[1] * side, x2: b[0] * side, y2: b[1] * side,
      }),
    };
  };
  const isChosen = (i, j) => i === now.bin[0] && j === now.bin[1];
  /** Every bin as [bin, whether it is the chosen one], that one last. */
  const inOrder = (bins) => bins.flatMap((row, i) => row.map((bin, j) => [bin, isChosen(i, j)]))
    .sort((a, b) => a[1] - b[1]);

  const OVER = {
    pool({ box, ring }, side) {
      return [
        ...inOrder(pooled).flatMap(([bin, chosen]) => [
          ...box(bin.box, chosen ? "vl-bin vl-chosen" : "vl-bin"),
          ...(bin.a === undefined ? []
            : ring(bin.b + 0.5, bin.a + 0.5, side * 0.42, chosen ? "vl-won vl-chosen" : "vl-won")),
        ]),
        ...box(cells, "vl-true"),
      ];
    },
    align({ box, ring, line }, side) {
      const list = inOrder(aligned);
      const { across, down, corners } = list.at(-1)[0].points[now.sample];
      return [
        ...list.flatMap(([bin, chosen]) => box(bin.box, chosen ? "vl-bin vl-chosen" : "vl-bin")),
        ...box(cells, "vl-true"),
        ...corners.filter(({ w }) => w > 0).flatMap(({ a, b, w }) => [
          ...line([across, down], [b + 0.5, a + 0.5], "vl-pull"),
          ...ring(b + 0.5, a + 0.5, side * 0.46 * Math.sqrt(w) + 2, "vl-corner"),
        ]),
        ...list.flatMap(([bin, chosen]) => bin.points.flatMap((one, k) => {
          const picked = chosen && k === now.sample;
          const radius = picked ? 5 : chosen ? 3.5 : 2;
          return ring(one.across, one.down, radius, picked ? "vl-point vl-picked" : "vl-point");
        })),
      ];
    },
  };

  /** One of the two maps: a drawing that takes the pointer and the arrow keys. */
  function map(name) {
    const [under, over, numbers] = [svg("g"), svg("g"), svg("g")];
    const grip = h("div", { class: "vl-grip" });
    const layers = svg("g", { transform: `translate(${FRAME} ${FRAME})` }, under, over, numbers);
    let side = 0;
    function paint() {
      over.replaceChildren(...OVER[name](pen(side), side));
      const [left, top, right, bottom] = cells.map((edge) => edge * side);
      Object.assign(grip.style, {
        left: `${left + FRAME}px`, top: `${top + FRAME}px`,
        width: `${right - left}px`, height: `${bottom - top}px`,
      });
    }
    const chart = drawing({ signal, least: 200, before: 380, draw(room) {
      const fit = Math.min((room - 2 * FRAME) / width, LIMITS.height / height, LIMITS.cell);
      side = Math.floor(fit);
      [under, numbers].forEach((layer, k) => layer.replaceChildren(...features(side)[k]));
      if (cells) paint();
      const [wide, tall] = [width, height].map((count) => count * side + 2 * FRAME);
      return { width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}`, parts: [layers] };
    } });
    const element = h("div", {
      class: `vl-map vl-${name}`, tabindex: 0, role: "application",
      "aria-label": fill(text.map, { name: text[name] }),
    }, chart.element, grip);
    onArrows(element, (right, down, far) => {
      const by = far ? PARTS : 1;
      move({ left: now.moved.left + by * right, top: now.moved.top + by * down });
    });
    let held;
    let dragged = false;
    element.addEventListener("pointerdown", () => { dragged = false; });
    onDrag(grip, {
      signal,
      onstart(event) {
        held = { x: event.clientX, y: event.clientY, ...now.moved };
      },
      onmove(_, __, event) {
        const parts = (pixels) => Math.round((pixels / side) * PARTS);
        const to = {
          left: held.left + parts(event.clientX - held.x),
          top: held.top + parts(event.clientY - held.y),
        };
        if (to.left === now.moved.left && to.top === now.moved.top) return;
        dragged = true;
        move(to);
      },
    });
    element.addEventListener("click", (event) => {
      const box = chart.sheet.getBoundingClientRect();
      const place = [event.clientX - box.left, event.clientY - box.top];
      if (!dragged) pick(name, ...place.map((pixels) => (pixels - FRAME) / side));
    });
    chart.redraw();
    return { element, paint };
  }

  /** Choose what was clicked on: the nearest sample, or the bin, of a place in cells. */
  function pick(name, across, down) {
    const found = (name === "align" ? aligned : pooled).flatMap((row, i) =>
      row.flatMap(({ box: [left, top, right, bottom], points }, j) => {
        if (points) {
          return points.map((one, k) =>
            ({ i, j, k, far: Math.hypot(one.across - across, one.down - down) }));
        }
        const inside = left <= across && across < right && top <= down && down < bottom;
        return [{ i, j, k: now.sample, far: inside ? 0 : Infinity }];
      }));
    const best = found.reduce((a, b) => (b.far < a.far ? b : a));
    if (best.far < 1) choose(best.i, best.j, best.k);
  }
  function choose(i, j, sample = now.sample) {
    Object.assign(now, { bin: [i, j], sample });
    update();
  }

  // What comes out -----------------------------------------------------------------------------

  const chars = 1 + Math.max(...x.flat().map((v) => show(v, 2).length)); // bold where chosen
  const table = (label) => numberTable({ rows: size[0], columns: size[1], label, chars, onpick: choose });
  const outputs = { pool: table(text.out_pool), align: table(text.out_align) };

  function paintOutputs() {
    for (const [name, bins] of Object.entries({ pool: pooled, align: aligned })) {
      const count = name === "pool" ? featurePlaces : 2;
      bins.forEach((row, i) => row.forEach(({ value }, j) => {
        outputs[name].paint(i, j, value, count);
        outputs[name].tint(i, j, value, most);
        set(outputs[name].cell(i, j), {
          [`data-vl-${name}`]: `${i},${j}`,
          "aria-label": fill(text.value, { row: i, column: j, value: show(value, count) }),
        });
      }));
      outputs[name].choose(...now.bin);
    }
  }

  // One bin against the shift ------------------------------------------------------------------

  let curve;
  /** How both outputs of the chosen bin go along with a shift over one cell. */
  function follow() {
    const [i, j] = now.bin;
    const pool = (shift) => roiPool(x, inCells(boxAt(shift)), size)[i][j].value;
    const align = (shift) => roiAlign(x, inCells(boxAt(shift)), size, now.samples)[i][j].value;
    const edges = inCells(boxAt(0)).filter((_, k) => k % 2 === (now.along === "right" ? 0 : 1));
    const line = Array.from({ length: 4 * PARTS + 1 }, (_, k) => k / (4 * PARTS))
      .map((shift) => [shift, align(shift)]);
    curve = { ...stairs(edges, pool), line };
  }

  const chart = drawing({ signal, least: 240, before: 400, most: 460, draw(wide) {
    const { treads, line } = curve;
    const values = [...treads, ...line].map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const air = (high - low) * 0.08 || 1;
    const tall = 170;
    const area = plane({ box: [46, 8, wide - 14, tall - 26], xs: [0, 1], ys: [low - air, high + air] });
    const shift = now.shift / PARTS;
    const [i, j] = now.bin;
    const atX = area.x(shift);
    const [poolY, alignY] = [pooled, aligned].map((bins) => area.y(bins[i][j].value));
    const ticks = high > low ? [low, (low + high) / 2, high] : [low];
    return {
      height: tall,
      label: fill(text.curve, { row: i, column: j }),
      parts: [
        ...area.rows(ticks.map((value) => [value, brief(value, { most: 2 })])),
        ...area.feet([0, 0.25, 0.5, 0.75, 1].map((value) => [value, String(value)])),
        svg("line", { class: "vl-now", x1: atX, x2: atX, y1: 8, y2: tall - 26 }),
        area.line(treads, { class: "vl-curve vl-pool" }),
        area.line(line, { class: "vl-curve vl-align" }),
        svg("rect", { class: "vl-dot vl-pool", x: atX - 5, y: poolY - 5, width: 10, height: 10 }),
        svg("circle", { class: "vl-dot vl-align", cx: atX, cy: alignY, r: 5.5 }),
      ],
    };
  } });

  // One bin and one sample by hand -------------------------------------------------------------

  const sampleSheet = h("div");
  const mean = h("p", { class: "vl-total" });
  const scaleOf = { x: featurePlaces, w: 2, product: 2, most };
  const products = productTable({
    rows: 2, columns: 2, label: text.products, chars: 4 + featurePlaces + 5, scale: scaleOf,
  });
  const total = h("p", { class: "vl-total" });
  let samples;

  function paintSamples() {
    const { points, value } = aligned[now.bin[0]][now.bin[1]];
    const side = now.samples;
    if (samples?.cells.length !== side) {
      samples = numberTable({
        rows: side, columns: side, label: text.samples_table, chars,
        onpick: (p, q) => choose(...now.bin, p * side + q),
      });
      sampleSheet.replaceChildren(samples.element);
    }
    points.forEach((one, k) => {
      const [p, q] = [Math.floor(k / side), k % side];
      samples.paint(p, q, one.value, 2);
      samples.tint(p, q, one.value, most);
      set(samples.cell(p, q), {
        "data-vl-sample": `${p},${q}`,
        "aria-label": fill(text.value, { row: p, column: q, value: show(one.value, 2) }),
      });
    });
    samples.choose(Math.floor(now.sample / side), now.sample % side);
    const sumOf = (words, number) => [`${words} = `, h("b", { class: "vl-sum" }, show(number, 2))];
    mean.replaceChildren(...sumOf(text.mean, value));
    const one = points[now.sample];
    one.corners.forEach(({ x: number, w }, k) => products.write(Math.floor(k / 2), k % 2, number, w));
    total.replaceChildren(...sumOf(text.sum, one.value));
  }

  // All of it ----------------------------------------------------------------------------------

  const live = liveLine();
  const reading = h("p", { class: "vl-reading" });
  const snapped = h("span");
  const exact = h("span");
  const heading = h("span");
  const samplesOf = h("span");

  function update(playing = false) {
    const box = boxAt(now.shift / PARTS);
    cells = inCells(box);
    pooled = roiPool(x, cells, size);
    aligned = roiAlign(x, cells, size, now.samples);
    follow();
    Object.values(maps).forEach((one) => one.paint());
    paintOutputs();
    paintSamples();
    chart.redraw();
    reading.replaceChildren(`${text.box} `, ...box.flatMap((edge, k) => [k ? ", " : "",
      h("b", { "data-vl-edge": k, "data-vl-value": edge }, show(edge, places))]));
    const [x1, y1, x2, y2] = cells.map(nearest);
    snapped.textContent = fill(text.snapped, { left: x1, right: x2, top: y1, bottom: y2 });
    const [left, top, right, bottom] = cells.map((edge) => brief(edge, { least: 1, most: 2 }));
    exact.textContent = fill(text.exact, { left, right, top, bottom });
    const [row, column] = now.bin;
    heading.textContent = samplesOf.textContent = fill(text.bin, { row, column });
    tell(playing);
  }

  function tell(playing) {
    const [row, column] = now.bin;
    live.say(fill(text.live, {
      shift: brief(now.shift / PARTS), row, column, pool: brief(pooled[row][column].value),
      align: brief(aligned[row][column].value),
    }), playing);
    const { jumps, line } = curve;
    const values = line.map(([, value]) => value);
    const list = jumps.map((shift) => brief(shift)).join(text.and);
    live.tell(fill(jumps.length ? text.jumps : text.still, {
      list, low: brief(Math.min(...values), { most: 2 }), high: brief(Math.max(...values), { most: 2 }),
    }));
  }

  const dials = {};
  for (const { at, span, from, length, room } of AXES) {
    const make = (name, start, min, max) => slider({
      label: text[name], min, max, value: now.moved[name],
      onchange: (count) => move({ [name]: count }),
      format: (count) => show(start + count * grain, places),
    });
    dials[at] = make(at, from, -steps(from), steps(room / scale - from));
    dials[span] = make(span, length, Math.min(0, 1 - steps(length)), steps(room / scale - length));
  }
  const perAxis = slider({
    label: text.samples, min: 1, max: 4, value: now.samples, onchange(count) {
      Object.assign(now, { samples: count, sample: 0 });
      put({ samples: count });
      update();
    },
  });
  const way = switcher(text.along, [["right", text.right], ["down", text.down]], now.along, (along) => {
    now.along = along;
    update();
  });
  const maps = { pool: map("pool"), align: map("align") };
  const bar = transport({
    text, count: PARTS + 1, start: now.shift, signal, name: text.step, onreset: reset,
    pace: () => 450, told: (step) => [step, PARTS],
    onstep(step, playing) {
      now.shift = step;
      update(playing);
    },
  });
  bar.element.append(way.element);
  root.append(
    h("div", { class: "vl-dials" },
      ...["left", "top", "wide", "tall"].map((name) => dials[name].element), perAxis.element),
    reading,
    h("div", { class: "vl-two" },
      panel(text.pool, snapped, maps.pool.element, outputs.pool.element),
      panel(text.align, exact, maps.align.element, outputs.align.element)),
    bar.element,
    live.element,
    h("div", { class: "vl-panels" },
      panel(text.against, heading, chart.element,
        legend([sign("stroke", "pool"), text.pool], [sign("stroke", "align"), text.align])),
      panel(text.samples_table, samplesOf, sampleSheet, mean),
      panel(text.products, "", products.element, total)),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  bar.pick(now.shift);
});
