// controls: buttons, switches, sliders, fields, lists, legends.

const ICONS = {
  first: "M4 3h2v10H4zM13 3v10L6.5 8z",
  back: "M11.5 3v10L4.5 8z",
  play: "M4.5 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M4.5 3v10l7-5z",
};

function icon(name) {
  const path = svg("path", { d: ICONS[name] });
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "vl-icon" }, path);
}

/** A button with an icon; its label is spoken, and shown when the pointer rests on it. */
function iconButton(name, label, onclick) {
  const attributes = { type: "button", class: "vl-button", "aria-label": label, title: label };
  return h("button", { ...attributes, "data-vl": name, onclick }, icon(name));
}

/** A button with words; tests find it by its name. */
function button(name, label, onclick) {
  return h("button", { type: "button", class: "vl-button", "data-vl": name, onclick }, label);
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
    buttons.forEach((one, k) => set(one, { "aria-pressed": String(options[k][0] === value) }));
  }
  choose(chosen);
  const element = h("div", { class: "vl-switcher", role: "group", "aria-label": label }, ...buttons);
  return { element, choose };
}

/** A labelled list to choose from: `options` are pairs of a value and its name. */
function choice(label, options, chosen, onchange) {
  const list = h("select", { class: "vl-select", onchange: () => onchange(list.value) });
  list.append(...options.map(([value, name]) => h("option", { value }, name)));
  list.value = chosen;
  const element = h("label", { class: "vl-choice" }, h("span", {}, label), list);
  return { element, list };
}

/**
 * A slider from `min` to `max`, or over a list of `values`. `label` is spoken; it is also shown
 * unless `caption`, an element, is shown in its place. `format` writes the number beside it; `put`
 * moves the slider without a call of `onchange`.
 */
function slider({ label, caption, min, max, step = 1, values, value, format = String, onchange }) {
  const [low, high, grain] = values ? [0, values.length - 1, 1] : [min, max, step];
  const number = h("b", {});
  const input = h("input", {
    type: "range", class: "vl-slider", min: low, max: high, step: grain, "aria-label": label,
    oninput() {
      paint();
      onchange(now());
    },
  });
  const now = () => (values ? values[input.value] : Number(input.value));
  function paint() {
    number.textContent = format(now());
    set(input, { "aria-valuetext": number.textContent });
    input.style.setProperty("--vl-done", (input.value - low) / (high - low || 1));
  }
  function put(to) {
    input.value = values ? values.indexOf(to) : to;
    paint();
  }
  put(value);
  const head = h("span", { class: "vl-slider-head" }, caption ?? h("span", {}, label), number);
  return { element: h("label", { class: "vl-dial" }, head, input), input, put };
}

/** A line that says what is wrong with a field, and which fields it is about. */
function problemLine() {
  return h("p", { class: "vl-problem", id: freshId(), role: "alert", hidden: "" });
}

/**
 * A field for a number. `accept` gets the number when it is one and `good` of it is true; else
 * `problem` says what is `wrong` and the field names it as its description.
 */
function numberField({ label, value, good = () => true, wrong, problem, accept, ...attributes }) {
  const input = h("input", {
    type: "number", step: "any", class: "vl-field", "aria-label": label, ...attributes,
    oninput() {
      const number = input.valueAsNumber;
      const fine = Number.isFinite(number) && good(number);
      judge(fine);
      if (fine) accept(number);
    },
  });
  function judge(fine) {
    set(input, {
      "aria-invalid": fine ? false : "true", "aria-describedby": fine ? false : problem.id,
    });
    problem.textContent = fine ? "" : wrong;
    problem.hidden = fine;
  }
  function put(number) {
    input.value = Number(number.toFixed(4));
    judge(true);
  }
  put(value);
  return { input, put };
}

/** A legend: pairs of a sign, an element, and words. */
function legend(...pairs) {
  return h("p", { class: "vl-note vl-legend" },
    ...pairs.map(([sign, words]) => h("span", {}, sign, words)));
}

/** A sign for a legend, drawn by the class `vl-NAME`. */
const sign = (...names) =>
  h("span", { class: ["vl-sign", ...names.map((name) => `vl-${name}`)].join(" "), "aria-hidden": "true" });
