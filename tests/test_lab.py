"""`vidlearn lab` as a learner meets it: the real server, a real browser, real lessons.

A lesson in JupyterLab takes long, so a few stand for all: 00 is the first that opens, 03 is worked
in, 11 has the most interactives after it, 18 trains. That the cells of every lesson run, nbval
sees; that every stored interactive draws itself and moves, the tests of the website do.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course.build import WIDGET_VIEW
from vidlearn.course.lab import find_lessons

pytestmark = pytest.mark.browser
MINUTE = 60_000  # milliseconds
LESSONS = find_lessons()

WRONG = """\
def my_conv_output_size(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride

check("conv-output-size", my_conv_output_size)"""
RIGHT = WRONG.replace("// stride", "// stride + 1")

# What the open notebook holds: of each code cell whether it ran, and its outputs.
CELLS = """() => {
  const {model} = jupyterapp.shell.currentWidget.content;
  const code = model.sharedModel.cells.filter((c) => c.cell_type === "code" && c.source);
  return code.map((c) => ({source: c.source, count: c.execution_count, outputs: c.outputs}));
}"""
READY = """(path) => {
  const {context, content} = globalThis.jupyterapp?.shell.currentWidget ?? {};
  const status = context?.sessionContext?.session?.kernel?.status;
  return context?.path === path && content?.model && status === "idle";
}"""
RAN = """() => {
  const {content, context} = jupyterapp.shell.currentWidget;
  const code = content.model.sharedModel.cells.filter((c) => c.cell_type === "code" && c.source);
  const failed = code.some((c) => c.outputs.some((o) => o.output_type === "error"));
  const idle = context.sessionContext.session?.kernel?.status === "idle";
  return idle && (failed || code.every((c) => c.execution_count));
}"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """`vidlearn lab` in a folder of its own, with no settings from this machine's user."""

    def __init__(self, folder, port):
        fresh = {
            name: str(folder / name)
            for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        fresh |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
        fresh |= {"VIDLEARN_PRESET": "tiny", "VIDLEARN_PROGRESS": "off"}
        command = [sys.executable, "-u", "-m", "vidlearn.cli", "lab", str(folder / "my_work")]
        command += ["--no-browser", f"--port={port}", "--LabApp.expose_app_in_browser=True"]
        (folder / "HOME").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | fresh,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said, self.url = "", None
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*", line):
                self.url = found.group()
                break
        self.port = int(re.search(r":(\d+)/", self.url or self.said).group(1))
        # What it says later is read too, or its pipe fills up and it stops.
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            self.said += line

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("learner")


@pytest.fixture(scope="module")
def lab(folder, browser):
    """One server for all tests here."""
    running = Lab(folder, free_port())
    yield running
    running.stop()


@pytest.fixture
def open_lesson(lab, browser):
    """Opens lessons: `open_lesson("03")` gives the page when its kernel is ready.

    At the end no page may have asked for anything outside of this machine.
    """
    contexts, outside = [], []

    def open_page(number, server=lab):
        context = browser.new_context(viewport={"width": 1500, "height": 1400})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(MINUTE)
        page.on(
            "request",
            lambda r: (
                outside.append(r.url)
                if r.url.startswith("http") and "://127.0.0.1:" not in r.url
                else None
            ),
        )
        name = LESSONS[number].name  # &reset: without the tabs of the test before
        page.goto(re.sub(r"/tree/[^?]*", f"/tree/{name}", server.url) + "&reset")
        page.wait_for_function(READY, arg=name)
        return page

    yield open_page
    for context in contexts:
        if f":{lab.port}/" in context.pages[0].url:
            context.pages[0].evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
        context.close()
    assert not outside


def choose(page, menu, item):
    page.locator(".lm-MenuBar-itemLabel", has_text=menu).first.click()
    page.locator(".lm-Menu-itemLabel", has_text=item).first.click()


def run_all(page):
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(RAN, timeout=4 * MINUTE)
    return page.evaluate(CELLS)


def answer(page, exercise, source):
    """Type an answer into the exercise's cell, run it, and give the card that comes."""
    asked = page.locator(".jp-InputArea-editor", has_text=f'check("{exercise}"')
    cell = page.locator(".jp-CodeCell", has=asked)
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_function(RAN)
    return cell.locator(f"[data-vl-check='{exercise}']")


@pytest.mark.parametrize("number", ["00", "11", "18"])
def test_lesson_runs_to_its_end(open_lesson, number):
    page = open_lesson(number)
    cells = run_all(page)
    assert cells
    for cell in cells:
        failed = [output for output in cell["outputs"] if output["output_type"] == "error"]
        assert not failed, f"{cell['source']}\n{failed[0]['evalue']}"
        assert cell["count"], cell["source"]
    shown = [
        kind for cell in cells for output in cell["outputs"] for kind in output.get("data", ())
    ]
    page.wait_for_function(
        "(count) => document.querySelectorAll('.jp-OutputArea .vl').length === count",
        arg=shown.count(WIDGET_VIEW),
    )


def test_lab_opens_the_first_lesson_without_questions(lab, open_lesson):
    first = next(iter(LESSONS))
    assert f"/lab/tree/{LESSONS[first].name}?token=" in lab.url
    page = open_lesson(first)
    page.wait_for_timeout(1000)
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0
    assert all(not cell["outputs"] for cell in page.evaluate(CELLS))


def test_the_terminal_does_not_frighten(lab, open_lesson):
    """No warnings of trust, eavesdroppers and pings: nothing there is wrong."""
    page = open_lesson("00")
    page.wait_for_timeout(1000)
    for word in ("not trusted", "encryption", "ping_timeout", "WARNING", "[W "):
        assert word not in lab.said


def test_a_busy_port_is_told_and_stepped_over(lab, tmp_path):
    second = Lab(tmp_path, lab.port)
    second.stop()
    assert f"Port {lab.port} is busy; taking {second.port}." in second.said
    assert second.port > lab.port


LOOPS = """def my_correlate2d(x, k, stride, padding):
    x = np.pad(x, padding)
    (h, w), (kh, kw) = x.shape, k.shape
    return np.array([[np.sum(x[i : i + kh, j : j + kw] * k)
                      for j in range(0, w - kw + 1, stride)]
                     for i in range(0, h - kh + 1, stride)])


check("correlate2d", my_correlate2d)"""


def test_a_right_answer_draws_the_film_that_follows(open_lesson):
    page = open_lesson("03")
    run_all(page)
    shows = page.locator(".jp-CodeCell", has_text='conv = use("correlate2d"')
    caption = shows.locator("figcaption")
    assert "the library's own" in caption.text_content()
    assert answer(page, "correlate2d", LOOPS).get_attribute("data-vl-status") == "right"
    shows.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_function(RAN)
    page.wait_for_function(
        "(cell) => cell.textContent.includes('Drawn by your own')", arg=shows.element_handle()
    )
    film = shows.locator("video")
    film.evaluate("film => film.play()")
    page.wait_for_function("film => film.currentTime > 0.2", arg=film.element_handle())


def test_work_in_lesson_03_is_checked_moved_saved_and_kept(lab, folder, open_lesson):
    page = open_lesson("03")
    run_all(page)

    assert answer(page, "conv-output-size", WRONG).get_attribute("data-vl-status") == "wrong"
    assert answer(page, "conv-output-size", RIGHT).get_attribute("data-vl-status") == "right"

    stepper = page.locator(".vl", has=page.locator("[data-vl-sum]")).first
    total = stepper.locator("[data-vl-sum]")
    stepper.locator("[data-vl='next']").click()
    assert total.get_attribute("data-vl-sum") == "0,1"
    page.keyboard.press("ArrowDown")
    assert total.get_attribute("data-vl-sum") == "1,1"
    x = [[0, 0, 1, 2, 2], [0, 1, 2, 2, 1], [1, 2, 3, 1, 0], [2, 2, 1, 0, 0], [2, 1, 0, 0, 1]]
    k = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    expected = scratch.filter2d(np.array(x, float), k, padding="valid")[1, 1]
    assert float(total.get_attribute("data-vl-value")) == expected

    dials = page.locator(".vl", has=page.locator("[data-vl-size]")).locator(".vl-dial .vl-slider")
    size, stride = dials.nth(0), dials.nth(2)
    out = page.locator("[data-vl-size]")
    size.hover()  # scrolls there and waits until the page stands still
    page.mouse.down()
    box = size.bounding_box()
    size.hover(position={"x": box["width"] - 2, "y": box["height"] / 2})
    page.mouse.up()
    assert size.input_value() == "12"
    stride.focus()
    page.keyboard.press("End")
    given = [int(dials.nth(i).input_value()) for i in range(5)]
    n, kernel, s, padding, dilation = given
    shown = scratch.conv_output_size(n, kernel, stride=s, padding=padding, dilation=dilation)
    assert s == 4
    assert int(out.get_attribute("data-vl-value")) == shown

    choose(page, "File", "Save Notebook")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    saved = json.loads((folder / "my_work" / LESSONS["03"].name).read_text("utf-8"))
    assert any("".join(cell["source"]) == RIGHT for cell in saved["cells"])
    assert saved["metadata"]["widgets"], "the interactives' state is saved too"

    again = Lab(folder, free_port())
    try:
        assert "Copied" not in again.said
        page = open_lesson("03", again)
        assert any(cell["source"] == RIGHT for cell in page.evaluate(CELLS))
    finally:
        again.stop()
