// uses: maths core controls transport tables
export default interactive("convolution-stepper", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const x = get("x");
  const { stride, dilation, pads } = get("geometry");
  const [[top, bottom], [left, right]] = pads;
  const height = top + x.length + bottom;
  const width = left + x[0].length + right;
  const [kh, kw] = [get("w").length, get("w")[0].length];
  const [tall, wide] = [dilation[0] * (kh - 1) + 1, dilation[1] * (kw - 1) + 1];
  const rows = Math.floor((height - tall) / stride[0]) + 1;
  const columns = Math.floor((width - wide) / stride[1]) + 1;
  const count = rows * columns;
  const most = (grid) => Math.max(...grid.flat().map(Math.abs));
  const chars = (values, places) => Math.max(...values.map((v) => show(v, places).length));
  const size = (m, n) => fill(text.shape, { rows: m, columns: n });

  const now = remember(memory, {
    x, w: get("w"), geometry: get("geometry"), turned: get("flip"), step: 0, reached: 0,
  });
  let w, out;

  /** The padded input: zero where there is no pixel. */
  const pixel = (i, j) => x[i - top]?.[j - left] ?? 0;
  /** What the taps of output (i, j) read, one entry per tap. */
  function taps(i, j) {
    const found = [];
    for (let p = 0; p < kh; p++) {
      for (let q = 0; q < kw; q++) {
        const [a, b] = [i * stride[0] + p * dilation[0], j * stride[1] + q * dilation[1]];
        found.push({ p, q, a, b, x: pixel(a, b), w: w[p][q], product: pixel(a, b) * w[p][q] });
      }
    }
    return found;
  }
  function compute() {
    w = get("w");
    if (now.turned) w = w.map((row) => [...row].reverse()).reverse();
    const sum = (i, j) => taps(i, j).reduce((total, tap) => total + tap.product, 0);
    out = Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (_, j) => sum(i, j)));
  }
  compute();

  const places = {
    x: digits(x.flat()),
    w: digits(w.flat()),
    out: digits(out.flat()),
    product: digits(out.flatMap((row, i) => row.flatMap((_, j) =>
      taps(i, j).map((tap) => tap.product)))),
  };
  const lengths = {
    x: chars(x.flat(), places.x),
    w: chars(w.flat(), places.w),
    out: chars([...out.flat(), -most(out)], places.out),
  };

  const input = numberTable({
    rows: height, columns: width, label: `${text.input} ${size(height, width)}`, chars: lengths.x,
  });
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      input.paint(i, j, pixel(i, j), places.x);
      input.tint(i, j, pixel(i, j), most(x));
      const inside = i >= top && i < top + x.length && j >= left && j < left + x[0].length;
      input.cell(i, j).classList.toggle("vl-pad", !inside);
      input.cell(i, j).dataset.vlIn = `${i - top},${j - left}`;
    }
  }
  input.element.classList.toggle("vl-dilated", dilation.some((d) => d > 1));
  const kernel = numberTable({ rows: kh, columns: kw, label: text.kernel, chars: lengths.w });
  const products = productTable({
    rows: kh, columns: kw, label: text.products, chars: lengths.x + lengths.w + 1,
    scale: { ...places, most: most(x) * most(w) },
  });
  const output = numberTable({
    rows, columns, label: `${text.output} ${size(rows, columns)}`, chars: lengths.out,
    onpick: (i, j) => bar.pick(i * columns + j),
  });
  const sum = h("b", { class: "vl-sum" });
  const live = liveLine();

  function paintKernel() {
    w.forEach((row, p) => row.forEach((value, q) => {
      kernel.paint(p, q, value, places.w);
      kernel.tint(p, q, value, most(w));
    }));
    live.tell(now.turned ? text.turned : text.plain);
  }
  function paintOutput(i, j) {
    const ready = i * columns + j <= now.reached;
    const place = { row: i, column: j, value: show(out[i][j], places.out) };
    const node = output.cell(i, j);
    node.classList.toggle("vl-waiting", !ready);
    node.dataset.vlOut = `${i},${j}`;
    set(node, { "aria-label": fill(ready ? text.value : text.waiting, place) });
    if (!ready) return;
    output.paint(i, j, out[i][j], places.out);
    output.tint(i, j, out[i][j], most(out));
  }
  function paintAll() {
    paintKernel();
    out.forEach((row, i) => row.forEach((_, j) => paintOutput(i, j)));
  }
  let touched = [];
  function onstep(step, playing) {
    const [i, j] = [Math.floor(step / columns), step % columns];
    for (let k = now.reached + 1; k <= step; k++) {
      now.reached = k;
      paintOutput(Math.floor(k / columns), k % columns);
    }
    touched.forEach((node) => node.classList.remove("vl-tap"));
    touched = taps(i, j).map((tap) => {
      products.write(tap.p, tap.q, tap.x, tap.w);
      input.cell(tap.a, tap.b).classList.add("vl-tap");
      return input.cell(tap.a, tap.b);
    });
    input.enclose(i * stride[0], j * stride[1], tall, wide);
    output.choose(i, j);
    sum.textContent = show(out[i][j], places.out);
    sum.dataset.vlSum = `${i},${j}`;
    sum.dataset.vlValue = out[i][j];
    live.say(fill(text.live, { row: i, column: j, value: sum.textContent }), playing);
    now.step = step;
  }

  const bar = transport({
    text, count, start: now.step, signal, name: text.step, onstep, onreset: reset,
    pace: () => Math.max(150, Math.min(900, 20000 / count)),
  });
  const turn = toggle(text.turn, now.turned, (on) => {
    now.turned = on;
    put({ flip: on });
    compute();
    paintAll();
    bar.pick(bar.step);
  });
  const middle = h(
    "div",
    { class: "vl-stack" },
    panel(text.kernel, size(kh, kw), kernel.element),
    panel(text.products, "", products.element, h("div", { class: "vl-total" }, `${text.sum} = `, sum)),
  );
  const padded = height > x.length || width > x[0].length;
  const given = size(x.length, x[0].length);
  const extent = fill(text.with_padding, { size: given, padded: size(height, width) });
  root.append(
    h(
      "div",
      { class: "vl-panels" },
      panel(text.input, padded ? extent : given, input.element),
      middle,
      panel(text.output, size(rows, columns), output.element),
    ),
    bar.element,
    live.element,
    turn,
    note(padded ? `${text.note} ${text.padding}` : text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar, { columns: () => columns }));
  paintAll();
  bar.pick(now.step);
});
