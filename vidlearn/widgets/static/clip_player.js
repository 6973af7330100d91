const SPEEDS = [0.1, 0.25, 0.5, 1, 2];

export default interactive(({ root, text, memory, signal, get }) => {
  const frames = get("_frames");
  const boxes = get("_boxes");
  const labels = get("_labels");
  const [marks, cuts, fps] = [get("marks") ?? [], get("cuts") ?? [], get("fps")];
  const [[width, height], [givenWidth, givenHeight]] = get("_sizes");
  const count = frames.length;
  const last = count - 1;
  const percent = (part, whole) => `${(100 * part) / (whole || 1)}%`;

  const canvas = h("canvas", { width, height, role: "img" });
  const brush = canvas.getContext("2d");
  const overlay = h("div", { class: "vl-boxes" });
  const screen = h("div", { class: "vl-screen" }, canvas, overlay);
  screen.style.maxWidth = `${Math.max(width, Math.min(2 * width, 480))}px`;

  // One picture is decoded at a time. When the wanted frame moves on meanwhile, those between are
  // left out: the time shown is right, whatever the machine can do.
  let wanted = 0;
  let drawn = -1;
  let busy = false;
  async function draw(frame) {
    wanted = frame;
    if (busy) return;
    busy = true;
    while (wanted !== drawn && !signal.aborted) {
      const next = wanted;
      const picture = await createImageBitmap(new Blob([frames[next]], { type: "image/webp" }));
      brush.drawImage(picture, 0, 0);
      picture.close();
      drawn = next;
      drawBoxes(next);
      set(canvas, { "aria-label": fill(text.picture, { frame: next }), "data-vl-drawn": next });
    }
    busy = false;
  }
  function drawBoxes(frame) {
    const found = (boxes[frame] ?? []).map(([x1, y1, x2, y2, label]) => {
      const name = h("span", {}, labels[label]);
      const box = h("div", { class: `vl-box vl-colour${label % 6}`, "data-vl-box": label }, name);
      box.style.left = percent(x1, givenWidth);
      box.style.top = percent(y1, givenHeight);
      box.style.width = percent(x2 - x1, givenWidth);
      box.style.height = percent(y2 - y1, givenHeight);
      box.classList.toggle("vl-under", y1 < 0.12 * givenHeight);
      return box;
    });
    overlay.replaceChildren(...found);
  }

  const number = h("b", { "data-vl-frame": "" });
  const seconds = h("b", { "data-vl-seconds": "" });
  const where = h("p", { class: "vl-where" });
  const live = liveLine();
  live.element.classList.add("vl-hidden");
  const digitsOf = String(last).length;
  number.style.minWidth = `${digitsOf}ch`;

  function onstep(frame, playing) {
    memory.frame = frame;
    draw(frame);
    number.textContent = frame;
    number.dataset.vlValue = frame;
    seconds.textContent = fill(text.seconds, { seconds: show(frame / fps, 3) });
    seconds.dataset.vlValue = frame / fps;
    const facts = [];
    if (cuts.length) {
      const shot = cuts.filter((cut) => cut <= frame).length;
      const ends = [0, ...cuts, count];
      facts.push(fill(text.shot, {
        number: shot + 1, count: cuts.length + 1, first: ends[shot], last: ends[shot + 1] - 1,
      }));
    }
    const mark = marks.indexOf(frame);
    if (mark >= 0) facts.push(fill(text.mark, { number: mark + 1, count: marks.length }));
    screen.classList.toggle("vl-sampled", mark >= 0);
    ticks.forEach((tick, k) => tick.classList.toggle("vl-now", k === mark));
    where.textContent = facts.join(" · ");
    live.say(`${text.frame} ${frame}, ${seconds.textContent}. ${where.textContent}`, playing);
  }

  const symbol = (name) => h("span", { class: `vl-tick vl-${name}`, "aria-hidden": "true" });
  function tick(name, place) {
    const node = symbol(name);
    node.style.left = percent(place, last);
    return node;
  }
  const ticks = marks.map((frame) => tick("mark", frame));
  const strip = h("div", { class: "vl-strip" }, ...cuts.map((cut) => tick("cut", cut - 0.5)), ...ticks);
  const legend = h("p", { class: "vl-note vl-legend" });
  for (const [name, found] of Object.entries({ mark: marks, cut: cuts })) {
    const words = fill(text[`${name}s`], { count: found.length });
    if (found.length) legend.append(h("span", {}, symbol(name), words));
  }

  memory.speed ??= 1;
  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), memory.speed, (value) => {
    memory.speed = Number(value);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: memory.frame, signal, name: text.step, onstep, loop: !still,
    pace: () => 1000 / fps / memory.speed,
  });
  bar.counter.remove();
  bar.track.append(strip);
  bar.element.append(speed);

  const reading = h(
    "p",
    { class: "vl-reading" },
    h("span", {}, `${text.frame} `, number, " ", h("small", {}, fill(text.last, { last }))),
    h("span", {}, `${text.time} `, seconds),
  );
  const smaller = fill(text.smaller, {
    width, height, given_width: givenWidth, given_height: givenHeight,
  });
  root.classList.add("vl-clip");
  root.append(
    screen,
    reading,
    where,
    bar.element,
    legend,
    h("p", { class: "vl-note" }, width < givenWidth ? `${text.keys} ${smaller}` : text.keys),
    live.element,
  );
  where.hidden = strip.hidden = !marks.length && !cuts.length;
  onKeys(root, {
    ArrowLeft: () => bar.pick(bar.step - 1),
    ArrowRight: () => bar.pick(bar.step + 1),
    Home: () => bar.pick(0),
    End: () => bar.pick(last),
    " ": bar.toggle,
  });
  bar.pick(memory.frame ?? 0);
});
