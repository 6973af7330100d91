"""Move an interactive of a built page and hold what it shows against the library.

Each function below has the name of a class of `vidlearn.widgets`. It gets the interactive on the
page and the state that the page stores for it, moves it, and compares.
"""

import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn import scratch

VIEWS = """() => {
  const read = (kind) => [
    ...document.querySelectorAll(`script[type="application/vnd.jupyter.widget-${kind}+json"]`),
  ].map((script) => JSON.parse(script.textContent));
  const models = Object.assign({}, ...read("state").map((stored) => stored.state));
  return read("view").map((view) => models[view.model_id].state);
}"""


def move(view, state):
    """Move one interactive; fails where this file has no function for its class."""
    name = state["_anywidget_id"].rpartition(".")[2]
    globals()[name](view, state)


def ConvolutionStepper(view, state):
    x, w = np.array(state["x"], float), np.array(state["w"], float)
    options = {
        "stride": tuple(state["geometry"]["stride"]),
        "dilation": tuple(state["geometry"]["dilation"]),
        "padding": tuple(map(tuple, state["geometry"]["pads"])),
    }
    w = w[::-1, ::-1] if state["flip"] else w
    out, _ = scratch.conv2d_forward(x[None, ..., None], w[..., None, None], **options)
    before = len(values(view, "data-vl-out"))
    view.get_by_role("button", name="Next step").click()
    assert len(values(view, "data-vl-out")) == before + 1
    view.locator("[data-vl-out]").last.click()
    shown = as_array(values(view, "data-vl-out"), out.shape[1:3])
    np.testing.assert_allclose(shown, out[0, ..., 0], rtol=1e-12)


def ConvArithmetic(view, state):
    names = ("size", "kernel", "stride", "padding", "dilation")
    numbers = {name: state[name] for name in names} | {"size": 11, "stride": 2}
    for dial, number in zip(view.locator(".vl-dial input").all(), numbers.values(), strict=True):
        dial.fill(str(number))
    size = float(view.locator("[data-vl-size]").get_attribute("data-vl-value"))
    assert size == scratch.conv_output_size(**numbers)


def ClipPlayer(view, state):
    def number(name):
        return float(view.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))

    view.get_by_role("button", name="Next frame").click()
    assert number("frame") == 1
    view.get_by_role("slider", name="Frame").fill("3")
    view.locator("canvas[data-vl-drawn='3']").wait_for()
    assert number("frame") == 3
    assert number("seconds") == pytest.approx(3 / state["fps"])


def FilterGallery(view, state):
    view.and_(view.page.locator("[data-vl-ready]")).wait_for()
    frame = pixels(view, 0).astype(float)
    assert frame.std() > 0
    for number, (_, rows, divisor) in enumerate(state["_kernels"]):
        view.get_by_role("group", name="Kernel").get_by_role("button").nth(number).click()
        expected = scratch.filter2d(frame, np.array(rows) / divisor)
        signed = 128 + expected / 2 if np.sum(rows) == 0 else expected
        np.testing.assert_allclose(pixels(view, 1), np.clip(signed, 0, 255), atol=0.51)


def PoolingExplorer(view, state):
    x = np.array(state["x"], float)[None, ..., None]
    view.get_by_role("slider", name="Window =").fill("2")
    view.get_by_role("slider", name="Stride").fill("1")
    for kind, pool in {
        "Max": scratch.max_pool2d_forward,
        "Average": scratch.avg_pool2d_forward,
    }.items():
        view.get_by_role("button", name=kind).click()
        out, _ = pool(x, size=2, stride=1)
        shown = as_array(values(view, "data-vl-out"), out.shape[1:3])
        np.testing.assert_allclose(shown, out[0, ..., 0], rtol=1e-12)


def pixels(view, which):
    """Return what is on a canvas, (H, W), from its red channel."""
    canvas = view.locator("canvas").nth(which)
    width, height, data = canvas.evaluate(
        """c => [c.width, c.height,
          [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]]"""
    )
    return np.array(data).reshape(height, width, 4)[..., 0]
