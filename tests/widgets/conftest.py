import pytest

from book.build import VENDOR, find_npm
from book.build import vendor as bring
from tests.widgets.page import write_page

SCRIPTS = {
    "require": "requirejs-*/require.js",
    "anywidget": "anywidget-*/index.js",
    "manager": "html-manager-*/embed-amd.js",
}


def find_scripts():
    found = {name: next(VENDOR.glob(pattern), None) for name, pattern in SCRIPTS.items()}
    return found if all(found.values()) else None


@pytest.fixture(scope="session")
def vendor():
    """The scripts that the website carries; what is not there yet is fetched, as for the book."""
    if find_scripts() is None:
        npm = find_npm()
        if npm is None:
            pytest.skip("the website's scripts are not here, and no npm to fetch them with")
        bring(npm)
    return find_scripts()


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
