// chart: drawings in CSS pixels, with axes, lines and bars.

/**
 * An SVG drawing as wide as its place. `draw(width)` returns its height, its parts and what is
 * spoken (`label`, or nothing where words elsewhere say it all); it is called again when the place
 * becomes wider or narrower, so that text keeps its size.
 */
function drawing({ draw, signal, least = 280, most = 2000, before = 640 }) {
  const sheet = svg("svg", { class: "vl-drawing" });
  const element = h("div", { class: "vl-board" }, sheet);
  let width = before;
  function redraw() {
    const { height, parts, label, ...attributes } = draw(width);
    set(sheet, {
      width, height, viewBox: `0 0 ${width} ${height}`, ...attributes,
      ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }),
    });
    sheet.replaceChildren(...parts);
  }
  const watcher = new ResizeObserver(() => {
    const room = Math.max(least, Math.min(most, element.clientWidth));
    if (!element.clientWidth || room === width) return;
    width = room;
    redraw();
  });
  watcher.observe(element);
  signal.addEventListener("abort", () => watcher.disconnect());
  return { element, sheet, redraw };
}

/**
 * A plane for a chart: `x` and `y` bring values to pixels; `box` is left, top, right, bottom in
 * pixels, `xs` and `ys` the values there (lowest, highest).
 */
function plane({ box: [left, top, right, bottom], xs, ys }) {
  const x = (value) => left + ((value - xs[0]) / (xs[1] - xs[0])) * (right - left);
  const y = (value) => bottom - ((value - ys[0]) / (ys[1] - ys[0])) * (bottom - top);
  const written = (words, at, anchor) =>
    svg("text", { class: "vl-axis", ...at, "text-anchor": anchor }, words);
  return {
    x,
    y,
    /** Lines across at the values of `ticks`, [value, words, class or nothing] each. */
    rows: (ticks) => ticks.flatMap(([value, words, kind = ""]) => [
      svg("line", { class: `vl-rule ${kind}`, x1: left, x2: right, y1: y(value), y2: y(value) }),
      written(words, { x: left - 6, y: y(value) + 4 }, "end"),
    ]),
    /** Words below the axis at the values of `ticks`, [value, words] each. */
    feet: (ticks) => ticks.map(([value, words]) =>
      written(words, { x: x(value), y: bottom + 18 }, "middle")),
    written,
    /** A line through [x, y] values. */
    line: (values, attributes) => svg("polyline", {
      fill: "none", points: values.map(([a, b]) => `${x(a)},${y(b)}`).join(" "), ...attributes,
    }),
    /** A bar around x, `wide` values wide, from y = `from` to y = `to`. */
    bar: (at, wide, from, to, attributes) => svg("rect", {
      x: x(at - wide / 2), width: x(at + wide / 2) - x(at - wide / 2),
      y: Math.min(y(from), y(to)), height: Math.max(1.5, Math.abs(y(from) - y(to))), ...attributes,
    }),
  };
}
