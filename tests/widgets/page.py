"""Write widgets into a page that needs no kernel and no network, as the website does."""

import json

import numpy as np
from ipywidgets.embed import dependency_state, embed_data

# A page cannot import a module from disk, so each script is made one from its text. The model does
# nothing but answer `get`.
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Widgets</title>
<style>body {{ margin: 16px; background: {background} }}</style>
<body>
<main></main>
<script type="application/json">{state}</script>
<script type="module">
const views = JSON.parse(document.querySelector("[type='application/json']").textContent);
for (const {{ state, buffers }} of views) {{
  for (const {{ path, data }} of buffers) {{
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const owner = path.slice(0, -1).reduce((place, step) => place[step], state);
    owner[path.at(-1)] = new DataView(bytes.buffer);
  }}
  document.head.append(Object.assign(document.createElement("style"), {{
    textContent: state._css,
  }}));
  const url = URL.createObjectURL(new Blob([state._esm], {{ type: "text/javascript" }}));
  const {{ render }} = (await import(url)).default;
  const get = (name) => state[name];
  const model = {{ get, set() {{}}, save_changes() {{}}, on() {{}}, off() {{}} }};
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  await render({{ model, el }});
}}
document.body.dataset.ready = "";
</script>
"""
BACKGROUNDS = {
    "light": "#fff",
    "dark": "#14181e; --pst-color-background: #14181e; "
    "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af",
}


def states(widgets):
    """Return the state of each widget as a notebook stores it, with its buffers in base64."""
    found = []
    for widget in widgets:
        data = embed_data(views=[widget], state=dependency_state([widget], drop_defaults=False))
        model = data["manager_state"]["state"][widget.model_id]
        found.append({"state": model["state"], "buffers": model.get("buffers", [])})
    return found


def write_page(path, widgets, theme="light"):
    """Write `widgets` with their state into the HTML file `path`.

    Parameters
    ----------
    path : pathlib.Path
    widgets : sequence of vidlearn.widgets.base.Interactive
    theme : "light" or "dark"
    """
    # "</script>" inside a string must not end the element that carries the state.
    state = json.dumps(states(widgets)).replace("</", "<\\/")
    page = PAGE.format(theme=theme, background=BACKGROUNDS[theme], state=state)
    path.write_text(page, "utf-8")


def values(scope, attribute):
    """Return {tuple of the attribute's numbers: data-vl-value} of all elements that have both."""
    found = scope.locator(f"[{attribute}][data-vl-value]").evaluate_all(
        "(nodes, name) => nodes.map((n) => [n.getAttribute(name), n.dataset.vlValue])", attribute
    )
    return {tuple(map(int, place.split(","))): float(value) for place, value in found}


def as_array(found, shape):
    """Lay what `values` returned out as an array, NaN where nothing stands."""
    array = np.full(shape, np.nan)
    for place, value in found.items():
        array[place] = value
    return array
