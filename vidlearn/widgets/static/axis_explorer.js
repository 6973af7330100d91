// uses: maths core controls transport tables
const FEW = 12; // so many numbers are written out

export default interactive("axis-explorer", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const x = get("x");
  const sizes = [x.length, x[0].length, x[0][0].length, x[0][0][0].length];
  const now = remember(memory, {
    x, axes: get("axes"), operation: get("operation"), keepdims: get("keepdims"), step: 0,
  });
  const range = (n) => [...Array(n).keys()];
  const gone = (axis) => now.axes.includes(axis);
  const at = ([t, i, j, c]) => x[t][i][j][c];
  const made = {
    sum: (values) => values.reduce((a, b) => a + b),
    mean: (values) => values.reduce((a, b) => a + b) / values.length,
    max: (values) => Math.max(...values),
  };

  /** All places of a block of these lengths, in the order of the memory. */
  const placesOf = (lengths) => lengths.reduce(
    (found, length) => found.flatMap((place) => range(length).map((k) => [...place, k])), [[]]);
  /** The places of the block that are brought together at a place of the result. */
  const sourcesOf = (place) => placesOf(sizes.map((n, axis) => (gone(axis) ? n : 1)))
    .map((offset) => place.map((k, axis) => k + offset[axis]));

  let lengths, places, results;
  function compute() {
    lengths = sizes.map((n, axis) => (gone(axis) ? 1 : n));
    places = placesOf(lengths);
    results = places.map((place) => made[now.operation](sourcesOf(place).map(at)));
  }

  /** Tables of rows and columns, one for each frame and channel; `cell(place)` returns one. */
  function block(of, value, { name, shown, most, onpick }) {
    const [frames, rows, columns, channels] = of;
    const chars = Math.max(...placesOf(of).map((place) => show(value(place), shown).length));
    const tables = range(frames).map((t) => range(channels).map((c) => {
      const parts = [
        name === "block" || !gone(0) ? `${text.frame} ${t}` : "",
        name === "block" || !gone(3) ? `${text.channel} ${c}` : "",
      ].filter(Boolean);
      const caption = parts.join(", ") || text.all;
      const label = `${text[name]}: ${caption}`;
      const table = numberTable({ rows, columns, label, chars });
      for (const i of range(rows)) {
        for (const j of range(columns)) {
          const place = [t, i, j, c];
          const cell = table.cell(i, j);
          table.paint(i, j, value(place), shown);
          table.tint(i, j, value(place), most);
          cell.dataset[name === "block" ? "vlIn" : "vlOut"] = place.join(",");
          if (onpick) cell.addEventListener("click", () => onpick(place));
        }
      }
      return { table, caption };
    }));
    const element = h("div", { class: "vl-block" }, ...tables.flat().map(({ table, caption }) =>
      h("div", { class: "vl-layer" }, h("div", { class: "vl-detail" }, caption), table.element)));
    element.style.setProperty("--vl-across", channels);
    return { element, cell: ([t, i, j, c]) => tables[t][c].table.cell(i, j) };
  }
  const all = placesOf(sizes).map(at);
  const most = (values) => Math.max(...values.map(Math.abs));
  const given = block(sizes, at, { name: "block", shown: digits(all), most: most(all) });

  const tuple = (list) => (list.length === 1 ? `(${list[0]},)` : `(${list.join(", ")})`);
  /** What NumPy calls the result, and its shape. */
  function call() {
    const listed = now.axes.length === 1 ? now.axes[0] : tuple(now.axes);
    const named = now.axes.length === 4 ? [] : [`axis=${now.axes.length ? listed : "()"}`];
    const kept = now.keepdims ? ["keepdims=True"] : [];
    return `x.${now.operation}(${[...named, ...kept].join(", ")})`;
  }
  function shapeLeft() {
    const left = lengths.filter((_, axis) => now.keepdims || !gone(axis));
    return left.length ? tuple(left) : "()";
  }

  const outcome = h("div", {});
  const code = h("code", { class: "vl-code" });
  const shape = h("b", { "data-vl-shape": "" });
  const live = liveLine();
  let result, marked = [];
  function update() {
    compute();
    const value = (place) => results[places.findIndex((one) => one.join() === place.join())];
    result = block(lengths, value, {
      name: "result", shown: digits(results), most: most(results),
      onpick: (place) => bar.pick(places.findIndex((one) => one.join() === place.join())),
    });
    outcome.replaceChildren(result.element);
    code.textContent = call();
    shape.textContent = `${tuple(sizes)} → ${shapeLeft()}`;
    shape.dataset.vlShape = shapeLeft();
    live.tell(fill(now.axes.length ? text.told : text.none, {
      count: sourcesOf(places[0]).length, results: results.length,
    }));
    bar.recount(places.length);
  }

  function onstep(step, playing) {
    if (!result) return;
    now.step = step;
    const place = places[step];
    const sources = sourcesOf(place);
    marked.forEach((node) => node.classList.remove("vl-tap", "vl-made"));
    marked = [...sources.map(given.cell), result.cell(place)];
    marked.forEach((node, k) => node.classList.add(k < sources.length ? "vl-tap" : "vl-made"));
    const index = (hole, keep) => place.map((k, axis) => (gone(axis) ? hole : k))
      .filter((k) => keep || k !== null).join(", ");
    const numbers = sources.map((one) => show(at(one), digits(all)));
    const many = fill(text.many, { count: numbers.length });
    const written = show(results[step], digits(results));
    const values = {
      result: `[${now.keepdims ? index(0, true) : index(null, false)}]`,
      source: `x[${index(":", true)}]`, value: written,
      numbers: numbers.length > FEW ? many : numbers.join(text.joints[now.operation]),
    };
    live.say(fill(text.lines[now.operation], values), playing);
  }

  const bar = transport({
    text, count: 1, signal, name: text.step, onstep, onreset: reset,
    pace: () => Math.max(250, Math.min(900, 14000 / places.length)),
  });
  function change(values) {
    Object.assign(now, values);
    put(values);
    update();
  }
  const toggles = text.axes.map((name, axis) => toggle(
    fill(name, { length: sizes[axis] }), gone(axis), (on) => change({
      axes: range(4).filter((one) => (one === axis ? on : gone(one))),
    })));
  const choose = switcher(
    text.operation, ["sum", "mean", "max"].map((name) => [name, name]), now.operation,
    (operation) => change({ operation }));
  const kept = toggle(text.keepdims, now.keepdims, (keepdims) => change({ keepdims }));
  root.append(
    h("div", { class: "vl-choices", role: "group", "aria-label": text.away },
      h("span", {}, h("strong", {}, text.away)), ...toggles),
    h("div", { class: "vl-choices" }, choose.element, kept),
    h("div", { class: "vl-panels" },
      panel(text.block, tuple(sizes), given.element),
      panel(text.result, "", h("div", { class: "vl-call" }, code, shape), outcome)),
    bar.element,
    live.element,
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  const first = now.step;
  update();
  bar.pick(first);
});
