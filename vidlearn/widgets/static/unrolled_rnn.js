export default interactive(({ root, text, memory, signal, get }) => {
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

  /** A number in few characters: 0.37 or 4.1 × 10⁻⁵. */
  function short(value) {
    if (value === 0 || (value >= 0.01 && value < 1000)) return String(Number(value.toPrecision(2)));
    const [mantissa, power] = value.toExponential(1).split("e");
    return `${mantissa} × 10${raised(Number(power))}`;
  }
  const raised = (power) =>
    String(power).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);

  let result, chosen, bars = [], nodes = [];
  const chart = h("div", { class: "vl-unrolled" });

  function draw() {
    const { steps } = now;
    const wide = Math.max(280, chart.clientWidth || 800);
    const [left, right, top, tall] = [46, 16, 92, 190];
    const space = (wide - left - right) / steps;
    const x = (t) => left + (t - 0.5) * space; // t from 1
    const reference = (t) => now.radius ** (steps - t);
    const bound = (t) => (now.radius * stretch()) ** (steps - t);
    const logs = result.gradients.slice(1).filter((v) => v > 0).map(Math.log10);
    const low = Math.min(-2, Math.floor(Math.min(...logs, Math.log10(reference(1)))));
    const high = Math.max(1, Math.ceil(Math.max(...logs, Math.log10(reference(1)))));
    const y = (value) => {
      const power = Math.max(low, Math.min(high, Math.log10(Math.max(value, 1e-300))));
      return top + ((high - power) / (high - low)) * tall;
    };
    const every = Math.ceil((high - low) / 7);
    const parts = [];
    for (let power = low; power <= high; power++) {
      if (power % every) continue;
      const at = y(10 ** power);
      const kind = power === 0 ? "vl-grid vl-one" : "vl-grid";
      parts.push(h("line", { class: kind, x1: left, x2: wide - right, y1: at, y2: at }));
      parts.push(h("text", { class: "vl-axis", x: left - 6, y: at + 4, "text-anchor": "end" }, `10${raised(power)}`));
    }
    const radius = Math.min(15, space * 0.36);
    const middle = 46;
    nodes = [];
    bars = [];
    for (let t = 1; t <= steps; t++) {
      const value = result.gradients[t];
      const arrow = (x1, y1, x2, y2) => h("line", { class: "vl-wire", x1, y1, x2, y2 });
      parts.push(arrow(x(t), middle + radius + 16, x(t), middle + radius));
      parts.push(arrow(t > 1 ? x(t - 1) + radius : left - 6, middle, x(t) - radius, middle));
      const strength = Math.max(0, Math.min(1, 1 + Math.log10(Math.max(value, 1e-300)) / 6));
      const grown = value > 1 ? " vl-grown" : "";
      const node = h("circle", { class: `vl-state${grown}`, cx: x(t), cy: middle, r: radius });
      node.style.setProperty("--vl-tint", `${Math.round(strength * 88)}%`);
      nodes[t] = node;
      bars[t] = h("rect", {
        class: `vl-length${grown}`, x: x(t) - space * 0.38, width: space * 0.76,
        y: Math.min(y(value), y(1)), height: Math.max(1.5, Math.abs(y(value) - y(1))),
        "data-vl-gradient": t, "data-vl-value": value,
      });
      const area = h("rect", {
        class: "vl-pick", x: x(t) - space / 2, y: 0, width: space, height: top + tall,
        onclick: () => bar.pick(steps - t),
      });
      parts.push(node, bars[t], area);
      if (t === 1 || t === steps || (t % Math.ceil(30 / space) === 0 && steps - t >= 30 / space)) {
        parts.push(h("text", { class: "vl-axis", x: x(t), y: top + tall + 18, "text-anchor": "middle" }, String(t)));
      }
    }
    parts.push(h("text", { class: "vl-axis", x: x(steps), y: 18, "text-anchor": "end" }, text.loss));
    const path = (f) => Array.from({ length: steps }, (_, k) => k + 1)
      .filter((t) => Math.log10(f(t)) <= high + 1e-9 && Math.log10(f(t)) >= low - 1e-9)
      .map((t) => `${x(t)},${y(f(t))}`).join(" ");
    parts.push(h("polyline", { class: "vl-rate", points: path(reference) }));
    parts.push(h("polyline", { class: "vl-bound", points: path(bound) }));
    parts.push(h("text", { class: "vl-axis", x: left - 40, y: middle + 4 }, "h"));
    parts.push(h("text", { class: "vl-axis", x: left - 40, y: middle + radius + 18 }, "x"));
    chart.replaceChildren(h("svg", {
      viewBox: `0 0 ${wide} ${top + tall + 26}`, role: "img", "aria-label": fill(text.drawing, {
        steps, first: short(result.gradients[1]),
      }),
    }, ...parts));
    if (chosen) mark(chosen);
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
    draw();
    const rate = (result.gradients[1] / result.gradients[now.steps]) ** (1 / (now.steps - 1));
    const number = (key, value) => h("b", { [`data-vl-${key}`]: "0", "data-vl-value": value }, short(value));
    const say = (words, values) => words.split(/(\{\w+\})/).map((part) => values[part] ?? part);
    told.replaceChildren(...say(text.told, {
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

  /** A slider like `dial`, in steps of 0.05 or so. */
  function fine(key, least, most, step) {
    const number = h("b", {});
    const slider = h("input", {
      type: "range", class: "vl-slider", min: least, max: most, step, "aria-label": text[key],
      oninput() {
        paint();
        change(key)(Number(slider.value));
      },
    });
    function paint() {
      number.textContent = Number(slider.value).toFixed(2);
      slider.style.setProperty("--vl-done", (slider.value - least) / (most - least));
    }
    slider.value = now[key];
    paint();
    return h("label", { class: "vl-dial" }, h("span", {}, `${text[key]} = `, number), slider);
  }

  const kinds = (key, options) => h("div", { class: "vl-kind" },
    h("span", { "aria-hidden": "true" }, text[key]),
    switcher(text[key], options, now[key], change(key)).element);
  const sign = (name, words) =>
    h("span", {}, h("span", { class: `vl-key vl-${name}`, "aria-hidden": "true" }), words);
  const live = liveLine();
  const told = h("p", { class: "vl-summary", "aria-live": "polite" });
  const bar = transport({
    text, count: now.steps, signal, name: text.step, onstep, pace: () => 260,
  });
  root.append(
    h("div", { class: "vl-dials" },
      dial(h("span", {}, `${text.steps} = `), 2, 40, now.steps, change("steps")),
      fine("radius", 0.3, 1.6, 0.05),
      fine("input", 0, 4, 0.25)),
    h("div", { class: "vl-kinds" },
      kinds("activation", [["tanh", "tanh"], ["linear", text.linear]]),
      kinds("matrix", [["own", text.own], ["orthogonal", text.orthogonal]])),
    chart,
    h("p", { class: "vl-note vl-legend" },
      sign("length", text.legend_length), sign("grown", text.legend_grown),
      sign("rate", text.legend_rate), sign("bound", text.legend_bound)),
    told,
    bar.element,
    live.element,
    h("p", { class: "vl-note" }, text.keys),
  );
  onKeys(root, {
    ArrowLeft: () => bar.pick(bar.step + 1),
    ArrowRight: () => bar.pick(bar.step - 1),
    Home: () => bar.pick(now.steps - 1),
    End: () => bar.pick(0),
    " ": bar.toggle,
  });
  update();
  const resized = new ResizeObserver(() => draw());
  resized.observe(chart);
  signal.addEventListener("abort", () => resized.disconnect());
});
