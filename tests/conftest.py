"""Fixtures that more than one folder of tests uses."""

import pytest

from tests.browser import MISSING, launch


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium for the whole session (Playwright's sync API)."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = launch(playwright)
        if found is None:
            pytest.skip(MISSING)
        yield found
        found.close()
