"""What goes out to a notebook: each figure's HTML, parsed."""

import base64
import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from vidlearn import plots


class _Read(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data + "\n"


@dataclass
class Figure:
    """A displayed figure: its HTML, the plain text beside it, tags with attributes, text."""

    html: str
    plain: str

    def __post_init__(self):
        read = _Read(self.html)
        self.tags, self.words = read.tags, read.words
        self.images = [about for tag, about in read.tags if tag == "img"]
        self.caption = re.search(r'class="vl-caption"[^>]*>([^<]*)<', self.html)[1]

    @property
    def spoken(self):
        """What is read aloud in place of the picture."""
        labels = [about.get("aria-label") or about.get("alt") for _, about in self.tags]
        return [label for label in labels if label]

    @property
    def svg(self):
        head = "data:image/svg+xml,"
        assert self.images[0]["src"].startswith(head)
        return self.images[0]["src"][len(head) :].replace("%23", "#").replace("%25", "%")

    def picture(self, number):
        """The stored form of a picture, and the picture."""
        kind, data = re.fullmatch(
            r"data:image/(\w+);base64,(.*)", self.images[number]["src"]
        ).groups()
        return kind, Image.open(io.BytesIO(base64.b64decode(data)))

    def array(self, number):
        return np.array(self.picture(number)[1].convert("RGB"))


@pytest.fixture
def shown(monkeypatch):
    """The list of displayed figures, which grows as they are shown."""
    figures = []
    for module in (plots.charts, plots.pictures):
        monkeypatch.setattr(module, "in_notebook", lambda: True)
    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, raw: figures.append(Figure(data["text/html"], data["text/plain"])),
    )
    return figures


@pytest.fixture
def photograph():
    """A picture with as many colours as a camera's, (90, 120, 3) uint8."""
    smooth = np.random.default_rng(3).normal(size=(90, 120, 3)).cumsum(0).cumsum(1)
    smooth -= smooth.min()
    return (smooth / smooth.max() * 255).astype(np.uint8)
