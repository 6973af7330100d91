from pathlib import Path

import pytest

from tests.widgets.page import write_page

VENDOR = Path(__file__).parents[2] / "book" / "_static" / "vendor"


@pytest.fixture(scope="session")
def vendor():
    """The folder of scripts that the website carries."""
    scripts = ("require.js", "embed-amd.js", "anywidget.js")
    if missing := [name for name in scripts if not (VENDOR / name).is_file()]:
        pytest.skip(f"the website's scripts are not here ({', '.join(missing)}): run make book")
    return VENDOR


@pytest.fixture
def opened(browser, vendor, tmp_path):
    """Open widgets in a static page: `opened(widget, ..., width=, theme=, reduced_motion=)`.

    At the end of the test no page may have logged an error or asked for anything outside.
    """
    contexts, complaints = [], []

    def open_page(*widgets, width=1000, theme="light", reduced_motion="no-preference"):
        path = tmp_path / f"page{len(contexts)}.html"
        write_page(path, widgets, vendor, theme)
        context = browser.new_context(
            viewport={"width": width, "height": 800}, reduced_motion=reduced_motion
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url) if request.url.startswith("http") else None
            ),
        )
        page.goto(path.as_uri())
        page.locator(".vl").nth(len(widgets) - 1).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
