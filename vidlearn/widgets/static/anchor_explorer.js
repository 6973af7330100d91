// uses: maths core controls drag media boxes anchors
const STRIDES = [8, 16, 32];
const RATIOS = [[1], [0.5, 1, 2], [0.33, 0.5, 1, 2, 3]];
const FACTORS = [...Array(17).keys()].map((k) => 2 ** ((k - 8) / 4));
const LEVELS = [...Array(21).keys()].map((k) => Number((k / 20).toFixed(2)));
const MARGIN = 0.07; // around the picture, as a share of its width: anchors reach beyond it

/** The path of boxes, for SVG. */
const pathOf = (boxes) =>
  boxes.map(([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`).join("");

/** A list with a value of one's own, in rising order. */
const withOwn = (values, own) => [...new Set([...values, own])].sort((a, b) => a - b);

/** A ratio as people write it: 1:2 is twice as high as wide. */
const ratioWords = (ratio) =>
  ratio >= 1 ? `1:${digitsOf(ratio)}` : `${digitsOf(1 / ratio)}:1`;
const digitsOf = (value) => show(value, digits([value], 1));

export default interactive("anchor-explorer", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [truths, names, given] = [get("_truths"), get("_names"), get("sizes")];
  const [height, width] = get("_size");
  const now = remember(memory, {
    stride: get("stride"), ratios: get("ratios"), sizes: given, high: get("high"),
    low: get("low"), best: get("best"), cell: null,
  });
  const margin = Math.round(MARGIN * width);
  const room = { width: width + 2 * margin, height: height + 2 * margin };
  const share = (value) => show(value, 2);
  const colour = (k) => `colour${k % 6}`;
  let field = {};

  // The scene
  const scene = boxScene({
    ...room, picture: get("_picture"), signal, tabindex: 0, role: "application",
    "aria-label": text.scene,
  });
  scene.classList.add("vl-view");
  lay(scene.firstElementChild, [margin, margin, margin + width, margin + height], room);
  const lines = svg("svg", {
    class: "vl-lines", "aria-hidden": "true", preserveAspectRatio: "none",
    viewBox: `${-margin} ${-margin} ${room.width} ${room.height}`,
  });
  const tags = truths.map(([x1, y1, x2, y2], k) => {
    const tag = h("span", {
      class: `vl-tag vl-${colour(k)}`, "aria-hidden": "true",
    }, names[k]);
    lay(tag, [x1 + margin, y1 + margin, x2 + margin, y2 + margin], room);
    tag.style.width = tag.style.height = "auto";
    return tag;
  });
  scene.append(lines, ...tags);
  const path = (d, kind, tint) =>
    svg("path", { d, class: `vl-path-${kind}${tint ? ` vl-${tint}` : ""}` });
  const twice = (d, kind, tint) => [path(d, `${kind}-halo`), path(d, kind, tint)];

  /** All anchors that learn something or are ignored; with `lit`, those of this truth alone. */
  function drawAll(lit) {
    const { anchors, assigned, strong } = field;
    const shown = [...truths.keys()].filter((k) => lit === undefined || k === lit);
    const chosen = (good) => pathOf(anchors.filter((_, n) => good(assigned[n], n)));
    return [
      ...(lit === undefined ? twice(chosen((one) => one === IGNORED), "ignored") : []),
      ...shown.flatMap((k) => [
        ...twice(chosen((one, n) => one === k && strong(n)), "positive", colour(k)),
        ...twice(chosen((one, n) => one === k && !strong(n)), "rescued", colour(k)),
      ]),
    ];
  }
  /** The anchors of one cell alone; `lit` is the one that stands out. */
  function drawCell(lit) {
    const { anchors, assigned, strong } = field;
    const [j, i] = now.cell;
    const { stride } = now;
    const parts = [path(`M${j * stride} ${i * stride}h${stride}v${stride}h${-stride}Z`, "cell")];
    for (const n of ofCell()) {
      const one = assigned[n];
      const kind = one >= 0 ? (strong(n) ? "positive" : "rescued")
        : one === IGNORED ? "ignored" : "background";
      parts.push(...twice(pathOf([anchors[n]]), kind, one >= 0 && colour(one)));
    }
    if (lit !== undefined) parts.push(...twice(pathOf([anchors[lit]]), "lit"));
    return parts;
  }
  const ofCell = () => {
    const each = now.sizes.length * now.ratios.length;
    const first = (now.cell[1] * field.columns + now.cell[0]) * each;
    return [...Array(each).keys()].map((a) => first + a);
  };
  function draw(lit) {
    const { rows, columns } = field;
    const { stride } = now;
    let dots = "";
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) dots += `M${(j + 0.5) * stride} ${(i + 0.5) * stride}h0`;
    }
    lines.replaceChildren(
      ...twice(dots, "centre"),
      ...(now.cell ? drawCell(lit) : drawAll(lit)),
      ...truths.flatMap((box, k) => twice(pathOf([box]), "truth", colour(k))),
    );
  }

  // The numbers
  const counted = Object.fromEntries(["anchors", "positive", "ignored", "background"].map((name) =>
    [name, h("b", { "data-vl-count": name })]));
  const counts = h("div", { class: "vl-counts" }, ...Object.entries(counted).map(([name, node]) =>
    h("span", { class: `vl-count vl-of-${name}` }, node, ` ${text[name]}`)));
  const detail = h("div", { class: "vl-table-place" });
  const gauge = (overlap, kind) => {
    const level = h("span", { class: "vl-level" });
    const bar = h("span", { class: `vl-gauge vl-${kind}`, "aria-hidden": "true" }, level,
      h("span", { class: "vl-tick", style: `left:${100 * now.low}%` }),
      h("span", { class: "vl-tick", style: `left:${100 * now.high}%` }));
    level.style.width = `${100 * overlap}%`;
    return bar;
  };
  const swatch = (...kinds) => sign("swatch", ...kinds);

  /** Of each truth, how many anchors learn it and how well the best of all fits. */
  function truthRows() {
    const { assigned, overlaps, strong } = field;
    return truths.map((_, k) => {
      const own = [...assigned.keys()].filter((n) => assigned[n] === k);
      const { most } = peak(overlaps[k]);
      const rescued = own.filter((n) => !strong(n)).length;
      const words = !own.length ? text.none : !rescued ? ""
        : rescued === own.length ? text.rescued_all : fill(text.rescued, { count: rescued });
      return h("li", {
        class: `vl-entry${own.length ? "" : " vl-none"}`,
        onpointerenter: () => draw(k), onpointerleave: () => draw(),
      },
        swatch("as-truth", colour(k)), h("span", { class: "vl-name" }, names[k]),
        h("span", { class: "vl-many" }, h("b", { "data-vl-given": k, "data-vl-value": own.length },
          own.length), ` ${own.length === 1 ? text.anchor : text.anchors}`),
        gauge(most, colour(k)),
        h("span", { class: "vl-iou", "data-vl-best": k, "data-vl-value": most }, share(most)),
        h("span", { class: "vl-fate" }, words));
    });
  }
  /** Each anchor of the chosen cell, with the truth it overlaps most. */
  function cellRows() {
    const { assigned, near, strong } = field;
    const shapes = now.sizes.flatMap((size) => now.ratios.map((ratio) => [size, ratio]));
    return ofCell().map((n, a) => {
      const [one, overlap] = [assigned[n], near.overlap[n]];
      const kind = one >= 0 ? colour(one) : "grey";
      const verdict = one >= 0 ? fill(strong(n) ? text.learns : text.learns_best, { name: names[one] })
        : one === IGNORED ? text.ignored : text.background;
      return h("li", {
        class: "vl-entry", "data-vl-verdict": a, "data-vl-value": one,
        onpointerenter: () => draw(n), onpointerleave: () => draw(),
      },
      swatch(one >= 0 ? (strong(n) ? "as-positive" : "as-rescued")
        : one === IGNORED ? "as-ignored" : "as-background", kind),
      h("span", { class: "vl-name" }, fill(text.shape_of, {
        size: digitsOf(shapes[a][0]), ratio: ratioWords(shapes[a][1]),
      })),
      gauge(overlap, kind),
      h("span", { class: "vl-iou", "data-vl-iou": a, "data-vl-value": overlap }, share(overlap)),
      h("span", { class: "vl-fate" }, verdict));
    });
  }

  const live = liveLine();
  function told() {
    const { assigned, rows, columns } = field;
    const empty = truths.map((_, k) => k).filter((k) => !assigned.includes(k)).map((k) => names[k]);
    live.say(fill(text.line, {
      rows, columns, each: now.sizes.length * now.ratios.length, count: assigned.length.toLocaleString("en"),
    }));
    live.tell(empty.length ? fill(text.empty, { names: empty.join(", ") }) : "");
  }
  /** Show the table that belongs to what is drawn. */
  function list() {
    const { cell } = now;
    set(all, { hidden: !cell && "" });
    const words = cell ? fill(text.of_cell, { row: cell[1], column: cell[0] }) : text.of_truths;
    detail.replaceChildren(
      h("div", { class: "vl-caption" }, h("strong", {}, words)),
      h("ol", { class: `vl-list${cell ? " vl-cells-own" : ""}`, role: "list", "aria-label": words },
        ...(cell ? cellRows() : truthRows())),
    );
    if (cell) {
      live.say(fill(text.cell_line, {
        row: cell[1], column: cell[0], x: (cell[0] + 0.5) * now.stride, y: (cell[1] + 0.5) * now.stride,
      }));
      live.tell(text.cell_told);
    } else told();
  }
  function pick(cell) {
    now.cell = cell;
    draw();
    list();
  }

  /** Everything anew. */
  function update() {
    const { stride, sizes, ratios, high, low, best } = now;
    const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    const anchors = anchorsOf([rows, columns], stride, sizes, ratios);
    const overlaps = overlapsOf(anchors, truths);
    const near = nearestTruths(overlaps, anchors.length);
    const assigned = matchAnchors(overlaps, { high, low, best }, near);
    const strong = (n) => near.overlap[n] >= high;
    field = { rows, columns, anchors, overlaps, near, assigned, strong };
    if (now.cell) now.cell = [Math.min(now.cell[0], columns - 1), Math.min(now.cell[1], rows - 1)];
    const totals = {
      anchors: anchors.length, positive: assigned.filter((one) => one >= 0).length,
      ignored: assigned.filter((one) => one === IGNORED).length,
      background: assigned.filter((one) => one === BACKGROUND).length,
    };
    for (const [name, node] of Object.entries(counted)) {
      node.textContent = totals[name].toLocaleString("en");
      set(node, { "data-vl-value": totals[name] });
    }
    put({ stride, sizes, ratios, high, low, best });
    draw();
    list();
  }
  const change = (name) => (value) => {
    now[name] = value;
    update();
  };

  // What can be chosen
  const sets = RATIOS.some((set) => String(set) === String(get("ratios"))) ? RATIOS : [get("ratios"), ...RATIOS];
  const strides = switcher(text.stride, withOwn(STRIDES, get("stride")).map((value) =>
    [value, `${value} px`]), now.stride, change("stride"));
  const ratios = switcher(text.ratios, sets.map((set) =>
    [String(set), set.map(ratioWords).join("  ")]), String(now.ratios), (value) =>
    change("ratios")(sets.find((set) => String(set) === value)));
  const scaled = (factor) =>
    (factor === 1 ? given : given.map((size) => Math.max(2, Math.round(size * factor))));
  const factor = FACTORS.find((one) => String(scaled(one)) === String(now.sizes)) ?? 1;
  const sizes = slider({
    label: text.sizes, values: FACTORS, value: factor, onchange: (to) => change("sizes")(scaled(to)),
    format: (to) => `${scaled(to).map(digitsOf).join(" · ")} px`,
  });
  // Neither threshold may pass the other: it pushes it along.
  const levels = [...new Set([...LEVELS, now.high, now.low])].sort((a, b) => a - b);
  const threshold = (name, other, passed) => slider({
    label: text[name], values: levels, value: now[name], format: share,
    onchange(value) {
      now[name] = value;
      if (passed(value, now[other])) {
        now[other] = value;
        thresholds[other].put(value);
      }
      update();
    },
  });
  const thresholds = {
    high: threshold("high", "low", (value, low) => value < low),
    low: threshold("low", "high", (value, high) => value > high),
  };
  const best = toggle(text.each_best, now.best, change("best"));
  const all = button("all", text.all, () => pick(null));
  const at = (event) => {
    const box = scene.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * room.width - margin;
    const y = ((event.clientY - box.top) / box.height) * room.height - margin;
    return inside(Math.floor(x / now.stride), Math.floor(y / now.stride));
  };
  const inside = (j, i) => [
    Math.max(0, Math.min(field.columns - 1, j)), Math.max(0, Math.min(field.rows - 1, i)),
  ];
  scene.addEventListener("click", (event) => {
    const cell = at(event);
    pick(String(cell) === String(now.cell) ? null : cell);
  });
  onArrows(scene, (right, down) => {
    const [j, i] = now.cell ?? [Math.floor(field.columns / 2) - right, Math.floor(field.rows / 2) - down];
    pick(inside(j + right, i + down));
  });
  onKeys(root, { Escape: () => pick(null), " ": () => {} }); // the page does not scroll

  root.append(
    h("div", { class: "vl-tops" },
      h("div", { class: "vl-choose" }, h("span", {}, text.stride), strides.element),
      h("div", { class: "vl-choose" }, h("span", {}, text.ratios), ratios.element)),
    h("div", { class: "vl-dials" }, sizes.element, thresholds.high.element, thresholds.low.element),
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, scene,
        legend(
          [swatch("as-truth", "colour0"), text.legend_truth],
          [swatch("as-positive", "colour0"), text.legend_positive],
          [swatch("as-rescued", "colour0"), text.legend_rescued],
          [swatch("as-ignored", "grey"), text.legend_ignored],
        )),
      h("div", { class: "vl-right" }, counts, detail,
        h("div", { class: "vl-bottoms" }, best, all, button("reset", text.reset, reset)),
        live.element)),
    note(text.note),
    keysNote(text.keys),
  );
  update();
});
