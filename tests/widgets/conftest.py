import pytest

from tests.widgets.page import write_page

# What measures itself is told of its size within the frame that is drawn first.
LAID_OUT = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PLAIN = {"media": "null", "reduced_motion": "no-preference", "forced_colors": "none"}


class Tab:
    """A page of the browser that notes what is complained of in it and what it asks outside."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.set_default_timeout(8000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", self._ask)

    def _hear(self, said):
        if said.type == "error":
            self.complaints.append(said.text)

    def _ask(self, request):
        if request.url.startswith("http"):
            self.complaints.append(request.url)

    def empty(self):
        """Leave the page that is shown, with the pointer over nothing."""
        self.page.goto("about:blank")
        self.page.mouse.up()
        self.page.mouse.move(0, 0)


@pytest.fixture(scope="session")
def tabs():
    """The first tab of each kind (with a mouse, for a finger) serves all tests: one takes long."""
    kept = {}
    yield kept
    for tab in kept.values():
        tab.context.close()


@pytest.fixture
def opened(browser, tabs, tmp_path):
    """Open widgets in a static page: `opened(widget, ..., width=, theme=, **context options)`.

    At the end of the test no page may have logged an error or asked for anything outside.
    """
    used = []

    def tab_for(options):
        kind = tuple(sorted(options.items()))
        if kind not in tabs or tabs[kind].page.is_closed():
            tabs[kind] = Tab(browser, **options)
        return Tab(browser, **options) if tabs[kind] in used else tabs[kind]

    def open_page(*widgets, width=1000, theme="light", **options):
        path = tmp_path / f"page{len(used)}.html"
        write_page(path, widgets, theme)
        media = PLAIN | {name: options.pop(name) for name in PLAIN if name in options}
        tab = tab_for(options)
        used.append(tab)
        page = tab.page
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(**media)
        page.goto(path.as_uri())
        page.locator("body[data-ready]").wait_for(timeout=30_000)
        page.evaluate(LAID_OUT)
        return page

    yield open_page
    complaints = []
    for tab in used:
        tab.empty() if tab in tabs.values() else tab.context.close()
        complaints += tab.complaints
        tab.complaints = []
    assert not complaints
