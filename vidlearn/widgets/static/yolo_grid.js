// uses: maths core controls media boxes drag
const SIDES = ["left", "top", "right", "bottom"];
const EDGES = ["x1", "y1", "x2", "y2"];
const MOST = 400; // candidates that suppression looks at

/** ln(1 + exp(v)), without overflow. */
const softplus = (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));

/** The numbers that bytes hold. */
const unpack = (bytes) => new Float32Array(
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** Of boxes of one class that overlap more than `overlap`, the better ones, best first. */
function suppress(found, overlap) {
  const kept = [];
  for (const one of found) {
    const rival = (other) => other.label === one.label && iouOf(other.inside, one.inside) > overlap;
    if (!kept.some(rival)) kept.push(one);
  }
  return kept;
}

export default interactive("yolo-grid", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [height, width] = get("_size");
  const [names, strides, factor, overlap] = ["names", "strides", "factor", "overlap"].map(get);
  const now = remember(memory, {
    cell: get("cell"), threshold: get("threshold"), shown: get("shown"), shade: true,
  });

  // What every cell says -----------------------------------------------------------------------

  const raw = unpack(get("_raw"));
  const wide = 5 + names.length;
  let place = 0;
  const levels = strides.map((stride) => {
    const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    return { stride, rows, columns, cells: Array.from({ length: rows * columns }, (_, k) =>
      decoded([...raw.slice(wide * place, wide * ++place)], stride,
        Math.floor(k / columns), k % columns)) };
  });

  /** Every number on the way from the raw ones of a cell to its box and scores. */
  function decoded(own, stride, row, column) {
    const [objectness, classes, sides] = [own[0], own.slice(1, -4), own.slice(-4)];
    const [x, y] = [(column + 0.5) * stride, (row + 0.5) * stride];
    const soft = sides.map(softplus);
    const away = soft.map((value) => value * factor * stride);
    const box = [x - away[0], y - away[1], x + away[2], y + away[3]];
    const inside = box.map((edge, k) => Math.min(Math.max(edge, 0), k % 2 ? height : width));
    const [sure, shares] = [sigmoid(objectness), softmax(classes)];
    const scores = shares.map((share) => sure * share);
    const label = scores.indexOf(Math.max(...scores));
    return {
      objectness, classes, sides, x, y, soft, away, box, inside, sure, shares, scores, label,
      score: scores[label],
    };
  }

  const candidates = levels.flatMap(({ cells }, level) => cells.flatMap((cell) =>
    cell.scores.map((score, label) => ({ ...cell, level, score, label }))))
    .filter(({ score }) => score > get("_least")).sort((a, b) => b.score - a.score);
  let above, kept;

  // The picture and its grid -------------------------------------------------------------------

  const scene = boxScene({ width, height, picture: get("_picture"), signal });
  const sheet = svg("svg", {
    class: "vl-over", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const layer = (name) => {
    const lines = ["vl-halo", `vl-${name}`].map((kind) => svg("path", { class: kind }));
    return { lines, draw: (d) => lines.forEach((line) => set(line, { d: d || null })) };
  };
  const shades = svg("g", { class: "vl-shades" });
  const mesh = svg("path", { class: "vl-mesh" });
  const drawn = Object.fromEntries(["found", "own", "away", "here"].map((name) => [name, layer(name)]));
  sheet.append(shades, mesh, ...Object.values(drawn).flatMap(({ lines }) => lines));
  const tags = h("div", { class: "vl-tags", "aria-hidden": "true" });
  scene.append(sheet, tags);
  const field = h("div", {
    class: "vl-view", tabindex: 0, role: "application", "aria-label": text.scene,
  }, scene);

  const outline = ([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`;
  function paintLevel() {
    const { stride, rows, columns, cells } = levels[now.cell[0]];
    shades.replaceChildren(...cells.map(({ x, y, sure }) => svg("rect", {
      x: x - stride / 2, y: y - stride / 2, width: stride, height: stride,
      "fill-opacity": (0.8 * sure).toFixed(3),
    })));
    const down = Array.from({ length: columns - 1 }, (_, k) => `M${(k + 1) * stride} 0V${height}`);
    const across = Array.from({ length: rows - 1 }, (_, k) => `M0 ${(k + 1) * stride}H${width}`);
    set(mesh, { d: [...down, ...across].join("") });
    levelSwitch.choose(String(now.cell[0]));
  }
  function paintBoxes() {
    const found = now.shown === "all" ? above : now.shown === "kept" ? kept : [];
    drawn.found.draw(found.map(({ inside }) => outline(inside)).join(""));
    tags.replaceChildren(...(now.shown === "kept" ? kept : []).map(({ inside, label, score }) => {
      const tag = h("span", { class: "vl-tag" }, `${names[label]} ${show(score, 2)}`);
      tag.style.left = `${(100 * inside[0]) / width}%`;
      tag.style.top = `${(100 * inside[1]) / height}%`;
      tag.classList.toggle("vl-under", inside[1] < 0.12 * height);
      return tag;
    }));
  }
  function paintCell() {
    const [level, row, column] = now.cell;
    const { stride, columns, cells } = levels[level];
    const { x, y, box } = cells[row * columns + column];
    const [left, top] = [column * stride, row * stride];
    drawn.here.draw(outline([left, top, left + stride, top + stride]));
    drawn.own.draw(outline(box));
    drawn.away.draw(`M${box[0]} ${y}H${box[2]}M${x} ${box[1]}V${box[3]}`);
  }

  // The steps ----------------------------------------------------------------------------------

  const number = (name) => h("b", { [`data-vl-${name}`]: "" });
  const write = (node, value, places = 2) => {
    node.textContent = show(value, places);
    node.dataset.vlValue = value;
  };
  const rows = SIDES.map((side, k) => {
    const parts = ["raw", "soft", "away"].map((name) => h("td", { [`data-vl-${name}`]: k }));
    const edge = h("b", { "data-vl-edge": k });
    const sum = h("span");
    const row = h("tr", {}, h("th", { scope: "row" }, `${text.sides[side]}, ${EDGES[k]}`), ...parts,
      h("td", { class: "vl-ends" }, sum, edge));
    return { row, parts, edge, sum };
  });
  const scale = h("th", { scope: "col" });
  const table = h("table", { class: "vl-steps" },
    h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, text.raw),
      h("th", { scope: "col" }, text.softplus), scale, h("th", { scope: "col" }, text.edge))),
    h("tbody", {}, ...rows.map(({ row }) => row)));
  const where = h("p", { class: "vl-where" });
  const objectness = h("p");
  const bars = names.map((name, k) => {
    const [level, own, share] = [h("span", { class: "vl-fill" }), h("span", { "data-vl-logit": k }),
      h("b", { "data-vl-share": k })];
    const row = h("li", { class: "vl-class" }, h("span", { class: "vl-name" }, name), own,
      h("span", { class: "vl-bar", "aria-hidden": "true" }, level), share);
    return { row, level, own, share };
  });
  const score = h("p", { class: "vl-result" });
  const sure = number("sure");
  const total = number("score");
  const logit = h("span", { "data-vl-objectness": "" });

  function paintSteps() {
    const [level, row, column] = now.cell;
    const { stride, columns, cells } = levels[level];
    const cell = cells[row * columns + column];
    where.textContent = fill(text.where, {
      row, column, stride, x: brief(cell.x), y: brief(cell.y),
    });
    set(where, { "data-vl-cell": now.cell });
    scale.textContent = fill(text.scaled, { factor: brief(factor), stride });
    rows.forEach(({ parts, edge, sum }, k) => {
      [cell.sides[k], cell.soft[k], cell.away[k]].forEach((value, p) =>
        write(parts[p], value, p < 2 ? 2 : 1));
      const from = brief(k % 2 ? cell.y : cell.x);
      sum.textContent = `${from} ${k < 2 ? "−" : "+"} ${show(cell.away[k], 1)} = `;
      write(edge, cell.box[k], 1);
    });
    write(logit, cell.objectness);
    write(sure, cell.sure);
    objectness.replaceChildren(`${text.objectness}: σ(`, logit, ") = ", sure);
    bars.forEach(({ row: bar, level: fillUp, own, share }, k) => {
      write(own, cell.classes[k]);
      write(share, cell.shares[k]);
      fillUp.style.width = `${100 * cell.shares[k]}%`;
      bar.classList.toggle("vl-best", k === cell.label);
    });
    write(total, cell.score);
    score.replaceChildren(`${fill(text.score, { name: names[cell.label] })} `,
      `${show(cell.sure, 2)} × ${show(cell.shares[cell.label], 2)} = `, total);
    live.say(fill(text.live, {
      row, column, stride, name: names[cell.label], sure: show(cell.sure, 2),
      score: show(cell.score, 2), box: cell.box.map((edge) => show(edge, 0)).join(", "),
    }));
  }

  // What the reader does -----------------------------------------------------------------------

  function go(level, row, column) {
    const { rows: high, columns } = levels[level];
    const changed = level !== now.cell[0];
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    now.cell = [level, within(row, high), within(column, columns)];
    put({ cell: now.cell });
    if (changed) paintLevel();
    paintCell();
    paintSteps();
  }
  const at = (share, pixels, level) => Math.floor((share * pixels) / strides[level]);
  onDrag(field, { signal, onmove: (x, y) =>
    go(now.cell[0], at(y, height, now.cell[0]), at(x, width, now.cell[0])) });
  onArrows(field, (right, down, far) => {
    const by = far ? 4 : 1;
    go(now.cell[0], now.cell[1] + by * down, now.cell[2] + by * right);
  });
  /** Go to the cell of another level that holds the centre of the present one. */
  function switchTo(level) {
    const { x, y } = levels[now.cell[0]].cells[now.cell[1] * levels[now.cell[0]].columns + now.cell[2]];
    go(level, at(y / height, height, level), at(x / width, width, level));
  }
  function goToBest() {
    const { cells, columns } = levels[now.cell[0]];
    const best = cells.reduce((lead, { score: own }, k) => (own > cells[lead].score ? k : lead), 0);
    go(now.cell[0], Math.floor(best / columns), best % columns);
  }

  const counts = Object.fromEntries(["all", "kept"].map((name) => [name, h("b", { "data-vl-count": name })]));
  function count() {
    above = candidates.filter((one) => one.score > now.threshold).slice(0, MOST);
    kept = suppress(above, overlap);
    for (const [name, found] of Object.entries({ all: above, kept })) {
      counts[name].textContent = found.length;
      counts[name].dataset.vlValue = found.length;
    }
    paintBoxes();
  }

  const live = liveLine();
  const levelSwitch = switcher(text.level,
    levels.map(({ stride, rows: high, columns }, k) =>
      [String(k), fill(text.grid, { rows: high, columns, stride })]),
    String(now.cell[0]), (level) => switchTo(Number(level)));
  const what = switcher(text.shown, ["cell", "all", "kept"].map((name) => [name, text.choices[name]]),
    now.shown, (name) => {
      now.shown = name;
      put({ shown: name });
      paintBoxes();
    });
  const dial = slider({
    label: text.threshold, min: get("_least"), max: 1, step: 0.01, value: now.threshold,
    format: (value) => show(value, 2), onchange(value) {
      now.threshold = value;
      put({ threshold: value });
      count();
    },
  });
  const paintShade = (on) => {
    now.shade = on;
    shades.classList.toggle("vl-off", !on);
  };
  paintShade(now.shade);

  root.append(
    h("div", { class: "vl-tops" }, levelSwitch.element,
      h("div", { class: "vl-switcher" }, button("best", text.best, goToBest),
        button("reset", text.reset, reset))),
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-stack" }, field, toggle(text.shade, now.shade, paintShade),
        what.element, dial.element,
        h("p", { class: "vl-counts" }, h("span", {}, counts.all, ` ${text.above}`),
          h("span", {}, counts.kept, ` ${fill(text.left, { overlap: brief(overlap) })}`))),
      h("div", { class: "vl-stack" },
        panel(text.box, "", where, table),
        panel(text.classes, text.softmax, h("ul", { class: "vl-classes" }, ...bars.map(({ row }) => row)),
          objectness, score))),
    live.element,
    legend([sign("stroke", "here"), text.legend_here], [sign("stroke", "own"), text.legend_own],
      [sign("stroke", "found"), text.legend_found]),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, { " ": () => {} }); // the page does not scroll
  count();
  paintLevel();
  go(...now.cell);
});
