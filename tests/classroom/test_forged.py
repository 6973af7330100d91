"""What a sandbox sends may be made up: in replies, in outputs, in values."""

import base64
import json
import struct

import nbformat
import numpy as np
import pytest

from tests.classroom.handed import edition_of, half_of, handed_in, source_of, told
from vidlearn.classroom import codec
from vidlearn.classroom.examine import Student, examine
from vidlearn.classroom.outputs import safe_outputs
from vidlearn.classroom.sandbox import Limits, NoSandboxError, expect_bubblewrap

SMALL = source_of("small")
EDITION = edition_of(SMALL)
LIMITS = Limits(seconds=60, cell_seconds=10, memory=1500, processes=40, disk=60)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()
SCRIPT = "<script>alert(1)</script>"


class Made:
    """A sandbox that answers what it was told to."""

    def __init__(self, *replies):
        self.replies = list(replies)

    def ask(self, request, seconds):
        return self.replies.pop(0) if self.replies else {}

    def close(self):
        pass


def student(*replies):
    return Student(lambda seconds: Made(*replies), LIMITS)


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        "text",
        {"a": 1},
        [None, 3, [], {}],
        [{"output_type": "display_data", "data": {"text/html": SCRIPT}}],
        [{"output_type": "display_data", "data": {"application/javascript": "alert(1)"}}],
        [{"output_type": "display_data", "data": {"image/png": f'"><{SCRIPT}'}}],
        [
            {
                "output_type": "display_data",
                "data": {"image/png": base64.b64encode(b"<svg").decode()},
            }
        ],
        [{"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='alert(1)'>"}}],
        [{"output_type": "display_data", "data": {"image/png": f'{PNG}"><{SCRIPT}'}}],
        [{"output_type": "display_data", "data": {"text/plain": np.zeros(3)}}],
        [{"output_type": "display_data", "data": [1]}],
        [{"output_type": "execute_result", "data": {"text/plain": "4"}}],
        [{"output_type": "stream", "name": SCRIPT, "text": None}],
        [{"output_type": "error", "ename": 3, "evalue": [], "traceback": {"a": SCRIPT}}],
        [{"output_type": ["stream"]}],
    ],
    ids=range(16),
)
def test_rejects_outputs_that_a_browser_would_run(outputs):
    cell = nbformat.v4.new_code_cell(outputs=safe_outputs(outputs))
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    shown = json.dumps(cell.outputs)
    assert "alert" not in shown
    assert "svg" not in shown
    assert "execute_result" not in shown
    assert "image" not in shown


def test_honest_outputs_stay_and_are_cut_where_they_are_long():
    made = [
        {"output_type": "stream", "name": "stderr", "text": "a"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t", "u"]},
        {
            "output_type": "display_data",
            "data": {"image/png": PNG, "text/plain": "p", "text/html": SCRIPT},
            "metadata": {"a": SCRIPT},
        },
        {"output_type": "stream", "name": "stdout", "text": "b" * 10**6},
        {"output_type": "stream", "name": "stdout", "text": "c"},
    ]
    stream, error, shown, long, none = safe_outputs(made)
    assert (stream.name, stream.text) == ("stderr", "a")
    assert (error.ename, error.evalue, error.traceback) == ("E", "v", ["t", "u"])
    assert shown.data == {"image/png": PNG, "text/plain": "p"}
    assert shown.metadata == {}
    assert 200_000 < len(long.text) < 260_000
    assert none.text == ""
    assert len(safe_outputs(made[:1] * 10**4)) < 1000
    assert len(safe_outputs([made[1] | {"traceback": ["t"] * 99}])[0].traceback) == 12
    many = [{"output_type": "display_data", "data": {"image/png": PNG + "A" * 999_996}}] * 9
    assert sum("image/png" in one.data for one in safe_outputs(many)) == 3


@pytest.mark.parametrize(
    "reply",
    [{}, {"ended": ["fine"]}, {"ended": np.zeros(2)}, {"ended": "died"}, {"kind": np.zeros(2)}],
    ids=range(5),
)
def test_a_reply_that_is_none_is_an_error_of_that_cell(reply):
    assert student(reply).run("x") == ([], "error")
    assert student({"ended": "fine"}).run("x") == ([], "fine")
    assert student(reply).look_up("x") is None
    with pytest.raises(Exception, match="no answer came back"):
        student(reply).call("f", (), {}, 1)


def made_up(plain, rest=b""):
    text = json.dumps(plain).encode()
    return struct.pack("<Q", len(text)) + text + rest


@pytest.mark.parametrize(
    "plain",
    [
        {"float": "0x1p99999"},
        {"array": ["(1,f8", [1], False]},
        {"array": ["f8,,", [1], False]},
        {"array": ["U0", [1], False]},
        {"array": ["<U2", [], True]},
    ],
    ids=range(5),
)
def test_rejects_values_that_break_numpy_or_fill_the_memory(plain):
    with pytest.raises(ValueError, match="not a value"):
        codec.unpack(made_up(plain, b"\xff" * 8))


@pytest.mark.parametrize("many", [1_000_000, 10])
def test_rejects_more_words_than_fit_into_memory_as_objects(many):
    data = made_up({"list": [{"list": []}] * many})
    if many > 10:
        with pytest.raises(ValueError, match="not a value"):
            codec.unpack(data)
    else:
        assert codec.unpack(data) == [[]] * 10


def test_rejects_what_is_deeper_than_anything_that_is_packed():
    plain, deep = None, []
    for _ in range(30):
        plain, deep = {"list": [plain]}, [deep]
    with pytest.raises(ValueError, match="not a value"):
        codec.unpack(made_up(plain))
    assert codec.unpack(codec.pack(deep[0][0][0][0][0][0][0])) == deep[0][0][0][0][0][0][0]
    assert "<list>" in repr(codec.unpack(codec.pack(deep)))


def test_half_a_sign_is_replaced_and_what_is_endless_does_not_cross():
    value = codec.unpack(
        made_up({"dict": [["a\ud800", {"tuple": ["\udfff", {"opaque": "\ud801"}]}]]})
    )
    assert list(value) == ["a?"]
    assert value["a?"][0] == "?"
    assert value["a?"][1].kind == "?"
    assert codec.unpack(codec.pack([None] * 3_000_000)).kind == "list without end"
    assert len(codec.unpack(codec.pack(list(range(100_000))))) == 100_000


@pytest.fixture
def walls():
    try:
        expect_bubblewrap()
    except NoSandboxError as error:
        pytest.skip(str(error))


FORGE = """
import os, sys, threading
sys.path.insert(0, "/")
from vidlearn.classroom import codec
packed = codec.pack({"kind": "value", "value": 1, "ended": "fine", "outputs": [
    {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(1)"}},
    {"output_type": "stream", "name": "stdout", "text": "FORGED"}]})
for p in os.listdir("/proc"):
    for fd in range(24) if p.isdigit() and int(p) != os.getpid() else ():
        try:
            if os.readlink(f"/proc/{p}/fd/{fd}").startswith("pipe:"):
                out = os.open(f"/proc/{p}/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK)
                os.write(out, codec.struct.pack("<Q", len(packed)) + packed)
        except OSError:
            pass
"""


def test_a_forged_reply_shows_nothing_that_runs_and_gives_no_points(walls):
    data = handed_in(EDITION, half_of(SMALL), first=FORGE)
    found = examine(SMALL, EDITION, data, "reference", limits=LIMITS)
    shown = json.dumps([c.get("outputs") for c in nbformat.reads(found["notebook"], 4).cells])
    assert "FORGED" in shown  # else this tries nothing
    assert "alert" not in shown
    assert found["tasks"]["test_length"]["points"] == 0


def test_half_signs_everywhere_are_marked_like_any_other(walls):
    odd = "def my_double(x):\n    # \ud800\n    raise ValueError('\\ud800' * 3)"
    data = json.loads(handed_in(EDITION, {"double": "x"}, first="print('\\udfff')"))
    for cell in data["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double":
            cell["source"] = odd
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "written_why":
            cell["source"], cell["cell_type"] = f"\ud800 {SCRIPT}", "code"
    found = examine(SMALL, EDITION, json.dumps(data).encode(), "reference", limits=LIMITS)
    json.dumps(found, ensure_ascii=False).encode()
    assert "It raised ValueError" in found["tasks"]["test_double"]["results"][0]["said"]
    cells = {told(c).get("grade_id"): c for c in nbformat.reads(found["notebook"], 4).cells}
    assert cells["written_why"].cell_type == "markdown"
    assert SCRIPT not in cells["written_why"].source
