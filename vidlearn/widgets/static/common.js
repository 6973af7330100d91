// Shared by all interactives: this text stands in front of each one's own script.

const SVG = ["svg", "g", "path", "rect", "circle", "line", "polyline", "text", "tspan"];

/** Make an element: attributes, `on...` listeners, then children (elements or strings). */
function h(tag, attributes = {}, ...children) {
  const svg = SVG.includes(tag);
  const node = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Set attributes of an element; false and null take one away. */
function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}

/** Put values into the {names} of a string. */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** How many digits after the point show all values, at most `most`. */
function digits(values, most = 2) {
  const needed = (value) => (value.toFixed(most).replace(/\.?0+$/, "").split(".")[1] ?? "").length;
  return Math.max(0, ...values.map(needed));
}

/** Write a number with a true minus sign. */
function show(value, places) {
  const written = value.toFixed(places);
  return /^-[0.]+$/.test(written) ? written.slice(1) : written.replace("-", "−");
}

const ICONS = {
  first: "M4 3h2v10H4zM13 3v10L6.5 8z",
  back: "M11.5 3v10L4.5 8z",
  play: "M4.5 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M4.5 3v10l7-5z",
};

function icon(name) {
  const path = h("path", { d: ICONS[name] });
  return h("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "vl-icon" }, path);
}

/** A button with an icon; its label is spoken, and shown when the pointer rests on it. */
function iconButton(name, label, onclick) {
  const attributes = { type: "button", class: "vl-button", "aria-label": label, title: label };
  return h("button", { ...attributes, "data-vl": name, onclick }, icon(name));
}

/** A button that is on or off. */
function toggle(label, on, onchange) {
  const box = h("input", { type: "checkbox", onchange: () => onchange(box.checked) });
  box.checked = on;
  return h("label", { class: "vl-toggle" }, box, h("span", {}, label));
}

/** Buttons of which one is on: `options` are pairs of a value and its name. */
function switcher(label, options, chosen, onchange) {
  const buttons = options.map(([value, name]) =>
    h("button", { type: "button", class: "vl-button", "data-vl-choice": value, onclick() {
      choose(value);
      onchange(value);
    } }, name));
  /** Press the button of a value, or none. */
  function choose(value) {
    buttons.forEach((button, k) => set(button, { "aria-pressed": String(options[k][0] === value) }));
  }
  choose(chosen);
  const element = h("div", { class: "vl-switcher", role: "group", "aria-label": label }, ...buttons);
  return { element, choose };
}

/** A slider for a whole number from `least` to `most`; an element, its name, stands above it. */
function dial(name, least, most, value, onchange) {
  const number = h("b", {});
  const slider = h("input", {
    type: "range", class: "vl-slider", min: least, max: most, "aria-label": name.textContent,
    oninput() {
      paint();
      onchange(Number(slider.value));
    },
  });
  function paint() {
    number.textContent = slider.value;
    slider.style.setProperty("--vl-done", (slider.value - least) / (most - least || 1));
  }
  slider.value = value;
  paint();
  return h("label", { class: "vl-dial" }, h("span", {}, name, number), slider);
}

/** A labelled list to choose from: `options` are pairs of a value and its name. */
function choice(label, options, chosen, onchange) {
  const list = h("select", { class: "vl-select", onchange: () => onchange(list.value) });
  list.append(...options.map(([value, name]) => h("option", { value }, name)));
  list.value = chosen;
  return h("label", { class: "vl-choice" }, h("span", {}, label), list);
}

/**
 * Buttons and a slider that walk through `count` steps. `onstep(step)` shows one; `pace()` is the
 * time in ms between two while playing; `loop` starts over at the end.
 */
function transport({ text, count, start = 0, pace, loop = false, name, onstep, signal }) {
  let step = Math.min(start, count - 1);
  let playing = false;
  let due;

  function go(to) {
    step = Math.max(0, Math.min(count - 1, to));
    slider.value = step;
    slider.setAttribute("aria-valuetext", fill(text.progress, { step: step + 1, count }));
    slider.style.setProperty("--vl-done", count > 1 ? step / (count - 1) : 1);
    counter.textContent = `${step + 1} / ${count}`;
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
    button.replaceChildren(icon(on ? "pause" : "play"), h("span", {}, label));
    set(button, { "data-vl": on ? "pause" : "play" });
    if (on && step === count - 1) go(0);
    else onstep(step, playing);
    due = performance.now() + pace();
    if (on) requestAnimationFrame(tick);
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

  const button = h(
    "button",
    { type: "button", class: "vl-button vl-play", "data-vl": "play", onclick: () => play(!playing) },
    icon("play"),
    h("span", {}, text.play),
  );
  const slider = h("input", {
    type: "range", min: 0, max: count - 1, step: 1, class: "vl-slider", "aria-label": name,
    oninput: () => pick(Number(slider.value)),
  });
  const track = h("div", { class: "vl-track" }, slider);
  const counter = h("span", { class: "vl-counter", "aria-hidden": "true" });
  counter.style.minWidth = `${2 * String(count).length + 3}ch`;
  const element = h(
    "div",
    { class: "vl-transport" },
    iconButton("first", text.first, () => pick(0)),
    iconButton("back", text.back, () => pick(step - 1)),
    button,
    iconButton("next", text.next, () => pick(step + 1)),
    track,
    counter,
  );
  /** Walk through another number of steps from now on, from the start. */
  function recount(steps) {
    count = steps;
    slider.max = count - 1;
    pick(0);
  }
  return { element, track, counter, pick, recount, toggle: () => play(!playing), get step() { return step; } };
}

/**
 * A table of numbers. With `onpick(i, j)` its cells can be chosen by pointer and arrow keys.
 * `cell(i, j)` returns one; `paint(i, j, value, places)` writes a number into it.
 */
function numberTable({ rows, columns, label, chars = 2, onpick }) {
  const body = h("div", { class: "vl-cells", role: onpick ? "grid" : "table", "aria-label": label });
  const cells = [];
  for (let i = 0; i < rows; i++) {
    cells.push([]);
    for (let j = 0; j < columns; j++) {
      cells[i].push(h("div", { class: "vl-cell", role: onpick ? "gridcell" : "cell" }));
      if (onpick) {
        cells[i][j].addEventListener("click", () => onpick(i, j));
        cells[i][j].tabIndex = -1;
      }
    }
    body.append(h("div", { class: "vl-row", role: "row" }, ...cells[i]));
  }
  const frame = h("div", { class: "vl-frame", "aria-hidden": "true", hidden: "" });
  const sheet = h("div", { class: "vl-sheet" }, body, frame);
  sheet.style.setProperty("--vl-columns", columns);
  sheet.style.setProperty("--vl-chars", chars);
  const element = h("div", { class: "vl-table" }, sheet);

  let current = [0, 0];
  function choose(i, j) {
    const [a, b] = current;
    const focused = cells[a][b].contains(document.activeElement);
    set(cells[a][b], { "aria-selected": false, tabindex: -1 });
    set(cells[i][j], { "aria-selected": "true", tabindex: 0 });
    if (focused) cells[i][j].focus({ preventScroll: true });
    current = [i, j];
  }
  if (onpick) {
    body.addEventListener("keydown", (event) => {
      const [i, j] = current;
      const to = {
        ArrowLeft: j ? [i, j - 1] : [i - 1, columns - 1],
        ArrowRight: j < columns - 1 ? [i, j + 1] : [i + 1, 0],
        ArrowUp: [i - 1, j],
        ArrowDown: [i + 1, j],
        Home: [0, 0],
        End: [rows - 1, columns - 1],
      }[event.key];
      if (!to) return;
      event.preventDefault();
      event.stopPropagation();
      if (cells[to[0]]?.[to[1]]) onpick(...to);
    });
  }
  function paint(i, j, value, places) {
    const node = cells[i][j];
    node.textContent = show(value, places);
    node.dataset.vlValue = value;
  }
  /** Tint a cell by its value: blue for more than zero, orange for less; `most` is full colour. */
  function tint(i, j, value, most) {
    const node = cells[i][j];
    node.style.setProperty("--vl-tint", `${Math.round((Math.abs(value) / (most || 1)) * 42)}%`);
    node.classList.toggle("vl-negative", value < 0);
  }
  /** Lay the frame over `height` x `width` cells from (i, j) on. */
  function enclose(i, j, height, width) {
    frame.hidden = false;
    for (const [name, value] of Object.entries({ i, j, height, width })) {
      frame.style.setProperty(`--vl-${name}`, value);
    }
    const size = frame.offsetWidth / width;
    const middle = (j + width / 2) * size - element.clientWidth / 2;
    if (element.scrollWidth > element.clientWidth) element.scrollTo({ left: middle });
  }
  return { element, cells, choose, paint, tint, enclose, cell: (i, j) => cells[i][j] };
}

/**
 * A table of the products of a window and a kernel. `write(p, q, x, w)` fills a cell; `scale` has
 * the digits to show of x, w and their product, and the product that gets the full tint.
 */
function productTable({ rows, columns, label, chars, scale }) {
  const table = numberTable({ rows, columns, label, chars });
  table.element.classList.add("vl-products");
  function write(p, q, x, w) {
    table.paint(p, q, x * w, scale.product);
    table.tint(p, q, x * w, scale.most);
    table.cell(p, q).prepend(h("small", {}, `${show(x, scale.x)} × ${show(w, scale.w)}`));
  }
  return { element: table.element, write };
}

/** A captioned part of an interactive. */
function panel(caption, detail, ...children) {
  const heading = h("div", { class: "vl-caption" }, h("strong", {}, caption));
  if (detail) heading.append(" ", h("span", { class: "vl-detail" }, detail));
  return h("div", { class: "vl-panel" }, heading, ...children);
}

/** A line that screen readers speak when it changes, but not while playing. */
function liveLine() {
  const element = h("p", { class: "vl-live", "aria-live": "polite", "aria-atomic": "true" });
  return {
    element,
    say(words, quiet = false) {
      set(element, { "aria-live": quiet ? "off" : "polite" });
      element.textContent = words;
    },
  };
}

/** Call `keys[key]` for keys pressed anywhere in the interactive but in a field. */
function onKeys(root, keys) {
  root.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, select, textarea");
    if (field || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    if (event.key === " " && event.target.closest("button")) return;
    event.preventDefault();
    keys[event.key]();
  });
}

/** What the reader has changed, which begins as what Python gives and again when that changes. */
function remember(memory, given) {
  const key = JSON.stringify(given);
  if (memory.key !== key) Object.assign(memory, { key, now: { ...given } });
  return memory.now;
}

/**
 * What anywidget calls. `build(view)` fills `view.root`; it runs again when Python changes a trait.
 * `view.memory` outlives that, `view.signal` is aborted when the view goes.
 */
function interactive(build) {
  return {
    render({ model, el }) {
      el.style.width = "100%";
      const memory = {};
      let stop = new AbortController();
      function rebuild() {
        stop.abort();
        stop = new AbortController();
        const text = model.get("text");
        // Without this mark on what has the focus, JupyterLab takes keys: "d" twice deletes the cell.
        const keepKeys = (event) => set(event.target, { "data-lm-suppress-shortcuts": "true" });
        const root = h("section", { class: "vl", "aria-label": text.title, onfocusin: keepKeys });
        el.replaceChildren(root);
        build({ root, text, memory, signal: stop.signal, get: (name) => model.get(name) });
      }
      rebuild();
      model.on("change", rebuild);
      return () => {
        model.off("change", rebuild);
        stop.abort();
        el.replaceChildren();
      };
    },
  };
}
