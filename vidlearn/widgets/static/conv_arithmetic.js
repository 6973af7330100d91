// uses: maths core controls transport
const RANGES = { size: [1, 12], kernel: [1, 5], stride: [1, 4], padding: [0, 3], dilation: [1, 3] };
const UNIT = 20; // width of a cell in the drawing's own units

export default interactive("conv-arithmetic", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const given = Object.keys(RANGES).map((name) => [name, get(name)]);
  const now = remember(memory, Object.fromEntries(given));

  /** Everything that follows from the five numbers, along one axis. */
  function measure() {
    const { size, kernel, stride, padding, dilation } = now;
    const padded = size + 2 * padding;
    const span = dilation * (kernel - 1) + 1;
    const room = padded - span;
    const outputs = room < 0 ? 0 : Math.floor(room / stride) + 1;
    const starts = Array.from({ length: outputs }, (_, i) => i * stride);
    const taps = Array.from({ length: kernel }, (_, k) => k * dilation);
    const read = new Set(starts.flatMap((start) => taps.map((tap) => start + tap)));
    const end = outputs ? starts.at(-1) + span : padded;
    const skipped = [...Array(end).keys()].filter((i) => !read.has(i) && outputs);
    return { padded, span, room, outputs, starts, taps, read, dropped: padded - end, skipped };
  }
  let m = measure();

  const cell = (name, i, j, data) => svg("rect", {
    class: `vl-square vl-${name}`, x: j * UNIT + 1, y: i * UNIT + 1,
    width: UNIT - 2, height: UNIT - 2, rx: 2, ...data,
  });
  const cross = (i, j) => {
    const [x, y] = [j * UNIT + 5, i * UNIT + 5];
    return svg("path", { class: "vl-cross", d: `M${x} ${y}l10 10m0-10l-10 10` });
  };
  const dot = (i, j) => svg("rect", {
    class: "vl-dot", x: j * UNIT + 7, y: i * UNIT + 7, width: 6, height: 6, rx: 3,
  });
  function canvas(cells, label, ...parts) {
    const box = `0 0 ${cells * UNIT} ${cells * UNIT}`;
    const sheet = svg("svg", { viewBox: box, class: "vl-squares", role: "img", "aria-label": label }, ...parts);
    sheet.style.width = `${cells * 22}px`;
    return sheet;
  }

  let tapMarks, windowFrame, chosen, outputCells;
  function drawInput() {
    const far = Math.max(m.padded, m.span);
    const inside = (i) => i >= now.padding && i < now.padding + now.size;
    const parts = [];
    for (let i = 0; i < m.padded; i++) {
      for (let j = 0; j < m.padded; j++) {
        const name = inside(i) && inside(j) ? "pixel" : "padding";
        const unread = m.outputs && !(m.read.has(i) && m.read.has(j));
        const data = { "data-vl-in": `${i},${j}`, "data-vl-read": unread ? "no" : "yes" };
        parts.push(cell(name, i, j, data));
        if (unread) parts.push(cross(i, j));
      }
    }
    tapMarks = svg("g", { class: "vl-move" });
    for (const i of m.taps) for (const j of m.taps) tapMarks.append(cell("on", i, j), dot(i, j));
    const side = m.span * UNIT - 1;
    windowFrame = svg("rect", {
      class: "vl-window vl-move", x: 0.5, y: 0.5, width: side, height: side, rx: 3,
    });
    const label = fill(text.drawing, { ...now, ...m });
    return canvas(far, label, ...parts, tapMarks, windowFrame);
  }
  function drawOutput() {
    outputCells = [];
    for (let i = 0; i < m.outputs; i++) {
      for (let j = 0; j < m.outputs; j++) {
        const node = cell("result", i, j, { "data-vl-out": `${i},${j}` });
        node.addEventListener("click", () => bar.pick(i * m.outputs + j));
        outputCells.push(node);
      }
    }
    chosen = svg("rect", {
      class: "vl-window vl-move", x: 0.5, y: 0.5, width: UNIT - 1, height: UNIT - 1, rx: 3,
    });
    const label = `${text.output} ${fill(text.shape, { rows: m.outputs, columns: m.outputs })}`;
    return canvas(m.outputs, label, ...outputCells, chosen);
  }

  const letter = (name) => text.letters[name];
  const sizeData = () => ({ "data-vl-size": "", "data-vl-value": m.outputs });
  /** Letters in italics. */
  const letters = (words) =>
    String(words).split(/([a-z]+)/).map((part, k) => (k % 2 ? h("var", {}, part) : part));
  function line(before, above, below, ...after) {
    const parts = [above, below].map((part) => h("span", {}, ...letters(part)));
    const floor = h("span", { class: "vl-floor" }, h("span", { class: "vl-fraction" }, ...parts));
    return h("div", { class: "vl-equation" }, ...letters(before), "= ", floor, " + 1", ...after);
  }
  function formula() {
    const { size, kernel, stride, padding, dilation } = now;
    const [n, k, s, p, d] = ["size", "kernel", "stride", "padding", "dilation"].map(letter);
    const least = show(m.room, 0);
    const result = h("b", { class: "vl-out", ...sizeData() }, m.outputs);
    const last = m.room < 0
      ? line("", least, stride, ` → ${text.nofit_short}`)
      : line("", least, stride, ` = ${Math.floor(m.room / stride)} + 1 = `, result);
    const rows = [
      line(`${text.letters.out} `, `${n} + 2${p} − ${d}(${k} − 1) − 1`, s),
      line("", `${size} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1`, stride),
      last,
    ];
    return h("div", { class: "vl-formula", role: "group", "aria-label": text.formula }, ...rows);
  }

  function words() {
    const found = [];
    const say = (name, values = {}) => found.push(fill(text[name], { ...now, ...m, ...values }));
    say(now.dilation > 1 && get("formula") ? "spans_dilated" : "spans");
    if (!m.outputs) say("nofit", { short: -m.room });
    else {
      if (m.outputs > 1) say("starts", { list: m.starts.join(", ") });
      else say("single");
      const lost = Math.max(0, m.dropped - now.padding);
      if (m.dropped) {
        const kind = lost ? (now.padding ? "dropped_both" : "dropped") : "dropped_padding";
        say(kind, { lost, count: m.dropped });
      }
      if (m.skipped.length) say("skipped", { list: m.skipped.join(", ") });
      if (m.outputs === now.size) say("same");
    }
    return found.join(" ");
  }

  function onstep(step, playing) {
    if (!m.outputs) return;
    const [i, j] = [Math.floor(step / m.outputs), step % m.outputs];
    const place = (y, x) => `translate(${x * UNIT}px, ${y * UNIT}px)`;
    for (const node of [tapMarks, windowFrame]) node.style.transform = place(m.starts[i], m.starts[j]);
    chosen.style.transform = place(i, j);
    const first = { row: i, column: j, top: m.starts[i], left: m.starts[j] };
    live.say(fill(text.live, first), playing);
  }

  const drawings = h("div", { class: "vl-panels" });
  const live = liveLine();
  const bar = transport({ text, count: 1, signal, name: text.step, onstep, onreset: reset, pace: () => 600 });
  function update() {
    m = measure();
    const square = (n) => fill(text.shape, { rows: n, columns: n });
    const size = now.padding
      ? fill(text.with_padding, { size: square(now.size), padded: square(m.padded) })
      : square(now.size);
    const output = m.outputs ? drawOutput() : h("p", { class: "vl-none" }, text.none);
    const outcome = h("span", get("formula") ? {} : sizeData(), square(m.outputs));
    drawings.replaceChildren(
      panel(text.input, size, drawInput()),
      h("div", { class: "vl-stack" },
        panel(text.output, m.outputs ? outcome : "", output),
        get("formula") ? panel(text.formula, "", formula()) : ""),
    );
    root.classList.toggle("vl-nofit", !m.outputs);
    bar.element.classList.toggle("vl-still", !m.outputs);
    bar.recount(Math.max(1, m.outputs ** 2));
    if (!m.outputs) live.say("");
    live.tell(words());
  }

  const dials = Object.entries(RANGES).map(([name, [least, most]]) => slider({
    label: text[name], min: least, max: most, value: now[name],
    caption: h("span", {}, `${text[name]} `, h("var", {}, letter(name))),
    onchange(value) {
      now[name] = value;
      put({ [name]: value });
      update();
    },
  }).element);
  const sample = (name, ...more) => svg(
    "svg", { viewBox: `0 0 ${UNIT} ${UNIT}`, class: "vl-sign", "aria-hidden": "true" },
    cell(name, 0, 0), ...more);
  root.append(
    h("div", { class: "vl-dials" }, ...dials),
    drawings,
    legend(
      [sample("pixel"), text.legend_pixel],
      [sample("padding"), text.legend_padding],
      [sample("on", dot(0, 0)), text.legend_on],
      [sample("pixel", cross(0, 0)), text.legend_unread],
    ),
    bar.element,
    live.element,
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar, { columns: () => m.outputs }));
  update();
});
