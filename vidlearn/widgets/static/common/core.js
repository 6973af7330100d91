// core: elements, words, keys, and what anywidget calls.

/** Give a node attributes, `on...` listeners, then children (elements or strings). */
function equip(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Make an HTML element. */
const h = (tag, attributes = {}, ...children) =>
  equip(document.createElement(tag), attributes, children);

/** Make an SVG element. */
const svg = (tag, attributes = {}, ...children) =>
  equip(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

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

/** An id that no other element of the page has. */
const freshId = () => `vl-${Math.random().toString(36).slice(2, 10)}`;

/** A captioned part of an interactive. */
function panel(caption, detail, ...children) {
  const heading = h("div", { class: "vl-caption" }, h("strong", {}, caption));
  if (detail) heading.append(" ", h("span", { class: "vl-detail" }, detail));
  return h("div", { class: "vl-panel" }, heading, ...children);
}

/** What to know before one starts. */
const note = (words) => h("p", { class: "vl-note" }, words);

/** Which keys there are: not shown where there is no keyboard. */
const keysNote = (words) => h("p", { class: "vl-note vl-keys" }, words);

/**
 * The one part that screen readers speak when it changes, but not while playing: `say` writes the
 * line of the step, `tell` a second one about all that is shown.
 */
function liveLine({ hidden = false } = {}) {
  const line = h("p", { class: hidden ? "vl-line vl-hidden" : "vl-line" });
  const told = h("p", { class: "vl-told", hidden: "" });
  const element = h("div", { class: "vl-region", "aria-live": "polite" }, line, told);
  function write(node, words, quiet) {
    set(element, { "aria-live": quiet ? "off" : "polite" });
    if (node.textContent !== words) node.textContent = words;
  }
  return {
    element,
    told,
    say: (words, quiet = false) => write(line, words, quiet),
    tell(words) {
      told.hidden = !words;
      write(told, words, false);
    },
  };
}

/**
 * Call `keys[key]` for keys pressed in the interactive, "Shift+ArrowLeft" with the shift key. A
 * field and a list keep all their keys, a slider all but Space; the slider of `transport` none.
 */
function onKeys(root, keys) {
  root.addEventListener("keydown", (event) => {
    const { target } = event;
    const key = (event.shiftKey ? "Shift+" : "") + event.key;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!(key in keys)) return;
    if (target.matches("input[type=range]:not([data-vl-transport])") && key !== " ") return;
    if (target.matches("select, textarea, input:not([type=range], [type=checkbox])")) return;
    if (key === " " && target.closest("button, [type=checkbox]")) return;
    event.preventDefault();
    keys[key]();
  });
}

/** The keys that walk through the steps of `bar`; with `columns`, up and down go a row. */
function stepKeys(bar, { columns, pick = bar.pick } = {}) {
  const go = (by) => () => pick(bar.step + by());
  const rows = columns && { ArrowUp: go(() => -columns()), ArrowDown: go(columns) };
  return {
    ArrowLeft: go(() => -1),
    ArrowRight: go(() => 1),
    ...rows,
    Home: () => pick(0),
    End: () => pick(bar.count - 1),
    " ": bar.toggle,
  };
}

/**
 * Keep keys from JupyterLab, where "d" twice deletes the cell, but leave it those that are its own
 * everywhere: with Ctrl, Alt or the command key, and Shift+Enter.
 */
function keepKeys(event) {
  const forLab = event.ctrlKey || event.metaKey || event.altKey;
  if (!forLab && !(event.shiftKey && event.key === "Enter")) event.stopPropagation();
}

/** What the reader has changed, which begins as what Python gives and again when that changes. */
function remember(memory, given) {
  const key = JSON.stringify(given);
  if (memory.key !== key) Object.assign(memory, { key, now: structuredClone(given) });
  return memory.now;
}

const FOCUSABLE = "button, input, select, [tabindex]";

/**
 * What anywidget calls. `build(view)` fills `view.root`, a section with the class `vl-NAME`. It
 * runs again when Python changes traits, once for all that change together, and on `view.reset()`,
 * which brings back what Python gave. `view.put` gives Python what the reader chose. `view.memory`
 * outlives a rebuilding, `view.signal` is aborted when the view goes.
 */
function interactive(name, build) {
  return {
    render({ model, el }) {
      el.style.width = "100%";
      const given = new Map(); // what Python gave for the traits that the reader has changed
      let memory = {};
      let stop = new AbortController();
      let putting = false;
      let due;

      function put(values) {
        const changed = Object.entries(values).filter(([trait, value]) =>
          JSON.stringify(model.get(trait)) !== JSON.stringify(value));
        if (!changed.length) return;
        putting = true;
        for (const [trait, value] of changed) {
          if (!given.has(trait)) given.set(trait, model.get(trait));
          model.set(trait, value);
        }
        model.save_changes();
        putting = false;
      }
      function reset() {
        put(Object.fromEntries(given));
        given.clear();
        memory = {};
        rebuild();
      }
      function rebuild() {
        const focusable = () => [...el.querySelectorAll(FOCUSABLE)];
        const focus = focusable().indexOf(document.activeElement);
        stop.abort();
        stop = new AbortController();
        const text = model.get("text");
        const root = h("section", {
          class: `vl vl-${name}`, "aria-label": text.title, tabindex: -1,
        });
        el.replaceChildren(root);
        const get = (trait) => model.get(trait);
        try {
          build({ root, text, memory, signal: stop.signal, get, put, reset });
        } catch (error) {
          console.error(error);
          root.replaceChildren(h("p", { class: "vl-failed", role: "status" }, text.failed));
        }
        root.addEventListener("keydown", keepKeys);
        focusable()[focus]?.focus({ preventScroll: true });
      }
      function changed() {
        if (putting) return;
        given.clear();
        clearTimeout(due);
        due = setTimeout(rebuild, 30);
      }
      rebuild();
      model.on("change", changed);
      return () => {
        model.off("change", changed);
        clearTimeout(due);
        stop.abort();
        el.replaceChildren();
      };
    },
  };
}
