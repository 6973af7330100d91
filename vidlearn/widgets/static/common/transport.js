// transport: walking and playing through steps.

/**
 * Buttons and a slider that walk through `count` steps. `onstep(step, playing)` shows one;
 * `pace()` is the time in ms between two while playing; `loop` starts over at the end; `told(step)`
 * gives the two numbers of the counter. Playing stops when it is out of sight.
 */
function transport({
  text, count, start = 0, pace, loop = false, name, onstep, onreset, signal,
  told = (step) => [step + 1, count],
}) {
  let step = Math.min(start, count - 1);
  let playing = false;
  let due;

  function go(to) {
    step = Math.max(0, Math.min(count - 1, to));
    const [now, last] = told(step);
    slider.value = step;
    set(slider, { "aria-valuetext": fill(text.progress, { step: now, count: last }) });
    slider.style.setProperty("--vl-done", count > 1 ? step / (count - 1) : 1);
    counter.textContent = `${now} / ${last}`;
    onstep(step, playing);
  }
  function pick(to) {
    play(false);
    go(to);
  }
  function play(on) {
    if (on === playing) return;
    playing = on;
    const label = on ? text.pause : text.play;
    main.replaceChildren(icon(on ? "pause" : "play"), h("span", {}, label));
    set(main, { "data-vl": on ? "pause" : "play" });
    if (on && step === count - 1) go(0);
    else onstep(step, playing);
    if (!on) return seen.disconnect();
    due = performance.now() + pace();
    seen.observe(element.closest("section"));
    requestAnimationFrame(tick);
  }
  function tick(now) {
    if (!playing || signal.aborted) return;
    const passed = Math.floor((now - due) / pace()) + 1;
    if (passed > 0) {
      due += passed * pace();
      const to = step + passed;
      go(loop ? to % count : to);
      if (!loop && step === count - 1) play(false);
    }
    requestAnimationFrame(tick);
  }
  const seen = new IntersectionObserver((entries) => {
    if (!entries.at(-1).isIntersecting) play(false);
  });
  document.addEventListener("visibilitychange", () => document.hidden && play(false), { signal });
  signal.addEventListener("abort", () => seen.disconnect());

  const main = h(
    "button",
    { type: "button", class: "vl-button vl-play", "data-vl": "play", onclick: () => play(!playing) },
    icon("play"),
    h("span", {}, text.play),
  );
  const slider = h("input", {
    type: "range", min: 0, max: count - 1, step: 1, class: "vl-slider", "aria-label": name,
    "data-vl-transport": "", oninput: () => pick(Number(slider.value)),
  });
  const track = h("div", { class: "vl-track" }, slider);
  const counter = h("span", { class: "vl-counter", "aria-hidden": "true" });
  counter.style.minWidth = `${2 * String(count).length + 3}ch`;
  const element = h(
    "div",
    { class: "vl-transport" },
    iconButton("first", text.first, () => pick(0)),
    iconButton("back", text.back, () => pick(step - 1)),
    main,
    iconButton("next", text.next, () => pick(step + 1)),
    track,
    counter,
    onreset ? button("reset", text.reset, onreset) : "",
  );
  /** Walk through another number of steps from now on, from the start. */
  function recount(steps) {
    count = steps;
    slider.max = count - 1;
    pick(0);
  }
  return {
    element, track, counter, pick, recount, toggle: () => play(!playing),
    get step() { return step; },
    get count() { return count; },
  };
}
