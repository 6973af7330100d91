import pytest

from tests.widgets.page import write_page

# What measures itself is told of its size within the frame that is drawn first.
LAID_OUT = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def opened(browser, tmp_path):
    """Open widgets in a static page: `opened(widget, ..., width=, theme=, **context options)`.

    At the end of the test no page may have logged an error or asked for anything outside.
    """
    contexts, complaints = [], []

    def open_page(*widgets, width=1000, theme="light", **options):
        path = tmp_path / f"page{len(contexts)}.html"
        write_page(path, widgets, theme)
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url) if request.url.startswith("http") else None
            ),
        )
        page.goto(path.as_uri())
        page.locator("body[data-ready]").wait_for(timeout=30_000)
        page.evaluate(LAID_OUT)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
