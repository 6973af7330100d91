// uses: maths core controls transport chart
export default interactive("unrolled-rnn", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const weights = { own: get("u"), orthogonal: get("orthogonal") };
  const entering = get("x");
  const units = weights.own.length;
  const now = remember(memory, {
    steps: get("steps"), radius: get("radius"), activation: get("activation"),
    matrix: "own", input: 1, weights, entering,
  });
  const length = (list) => Math.hypot(...list);

  /** Forward with every state, then the gradient of each state, back from the last one. */
  function run() {
    const u = weights[now.matrix].map((row) => row.map((value) => value * now.radius));
    const bend = now.activation === "tanh" ? Math.tanh : (z) => z;
    const slope = (h) => (now.activation === "tanh" ? 1 - h * h : 1);
    const states = [Array(units).fill(0)]; // the state before the first step
    for (let t = 1; t <= now.steps; t++) {
      const before = states[t - 1];
      states.push(before.map((_, j) => bend(
        entering[t - 1][j] * now.input + before.reduce((sum, h, i) => sum + h * u[i][j], 0),
      )));
    }
    const gradients = [];
    const shares = []; // of each step in the gradient of u
    gradients[now.steps] = Array(units).fill(1 / Math.sqrt(units));
    for (let t = now.steps; t >= 1; t--) {
      const dz = gradients[t].map((value, j) => value * slope(states[t][j]));
      gradients[t - 1] = u.map((row) => row.reduce((sum, value, j) => sum + value * dz[j], 0));
      shares[t] = length(states[t - 1]) * length(dz);
    }
    return { states: states.map(length), gradients: gradients.map(length), shares };
  }

  const short = (value) => brief(value, { figures: 2 });

  let result, chosen, bars = [], nodes = [];

  function draw(wide) {
    const { steps } = now;
    const [left, right, top, tall] = [46, 16, 92, 190];
    const space = (wide - left - right) / steps;
    const reference = (t) => now.radius ** (steps - t);
    const bound = (t) => (now.radius * stretch()) ** (steps - t);
    const logs = result.gradients.slice(1).filter((v) => v > 0).map(Math.log10);
    const low = Math.min(-2, Math.floor(Math.min(...logs, Math.log10(reference(1)))));
    const high = Math.max(1, Math.ceil(Math.max(...logs, Math.log10(reference(1)))));
    const power = (value) => Math.max(low, Math.min(high, Math.log10(Math.max(value, 1e-300))));
    const grid = plane({
      box: [left, top, wide - right, top + tall], xs: [0.5, steps + 0.5], ys: [low, high],
    });
    const { x } = grid;
    const every = Math.ceil((high - low) / 7);
    const powers = Array.from({ length: high - low + 1 }, (_, k) => low + k);
    const parts = grid.rows(powers.filter((p) => p % every === 0)
      .map((p) => [p, `10${raised(p)}`, p === 0 ? "vl-one" : ""]));
    const radius = Math.min(15, space * 0.36);
    const middle = 46;
    nodes = [];
    bars = [];
    for (let t = 1; t <= steps; t++) {
      const value = result.gradients[t];
      const arrow = (x1, y1, x2, y2) => svg("line", { class: "vl-wire", x1, y1, x2, y2 });
      parts.push(arrow(x(t), middle + radius + 16, x(t), middle + radius));
      parts.push(arrow(t > 1 ? x(t - 1) + radius : left - 6, middle, x(t) - radius, middle));
      const strength = Math.max(0, Math.min(1, 1 + Math.log10(Math.max(value, 1e-300)) / 6));
      const grown = value > 1 ? " vl-grown" : "";
      const node = svg("circle", { class: `vl-state${grown}`, cx: x(t), cy: middle, r: radius });
      node.style.setProperty("--vl-tint", `${Math.round(strength * 88)}%`);
      nodes[t] = node;
      bars[t] = grid.bar(t, 0.76, 0, power(value), {
        class: `vl-length${grown}`, "data-vl-gradient": t, "data-vl-value": value,
      });
      const area = svg("rect", {
        class: "vl-pick", x: x(t) - space / 2, y: 0, width: space, height: top + tall,
        onclick: () => bar.pick(steps - t),
      });
      parts.push(node, bars[t], area);
    }
    const shown = (t) => t === 1 || t === steps
      || (t % Math.ceil(30 / space) === 0 && steps - t >= 30 / space);
    const numbers = Array.from({ length: steps }, (_, k) => k + 1);
    const path = (f, name) => grid.line(
      numbers.map((t) => [t, Math.log10(f(t))]).filter(([, v]) => v <= high + 1e-9 && v >= low - 1e-9),
      { class: name });
    parts.push(
      ...grid.feet(numbers.filter(shown).map((t) => [t, String(t)])),
      grid.written(text.loss, { x: Math.min(wide - 2, x(steps) + 60), y: 18 }, "end"),
      path(reference, "vl-rate"), path(bound, "vl-bound"),
      grid.written("h", { x: left - 40, y: middle + 4 }),
      grid.written("x", { x: left - 40, y: middle + radius + 18 }),
    );
    if (chosen) mark(Math.min(chosen, steps));
    return {
      height: top + tall + 26, parts,
      label: fill(text.drawing, { steps, first: short(result.gradients[1]) }),
    };
  }
  const stretch = () => (now.matrix === "own" ? get("stretch") : 1);

  function mark(t) {
    [...nodes, ...bars].forEach((node) => node?.classList.remove("vl-chosen"));
    nodes[t].classList.add("vl-chosen");
    bars[t].classList.add("vl-chosen");
  }

  function onstep(step, playing) {
    chosen = now.steps - step;
    mark(chosen);
    live.say(fill(text.live, {
      t: chosen, gradient: short(result.gradients[chosen]), state: short(result.states[chosen]),
      share: short(result.shares[chosen]),
    }), playing);
  }

  function update() {
    result = run();
    chosen = null;
    const { steps, radius, activation } = now;
    put({ steps, radius, activation });
    chart.redraw();
    const rate = (result.gradients[1] / result.gradients[now.steps]) ** (1 / (now.steps - 1));
    const number = (key, value) => h("b", { [`data-vl-${key}`]: "0", "data-vl-value": value }, short(value));
    const say = (words, values) => words.split(/(\{\w+\})/).map((part) => values[part] ?? part);
    live.told.hidden = false;
    live.told.replaceChildren(...say(text.told, {
      "{first}": number("first", result.gradients[1]),
      "{rate}": number("rate", rate),
      "{radius}": now.radius.toFixed(2),
      "{stretch}": (now.radius * stretch()).toFixed(2),
    }));
    bar.recount(now.steps);
  }
  const change = (name) => (value) => {
    now[name] = value;
    update();
  };

  const dial = (key, min, max, step) => slider({
    label: text[key], min, max, step, value: now[key], onchange: change(key),
    format: (value) => (step < 1 ? value.toFixed(2) : String(value)),
  }).element;
  const kinds = (key, options) => h("div", { class: "vl-kind" },
    h("span", { "aria-hidden": "true" }, text[key]),
    switcher(text[key], options, now[key], change(key)).element);
  const live = liveLine();
  const chart = drawing({ draw, signal, before: 800 });
  const bar = transport({
    text, count: now.steps, signal, name: text.step, onstep, onreset: reset, pace: () => 260,
    told: (step) => [now.steps - step, now.steps],
  });
  root.append(
    h("div", { class: "vl-dials" },
      dial("steps", 2, 40, 1), dial("radius", 0.3, 1.6, 0.05), dial("input", 0, 4, 0.25)),
    h("div", { class: "vl-kinds" },
      kinds("activation", [["tanh", "tanh"], ["linear", text.linear]]),
      kinds("matrix", [["own", text.own], ["orthogonal", text.orthogonal]])),
    chart.element,
    legend(...["length", "grown", "rate", "bound"].map((name) =>
      [sign(name === "grown" ? "length" : name, name), text[`legend_${name}`]])),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, {
    ArrowLeft: () => bar.pick(bar.step + 1),
    ArrowRight: () => bar.pick(bar.step - 1),
    Home: () => bar.pick(now.steps - 1),
    End: () => bar.pick(0),
    " ": bar.toggle,
  });
  update();
});
