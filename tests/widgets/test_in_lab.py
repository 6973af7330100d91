"""An interactive in the real JupyterLab: whose keys are whose, and what comes back to Python."""

import nbformat
import pytest

from tests.test_lab import MINUTE, READY, Lab, free_port, run_all

NAME = "keys.ipynb"
CELLS = ["from vidlearn import widgets\n\nw = widgets.ConvArithmetic()\nw", "print(w.stride)"]


@pytest.fixture
def lab(tmp_path):
    running = Lab(tmp_path, free_port())
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
    )
    nbformat.write(notebook, tmp_path / "my_work" / NAME)
    yield running
    running.stop()


@pytest.mark.browser
def test_lab_keeps_its_own_keys_and_python_hears_what_was_chosen(lab, browser, tmp_path):
    context = browser.new_context(viewport={"width": 1400, "height": 1200})
    page = context.new_page()
    page.set_default_timeout(MINUTE)
    page.goto(f"{lab.url.partition('/lab')[0]}/lab/tree/{NAME}?{lab.url.partition('?')[2]}&reset")
    page.wait_for_function(READY, arg=NAME)
    run_all(page)
    stride = page.get_by_role("slider", name="Stride")
    stride.focus()
    page.keyboard.press("ArrowRight")
    assert stride.input_value() == "3"
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() >= len(CELLS)
    page.locator(".vl-squares").first.click(position={"x": 2, "y": 2})
    page.keyboard.press("ArrowRight")
    assert page.locator(".vl-counter").inner_text().startswith("2 /")

    dirty = "jupyterapp.shell.currentWidget.context.model.dirty"
    page.evaluate(f"{dirty} = true")
    page.keyboard.press("Control+s")
    page.wait_for_function(f"!{dirty}")
    page.keyboard.press("Control+Shift+c")
    page.locator(".lm-CommandPalette:visible").first.wait_for()
    page.keyboard.press("Escape")

    page.locator(".jp-CodeCell", has_text="print(w.stride)").locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+Enter")
    page.locator("[data-mime-type='application/vnd.jupyter.stdout']", has_text="3").wait_for()
    page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
    context.close()
