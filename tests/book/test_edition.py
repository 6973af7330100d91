import html
import re

import nbformat
import pytest

from book import edition
from vidlearn import messages
from vidlearn.course import exercises
from vidlearn.course.exercises import Exercise

PROSE = nbformat.v4.new_markdown_cell
WORDS = messages.text("website")


def code(source, *outputs, tags=()):
    shown = [nbformat.v4.new_output("display_data", {"text/html": page}) for page in outputs]
    return nbformat.v4.new_code_cell(source, outputs=shown, metadata={"tags": list(tags)})


def test_cells_for_the_lab_alone_and_stuck_lines_are_left_out():
    cells = [
        PROSE("**How to run a cell:** …", metadata={"tags": ["lab-only"]}),
        code("1", tags=["lab-only"]),
        PROSE('Stuck? `hint("crop-box")` helps in three steps.'),
        PROSE("**How to run a cell:** click into it and press Shift + Enter."),
        PROSE('Before.\n\nStuck? Write `hint("crop-box")` into a new cell.\n\nAfter.'),
    ]
    assert [cell.source for cell in edition.for_readers(cells)] == ["Before.\n\nAfter."]


@pytest.mark.parametrize(
    "page",
    [
        "<div class='vl-check vl-not_yet' data-vl-check='x' data-vl-status='not_yet'>…</div>",
        '<div class="vl-line vl-use" data-vl-use="x" data-vl-yours="0">The library’s own.</div>',
        '<div class="vl-line vl-predict" data-vl-predict="x">No guess yet.</div>',
    ],
    ids=["empty stub", "use", "predict"],
)
def test_outputs_that_talk_to_who_runs_cells_are_dropped(page):
    (cell,) = edition.for_readers([code("f()", page, "<p>kept</p>")])
    assert [output.data["text/html"] for output in cell.outputs] == ["<p>kept</p>"]


def test_a_right_answer_keeps_its_box():
    box = "<div data-vl-check='x' data-vl-status='right'><p>Right.</p></div>"
    assert edition.for_readers([code("check('x', f)", box)])[0].outputs


def test_the_banner_of_a_lesson_is_dropped_and_its_pictures_stay():
    cell = code('lesson("03")\nshow()', "<figure></figure>")
    cell.outputs.insert(0, nbformat.v4.new_output("stream", text="Lesson 03 …"))
    assert [o.output_type for o in edition.for_readers([cell])[0].outputs] == ["display_data"]


@pytest.mark.parametrize(
    ("tags", "words"), [(["hide-input"], "code"), (["hide-input", "claims"], "claims")]
)
def test_tagged_code_is_folded_under_its_own_words(tags, words):
    (cell,) = edition.for_readers([code("assert True", tags=tags)])
    assert cell.metadata["mystnb"]["code_prompt_show"] == WORDS[words]
    assert cell.metadata["tags"] == ["hide-input"]


def test_what_the_doctor_found_is_folded():
    (cell,) = edition.for_readers([code("doctor()", "<table class='vl-doctor'></table>")])
    assert cell.metadata["tags"] == ["hide-output"]


@pytest.fixture
def guess(monkeypatch):
    """A prediction that stands in the registry."""
    exercise = Exercise("weights-here", kind="predict")
    words = {"title": "How many?", "choices": ["ten & more", "a thousand"]}
    monkeypatch.setattr(Exercise, "words", words)
    monkeypatch.setattr(exercises, "get", lambda name: exercise)


def test_a_guess_becomes_a_question_with_its_answer_folded(guess):
    said = messages.text("predict")["no_guess"].format(value="b) a thousand").replace("'", "&#x27;")
    box = (
        "<div class='vl-check' data-vl-check='weights-here' data-vl-status='not_yet'>"
        f"<strong>The answer</strong><p style='margin:.3em 0'>{said}</p></div>"
    )
    cells = [
        code('predict(\n    "weights-here", None\n)', "<div class='vl-predict'>No guess</div>"),
        code('n = w.size\nreveal("weights-here", n)', box),
    ]
    asked, revealed = edition.for_readers(cells)
    assert asked.cell_type == "markdown"
    assert "<li>ten &amp; more</li>" in asked.source
    assert "<details>" in asked.source
    assert "It is b) a thousand.</p>" in asked.source
    assert "no guess" not in asked.source
    assert revealed.source == "n = w.size"
    assert not revealed.outputs


def test_the_score_of_a_stub_is_left_out():
    box = "<div data-vl-check='right-not-left' data-vl-status='wrong'><p>Score 1</p></div>"
    source = 'challenge("right-not-left", my_right_not_left)'
    (cell,) = edition.for_readers([code(source, box, "<p>a film</p>")])
    assert [output.data["text/html"] for output in cell.outputs] == ["<p>a film</p>"]


def test_captions_do_not_speak_of_the_library_s_function():
    credit = messages.text("use")["credit_ours"].format(name="my_pool", id="max-pool")
    shown = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(credit))  # as plots writes it
    caption = f"<figcaption class='vl-caption'>Halved. {shown}</figcaption>"
    (cell,) = edition.for_readers([code("draw()", caption)])
    assert (
        cell.outputs[0].data["text/html"] == "<figcaption class='vl-caption'>Halved.</figcaption>"
    )


def test_next_leads_to_the_next_lesson_that_is_written():
    assert edition.lead_on("**Next:** lesson 04 makes maps smaller.") == (
        "**Next:** [lesson 04](04_pooling.ipynb) makes maps smaller."
    )
    for line in (
        "**Next:** lesson 99 is not there.",
        "As lesson 04 showed.",
        "**Next:** [lesson 04](04_pooling.ipynb) makes maps smaller.",
    ):
        assert edition.lead_on(line) == line
