"""Write widgets into a page that needs no kernel and no network, as the website does."""

import json

import numpy as np
from ipywidgets.embed import dependency_state, embed_data

PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Widgets</title>
<style>body {{ margin: 16px; background: {background} }}</style>
<script src="{require}"></script>
<script>require.config({{ paths: {{ anywidget: "{anywidget}" }} }})</script>
<script src="{manager}"></script>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
<body>
{views}
"""
VIEW = '<script type="application/vnd.jupyter.widget-view+json">{}</script>'
BACKGROUNDS = {
    "light": "#fff",
    "dark": "#14181e; --pst-color-background: #14181e; "
    "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af",
}


def write_page(path, widgets, scripts, theme="light"):
    """Write `widgets` with their state into the HTML file `path`.

    Parameters
    ----------
    path : pathlib.Path
    widgets : sequence of ipywidgets.Widget
    scripts : dict
        Paths of the scripts "require", "anywidget" and "manager".
    theme : "light" or "dark"
    """
    data = embed_data(views=widgets, state=dependency_state(widgets, drop_defaults=False))
    # "</script>" inside a string must not end the element that carries the state.
    state = json.dumps(data["manager_state"]).replace("</", "<\\/")
    views = "\n".join(VIEW.format(json.dumps(spec)) for spec in data["view_specs"])
    links = {name: script.as_uri() for name, script in scripts.items()}
    links["anywidget"] = links["anywidget"].removesuffix(".js")  # as require.js wants it
    page = PAGE.format(
        theme=theme, background=BACKGROUNDS[theme], state=state, views=views, **links
    )
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
