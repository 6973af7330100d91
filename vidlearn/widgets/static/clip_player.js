// uses: maths core controls transport media
const SPEEDS = [0.1, 0.25, 0.5, 1, 2];

export default interactive("clip-player", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const boxes = get("_boxes");
  const [marks, cuts, fps] = [get("marks") ?? [], get("cuts") ?? [], get("fps")];
  const [[width, height], [givenWidth, givenHeight]] = get("_sizes");
  const count = get("_frames").length;
  const last = count - 1;
  const now = remember(memory, { frame: get("frame"), speed: 1, count });

  const layer = boxLayer({ width: givenWidth, height: givenHeight, labels: get("_labels") });
  const film = frameCanvas({
    frames: get("_frames"), type: "image/webp", width, height, signal,
    ondrawn(frame) {
      layer.draw(boxes[frame] ?? []);
      set(film.canvas, { "aria-label": fill(text.picture, { frame }) });
    },
  });
  const screen = h("div", { class: "vl-screen" }, film.canvas, layer.element);
  screen.classList.toggle("vl-pixels", get("pixelated"));

  const number = h("b", { "data-vl-frame": "" });
  const seconds = h("b", { "data-vl-seconds": "" });
  const where = h("p", { class: "vl-where" });
  const live = liveLine({ hidden: true });
  number.style.minWidth = `${String(last).length}ch`;

  function onstep(frame, playing) {
    now.frame = frame;
    if (!playing) put({ frame });
    film.draw(frame);
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
    node.style.left = `${(100 * place) / (last || 1)}%`;
    return node;
  }
  const ticks = marks.map((frame) => tick("mark", frame));
  const strip = h("div", { class: "vl-strip" }, ...cuts.map((cut) => tick("cut", cut - 0.5)), ...ticks);
  const signs = Object.entries({ mark: marks, cut: cuts })
    .filter(([, found]) => found.length)
    .map(([name, found]) => [symbol(name), fill(text[`${name}s`], { count: found.length })]);

  const speed = choice(text.speed, SPEEDS.map((v) => [v, `${v}×`]), now.speed, (value) => {
    now.speed = Number(value);
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps / now.speed,
  });
  bar.counter.remove();
  bar.track.append(strip);
  bar.element.append(speed.element);

  const reading = h(
    "p",
    { class: "vl-reading" },
    h("span", {}, `${text.frame} `, number, " ", h("small", {}, fill(text.last, { last }))),
    h("span", {}, `${text.time} `, seconds),
  );
  const smaller = fill(text.smaller, {
    width, height, given_width: givenWidth, given_height: givenHeight,
  });
  root.append(
    screen,
    reading,
    where,
    bar.element,
    signs.length ? legend(...signs) : "",
    width < givenWidth ? note(smaller) : "",
    keysNote(text.keys),
    live.element,
  );
  where.hidden = strip.hidden = !marks.length && !cuts.length;
  onKeys(root, stepKeys(bar));
  bar.pick(now.frame);
});
