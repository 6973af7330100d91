export default interactive(({ root, text, memory, signal, get }) => {
  const inputs = get("inputs");
  const given = { x: get("x"), weights: get("weights"), kind: get("kind"), presets: get("presets") };
  const first = given.presets.findIndex(([, x]) => JSON.stringify(x) === JSON.stringify(given.x));
  const now = remember(memory, { ...given, step: 0, preset: first });
  const names = {
    lstm: { gates: ["i", "f", "g", "o"], states: ["c", "h"] },
    gru: { gates: ["z", "r", "ĥ"], states: ["h"] },
  };
  const sigmoid = (v) => 1 / (1 + Math.exp(-v));
  const dot = (a, b) => a.reduce((sum, v, k) => sum + v * b[k], 0);
  const column = (w, k) => w.map((row) => row[k]);

  /** One step of the LSTM: every number that the drawing shows. */
  function lstmStep(x, before, { w, u, b }) {
    const sums = b.map((bias, k) => dot(x, column(w, k)) + before.h * u[0][k] + bias);
    const [i, f, g, o] = [sigmoid(sums[0]), sigmoid(sums[1]), Math.tanh(sums[2]), sigmoid(sums[3])];
    const c = f * before.c + i * g;
    return { before, i, f, g, o, kept: f * before.c, written: i * g, c, h: o * Math.tanh(c) };
  }
  /** One step of the GRU in the reset_after form. */
  function gruStep(x, before, { w, u, b }) {
    const ofX = b[0].map((bias, k) => dot(x, column(w, k)) + bias);
    const ofH = b[1].map((bias, k) => before.h * u[0][k] + bias);
    const [z, r] = [sigmoid(ofX[0] + ofH[0]), sigmoid(ofX[1] + ofH[1])];
    const candidate = Math.tanh(ofX[2] + r * ofH[2]);
    const [kept, written] = [z * before.h, (1 - z) * candidate];
    return { before, z, r, ĥ: candidate, past: r * ofH[2], kept, written, h: kept + written };
  }
  function run() {
    let state = { c: 0, h: 0 };
    const step = now.kind === "lstm" ? lstmStep : gruStep;
    return now.x.map((x) => (state = step(x, state, now.weights[now.kind])));
  }
  let steps = run();

  // The drawing ------------------------------------------------------------------------------

  const two = (value) => show(value, 2);
  const wire = (points, value = 1) => h("polyline", {
    points, class: "vl-gated-wire", style: `opacity:${0.25 + 0.75 * Math.min(1, Math.abs(value))}`,
  });
  const arrow = (y) => h("path", { d: `M478 ${y}l-11 -6v12z`, class: "vl-gated-arrow" });
  const word = (x, y, content, kind = "") => h("text", { x, y, class: `vl-gated-word ${kind}` }, content);
  const node = (x, y, sign) => h("g", {},
    h("circle", { cx: x, cy: y, r: 13, class: "vl-gated-node" }), word(x, y + 6, sign, "vl-gated-sign-text"));
  /** A gate: a box that is filled as far as the gate is open. */
  function gate(x, name, value, squash) {
    const filled = 52 * Math.min(1, Math.abs(value));
    return h("g", {},
      h("rect", { x: x - 33, y: 160, width: 66, height: 52, rx: 6, class: "vl-gated-gate" }),
      h("rect", {
        x: x - 33, y: 212 - filled, width: 66, height: filled, rx: 6,
        class: value < 0 ? "vl-gated-level vl-gated-below" : "vl-gated-level",
      }),
      word(x, 181, name, "vl-gated-name"), word(x, 203, two(value)), word(x + 36, 222, squash, "vl-gated-small"));
  }
  const bus = (...xs) => h("g", {},
    wire(`8,246 ${xs.at(-1)},246`),
    ...xs.map((x) => wire(`${x},246 ${x},212`)),
    word(8, 264, text.bus, "vl-gated-start vl-gated-small"));

  function drawLstm(s) {
    return [
      wire("8,44 104,44"), wire("104,44 236,44", s.f), wire("236,44 472,44"),
      wire("104,160 104,57", s.f), wire("196,160 196,110 223,110", s.i),
      wire("276,160 276,110 249,110", s.g), wire("236,97 236,57", s.written),
      wire("420,44 420,79"), wire("420,101 420,127"), wire("352,160 352,140 407,140", s.o),
      wire("433,140 472,140", s.h), bus(104, 196, 276, 352),
      node(104, 44, "×"), node(236, 44, "+"), node(236, 110, "×"), node(420, 140, "×"),
      h("rect", { x: 396, y: 79, width: 48, height: 24, rx: 12, class: "vl-gated-node" }),
      word(420, 96, "tanh", "vl-gated-small vl-gated-middle"),
      gate(104, "f", s.f, "σ"), gate(196, "i", s.i, "σ"), gate(276, "g", s.g, "tanh"),
      gate(352, "o", s.o, "σ"),
      word(8, 32, `c ${two(s.before.c)}`, "vl-gated-start"), word(172, 34, two(s.kept)),
      word(244, 84, two(s.written), "vl-gated-start"), word(330, 32, `c ${two(s.c)}`, "vl-gated-strong"),
      word(474, 174, `h ${two(s.h)}`, "vl-gated-end vl-gated-strong"),
      arrow(44), arrow(140),
    ];
  }
  function drawGru(s) {
    return [
      wire("8,44 104,44"), wire("104,44 356,44", s.z), wire("356,44 472,44"),
      wire("104,160 104,57", s.z), wire("104,110 343,110", 1 - s.z),
      wire("356,160 356,123", s.ĥ), wire("356,97 356,57", s.written),
      wire("233,186 323,186", s.r), bus(104, 200, 356),
      node(104, 44, "×"), node(356, 44, "+"), node(356, 110, "×"),
      gate(104, "z", s.z, "σ"), gate(200, "r", s.r, "σ"), gate(356, "ĥ", s.ĥ, "tanh"),
      word(8, 32, `h ${two(s.before.h)}`, "vl-gated-start"), word(230, 34, two(s.kept)),
      word(224, 102, `1 − z = ${two(1 - s.z)}`), word(364, 84, two(s.written), "vl-gated-start"),
      word(278, 178, fill(text.past, { value: two(s.past) }), "vl-gated-small vl-gated-middle"),
      word(474, 32, `h ${two(s.h)}`, "vl-gated-end vl-gated-strong"), arrow(44),
    ];
  }
  const picture = h("svg", { viewBox: "0 0 480 272", class: "vl-gated-drawing", role: "img" });

  // Sums of the step -------------------------------------------------------------------------

  /** Write numbers with true signs between them: "10 × 1 − 5". */
  const sum = (terms) => terms.join(" + ").replaceAll("+ −", "− ");
  const brief = (value) => show(value, digits([value], 3));
  const term = (weight, value) => `${brief(weight)} × ${value < 0 ? `(${brief(value)})` : brief(value)}`;
  function lines(t) {
    const { w, u, b } = now.weights[now.kind];
    const s = steps[t];
    const lstm = now.kind === "lstm";
    const gates = names[now.kind].gates.map((name, k) => {
      const ofX = column(w, k).map((weight, d) => [weight, now.x[t][d]]).filter(([v]) => v);
      const terms = ofX.map((pair) => term(...pair));
      const ofH = u[0][k] ? [term(u[0][k], s.before.h)] : [];
      const squash = name === "g" || name === "ĥ" ? "tanh" : "σ";
      if (lstm) terms.push(...ofH, brief(b[k]));
      else if (squash === "tanh") {
        terms.push(brief(b[0][k]), `${brief(s.r)} × (${sum([...ofH, brief(b[1][k])])})`);
      } else terms.push(...ofH, brief(b[0][k] + b[1][k]));
      return [name, `${squash}(${sum(terms)})`, s[name]];
    });
    const states = lstm
      ? [["c", sum([term(s.f, s.before.c), term(s.i, s.g)]), s.c],
         ["h", `${brief(s.o)} × tanh(${brief(s.c)})`, s.h]]
      : [["h", sum([term(s.z, s.before.h), term(1 - s.z, s.ĥ)]), s.h]];
    return [...gates, ...states];
  }
  const sums = h("dl", { class: "vl-gated-sums" });

  // All steps --------------------------------------------------------------------------------

  const count = now.x.length;
  const table = h("table", { class: "vl-gated-strip" });
  let cells, heads, curve;
  function buildTable() {
    const { gates, states } = names[now.kind];
    const rows = [
      ...inputs.map(([name]) => [name, "x"]), ...gates.map((name) => [name, "gate"]),
      ...states.map((name) => [name, "state"]),
    ];
    heads = now.x.map((_, t) => h("th", { scope: "col" }, h("button", {
      type: "button", class: "vl-gated-pick", "aria-label": fill(text.go, { step: t }), tabindex: -1,
      onclick: () => bar.pick(t),
    }, String(t))));
    curve = h("svg", { viewBox: `0 0 ${count} 2`, preserveAspectRatio: "none", class: "vl-gated-curve",
      "aria-hidden": "true" });
    cells = rows.map(([, kind], row) => now.x.map((_, t) => h("td", {
      class: `vl-gated-of-${kind}`, "data-vl-at": `${row},${t}`, onclick: () => bar.pick(t),
    })));
    table.replaceChildren(
      h("caption", { class: "vl-hidden" }, text.strip),
      h("tr", {}, h("th", { scope: "row" }, text.step), ...heads),
      ...rows.map(([name, kind], row) => h("tr", { class: `vl-gated-row-${kind}` },
        h("th", { scope: "row" }, name), ...cells[row])),
      h("tr", {}, h("th", { scope: "row", class: "vl-gated-key" },
        ...states.map((name) => h("span", { class: `vl-gated-key-${name}` }, name))),
        h("td", { colspan: count, class: "vl-gated-plot" }, curve)),
    );
  }
  function paintTable() {
    const { gates, states } = names[now.kind];
    const most = Math.max(1, ...steps.map((s) => Math.abs(s.c ?? s.h)));
    now.x.forEach((x, t) => [...x, ...[...gates, ...states].map((name) => steps[t][name])]
      .forEach((value, row) => {
        const cell = cells[row][t];
        cell.textContent = two(value);
        cell.dataset.vlValue = value;
        cell.style.setProperty("--vl-tint", `${Math.round((Math.abs(value) / most) * 42)}%`);
        cell.classList.toggle("vl-negative", value < 0);
      }));
    const place = (name) => (s, t) => `${t + 0.5},${1 - (0.9 * s[name]) / most}`;
    curve.replaceChildren(
      h("line", { x1: 0, x2: count, y1: 1, y2: 1, class: "vl-gated-zero" }),
      ...states.flatMap((name) => [
        h("polyline", { points: steps.map(place(name)).join(" "), class: `vl-gated-line-${name}` }),
        ...steps.map((s, t) => {
          const [x, y] = place(name)(s, t).split(",");
          return h("path", { d: `M${x} ${y}h0.0001`, class: `vl-gated-dot-${name}` });
        }),
      ]),
    );
  }

  // Sliders ----------------------------------------------------------------------------------

  /** A slider in steps of `grain`; `put` moves it without a call of `onchange`. */
  function slide(label, low, high, grain, onchange) {
    const number = h("b", {});
    const slider = h("input", {
      type: "range", class: "vl-slider", min: low, max: high, step: grain, "aria-label": label,
      oninput: () => onchange(Number(slider.value)),
    });
    function put(value) {
      slider.value = value;
      number.textContent = brief(value);
      slider.style.setProperty("--vl-done", (slider.value - low) / (high - low));
    }
    return { element: h("label", { class: "vl-dial" }, h("span", {}, `${label} = `, number), slider), put };
  }
  const inputDials = inputs.map(([name, low, high], d) => slide(name, low, high, 0.25, (value) => {
    now.x = now.x.map((x, t) => x.map((v, k) => (t === bar.step && k === d ? value : v)));
    choosePreset(-1);
    update();
  }));
  const biasBox = h("div", { class: "vl-dials" });
  let biasDials;
  function buildBiases() {
    biasDials = names[now.kind].gates.map((name, k) => {
      const label = fill(text.bias, { gate: name });
      return slide(label, -10, 10, 0.5, (value) => {
        const { b } = now.weights[now.kind];
        const changed = (row) => row.map((v, j) => (j === k ? value : v));
        const renewed = now.kind === "lstm" ? changed(b) : [changed(b[0]), b[1]];
        now.weights = { ...now.weights, [now.kind]: { ...now.weights[now.kind], b: renewed } };
        update();
      });
    });
    biasBox.replaceChildren(...biasDials.map((dial) => dial.element));
  }
  function choosePreset(number) {
    now.preset = number;
    presetButtons?.choose(number);
  }
  const presetButtons = given.presets.length
    ? switcher(text.presets, given.presets.map(([name], k) => [k, name]), now.preset, (number) => {
        now.preset = number;
        now.x = given.presets[number][1];
        update();
      })
    : null;

  // Put together -----------------------------------------------------------------------------

  const live = liveLine();
  const inputTitle = h("strong", {});
  function onstep(t, playing) {
    now.step = t;
    const s = steps[t];
    picture.replaceChildren(...(now.kind === "lstm" ? drawLstm(s) : drawGru(s)));
    const values = {};
    for (const name of ["i", "f", "g", "o", "c", "h", "z", "r"]) values[name] = two(s[name] ?? 0);
    Object.assign(values, {
      step: t, was: two(now.kind === "lstm" ? s.before.c : s.before.h), candidate: two(s.ĥ ?? 0),
      write: two(1 - (s.z ?? 0)),
    });
    const said = fill(now.kind === "lstm" ? text.live_lstm : text.live_gru, values);
    picture.setAttribute("aria-label", said);
    live.say(said, playing);
    sums.replaceChildren(...lines(t).flatMap(([name, formula, value]) => [
      h("dt", {}, name), h("dd", {}, `${formula} = `, h("b", { "data-vl-sum": name }, show(value, 3))),
    ]));
    heads.forEach((head, k) => {
      head.classList.toggle("vl-gated-now", k === t);
      set(head.firstChild, { "aria-current": k === t && "step" });
    });
    cells.forEach((row) => row.forEach((cell, k) => cell.classList.toggle("vl-gated-now", k === t)));
    const [box, cell] = [table.parentElement, heads[t]];
    if (box.scrollWidth > box.clientWidth) {
      box.scrollTo({ left: cell.offsetLeft + cell.offsetWidth / 2 - (box.clientWidth + 90) / 2 });
    }
    inputTitle.textContent = fill(text.inputs, { step: t });
    inputDials.forEach((dial, d) => dial.put(now.x[t][d]));
    const { b } = now.weights[now.kind];
    biasDials.forEach((dial, k) => dial.put(now.kind === "lstm" ? b[k] : b[0][k]));
  }
  function update() {
    steps = run();
    paintTable();
    onstep(bar.step, false);
  }
  /** Another cell: its rows and its biases are made anew. */
  function restart() {
    buildTable();
    buildBiases();
    update();
  }
  const bar = transport({
    text, count, start: now.step, signal, name: text.step, onstep, pace: () => 900,
  });
  const kinds = switcher(text.kind, [["lstm", "LSTM"], ["gru", "GRU"]], now.kind, (kind) => {
    now.kind = kind;
    restart();
  });
  const reset = h("button", { type: "button", class: "vl-button", onclick() {
    now.x = given.x;
    now.weights = given.weights;
    choosePreset(first);
    restart();
  } }, text.reset);
  root.append(
    h("div", { class: "vl-gated-controls" }, kinds.element, ...(presetButtons ? [presetButtons.element] : []), reset),
    h("div", { class: "vl-panels vl-gated-cell-panels" },
      h("div", { class: "vl-panel" }, picture), h("div", { class: "vl-panel vl-gated-sum-panel" }, sums)),
    h("div", { class: "vl-table" }, table),
    bar.element,
    live.element,
    h("div", { class: "vl-gated-settings" },
      h("div", { role: "group", "aria-label": text.inputs_label }, inputTitle,
        h("div", { class: "vl-dials" }, ...inputDials.map((dial) => dial.element))),
      h("div", { role: "group", "aria-label": text.biases }, h("strong", {}, text.biases), biasBox)),
    h("p", { class: "vl-note" }, text.keys),
  );
  onKeys(root, {
    ArrowLeft: () => bar.pick(bar.step - 1),
    ArrowRight: () => bar.pick(bar.step + 1),
    Home: () => bar.pick(0),
    End: () => bar.pick(count - 1),
    " ": bar.toggle,
  });
  restart();
  bar.pick(now.step);
});
