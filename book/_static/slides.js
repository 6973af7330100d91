// A deck: one slide at a time. Without this script, and on paper, slides stand below one another.
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const bar = document.querySelector(".bar");
  const said = bar.querySelector("output");
  const jump = bar.querySelector("select");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 700px)");
  const SMALLEST = 0.6; // of words that are shrunk to fit
  const READABLE = 0.72; // of an interactive: below this, it scrolls
  const LARGEST = 2;
  const WIDTHS = [560, 720, 900, 1080, 1260]; // an interactive stands in the best of these
  let now = -1;

  const own = (target) =>
    target.closest?.(".vl, .vl-host, video, input, select, textarea, [contenteditable]");

  /** Shrink words, or scale what is shown, until the slide holds it; a phone scrolls instead. */
  function fit() {
    const slide = slides[now];
    const shown = slide.querySelector(".s-show .shown");
    slide.style.removeProperty("--fit");
    shown?.removeAttribute("style");
    if (narrow.matches) return;
    const words = slide.querySelector(".words");
    if (shown?.offsetHeight) {
      const rest = [...words.children].filter((part) => part !== shown);
      const taken = rest.reduce((sum, part) => sum + part.offsetHeight + 14, 0);
      const zoomAt = (width) => {
        shown.style.width = `${width}px`;
        const high = (words.clientHeight - taken - 8) / shown.offsetHeight;
        return Math.min(LARGEST, high, words.clientWidth / width);
      };
      const live = shown.querySelector(".vl");
      const widths = live ? WIDTHS : [720];
      const best = widths.reduce((a, b) => (zoomAt(b) > zoomAt(a) + 0.02 ? b : a));
      shown.style.zoom = Math.max(live ? READABLE : 0.3, zoomAt(best)).toFixed(3);
      if (live) return;
    }
    for (let size = 1; words.scrollHeight > words.clientHeight + 1 && size > SMALLEST; ) {
      size -= 0.05;
      slide.style.setProperty("--fit", size.toFixed(2));
    }
  }

  /** A film shows its controls to who points at it or comes to it by key, and whenever it stands. */
  for (const film of document.querySelectorAll(".slide video")) {
    const controls = (whether) => () => { film.controls = whether || still.matches; };
    film.preload = "none"; // it loads when its slide comes
    film.tabIndex = 0;
    controls(false)();
    for (const name of ["pointerenter", "focus"]) film.addEventListener(name, controls(true));
    for (const name of ["pointerleave", "blur"]) film.addEventListener(name, controls(false));
  }

  /** Films play while they are seen, unless the reader's system asks for less motion. */
  function play(slide, whether) {
    for (const film of slide.querySelectorAll("video")) {
      if (!whether) film.pause();
      else if (!still.matches) film.play().catch(() => {}); // a browser may refuse: it has controls
    }
  }

  function go(to, keep = false) {
    const next = Math.max(0, Math.min(slides.length - 1, to));
    if (next === now) return;
    if (now >= 0) {
      delete slides[now].dataset.now;
      play(slides[now], false);
    }
    now = next;
    const slide = slides[now];
    slide.dataset.now = "";
    slide.scrollTop = 0;
    if (!keep) history.replaceState(null, "", `#${slide.id}`);
    said.textContent = `${now + 1} / ${slides.length}`;
    const lesson = slide.id.split("-")[0];
    jump.value = lesson === "start" ? lesson : `${lesson}-01`;
    bar.style.setProperty("--done", now / (slides.length - 1));
    fit();
    play(slide, true);
  }

  const at = (id) => slides.findIndex((slide) => slide.id === id);
  const whole = () =>
    document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen?.();

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, target } = event;
    if (key === "Escape") target.blur?.();
    const turns = { PageDown: 1, PageUp: -1 }; // what a presenter's remote control sends
    const more = { ArrowRight: 1, ArrowLeft: -1, " ": event.shiftKey ? -1 : 1 };
    let step = turns[key];
    if (!step && !own(target)) {
      if (key === " " && target.closest("button, summary, a")) return;
      step = more[key];
      if (key === "Home" || key === "End") step = key === "Home" ? -slides.length : slides.length;
      if (key === "f") whole();
    }
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    go(now + step);
  }, { capture: true }); // interactives keep their keys from the page

  let touch = null;
  addEventListener("touchstart", ({ touches: [first], target }) => {
    const sideways = target.closest?.(".vl-display, pre, table");
    touch = own(target) || (sideways && sideways.scrollWidth > sideways.clientWidth) ? null : first;
  }, { passive: true });
  addEventListener("touchend", ({ changedTouches: [last] }) => {
    if (!touch) return;
    const across = last.clientX - touch.clientX;
    const down = last.clientY - touch.clientY;
    touch = null;
    if (Math.abs(across) > 50 && Math.abs(across) > 2 * Math.abs(down)) go(now - Math.sign(across));
  }, { passive: true });

  bar.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.go) go(now + Number(button.dataset.go));
    else if (button) whole();
  });
  jump.addEventListener("change", () => {
    go(at(jump.value));
    jump.blur();
  });
  addEventListener("hashchange", () => go(Math.max(0, at(location.hash.slice(1))), true));
  addEventListener("resize", fit);

  document.documentElement.classList.add("deck");
  bar.hidden = false;
  go(Math.max(0, at(location.hash.slice(1))), true);
  const grown = new ResizeObserver((entries) => {
    if (entries.some(({ target }) => target.closest("[data-now]"))) fit();
  });
  document.querySelectorAll(".shown .vl-stored, .shown figure").forEach((part) =>
    grown.observe(part));
})();
