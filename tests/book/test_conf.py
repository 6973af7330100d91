import runpy
import sys
from types import SimpleNamespace

import pytest

from book.build import BOOK


@pytest.fixture
def configure(tmp_path, monkeypatch):
    """Read conf.py as Sphinx does, with a repository's address and Sphinx's tags."""
    monkeypatch.setattr(sys, "path", sys.path.copy())

    def read(repository="", tags=()):
        book = tmp_path / "book"
        book.mkdir()
        for name in ("conf.py", "scripts.toml"):
            (book / name).write_text((BOOK / name).read_text("utf-8"), "utf-8")
        (tmp_path / "pyproject.toml").write_text(
            f'[tool.vidlearn]\nrepository = "{repository}"\nbranch = "trunk"\n'
        )
        known = {"tags": SimpleNamespace(has=lambda tag: tag in tags)}
        return runpy.run_path(str(book / "conf.py"), init_globals=known)

    return read


def test_launch_buttons_wait_for_the_repository_s_address(configure):
    assert not {"repository_url", "launch_buttons"} & set(configure()["html_theme_options"])


def test_launch_buttons_lead_to_the_repository(configure):
    options = configure("https://github.com/some/where")["html_theme_options"]
    assert options["repository_url"] == "https://github.com/some/where"
    assert options["repository_branch"] == "trunk"
    assert set(options["launch_buttons"]) == {"notebook_interface", "binderhub_url", "colab_url"}


def test_scripts_are_beside_the_pages_or_on_a_cdn(configure):
    local = configure()
    assert local["mathjax_path"].startswith("vendor/mathjax-")
    assert next(iter(local["nb_ipywidgets_js"])).startswith("vendor/requirejs-")
    assert "data-anywidget" in local["nb_ipywidgets_js"]["widgets.js"]


def test_cdn_has_the_pinned_versions(configure):
    cdn = configure(tags={"cdn"})
    version = cdn["scripts"]["mathjax"]["version"]
    assert cdn["mathjax_path"] == (
        f"https://cdn.jsdelivr.net/npm/mathjax@{version}/es5/tex-svg-full.js"
    )
    assert cdn["nb_ipywidgets_js"]["widgets.js"] == {}
