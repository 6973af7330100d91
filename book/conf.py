"""Sphinx configuration. ``book/build.py`` calls Sphinx with the repository's root as source."""

import sys
import tomllib
from pathlib import Path

from vidlearn import __version__

BOOK = Path(__file__).resolve().parent
sys.path.insert(0, str(BOOK.parent))

settings = tomllib.loads((BOOK.parent / "pyproject.toml").read_text("utf-8"))["tool"]["vidlearn"]

project = "vidlearn"
author = "the vidlearn authors"
copyright = "the vidlearn authors. Text and figures: CC BY 4.0. Code: MIT"
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx_external_toc",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
    "sphinx.ext.githubpages",
    "book.lessons",
    "book.interactives",
    "book.formulas",
    "book.diagrams",
    "book.page",
    "book.slides",
    "book.guide",
]
external_toc_path = "book/_toc.yml"
include_patterns = ["book/*.md", "notebooks/*.ipynb"]
exclude_patterns = [".*", "my_work", "book/_*", "**/.*", "**/__pycache__"]

nb_execution_mode = "off"  # `make notebooks` is the only maker of outputs
nb_merge_streams = True
nb_ipywidgets_js = {}
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3
bibtex_bibfiles = ["references.bib"]
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "sphinx_book_theme"
html_title = "vidlearn"
html_baseurl = settings["website"]
html_math_renderer = "drawn"
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_extra_path = ["extra"]
templates_path = ["_templates"]
html_css_files = ["icons.css", "book.css", ("print.css", {"media": "print"})]
html_js_files = ["early.js"]
html_use_index = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "logo": {"text": "vidlearn", "alt_text": "vidlearn: to the first page"},
}
if settings["repository"]:
    html_theme_options |= {
        "repository_url": settings["repository"],
        "repository_branch": settings["branch"],
        "use_repository_button": True,
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
        },
    }
