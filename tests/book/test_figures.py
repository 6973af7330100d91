import base64
import io

import nbformat
import pytest
from PIL import Image

from book import figures

CAPTION = "<p class='vl-caption' style='opacity:.85'>A coin &amp; its shadow.</p>"


@pytest.fixture
def picture():
    buffer = io.BytesIO()
    Image.effect_noise((60, 40), 50).save(buffer, "PNG")
    return buffer.getvalue()


def output(data, metadata=None):
    return nbformat.v4.new_output("display_data", data, metadata=metadata or {})


def numbered(outputs, tmp_path, lesson="03"):
    cell = nbformat.v4.new_code_cell("draw()", outputs=outputs)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    figures.number(notebook, lesson, tmp_path)
    return [o.data.get("text/html", "") for o in notebook.cells[0].outputs]


def test_a_picture_and_its_caption_become_one_numbered_figure(picture, tmp_path):
    coded = base64.b64encode(picture).decode()
    (page,) = numbered(
        [
            output({"image/png": coded}, {"image/png": {"alt": "A coin."}}),
            output({"text/html": CAPTION}),
        ],
        tmp_path,
    )
    assert page.startswith('<figure id="figure-a-coin-its-shadow" class="vl-figure"><img ')
    assert 'alt="A coin." width="60" height="40"' in page
    assert '<a class="vl-number" href="#figure-a-coin-its-shadow">Figure 3.1</a> A coin' in page
    (kept,) = (tmp_path / "_images").iterdir()
    assert kept.read_bytes() == picture


def test_figures_that_begin_alike_have_anchors_of_their_own(tmp_path):
    page = '<figure class="vl-figure"><figcaption class="vl-caption">Before.</figcaption></figure>'
    first, second = numbered([output({"text/html": page}) for _ in range(2)], tmp_path, "A0")
    assert 'id="figure-before"' in first
    assert "Figure A0.1</a> Before." in first
    assert 'id="figure-before-2"' in second
    assert "Figure A0.2</a> Before." in second


def test_pictures_and_films_inside_a_page_move_to_files(picture, tmp_path):
    big, small = base64.b64encode(picture).decode(), base64.b64encode(b"tiny").decode()
    page = (
        f'<video poster="data:image/png;base64,{big}" src="data:video/mp4;base64,{big}"></video>'
        f'<img src="data:image/png;base64,{small}">'
    )
    (shown,) = numbered([output({"text/html": page})], tmp_path)
    assert sorted(path.suffix for path in (tmp_path / "_images").iterdir()) == [".mp4", ".png"]
    assert shown.count("../_images/") == 2
    assert small in shown


def test_output_without_a_caption_is_left_alone(tmp_path):
    assert numbered([output({"text/html": "<p>12</p>"})], tmp_path) == ["<p>12</p>"]
