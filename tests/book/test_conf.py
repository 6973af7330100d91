import runpy
import sys

import pytest

from book.build import BOOK


@pytest.fixture
def configure(tmp_path, monkeypatch):
    """Read conf.py as Sphinx does, with the addresses of a repository and a website."""
    monkeypatch.setattr(sys, "path", sys.path.copy())

    def read(repository="", website=""):
        book = tmp_path / "book"
        book.mkdir()
        (book / "conf.py").write_text((BOOK / "conf.py").read_text("utf-8"), "utf-8")
        (tmp_path / "pyproject.toml").write_text(
            f'[tool.vidlearn]\nrepository = "{repository}"\nbranch = "trunk"\n'
            f'website = "{website}"\n'
        )
        return runpy.run_path(str(book / "conf.py"))

    return read


def test_launch_buttons_wait_for_the_repository_s_address(configure):
    assert not {"repository_url", "launch_buttons"} & set(configure()["html_theme_options"])


def test_launch_buttons_lead_to_the_repository(configure):
    options = configure("https://github.com/some/where")["html_theme_options"]
    assert options["repository_url"] == "https://github.com/some/where"
    assert options["repository_branch"] == "trunk"
    assert set(options["launch_buttons"]) == {"notebook_interface", "binderhub_url", "colab_url"}


def test_canonical_links_wait_for_the_website_s_address(configure):
    assert configure()["html_baseurl"] == ""


def test_canonical_links_lead_to_the_website(configure):
    there = "https://some.where/vidlearn/"
    assert configure(website=there)["html_baseurl"] == there
