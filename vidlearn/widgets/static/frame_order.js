// uses: maths core controls transport media drag
export default interactive("frame-order", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, labels] = [get("names"), get("labels")];
  const [clips, allVectors] = [get("_clips"), get("_vectors")];
  const [w, u, b] = get("_gru");
  const [dense, bias] = get("_dense");
  const [width, height] = get("_size");
  const count = clips[0].length;
  const filmed = Array.from({ length: count }, (_, t) => t);
  const now = remember(memory, {
    clip: get("clip"), order: get("order"), at: count - 1, key: labels.join(),
  });

  /** The classes' probabilities after each frame, in the order shown. */
  function read(order) {
    let state = { h: new Array(u.length).fill(0) };
    return order.map((frame) => {
      state = gruStep(allVectors[now.clip][frame], state, { w, u, b });
      return softmax(product(state.h, dense, bias));
    });
  }

  const store = pictureStore({ type: "image/webp", signal });
  const draw = (canvas, frame) =>
    store.draw(canvas, `${now.clip},${frame}`, clips[now.clip][frame]);

  const cards = filmed.map((place) => {
    const canvas = h("canvas", { width, height, "aria-hidden": "true" });
    const after = h("span", { class: "vl-after", "aria-hidden": "true" },
      ...names.map((_, k) => h("span", { class: `vl-part vl-class${k}`, "data-vl-after": `${place},${k}` })));
    const number = h("span", { class: "vl-rank", "aria-hidden": "true" });
    const node = h("button", { type: "button", class: "vl-thumb", onclick: () => carried || bar.pick(place) },
      canvas, number, after);
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

  let held = null;
  let carried = false; // a click ends each drag: it chooses nothing
  const dragging = (place) => ({
    signal,
    onstart: () => { held = place; },
    onmove(x, y, event) {
      const under = document.elementFromPoint(event.clientX, event.clientY);
      const to = cards.findIndex((card) => card.node.contains(under));
      if (to < 0 || to === held) return;
      carried = true;
      strip.classList.add("vl-moving");
      move(held, to);
      held = to;
    },
    onend() {
      strip.classList.remove("vl-moving");
      setTimeout(() => { carried = false; });
    },
  });
  cards.forEach((card, place) => onDrag(card.node, dragging(place)));
  /** As many frames in each row. */
  function evenRows() {
    const fit = Math.max(1, Math.floor((strip.clientWidth + 8) / 64));
    const rows = Math.ceil(count / fit);
    strip.style.setProperty("--vl-thumbs", Math.ceil(count / rows));
  }
  const watcher = new ResizeObserver(evenRows);
  watcher.observe(strip);
  signal.addEventListener("abort", () => watcher.disconnect());

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
    put({ order: now.order, clip: now.clip });
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

  const shuffled = () => {
    const order = [...now.order];
    for (let k = count - 1; k > 0; k--) {
      const other = Math.floor(Math.random() * (k + 1));
      [order[k], order[other]] = [order[other], order[k]];
    }
    return order;
  };
  const act = (name, onclick) => button(name, text[name], onclick);
  const orders = h("div", { class: "vl-orders", role: "group", "aria-label": text.orders },
    act("reverse", () => reorder([...now.order].reverse())),
    count % 3 ? act("third", () => reorder(filmed.map((t) => now.order[(3 * t) % count]))) : "",
    act("shuffle", () => reorder(shuffled())),
    act("filmed_order", () => reorder(filmed)),
    act("earlier", () => move(now.at, now.at - 1)),
    act("later", () => move(now.at, now.at + 1)));
  const picker = switcher(
    text.clip, clips.map((_, n) => [n, fill(text.clip_number, { number: n + 1 })]), now.clip,
    (clip) => {
      now.clip = clip;
      reorder(filmed);
    });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.at, signal, name: text.step, onstep, onreset: reset, loop: !still, pace: () => 250,
  });

  root.append(
    picker.element,
    truth,
    strip,
    orders,
    h("div", { class: "vl-panels" }, big,
      h("div", { class: "vl-classes" }, heading, ...rows.map((row) => row.node))),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  /** Walk to a place, or take the frame along; the focus stays with the strip. */
  function walk(act) {
    const inStrip = strip.contains(document.activeElement);
    act();
    if (inStrip) cards[bar.step].node.focus({ preventScroll: true });
  }
  const carry = (by) => () => walk(() => move(now.at, now.at + by));
  onKeys(root, {
    ...stepKeys(bar, { pick: (place) => walk(() => bar.pick(place)) }),
    "Shift+ArrowLeft": carry(-1),
    "Shift+ArrowRight": carry(1),
  });
  update();
});
