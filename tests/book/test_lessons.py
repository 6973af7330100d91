import re

import nbformat
import pytest

from book import lessons
from vidlearn.course import exercises

CODE, PROSE = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
NOTEBOOKS = sorted((lessons.BOOK.parent / "notebooks").glob("*.ipynb"))
PAPER = "[A guide](https://arxiv.org/abs/1603.07285)"


@pytest.mark.parametrize("link", [PAPER, "[A](http://www.arxiv.org/abs/1603.07285/)"])
def test_link_to_a_work_of_the_bibliography_is_cited(link):
    assert lessons.cite(f"See {link}.") == f"See {link} {{cite}}`dumoulin2016`."


@pytest.mark.parametrize("link", ["[Other](https://arxiv.org/abs/1603.0728)", f"!{PAPER}"])
def test_other_links_and_pictures_are_left_alone(link):
    assert lessons.cite(link) == link


def test_address_may_hold_brackets():
    link = "[Flow](https://doi.org/10.1016/0004-3702(81)90024-2)"
    assert lessons.cite(f"{link}: the equation") == f"{link} {{cite}}`horn1981`: the equation"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_paper_that_a_lesson_links_is_in_the_bibliography(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    papers = re.findall(r"\]\((https://(?:doi|arxiv)\.org/\S+?)\)(?=[\s,.:;)]|$)", prose)
    assert not [paper for paper in papers if "{cite}" not in lessons.cite(f"[x]({paper})")]


def test_first_bold_mention_of_a_term_is_linked():
    said = "A **kernel** and **Feature maps**, then the **kernel** again; **nothing special**."
    linked = "A **{term}`kernel <kernel>`** and **{term}`Feature maps <feature map>`**, then "
    linked += "the **kernel** again; **nothing special**."
    assert lessons.link_terms(said, set()) == linked


def test_glossary_is_read_in_both_languages_without_its_definitions():
    terms = lessons.terms()
    assert terms["optical flow"] == "optical flow"
    assert terms["光流"] == "光流"
    assert not any(term.endswith(".") for term in terms)


def test_each_name_in_the_glossary_stands_on_a_line_of_its_own():
    """Two names on one line would be a term that no lesson ever says."""
    names = set(lessons.terms().values())
    assert not [name for name in names if re.search(r"[,，、（]|\([A-Z]{2}", name)]


def test_fenced_blocks_are_left_alone():
    block = f"```python\n# **kernel** {PAPER}\n```"
    markdown = f"**stride**\n\n{block}\n\n**kernel**"
    seen = set()
    assert lessons.enrich(markdown, seen) == (
        f"**{{term}}`stride <stride>`**\n\n{block}\n\n**{{term}}`kernel <kernel>`**"
    )
    assert seen == {"stride", "kernel"}


def test_hints_and_solution_follow_the_check_and_the_anchor_its_text():
    cells = [
        PROSE("About kernels.\n\n### Exercise 1 · Mine\n\nReturn it."),
        CODE("def my_crop_box():\n    ...\n\n\ncheck('crop-box', my_crop_box)"),
        CODE('check("crop-box", my_crop_box)'),
        CODE("print('check(\"frame-at-second\", f)')"),
    ]
    text, stub, folded, again, other = lessons.add_help(cells)
    assert [stub, again, other] == cells[1:]
    assert text.source == (
        'About kernels.\n\n<a id="crop-box"></a>\n\n### Exercise 1 · Mine\n\nReturn it.'
    )
    exercise = exercises.get("crop-box")
    assert all(hint in folded.source for hint in exercise.hints)
    assert folded.source.count("::::{dropdown}") == len(exercise.hints) + 1
    assert f"```python\n{exercise.solution_source.rstrip()}\n```" in folded.source


def test_anchor_stands_on_top_where_there_is_no_heading():
    assert lessons.anchor("Write it.", "crop-box") == '<a id="crop-box"></a>\n\nWrite it.'


def test_unknown_exercise_is_an_error():
    with pytest.raises(KeyError, match=r"No exercise is called 'crop-boxes'.*crop-box"):
        lessons.add_help([CODE('check("crop-boxes", my_crop_box)')])


def test_alternative_text_of_a_figure_is_handed_on():
    cell = CODE("plot()")
    lessons.keep_alt(cell)
    assert "mystnb" not in cell.metadata
    data, about = {"image/png": "…"}, {"image/png": {"alt": "A coin on a chart."}}
    cell.outputs = [nbformat.v4.new_output("display_data", data, metadata=about)]
    lessons.keep_alt(cell)
    assert cell.metadata["mystnb"] == {"image": {"alt": "A coin on a chart."}}
