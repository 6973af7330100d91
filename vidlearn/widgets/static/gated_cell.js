// uses: maths core controls transport tables chart
export default interactive("gated-cell", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const inputs = get("inputs");
  const given = { x: get("x"), weights: get("weights"), kind: get("kind"), presets: get("presets") };
  const first = given.presets.findIndex(([, x]) => JSON.stringify(x) === JSON.stringify(given.x));
  const now = remember(memory, { ...given, step: 0, preset: first });
  const names = {
    lstm: { gates: ["i", "f", "g", "o"], states: ["c", "h"] },
    gru: { gates: ["z", "r", "ĥ"], states: ["h"] },
  };
  const column = (w, k) => w.map((row) => row[k]);

  /** Every number of every step: the cell has one unit, so each list has one number. */
  function run() {
    let state = { c: [0], h: [0] };
    const step = now.kind === "lstm" ? lstmStep : gruStep;
    return now.x.map((x) => {
      const found = step(x, state, now.weights[now.kind]);
      const single = { before: { c: state.c?.[0], h: state.h[0] } };
      for (const name of Object.keys(found)) if (name !== "before") single[name] = found[name][0];
      state = found;
      return single;
    });
  }
  let steps = run();

  // The drawing: x runs from 0 to 480 and is brought to the width there is; y is in pixels --------

  const two = (value) => show(value, 2);
  let wide = 480;
  const at = (x) => (x * wide) / 480;
  const half = () => Math.min(33, 0.069 * wide); // of a gate
  const wire = (points, value = 1) => svg("polyline", {
    points: points.split(" ").map((pair) => {
      const [x, y] = pair.split(",");
      return `${at(x)},${y}`;
    }).join(" "),
    class: "vl-wire", style: `opacity:${0.35 + 0.65 * Math.min(1, Math.abs(value))}`,
  });
  const arrow = (y) => svg("path", { d: `M${at(478)} ${y}l-11 -6v12z`, class: "vl-arrow" });
  const word = (x, y, content, kind = "", aside = 0) =>
    svg("text", { x: at(x) + aside, y, class: `vl-word ${kind}` }, content);
  const node = (x, y, mark) => svg("g", {},
    svg("circle", { cx: at(x), cy: y, r: 13, class: "vl-node" }), word(x, y + 6, mark, "vl-operator"));
  /** A gate: a box that is filled as far as the gate is open. */
  function gate(x, name, value, squash) {
    const filled = 52 * Math.min(1, Math.abs(value));
    const box = { x: at(x) - half(), width: 2 * half(), rx: 6 };
    return svg("g", {},
      svg("rect", { ...box, y: 160, height: 52, class: "vl-gate" }),
      svg("rect", {
        ...box, y: 212 - filled, height: filled,
        class: value < 0 ? "vl-level vl-below" : "vl-level",
      }),
      word(x, 181, name, "vl-strong"), word(x, 203, two(value)),
      word(x, 231, squash, "vl-small vl-start", 5));
  }
  const bus = (...xs) => svg("g", {},
    wire(`8,246 ${xs.at(-1)},246`),
    ...xs.map((x) => wire(`${x},246 ${x},212`)),
    word(8, 264, text.bus, "vl-start vl-small"));

  function drawLstm(s) {
    return [
      wire("8,44 104,44"), wire("104,44 236,44", s.f), wire("236,44 472,44"),
      wire("104,160 104,57", s.f), wire("196,160 196,110 223,110", s.i),
      wire("276,160 276,110 249,110", s.g), wire("236,97 236,57", s.written),
      wire("420,44 420,79"), wire("420,101 420,127"), wire("352,160 352,140 407,140", s.o),
      wire("433,140 472,140", s.h), bus(104, 196, 276, 352),
      node(104, 44, "×"), node(236, 44, "+"), node(236, 110, "×"), node(420, 140, "×"),
      svg("rect", { x: at(420) - 24, y: 79, width: 48, height: 24, rx: 12, class: "vl-node" }),
      word(420, 96, "tanh", "vl-small"),
      gate(104, "f", s.f, "σ"), gate(196, "i", s.i, "σ"), gate(276, "g", s.g, "tanh"),
      gate(352, "o", s.o, "σ"),
      word(8, 32, `c ${two(s.before.c)}`, "vl-start"), word(172, 34, two(s.kept)),
      word(236, 84, two(s.written), "vl-start", 6), word(330, 32, `c ${two(s.c)}`, "vl-strong"),
      word(474, 178, `h ${two(s.h)}`, "vl-end vl-strong"),
      arrow(44), arrow(140),
    ];
  }
  function drawGru(s) {
    return [
      wire("8,44 104,44"), wire("104,44 356,44", s.z), wire("356,44 472,44"),
      wire("104,160 104,57", s.z), wire("104,110 343,110", 1 - s.z),
      wire("356,160 356,123", s.ĥ), wire("356,97 356,57", s.written),
      wire("200,186 356,186", s.r), bus(104, 200, 356),
      node(104, 44, "×"), node(356, 44, "+"), node(356, 110, "×"),
      gate(104, "z", s.z, "σ"), gate(200, "r", s.r, "σ"), gate(356, "ĥ", s.ĥ, "tanh"),
      word(8, 32, `h ${two(s.before.h)}`, "vl-start"), word(230, 34, two(s.kept)),
      word(224, 102, `1 − z = ${two(1 - s.z)}`), word(356, 84, two(s.written), "vl-start", 6),
      word(262, 150, fill(text.past, { value: two(s.past) }), "vl-small"),
      word(474, 32, `h ${two(s.h)}`, "vl-end vl-strong"), arrow(44),
    ];
  }
  let spoken = "";
  const picture = drawing({
    signal, least: 300, most: 480, before: 480,
    draw(width) {
      wide = width;
      const s = steps[now.step];
      return { height: 272, label: spoken, parts: now.kind === "lstm" ? drawLstm(s) : drawGru(s) };
    },
  });

  // Sums of the step -------------------------------------------------------------------------

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
  const sums = h("dl", { class: "vl-sums" });

  // All steps --------------------------------------------------------------------------------

  const count = now.x.length;
  const table = h("table", { class: "vl-strip" });
  const box = h("div", { class: "vl-table" }, table);
  reachable(box, text.strip);
  let cells, heads;
  const curve = drawing({ signal, least: 40, before: 460, draw: drawCurve });
  function buildTable() {
    const { gates, states } = names[now.kind];
    const rows = [
      ...inputs.map(([name]) => [name, "x"]), ...gates.map((name) => [name, "gate"]),
      ...states.map((name) => [name, "state"]),
    ];
    heads = now.x.map((_, t) => h("th", { scope: "col" }, h("button", {
      type: "button", class: "vl-pick", "aria-label": fill(text.go, { step: t }), tabindex: -1,
      onclick: () => bar.pick(t),
    }, String(t))));
    cells = rows.map(([, kind], row) => now.x.map((_, t) => h("td", {
      class: `vl-of-${kind}`, "data-vl-at": `${row},${t}`, onclick: () => bar.pick(t),
    })));
    table.replaceChildren(
      h("caption", { class: "vl-hidden" }, text.strip),
      h("tr", {}, h("th", { scope: "row" }, text.step), ...heads),
      ...rows.map(([name, kind], row) => h("tr", { class: `vl-row-${kind}` },
        h("th", { scope: "row" }, name), ...cells[row])),
      h("tr", {}, h("th", { scope: "row", class: "vl-key" },
        ...states.map((name) => h("span", { class: `vl-key-${name}` }, name))),
        h("td", { colspan: count, class: "vl-plot" }, curve.element)),
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
        tintCell(cell, value, most);
      }));
    curve.redraw();
  }
  /** The states over all steps, one line each, below the table's own columns. */
  function drawCurve(width) {
    const { states } = names[now.kind];
    const most = Math.max(1, ...steps.map((s) => Math.abs(s.c ?? s.h)));
    const { x, y, line } = plane({
      box: [0, 5, width, 85], xs: [-0.5, count - 0.5], ys: [-most, most],
    });
    return {
      height: 90,
      parts: [
        svg("line", { x1: 0, x2: width, y1: y(0), y2: y(0), class: "vl-rule" }),
        ...states.flatMap((name) => [
          line(steps.map((s, t) => [t, s[name]]), { class: `vl-of-${name}` }),
          ...steps.map((s, t) =>
            svg("circle", { cx: x(t), cy: y(s[name]), r: 3.5, class: `vl-dot-${name}` })),
        ]),
      ],
    };
  }

  // Sliders ----------------------------------------------------------------------------------

  const dial = (label, min, max, step, onchange) =>
    slider({ label, min, max, step, value: min, format: (value) => brief(value), onchange });
  const inputDials = inputs.map(([name, low, high], d) => dial(name, low, high, 0.25, (value) => {
    now.x = now.x.map((x, t) => x.map((v, k) => (t === bar.step && k === d ? value : v)));
    choosePreset(-1);
    update();
  }));
  const biasBox = h("div", { class: "vl-dials" });
  let biasDials;
  function buildBiases() {
    biasDials = names[now.kind].gates.map((name, k) => {
      const label = fill(text.bias, { gate: name });
      return dial(label, -10, 10, 0.5, (value) => {
        const { b } = now.weights[now.kind];
        const changed = (row) => row.map((v, j) => (j === k ? value : v));
        const renewed = now.kind === "lstm" ? changed(b) : [changed(b[0]), b[1]];
        now.weights = { ...now.weights, [now.kind]: { ...now.weights[now.kind], b: renewed } };
        update();
      });
    });
    biasBox.replaceChildren(...biasDials.map(({ element }) => element));
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
    const values = {};
    for (const name of ["i", "f", "g", "o", "c", "h", "z", "r"]) values[name] = two(s[name] ?? 0);
    Object.assign(values, {
      step: t, was: two(now.kind === "lstm" ? s.before.c : s.before.h), candidate: two(s.ĥ ?? 0),
      write: two(1 - (s.z ?? 0)),
    });
    const said = fill(now.kind === "lstm" ? text.live_lstm : text.live_gru, values);
    spoken = said;
    picture.redraw();
    live.say(said, playing);
    sums.replaceChildren(...lines(t).flatMap(([name, formula, value]) => [
      h("dt", {}, name), h("dd", {}, `${formula} = `, h("b", { "data-vl-sum": name }, show(value, 3))),
    ]));
    heads.forEach((head, k) => {
      head.classList.toggle("vl-now", k === t);
      set(head.firstChild, { "aria-current": k === t && "step" });
    });
    cells.forEach((row) => row.forEach((cell, k) => cell.classList.toggle("vl-now", k === t)));
    const cell = heads[t];
    if (box.scrollWidth > box.clientWidth) {
      box.scrollTo({ left: cell.offsetLeft + cell.offsetWidth / 2 - (box.clientWidth + 90) / 2 });
    }
    inputTitle.textContent = fill(text.inputs, { step: t });
    inputDials.forEach(({ put: move }, d) => move(now.x[t][d]));
    const { b } = now.weights[now.kind];
    biasDials.forEach(({ put: move }, k) => move(now.kind === "lstm" ? b[k] : b[0][k]));
  }
  function update() {
    put({ x: now.x, kind: now.kind });
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
    text, count, start: now.step, signal, name: text.step, onstep, onreset: reset, pace: () => 900,
  });
  const kinds = switcher(text.kind, [["lstm", "LSTM"], ["gru", "GRU"]], now.kind, (kind) => {
    now.kind = kind;
    restart();
  });
  root.append(
    h("div", { class: "vl-controls" }, kinds.element, presetButtons?.element ?? ""),
    h("div", { class: "vl-views" }, picture.element, sums),
    box,
    bar.element,
    live.element,
    h("div", { class: "vl-settings" },
      h("div", { role: "group", "aria-label": text.inputs_label }, inputTitle,
        h("div", { class: "vl-dials" }, ...inputDials.map(({ element }) => element))),
      h("div", { role: "group", "aria-label": text.biases }, h("strong", {}, text.biases), biasBox)),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  restart();
  bar.pick(now.step);
});
