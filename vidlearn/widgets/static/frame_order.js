export default interactive(({ root, text, memory, signal, get }) => {
  const [names, labels] = [get("names"), get("labels")];
  const [clips, allVectors] = [get("_clips"), get("_vectors")];
  const [w, u, b] = get("_gru");
  const [dense, bias] = get("_dense");
  const [width, height] = get("_size");
  const count = clips[0].length;
  const units = u.length;
  const filmed = Array.from({ length: count }, (_, t) => t);
  const now = remember(memory, { clip: 0, order: filmed, at: count - 1, key: labels.join() });

  /** What x (n) gives through w (n, m) and b (m). */
  const product = (x, w, b) =>
    b.map((start, j) => x.reduce((sum, value, i) => sum + value * w[i][j], start));
  const sigmoid = (value) => 1 / (1 + Math.exp(-value));

  /** One step of the GRU: columns z, r, h_hat; the reset gate meets h after the product. */
  function step(x, state) {
    const [ours, past] = [product(x, w, b[0]), product(state, u, b[1])];
    return state.map((value, j) => {
      const z = sigmoid(ours[j] + past[j]);
      const r = sigmoid(ours[units + j] + past[units + j]);
      const candidate = Math.tanh(ours[2 * units + j] + r * past[2 * units + j]);
      return z * value + (1 - z) * candidate;
    });
  }
  function softmax(logits) {
    const most = Math.max(...logits);
    const powers = logits.map((value) => Math.exp(value - most));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((value) => value / sum);
  }
  /** The classes' probabilities after each frame, in the order shown. */
  function read(order) {
    let state = new Array(units).fill(0);
    return order.map((frame) => {
      state = step(allVectors[now.clip][frame], state);
      return softmax(product(state, dense, bias));
    });
  }

  // Every picture is decoded once; canvases are drawn from it.
  const decoded = new Map();
  function draw(canvas, frame) {
    const key = `${now.clip},${frame}`;
    canvas.dataset.vlWanted = key;
    if (!decoded.has(key)) {
      const blob = new Blob([clips[now.clip][frame]], { type: "image/webp" });
      decoded.set(key, createImageBitmap(blob));
    }
    decoded.get(key).then((picture) => {
      if (signal.aborted || canvas.dataset.vlWanted !== key) return;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      canvas.dataset.vlDrawn = key;
    });
  }

  const cards = filmed.map((place) => {
    const canvas = h("canvas", { width, height, "aria-hidden": "true" });
    const after = h("span", { class: "vl-after", "aria-hidden": "true" },
      ...names.map((_, k) => h("span", { class: `vl-part vl-class${k}`, "data-vl-after": `${place},${k}` })));
    const number = h("span", { class: "vl-rank", "aria-hidden": "true" });
    const node = h("button", { type: "button", class: "vl-thumb", onclick: () => bar.pick(place) },
      canvas, number, after);
    node.addEventListener("pointerdown", (event) => grab(event, place));
    return { node, canvas, number, parts: [...after.children] };
  });
  const strip = h("div", { class: "vl-thumbs", role: "group", "aria-label": text.strip },
    ...cards.map((card) => card.node));

  const big = h("canvas", { width, height, role: "img", class: "vl-big" });
  const rows = names.map((name, k) => {
    const fillBar = h("span", { class: `vl-fill vl-class${k}` });
    const number = h("b", { "data-vl-class": k });
    return {
      fillBar, number,
      node: h("div", { class: "vl-class" }, h("span", { class: "vl-name" }, name),
        h("span", { class: "vl-bar", "aria-hidden": "true" }, fillBar), number),
    };
  });
  const heading = h("p", { class: "vl-heading" });
  const truth = h("p", { class: "vl-note" });
  const live = liveLine();
  let readings = [];

  /** Show the order: pictures, and what the network says after each. */
  function update() {
    readings = read(now.order);
    now.order.forEach((frame, place) => {
      const card = cards[place];
      draw(card.canvas, frame);
      card.number.textContent = frame;
      set(card.node, {
        "data-vl-frame": frame,
        "aria-label": fill(text.frame, { frame, place: place + 1, count }),
      });
      card.parts.forEach((part, k) => {
        part.dataset.vlValue = readings[place][k];
        part.style.flexGrow = readings[place][k];
      });
    });
    const same = now.order.every((frame, place) => frame === place);
    truth.textContent = fill(same ? text.filmed : text.changed, { name: names[labels[now.clip]] });
    bar.pick(now.at);
  }

  function onstep(place, playing) {
    now.at = place;
    draw(big, now.order[place]);
    set(big, { "aria-label": fill(text.picture, { frame: now.order[place] }) });
    cards.forEach((card, k) => set(card.node, { "aria-current": k === place && "true" }));
    const found = readings[place];
    const best = found.indexOf(Math.max(...found));
    rows.forEach(({ node, fillBar, number }, k) => {
      fillBar.style.width = `${100 * found[k]}%`;
      number.textContent = show(found[k], 2);
      number.dataset.vlValue = found[k];
      node.classList.toggle("vl-best", k === best);
    });
    heading.textContent = fill(place === count - 1 ? text.after_all : text.after, {
      place: place + 1, count,
    });
    live.say(fill(text.live, {
      place: place + 1, frame: now.order[place], name: names[best], value: show(found[best], 2),
    }), playing);
  }

  /** Take the frame at one place and put it in at another; the others close up. */
  function move(from, to) {
    if (to < 0 || to >= count || to === from) return;
    const order = [...now.order];
    order.splice(to, 0, ...order.splice(from, 1));
    Object.assign(now, { order, at: to });
    update();
  }
  function reorder(order) {
    Object.assign(now, { order, at: count - 1 });
    update();
  }

  function grab(event, place) {
    if (event.button !== 0) return;
    let held = place;
    const stop = new AbortController();
    const listen = (name, run) => document.addEventListener(name, run, { signal: stop.signal });
    listen("pointermove", (now_) => {
      const under = document.elementFromPoint(now_.clientX, now_.clientY);
      const to = cards.findIndex((card) => card.node.contains(under));
      if (to < 0 || to === held) return;
      strip.classList.add("vl-moving");
      move(held, to);
      held = to;
    });
    const drop = () => {
      strip.classList.remove("vl-moving");
      stop.abort();
    };
    listen("pointerup", drop);
    listen("pointercancel", drop);
    signal.addEventListener("abort", drop);
  }

  const shuffled = () => {
    const order = [...now.order];
    for (let k = count - 1; k > 0; k--) {
      const other = Math.floor(Math.random() * (k + 1));
      [order[k], order[other]] = [order[other], order[k]];
    }
    return order;
  };
  const button = (name, onclick) =>
    h("button", { type: "button", class: "vl-button", "data-vl": name, onclick }, text[name]);
  const orders = h("div", { class: "vl-orders", role: "group", "aria-label": text.orders },
    button("reverse", () => reorder([...now.order].reverse())),
    count % 3 ? button("third", () => reorder(filmed.map((t) => now.order[(3 * t) % count]))) : "",
    button("shuffle", () => reorder(shuffled())),
    button("reset", () => reorder(filmed)),
    button("earlier", () => move(now.at, now.at - 1)),
    button("later", () => move(now.at, now.at + 1)));
  const picker = switcher(
    text.clip, clips.map((_, n) => [n, fill(text.clip_number, { number: n + 1 })]), now.clip,
    (clip) => {
      now.clip = clip;
      reorder(filmed);
    });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.at, signal, name: text.step, onstep, loop: !still, pace: () => 250,
  });

  root.classList.add("vl-order");
  root.append(
    picker.element,
    truth,
    strip,
    orders,
    h("div", { class: "vl-panels" }, big,
      h("div", { class: "vl-classes" }, heading, ...rows.map((row) => row.node))),
    bar.element,
    live.element,
    h("p", { class: "vl-note" }, text.keys),
  );
  root.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!event.shiftKey || !by || event.target.closest("input")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const inStrip = strip.contains(event.target);
    move(now.at, now.at + by);
    if (inStrip) cards[now.at].node.focus({ preventScroll: true });
  });
  const choose = (place) => {
    const inStrip = strip.contains(document.activeElement);
    bar.pick(place);
    if (inStrip) cards[bar.step].node.focus({ preventScroll: true });
  };
  onKeys(root, {
    ArrowLeft: () => choose(bar.step - 1),
    ArrowRight: () => choose(bar.step + 1),
    Home: () => choose(0),
    End: () => choose(count - 1),
    " ": bar.toggle,
  });
  update();
});
