// uses: maths core controls transport chart
export default interactive("backprop-graph", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const RATE = 0.1;
  const MOST = 9;
  const given = Object.fromEntries(["x", "w", "b", "v", "c", "y"].map((name) => [name, get(name)]));
  const now = remember(memory, { ...given, step: 0 });
  const sub = (n) => "₀₁₂₃"[n];
  const said = (value) => brief(value, { most: 4 });
  const signed = (value) => (value < 0 ? `(${said(value)})` : said(value));

  /** All values and all gradients, by the names of the nodes and edges. */
  function compute() {
    const { x, w, b, v, c, y } = now;
    const s = b.map((bias, j) => x.reduce((sum, value, i) => sum + value * w[i][j], bias));
    const hid = s.map((value) => Math.max(0, value));
    const z = hid[0] * v[0] + hid[1] * v[1] + c;
    const a = sigmoid(z);
    const loss = Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)));
    const dz = y ? -sigmoid(-z) : a; // a - y, without losing digits near 1
    const dh = v.map((weight) => dz * weight);
    const ds = dh.map((value, j) => (s[j] > 0 ? value : 0));
    const value = { z, a, L: loss, c };
    const gradient = { z: dz, a: y ? -1 / a : 1 / sigmoid(-z), L: 1, c: dz };
    for (let j = 0; j < 2; j++) {
      Object.assign(value, { [`s${j}`]: s[j], [`h${j}`]: hid[j], [`b${j}`]: b[j], [`v${j}`]: v[j] });
      Object.assign(gradient, {
        [`s${j}`]: ds[j], [`h${j}`]: dh[j], [`b${j}`]: ds[j], [`v${j}`]: dz * hid[j],
      });
      for (let i = 0; i < 3; i++) {
        value[`w${i}${j}`] = w[i][j];
        gradient[`w${i}${j}`] = ds[j] * x[i];
      }
    }
    for (let i = 0; i < 3; i++) {
      value[`x${i}`] = x[i];
      gradient[`x${i}`] = ds[0] * w[i][0] + ds[1] * w[i][1];
    }
    return { value, gradient };
  }
  let state = compute();
  const val = (name) => said(state.value[name]);
  const grad = (name) => said(state.gradient[name]);

  const INPUTS = ["x0", "x1", "x2"];
  const into = (j) => [`w0${j}`, `w1${j}`, `w2${j}`, `b${j}`];
  const GIVEN = [...INPUTS, ...into(0), ...into(1), "v0", "v1", "c"];
  const terms = (pairs, bias) =>
    `${pairs.map(([p, q]) => `${val(p)} × ${signed(state.value[q])}`).join(" + ")}`
      + ` + ${signed(state.value[bias])}`;
  const on = (j) => state.value[`s${j}`] > 0;
  const units = [0, 1];

  /** The steps: what each fills in, where it happens, and what it says. */
  const forward = [
    { fills: GIVEN, at: INPUTS, says: () => text.given },
    ...units.map((j) => ({
      fills: [`s${j}`], at: [`s${j}`, ...into(j)],
      says: () => fill(text.hidden_sum, {
        unit: j + 1, n: sub(j + 1), value: val(`s${j}`),
        terms: terms(INPUTS.map((name, i) => [name, `w${i}${j}`]), `b${j}`),
      }),
    })),
    ...units.map((j) => ({
      fills: [`h${j}`], at: [`h${j}`, `r${j}`],
      says: () => fill(on(j) ? text.relu_on : text.relu_off, {
        unit: j + 1, n: sub(j + 1), before: val(`s${j}`), value: val(`h${j}`),
      }),
    })),
    {
      fills: ["z"], at: ["z", "v0", "v1", "c"],
      says: () => fill(text.output_sum, {
        terms: terms([["h0", "v0"], ["h1", "v1"]], "c"), value: val("z"),
      }),
    },
    {
      fills: ["a"], at: ["a", "za"],
      says: () => fill(text.squash, { minus: said(-state.value.z), value: val("a") }),
    },
    {
      fills: ["L"], at: ["L", "aL"],
      says: () => fill(now.y ? text.loss_yes : text.loss_no, { value: val("L") }),
    },
  ];
  const pair = (words, value) => fill(words, {
    arriving: grad("z"), first: signed(state.value[value[0]]), second: signed(state.value[value[1]]),
    one: said(state.gradient.z * state.value[value[0]]),
    two: said(state.gradient.z * state.value[value[1]]),
  });
  const backward = [
    { fills: ["L"], at: ["L"], says: () => text.seed },
    {
      fills: ["a"], at: ["a", "aL"],
      says: () => fill(now.y ? text.at_a_yes : text.at_a_no, { value: grad("a") }),
    },
    {
      fills: ["z"], at: ["z", "za"],
      says: () => fill(text.at_z, {
        arriving: grad("a"), value: grad("z"),
        local: said(state.value.a * sigmoid(-state.value.z)),
      }),
    },
    { fills: ["v0", "v1", "c"], at: ["z", "v0", "v1", "c"], says: () => pair(text.at_v, ["h0", "h1"]) },
    { fills: ["h0", "h1"], at: ["h0", "h1", "v0", "v1"], says: () => pair(text.at_h, ["v0", "v1"]) },
    ...units.map((j) => ({
      fills: [`s${j}`], at: [`s${j}`, `r${j}`],
      says: () => fill(on(j) ? text.at_s_on : text.at_s_off, {
        unit: j + 1, n: sub(j + 1), arriving: grad(`h${j}`), value: grad(`s${j}`),
      }),
    })),
    ...units.map((j) => ({
      fills: into(j), at: [`s${j}`, ...into(j)],
      says: () => fill(text.at_w, {
        unit: j + 1, n: sub(j + 1), arriving: grad(`s${j}`), inputs: INPUTS.map(val).join(", "),
        list: INPUTS.map((_, i) => grad(`w${i}${j}`)).join(", "),
      }),
    })),
    {
      fills: INPUTS, at: [...INPUTS, ...into(0).slice(0, 3), ...into(1).slice(0, 3)],
      says: () => fill(text.at_x, {
        one: said(state.gradient.s0 * now.w[0][0]), two: signed(state.gradient.s1 * now.w[0][1]),
        value: grad("x0"),
      }),
    },
  ];
  const steps = [...forward, ...backward];

  // The drawing: `along` runs with the forward pass, `across` over the units of a layer. Lying
  // where there is room, upright where there is not.
  const lying = (width) => ({
    along: width < 780 ? [37, 200, 290, 418, 510, 602].map((at) => (at * width) / 640)
      : [44, 268, 388, 540, 660, 780].map((at) => at + (width - 824) / 2),
    first: 32, apart: 110, inward: 0, height: 290, box: [width < 780 ? 74 : 84, 60],
  });
  const upright = (width) => {
    const apart = (Math.min(width, 400) - 84) / 2;
    return {
      along: [31, 192, 284, 414, 506, 598], first: width / 2 - apart, apart, inward: 0.12,
      height: 630, box: [80, 60],
    };
  };
  const NODES = [
    ...[0, 1, 2].map((i) => ({ name: `x${i}`, label: `x${sub(i + 1)}`, layer: 0, place: i })),
    ...units.map((j) => ({
      name: `s${j}`, label: `s${sub(j + 1)}`, kind: text.sum, layer: 1, place: j + 0.5,
    })),
    ...units.map((j) => ({
      name: `h${j}`, label: `h${sub(j + 1)}`, kind: text.relu, layer: 2, place: j + 0.5,
    })),
    { name: "z", label: "z", kind: text.sum, layer: 3, place: 1 },
    { name: "a", label: "a", kind: text.sigmoid, layer: 4, place: 1 },
    { name: "L", label: "L", kind: text.entropy, layer: 5, place: 1 },
  ];
  const EDGES = [
    ...units.flatMap((j) => [0, 1, 2].map((i) => [`w${i}${j}`, `x${i}`, `s${j}`, true])),
    ...units.map((j) => [`r${j}`, `s${j}`, `h${j}`, false]),
    ...units.map((j) => [`v${j}`, `h${j}`, "z", true]),
    ["za", "z", "a", false],
    ["aL", "a", "L", false],
  ];
  const painted = {}; // name -> { element, value, gradient }

  function number(name, x, y, small) {
    const value = svg("text", { x, y, class: "vl-graph-value", "data-vl-node": name });
    const gradient = svg("text", {
      x, y: y + (small ? 13 : 17), class: "vl-graph-gradient", "data-vl-gradient": name,
    });
    if (small) [value, gradient].forEach((node) => node.classList.add("vl-graph-small"));
    return { value, gradient };
  }
  function draw(width) {
    const narrow = width < 620;
    const plan = narrow ? upright(width) : lying(width);
    const BOX = plan.box;
    const at = ({ layer, place }) => {
      const nearer = place % 1 ? Math.sign(1 - place) * plan.inward : 0;
      const across = plan.first + (place + nearer) * plan.apart;
      return narrow ? [across, plan.along[layer]] : [plan.along[layer], across];
    };
    const find = (name) => at(NODES.find((node) => node.name === name));
    const [lines, boxes, notes] = [svg("g"), svg("g"), svg("g")];
    for (const [name, from, to, weighs] of EDGES) {
      const [[x1, y1], [x2, y2]] = [find(from), find(to)];
      const trim = narrow ? [0, BOX[1] / 2] : [BOX[0] / 2, 0];
      const [a, b] = [[x1 + trim[0], y1 + trim[1]], [x2 - trim[0], y2 - trim[1]]];
      const line = svg("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: "vl-graph-edge" });
      lines.append(line);
      painted[name] = { element: line };
      if (!weighs) continue;
      const second = name.endsWith("1");
      const share = name[0] === "v" ? 0.45 : narrow ? (second ? 0.6 : 0.2) : 0.36;
      const [x, y] = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
      Object.assign(painted[name], number(name, x, y - 1, true));
      notes.append(painted[name].value, painted[name].gradient);
    }
    for (const { name, label, kind, ...where } of NODES) {
      const [x, y] = at(where);
      const { value, gradient } = number(name, x, y + 4, false);
      const element = svg("g", { class: "vl-graph-node" },
        svg("rect", { x: x - BOX[0] / 2, y: y - BOX[1] / 2, width: BOX[0], height: BOX[1], rx: 8 }),
        svg("text", { x, y: y - 13, class: "vl-graph-name" }, label,
          kind ? svg("tspan", { class: "vl-graph-kind" }, ` ${kind}`) : ""),
        value, gradient);
      boxes.append(element);
      painted[name] = { element, value, gradient };
    }
    for (const [name, owner] of [["b0", "s0"], ["b1", "s1"], ["c", "z"]]) {
      const [x, y] = find(owner);
      const aside = name === "b0" ? -76 : 76;
      const [left, top] = narrow ? [x + aside, y - 2] : [x, y + BOX[1] / 2 + 14];
      const label = name === "c" ? "c" : `b${sub(Number(name[1]) + 1)}`;
      painted[name] = { element: null, ...number(name, left, top, true), prefix: `${label} ` };
      notes.append(painted[name].value, painted[name].gradient);
    }
    const [x, y] = find("L");
    const goal = svg("text", {
      x: narrow ? x + 76 : x, y: narrow ? y + 5 : y + BOX[1] / 2 + 18, class: "vl-graph-value",
      "data-vl-node": "y", "data-vl-value": now.y,
    }, `y = ${said(now.y)}`);
    painted.y = { value: goal };
    paint(now.step);
    return {
      height: plan.height, parts: [lines, boxes, notes, goal], label: text.drawing,
      "data-vl-plan": narrow ? "narrow" : "wide",
    };
  }

  const phase = h("b", { class: "vl-phase" });
  const live = liveLine();
  set(live.told, { "data-vl-told": "" });

  function write(node, known, value, prefix = "") {
    node.textContent = known ? prefix + said(value) : "";
    set(node, { "data-vl-value": known ? value : false });
  }
  function paint(step) {
    const seen = new Set(forward.slice(0, step + 1).flatMap(({ fills }) => fills));
    const back = steps.slice(forward.length, step + 1).flatMap(({ fills }) => fills);
    const told_back = new Set(back);
    const active = new Set(steps[step].at);
    const going = step < forward.length ? "forward" : "backward";
    for (const [name, { element, value, gradient, prefix }] of Object.entries(painted)) {
      if (name === "y") continue;
      if (value) write(value, seen.has(name), state.value[name], prefix);
      if (gradient) write(gradient, told_back.has(name), state.gradient[name]);
      for (const node of [element, value, gradient].filter(Boolean)) {
        node.classList.toggle("vl-now", active.has(name));
        node.classList.toggle("vl-back", active.has(name) && going === "backward");
      }
      const unit = /^[sh]\d$/.test(name) ? Number(name[1]) : null;
      if (unit !== null) {
        element.classList.toggle("vl-dead", seen.has(`h${unit}`) && !on(unit));
      }
    }
  }
  function onstep(step, playing) {
    now.step = step;
    paint(step);
    const going = step < forward.length ? "forward" : "backward";
    phase.textContent = text[going];
    set(phase, { "data-vl-phase": going });
    live.say(steps[step].says(), playing);
  }

  const board = drawing({ draw, signal, before: 824, least: 300, most: 824 });
  board.redraw();
  const bar = transport({
    text, count: steps.length, start: now.step, signal, name: text.step, onstep, onreset: reset,
    pace: () => 1500,
  });
  function update() {
    const { x, w, b, v, c, y } = now;
    put({ x, w, b, v, c, y });
    state = compute();
    painted.y.value.textContent = `y = ${said(now.y)}`;
    set(painted.y.value, { "data-vl-value": now.y });
    bar.pick(bar.step);
  }

  // The numbers to change.
  const problem = problemLine();
  const fields = [];
  function field(label, read, accept) {
    const { input, put: write } = numberField({
      label, value: read(), problem, wrong: text.bad_number, min: -MOST, max: MOST,
      good: (value) => Math.abs(value) <= MOST,
      accept(value) {
        accept(value);
        live.tell("");
        update();
      },
    });
    fields.push(() => write(read()));
    return h("label", { class: "vl-weight" }, h("span", {}, label), input);
  }
  const many = (letter, list) => list.map((_, i) =>
    field(`${letter}${sub(i + 1)}`, () => now[letter][i], (value) => { now[letter][i] = value; }));
  const group = (label, ...children) => h("fieldset", { class: "vl-numbers" },
    h("legend", {}, label), h("div", {}, ...children));
  const hidden = units.map((j) => group(fill(text.hidden, { unit: j + 1 }),
    ...[0, 1, 2].map((i) => field(`w${sub(i + 1)}${sub(j + 1)}`, () => now.w[i][j],
      (value) => { now.w[i][j] = value; })),
    field(`b${sub(j + 1)}`, () => now.b[j], (value) => { now.b[j] = value; })));
  const target = switcher(text.target, [[0, "0"], [1, "1"]], now.y, (value) => {
    now.y = value;
    live.tell("");
    update();
  });
  function descend() {
    const { gradient, value } = state;
    const move = (number, name) => Math.max(-MOST, Math.min(MOST, number - RATE * gradient[name]));
    const before = value.L;
    now.w = now.w.map((row, i) => row.map((number, j) => move(number, `w${i}${j}`)));
    now.b = now.b.map((number, j) => move(number, `b${j}`));
    now.v = now.v.map((number, j) => move(number, `v${j}`));
    now.c = move(now.c, "c");
    fields.forEach((write) => write());
    update();
    live.tell(fill(text.descended, { rate: RATE, before: said(before), after: said(state.value.L) }));
    set(live.told, { "data-vl-value": state.value.L });
  }

  root.append(
    board.element,
    legend(
      [sign("value"), text.legend_value], [sign("gradient"), text.legend_gradient],
      [sign("off"), text.legend_off]),
    bar.element,
    h("div", { class: "vl-saying" }, phase, live.element),
    button("descend", text.descend, descend),
    h("div", { class: "vl-caption vl-change" }, h("strong", {}, text.numbers)),
    h("div", { class: "vl-groups" },
      group(text.input, ...many("x", now.x)), ...hidden,
      group(text.output, ...many("v", now.v), field("c", () => now.c, (value) => { now.c = value; })),
      h("div", { class: "vl-numbers" },
        h("div", { class: "vl-label", "aria-hidden": "true" }, text.target), target.element)),
    problem,
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  bar.pick(now.step);
});
