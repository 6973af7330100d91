// uses: maths core controls transport chart drag
const [DEEPEST, WIDEST, LEFT] = [6, 32, 58];
const PRESETS = {
  doubling: (k) => 2 ** k,
  ones: () => 1,
  fours: () => 4,
};

export default interactive("dilated-stack", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [frames, fps] = [get("frames"), get("fps")];
  const TRAITS = ["kernel_size", "dilations", "convolutions", "causal", "frame"];
  const now = remember(memory, Object.fromEntries(TRAITS.map((name) => [name, get(name)])));
  const layers = () => now.convolutions * now.dilations.length;
  const dilation = (layer) => now.dilations[Math.floor((layer - 1) / now.convolutions)];
  const total = () => now.dilations.reduce((a, b) => a + b);
  const field = () => 1 + now.convolutions * (now.kernel_size - 1) * total();
  const seconds = (count) => show(count / fps, 2);

  /** What a kernel of a layer reads for one place, zeros around the clip left out. */
  function reads(place, layer) {
    const wide = (now.kernel_size - 1) * dilation(layer);
    const first = place - (now.causal ? wide : Math.floor(wide / 2));
    return Array.from({ length: now.kernel_size }, (_, k) => first + k * dilation(layer))
      .filter((one) => one >= 0 && one < frames);
  }
  /** For every row from the frames (0) up to the output, the places that reach the output. */
  function reaching() {
    const rows = [];
    rows[layers()] = [now.frame];
    for (let layer = layers(); layer > 0; layer--) {
      rows[layer - 1] = [...new Set(rows[layer].flatMap((place) => reads(place, layer)))]
        .sort((a, b) => a - b);
    }
    return rows;
  }
  /** How far the receptive field goes back and ahead of its output, in frames. */
  function reach() {
    let [back, ahead] = [0, 0];
    for (let layer = 1; layer <= layers(); layer++) {
      const wide = (now.kernel_size - 1) * dilation(layer);
      back += now.causal ? wide : Math.floor(wide / 2);
      ahead += now.causal ? 0 : Math.ceil(wide / 2);
    }
    return [back, ahead];
  }
  /** What a frame is to the output: seen, ahead (seen, of the future), skipped, or unseen. */
  function kindOf(frame, seen, [back, ahead]) {
    if (seen.has(frame)) return frame > now.frame ? "ahead" : "seen";
    const inside = frame >= now.frame - back && frame <= now.frame + ahead;
    return inside ? "skipped" : "unseen";
  }

  function draw(wide) {
    const rows = reaching();
    const [top, gap] = [30, layers() > 8 ? 24 : layers() > 4 ? 30 : 40];
    const space = (wide - LEFT - 8) / frames;
    const x = (place) => LEFT + (place + 0.5) * space;
    const y = (layer) => top + (layers() - layer) * gap;
    const dots = (places, layer) => places.map((place) => `M${x(place)} ${y(layer)}h0`).join("");
    const every = Array.from({ length: frames }, (_, place) => place);
    const size = Math.min(9, 0.62 * space);
    const path = (kind, d, thick) => svg("path", { class: kind, d, "stroke-width": thick });
    const parts = [];
    let [faint, wires, lit] = ["", "", ""];
    rows.forEach((places, layer) => {
      if (!layer) return;
      faint += dots(every, layer);
      lit += dots(places, layer);
      for (const place of places) {
        for (const read of reads(place, layer)) {
          wires += `M${x(place)} ${y(layer)}L${x(read)} ${y(layer - 1)}`;
        }
      }
    });
    parts.push(path("vl-wires", wires, Math.min(1.5, space / 6)), path("vl-faint", faint, size),
      path("vl-lit", lit, size + 1.5));
    const [seen, far] = [new Set(rows[0]), reach()];
    for (const frame of every) {
      const kind = kindOf(frame, seen, far);
      parts.push(svg("rect", {
        class: `vl-frame-box vl-${kind}`, x: x(frame) - 0.42 * space, y: y(0) - 9,
        width: 0.84 * space, height: 18, "data-vl-frame": frame, "data-vl-is": kind,
      }));
    }
    const words = (at, anchor, string, kind = "") => svg("text", {
      class: `vl-axis ${kind}`, ...at, "text-anchor": anchor,
    }, string);
    now.dilations.forEach((d, block) => {
      const middle = y(now.convolutions * block + (now.convolutions + 1) / 2);
      parts.push(words({ x: LEFT - 12, y: middle + 4 }, "end", `d = ${d}`));
    });
    parts.push(words({ x: LEFT - 12, y: y(0) + 4 }, "end", text.frames));
    const step = [1, 2, 5, 10, 20, 50].find((one) => one * space >= 34);
    for (let frame = 0; frame < frames; frame += step) {
      parts.push(words({ x: x(frame), y: y(0) + 26 }, "middle", String(frame)));
    }
    parts.push(svg("circle", { class: "vl-out", cx: x(now.frame), cy: y(layers()), r: size / 2 + 4 }));
    const near = (place) => Math.max(LEFT + 34, Math.min(wide - 40, place));
    parts.push(words({ x: near(x(now.frame)), y: 16 }, "middle",
      fill(text.output, { frame: now.frame }), "vl-strong"));
    const edge = [Math.max(0, now.frame - far[0]), Math.min(frames - 1, now.frame + far[1])];
    const low = y(0) + 40;
    parts.push(svg("path", {
      class: "vl-span",
      d: `M${x(edge[0]) - space / 2} ${low - 5}v10m0 -5H${x(edge[1]) + space / 2}m0 -5v10`,
    }));
    const middle = (x(edge[0]) + x(edge[1])) / 2;
    parts.push(words({ x: Math.max(LEFT + 74, Math.min(wide - 80, middle)), y: low + 20 }, "middle",
      fill(text.span, { count: field(), seconds: seconds(field()) }), "vl-strong"));
    return {
      height: low + 30, parts,
      label: fill(text.drawing, { layers: layers(), frame: now.frame, count: rows[0].length }),
    };
  }

  const range = (first, last) => (first === last ? String(first) : fill(text.range, { first, last }));
  /** The frames of a kind as ranges: "0 to 4, 9". */
  function listed(kinds, kind) {
    const found = [];
    kinds.forEach((one, frame) => {
      if (one !== kind) return;
      if (found.at(-1)?.[1] === frame - 1) found.at(-1)[1] = frame;
      else found.push([frame, frame]);
    });
    const shown = found.slice(0, 4).map(([first, last]) => range(first, last)).join(", ");
    return found.length > 4 ? `${shown} …` : shown;
  }
  function sayOutput(playing) {
    const [seen, far] = [new Set(reaching()[0]), reach()];
    const kinds = Array.from({ length: frames }, (_, frame) => kindOf(frame, seen, far));
    const count = (kind) => kinds.filter((one) => one === kind).length;
    const inside = frames - count("unseen");
    const said = [fill(text.sees, { frame: now.frame, count: seen.size })];
    const add = (words, number, kind) => {
      if (number) said.push(fill(words, { count: number, frames: kind ? listed(kinds, kind) : "" }));
    };
    add(text.looks_ahead, count("ahead"), "ahead");
    add(text.holes, count("skipped"), "skipped");
    add(text.zeros, field() - inside);
    add(text.blind, count("unseen"), "unseen");
    live.say(said.join(" "), playing);
    for (const [name, value] of Object.entries({
      seen: seen.size, ahead: count("ahead"), skipped: count("skipped"), unseen: count("unseen"),
      zeros: field() - inside,
    })) set(root, { [`data-vl-${name}`]: value });
  }
  function tellField() {
    const letters = { c: now.convolutions, k: now.kernel_size, sum: now.dilations.join(" + ") };
    const number = h("b", { "data-vl-field": "", "data-vl-value": field() },
      fill(text.span, { count: field(), seconds: seconds(field()) }));
    const plain = Math.ceil((field() - 1) / (now.kernel_size - 1));
    const more = total() > now.dilations.length
      ? ` ${fill(text.plain, { layers: layers(), plain })}` : "";
    live.told.hidden = false;
    live.told.replaceChildren(`${text.field} `, h("span", { class: "vl-sums" },
      fill(text.formula, letters)), " = ", number, `.${more} `, now.causal ? text.is_causal : text.is_centred);
  }

  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    chart.redraw();
    sayOutput(playing);
  }
  function change(values) {
    Object.assign(now, values);
    put(Object.fromEntries(TRAITS.map((name) => [name, now[name]])));
    dials.forEach((dial, block) => {
      const here = block < now.dilations.length;
      dial.element.hidden = !here;
      if (here) dial.put(now.dilations[block]);
    });
    presets.choose(presetOf());
    tellField();
    bar.pick(now.frame);
  }
  const made = (name, depth) => Array.from({ length: depth }, (_, k) => PRESETS[name](k));
  const presetOf = () => Object.keys(PRESETS).find((name) =>
    String(made(name, now.dilations.length)) === String(now.dilations)) ?? "";
  function deepen(depth) {
    const name = presetOf();
    const grown = [...now.dilations];
    while (grown.length < depth) grown.push(Math.min(WIDEST, 2 * grown.at(-1)));
    change({ dilations: name ? made(name, depth) : grown.slice(0, depth) });
  }
  const dials = Array.from({ length: DEEPEST }, (_, block) => slider({
    label: fill(text.dilation, { block: block + 1 }), min: 1, max: WIDEST,
    value: now.dilations[block] ?? 1,
    onchange: (value) => change({
      dilations: now.dilations.map((d, k) => (k === block ? value : d)),
    }),
  }));
  const kinds = (name, options, chosen, act) => {
    const { element, choose } = switcher(text[name], options, chosen, act);
    return { choose, element: h("div", { class: "vl-kind" },
      h("span", { "aria-hidden": "true" }, text[name]), element) };
  };
  const presets = kinds("presets", Object.keys(PRESETS).map((name) => [name, text[name]]), presetOf(),
    (name) => change({ dilations: made(name, now.dilations.length) }));

  const live = liveLine();
  const chart = drawing({ draw, signal, before: 800 });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count: frames, start: now.frame, signal, name: text.step, onstep, onreset: reset,
    loop: !still, pace: () => Math.max(60, 1000 / fps), told: (step) => [step, frames - 1],
  });
  onDrag(chart.sheet, { signal, onmove(share) {
    const wide = Number(chart.sheet.getAttribute("width"));
    bar.pick(Math.floor((share * wide - LEFT) / ((wide - LEFT - 8) / frames)));
  } });
  root.append(
    h("div", { class: "vl-dials" },
      slider({
        label: text.kernel_size, min: 2, max: 7, value: now.kernel_size,
        onchange: (kernel_size) => change({ kernel_size }),
      }).element,
      slider({
        label: text.depth, min: 1, max: DEEPEST, value: now.dilations.length, onchange: deepen,
      }).element),
    h("div", { class: "vl-kinds" },
      kinds("convolutions", [[1, "1"], [2, "2"]], now.convolutions,
        (convolutions) => change({ convolutions })).element,
      kinds("padding", [[true, text.causal], [false, text.centred]], now.causal,
        (causal) => change({ causal })).element,
      presets.element),
    h("div", { class: "vl-dials vl-blocks" }, ...dials.map(({ element }) => element)),
    chart.element,
    legend(...["seen", "ahead", "skipped", "unseen"].map((name) =>
      [sign("tile", name), text[`legend_${name}`]])),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  change({});
});
