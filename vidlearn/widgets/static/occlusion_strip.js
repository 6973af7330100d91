// uses: maths core controls transport media boxes measure
const LEAST = 0.05; // smaller falls are drawn small

export default interactive("occlusion-strip", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [names, labels, clips, wholes, grid] =
    ["names", "labels", "_clips", "_whole", "_grid"].map(get);
  const [fps, span, filling, means] = ["fps", "window", "fill", "_means"].map(get);
  const [width, height] = get("_size");
  const [count, classes] = [clips[0].length, names.length];
  const answers = unpack(get("_frames"), Float64Array);
  const falls = unpack(get("_places"), Float32Array);
  const now = remember(memory, {
    clip: get("clip"), covered: get("covered"), frame: 0, places: false,
    guesses: clips.map(() => -1), shown: clips.map(() => get("covered") >= 0), key: labels.join(),
  });
  const two = (value) => show(value, 2);
  const label = () => labels[now.clip];
  const shown = () => now.shown[now.clip];

  /** The probabilities of all classes with a frame covered; with none, of the clip as it is. */
  function says(covered) {
    const from = (now.clip * count + covered) * classes;
    return covered < 0 ? wholes[now.clip] : answers.subarray(from, from + classes);
  }
  const dropOf = (frame) => says(-1)[label()] - says(frame)[label()];
  const drops = () => clips[0].map((_, frame) => dropOf(frame));
  /** The first frame that is covered around one, and the first behind it that is not. */
  const spanOf = (frame) => [
    Math.max(0, frame - Math.floor((span - 1) / 2)),
    Math.min(count, frame + Math.floor(span / 2) + 1),
  ];
  const hides = (covered, frame) => {
    const [first, behind] = spanOf(covered);
    return covered >= 0 && frame >= first && frame < behind;
  };
  /** What is seen at a frame while another is covered: [key, picture], or null for grey. */
  function seen(frame, covered) {
    if (!hides(covered, frame)) return [`${now.clip},${frame}`, clips[now.clip][frame]];
    if (filling === "mean") return [`${now.clip},mean`, means[now.clip]];
    const [first, behind] = spanOf(covered);
    const other = first > 0 ? first - 1 : behind;
    return filling === "grey" ? null : [`${now.clip},${other}`, clips[now.clip][other]];
  }

  const store = pictureStore({ type: "image/webp", signal });
  function paint(canvas, picture) {
    if (picture) return store.draw(canvas, ...picture);
    set(canvas, { "data-vl-wanted": "grey", "data-vl-drawn": "grey" });
    Object.assign(canvas.getContext("2d"), { fillStyle: "#808080" }).fillRect(0, 0, width, height);
  }

  // The strip
  const cards = clips[0].map((_, frame) => {
    const canvas = h("canvas", { width, height, "aria-hidden": "true" });
    const bar = h("span", { class: "vl-fall" });
    const number = h("span", { class: "vl-number" });
    const flag = h("span", { class: "vl-flag" });
    const node = h("button", {
      type: "button", class: "vl-thumb", "data-vl-frame": frame, onclick: () => choose(frame),
      onpointerenter: (event) => event.pointerType === "mouse" && hover(frame),
      onpointerleave: () => hover(-1),
    }, h("span", { class: "vl-still", "aria-hidden": "true" }, canvas,
      h("span", { class: "vl-rank" }, frame), flag),
      h("span", { class: "vl-scale", "aria-hidden": "true" }, bar), number);
    return { node, canvas, bar, number, flag };
  });
  const strip = h("div", { class: "vl-thumbs", role: "group", "aria-label": text.strip },
    ...cards.map((card) => card.node));
  const watcher = new ResizeObserver(() => { // as many frames in each row
    const fit = Math.max(1, Math.floor((strip.clientWidth + 6) / 48));
    strip.style.setProperty("--vl-thumbs", Math.ceil(count / Math.ceil(count / fit)));
  });
  watcher.observe(strip);
  signal.addEventListener("abort", () => watcher.disconnect());

  let hovered = -1;
  const covered = () => (hovered < 0 ? now.covered : hovered);
  function hover(frame) {
    if (!shown()) return;
    hovered = frame;
    render();
  }
  /** A guess while the bars are hidden; then, cover the frame or take the cover away. */
  function choose(frame) {
    if (!shown()) now.guesses[now.clip] = frame;
    else cover(now.covered === frame ? -1 : frame);
    hovered = -1;
    bar.pick(frame);
  }
  function cover(frame) {
    now.covered = frame;
    put({ covered: frame });
  }
  function renderStrip() {
    const [fallen, guess, open] = [drops(), now.guesses[now.clip], shown()];
    const up = Math.max(LEAST, ...fallen);
    const down = Math.max(0, -Math.min(...fallen));
    const most = fallen.indexOf(Math.max(...fallen));
    strip.style.setProperty("--vl-base", `${(100 * down) / (up + down)}%`);
    cards.forEach(({ node, canvas, bar: level, number, flag }, frame) => {
      const fall = fallen[frame];
      const hidden = hides(now.covered, frame);
      paint(canvas, seen(frame, now.covered));
      level.hidden = !open;
      level.classList.toggle("vl-rises", fall < 0);
      level.style.height = `${(100 * Math.abs(fall)) / (up + down)}%`;
      number.textContent = open ? two(fall) : "?";
      set(number, { "data-vl-drop": open && frame, "data-vl-value": open && fall });
      flag.textContent = frame === guess ? text.guess : "";
      node.classList.toggle("vl-covered", hidden);
      node.classList.toggle("vl-most", open && frame === most);
      set(node, {
        "aria-pressed": String(open ? frame === now.covered : frame === guess),
        "aria-current": frame === now.frame && "true",
        "aria-label": open ? fill(text.frame_falls, { frame, fall: two(fall) })
          : fill(text.frame, { frame }),
      });
    });
  }

  // The clip, large
  const big = h("canvas", { width, height, role: "img" });
  const badge = h("span", { class: "vl-badge", "aria-hidden": "true" });
  const cells = Array.from({ length: grid.length ? grid[0] * grid[1] : 0 }, (_, k) =>
    h("span", { class: "vl-place", "data-vl-place": k }, h("span", {})));
  const layer = h("div", { class: "vl-places", "aria-hidden": "true" }, ...cells);
  layer.style.setProperty("--vl-columns", grid[1] ?? 1);
  const screen = h("div", { class: "vl-screen vl-pixels" }, big, layer, badge);
  const placesOf = (frame) => {
    const from = (now.clip * count + frame) * cells.length;
    return falls.subarray(from, from + cells.length);
  };
  function renderScreen(playing) {
    const frame = hovered < 0 ? now.frame : hovered;
    const hidden = hides(covered(), frame);
    paint(big, seen(frame, covered()));
    screen.classList.toggle("vl-covered", hidden);
    badge.textContent = hidden ? fill(text.badge, { frame }) : "";
    set(big, { "aria-label": fill(hidden ? text.picture_covered : text.picture, { frame }) });
    layer.hidden = !now.places || !shown() || hidden;
    if (layer.hidden || playing) return;
    const all = falls.subarray(now.clip * count * cells.length, (now.clip + 1) * count * cells.length);
    const most = Math.max(LEAST, ...all.map(Math.abs));
    placesOf(frame).forEach((fall, k) => {
      cells[k].style.setProperty("--vl-share", Math.abs(fall) / most);
      cells[k].classList.toggle("vl-rises", fall < 0);
      cells[k].firstChild.textContent = Math.abs(fall) < 0.005 ? "" : two(fall);
      set(cells[k], { "data-vl-value": fall });
    });
  }

  // What the network says
  const rows = names.map((name, k) => {
    const [level, was] = [h("span", { class: "vl-level" }), h("span", { class: "vl-was" })];
    const number = h("b", { "data-vl-class": k });
    const node = h("div", { class: "vl-class" }, h("span", { class: "vl-name" }, name),
      h("span", { class: "vl-gauge", "aria-hidden": "true" }, level, was), number);
    return { node, level, was, number };
  });
  const heading = h("p", { class: "vl-heading" });
  function renderClasses() {
    const [before, found] = [says(-1), says(covered())];
    const best = found.indexOf(Math.max(...found));
    rows.forEach(({ node, level, was, number }, k) => {
      level.style.width = `${100 * found[k]}%`;
      was.style.left = `${100 * before[k]}%`;
      was.hidden = covered() < 0;
      number.textContent = two(found[k]);
      set(number, { "data-vl-value": found[k] });
      node.classList.toggle("vl-best", k === best);
      node.classList.toggle("vl-true", k === label());
    });
    heading.textContent = covered() < 0 ? text.whole : fill(text.without, { frame: covered() });
  }

  // Words
  const live = liveLine();
  const ask = h("p", { class: "vl-ask" });
  const reveal = button("reveal", text.reveal, () => {
    now.shown[now.clip] = true;
    render();
    strip.querySelector("[aria-current]")?.focus({ preventScroll: true });
  });
  const clear = button("clear", text.clear, () => {
    cover(-1);
    render();
  });
  function verdict() {
    const [fallen, guess, name] = [drops(), now.guesses[now.clip], names[label()]];
    const most = fallen.indexOf(Math.max(...fallen));
    const words = { name, guess, most, fall: two(fallen[most]), own: two(fallen[guess] ?? 0) };
    if (fallen[most] < LEAST) return fill(text.none_matters, words);
    if (guess < 0) return fill(text.most, words);
    return fill(guess === most ? text.right : text.other, words);
  }
  function tell(playing) {
    const [open, at, guess] = [shown(), covered(), now.guesses[now.clip]];
    ask.textContent = open ? verdict() : fill(text.ask, { name: names[label()] });
    reveal.hidden = open;
    clear.hidden = !open;
    places.hidden = !open || !grid.length;
    set(clear, { "aria-disabled": now.covered < 0 && "true" });
    let words = guess < 0 ? text.no_guess : fill(text.guessed, { guess });
    if (open && at < 0) words = text.cover_one;
    if (open && at >= 0) {
      const [before, after] = [says(-1)[label()], says(at)[label()]];
      const [from, to] = [two(before), two(after)];
      const way = from === to ? text.stays : after < before ? text.falls : text.rises;
      words = fill(way, { frame: at, name: names[label()], from, to });
    }
    live.say(words, playing);
  }

  function render(playing = false) {
    renderStrip();
    renderScreen(playing);
    renderClasses();
    tell(playing);
  }
  function onstep(frame, playing) {
    now.frame = frame;
    if (playing) hovered = -1;
    render(playing);
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const bar = transport({
    text, count, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: !still,
    pace: () => 1000 / fps, told: (step) => [step, count - 1],
  });
  const picker = switcher(text.clip, clips.map((_, n) =>
    [n, fill(text.clip_number, { number: n + 1, name: names[labels[n]] })]), now.clip, (clip) => {
    Object.assign(now, { clip, frame: 0, covered: -1 });
    hovered = -1;
    put({ clip, covered: -1 });
    bar.pick(0);
  });
  const places = toggle(text.places, now.places, (on) => {
    now.places = on;
    render();
  });

  root.append(
    clips.length > 1 ? picker.element : "",
    ask,
    strip,
    h("div", { class: "vl-acts" }, reveal, clear, places),
    live.element,
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, screen, bar.element),
      h("div", { class: "vl-right" }, heading, ...rows.map((row) => row.node))),
    legend([sign("falls"), text.legend_falls], [sign("rises"), text.legend_rises],
      [sign("was"), text.legend_was]),
    note(fill({ mean: text.mean, previous: text.previous, grey: text.grey }[filling], { span })),
    keysNote(text.keys),
  );
  /** Walk to a frame; the focus stays with the strip. */
  function walk(frame) {
    const inStrip = strip.contains(document.activeElement);
    bar.pick(frame);
    if (inStrip) cards[bar.step].node.focus({ preventScroll: true });
  }
  onKeys(root, stepKeys(bar, { pick: walk }));
  bar.pick(now.frame);
});
