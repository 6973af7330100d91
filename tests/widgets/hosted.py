"""Run an interactive's script with a model that a test can change and whose changes it can read."""

# `change(values)` is Python changing traits; `put` holds what the view gave back to Python.
HOST = """async ([code, style, given]) => {
  const revive = (value) => {
    if (value?.bytes) return new DataView(new Uint8Array(value.bytes).buffer);
    return Array.isArray(value) ? value.map(revive) : value;
  };
  const state = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, revive(value)]));
  document.body.replaceChildren();
  document.head.appendChild(document.createElement("style")).textContent = style;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const listeners = new Set();
  window.frames_asked = 0;
  window.put = {};
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (act) => { window.frames_asked++; return ask(act); };
  let unsaved = {};
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = unsaved[name] = value;
      listeners.forEach((act) => act());
    },
    save_changes() {
      Object.assign(window.put, unsaved);
      unsaved = {};
    },
    on: (event, act) => listeners.add(act),
    off: (event, act) => listeners.delete(act),
  };
  window.change = (values) => { Object.assign(state, values); listeners.forEach((act) => act()); };
  window.listeners = () => listeners.size;
  const el = document.body.appendChild(document.createElement("div"));
  window.built = 0;
  new MutationObserver((found) => {
    window.built += found.filter((one) => one.target === el && one.addedNodes.length).length;
  }).observe(el, { childList: true });
  window.stop = render({ model, el });
}"""


def host(page, widget):
    """Show a widget in a blank page; bytes arrive as a DataView, as they do from a kernel."""
    state = widget.get_state()
    plain = {key: _plain(value) for key, value in state.items() if key not in ("_esm", "_css")}
    page.evaluate(HOST, [widget._esm, widget._css, {**plain, "layout": None}])
    page.evaluate("""() => { window.built = 0; }""")
    return page


def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return {"bytes": list(value)} if isinstance(value, (bytes, memoryview)) else value
