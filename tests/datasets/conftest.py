"""A server for the tests of downloads."""

import pytest

from tests.datasets.server import Site


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name in ("VIDLEARN_DATA", "VIDLEARN_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    site = Site()
    yield site
    site.close()
