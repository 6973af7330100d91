// uses: core controls transport
const FRAMES = 360;
const RADIUS = 92;

/** Degrees a frame that a wheel seems to turn which looks the same after `period` degrees. */
function seeming(degrees, period) {
  const half = period / 2;
  return half - ((((half - degrees) % period) + period) % period);
}

export default interactive("turning-wheel", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const spokes = get("spokes");
  const now = remember(memory, {
    spokes, degrees: get("degrees"), painted: get("painted"), before: false, angle: 0, frame: 0,
  });

  const spoke = (k) => {
    const turn = (2 * Math.PI * k) / spokes;
    return svg("line", {
      class: k ? "vl-spoke" : "vl-spoke vl-first", x1: 0, y1: 0,
      x2: RADIUS * Math.cos(turn), y2: RADIUS * Math.sin(turn),
    });
  };
  const star = (name) => svg("g", { class: name },
    ...Array.from({ length: spokes }, (_, k) => spoke(spokes - 1 - k)));
  const ghost = star("vl-ghost");
  const wheel = star("vl-wheel");
  const drawing = svg("svg", { viewBox: "-100 -100 200 200", class: "vl-wheel-disc", role: "img" },
    ghost, wheel, svg("circle", { class: "vl-rim", r: RADIUS }), svg("circle", { class: "vl-hub", r: 9 }));

  const short = (value) => String(Number(Math.abs(value).toFixed(2)));
  function paint() {
    wheel.setAttribute("transform", `rotate(${now.angle})`);
    ghost.setAttribute("transform", `rotate(${now.angle - now.degrees})`);
    ghost.style.visibility = now.before ? "visible" : "hidden";
    root.classList.toggle("vl-painted", now.painted);
  }
  function tell() {
    const period = now.painted ? 360 : 360 / spokes;
    const seen = seeming(now.degrees, period);
    const level = Math.abs(Math.abs(seen) - period / 2) < 1e-9;
    const way = Math.abs(seen) < 1e-9 ? "still" : level ? "either" : seen > 0 ? "forwards" : "backwards";
    const words = fill(text[way], { seen: short(seen), degrees: short(now.degrees) });
    live.tell(words);
    set(live.told, { "data-vl-seen": way, "data-vl-value": seen });
    set(drawing, { "aria-label": words });
  }
  function onstep(step, playing) {
    const gone = step - now.frame;
    const frames = playing && gone < 0 ? gone + FRAMES : gone; // it began again
    now.angle = (now.angle + frames * now.degrees) % 360;
    now.frame = step;
    paint();
    live.say(fill(text.live, { frame: step }), playing);
  }

  const live = liveLine();
  const bar = transport({
    text, count: FRAMES, start: now.frame, signal, name: text.step, onstep, onreset: reset, loop: true,
    pace: () => 1000 / get("fps"),
  });
  function change(values) {
    Object.assign(now, values);
    put({ degrees: now.degrees, painted: now.painted });
    paint();
    tell();
  }
  const dial = slider({
    label: text.degrees, min: 0, max: 90, step: 0.5, value: now.degrees,
    format: (value) => `${value}°`, onchange: (degrees) => change({ degrees }),
  });
  root.append(
    h("div", { class: "vl-bench" }, drawing,
      h("div", { class: "vl-side" }, dial.element,
        toggle(text.painted, now.painted, (painted) => change({ painted })),
        toggle(text.before, now.before, (before) => change({ before })),
        live.element)),
    bar.element,
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  bar.pick(now.frame);
  change({});
});
