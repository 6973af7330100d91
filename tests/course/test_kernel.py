"""The checker where it lives: in a kernel, under the eyes of a notebook."""

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    """\
from vidlearn.course import check, exercises, hint, predict, reveal, use, over_seeds

object.__setattr__(exercises.get("dense-backward"), "seconds", 0.5)

def helper(x):
    return x[0] + "a"

def my_dense_backward(dout, x, w):
    k = 0
    while True:
        k += 1

check("dense-backward", my_dense_backward)""",
    """\
k = 1
def my_dense_backward(dout, x, w):
    return helper(dout)

check("dense-backward", my_dense_backward)""",
    """\
mine = use("dense-backward", lambda dout, x, w: (dout @ w.T, x.T @ dout, dout.sum(axis=0)))
print(mine.credit)""",
    'mine = use("dense-backward", ...)\nmine.yours',
    "values = over_seeds(lambda seed: seed, 3)",
    'hint("dense-bakward")',
    "1 + 1",
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIDLEARN_PROGRESS", "off")
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
        client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}})
        client.execute()
    return [cell.outputs for cell in notebook.cells]


def page(output):
    return output.data["text/html"]


def test_an_endless_answer_is_stopped_and_the_kernel_lives(ran):
    (box,) = ran[0]  # shown once, though it is the cell's value too
    assert "ran for 0.5 seconds and was stopped in its line" in page(box)
    assert ran[-1][0].data["text/plain"] == "2"


def test_a_helper_of_another_cell_is_found(ran):
    (box,) = ran[1]
    assert 'in line 2 of <code>helper</code>, <code>return x[0] + "a"</code>' in page(box)
    assert box.data["text/plain"].startswith("✗ dense-backward")


def test_use_prints_one_line_that_a_page_can_tell(ran):
    line, credit = ran[2]
    assert 'data-vl-use="dense-backward" data-vl-yours="1"' in page(line)
    assert credit.text == "Drawn by your own `<lambda>`.\n"
    line, value = ran[3]
    assert 'data-vl-yours="0"' in page(line)
    assert value.data["text/plain"] == "False"


def test_seeds_leave_one_line(ran):
    lines = [output.text for output in ran[4] if output.output_type == "stream"]
    assert lines == ["value: mean 1.000, from 0.000 to 2.000 (3 seeds)\n"]


def test_a_wrong_id_gives_a_line_and_no_traceback(ran):
    (line,) = ran[5]
    assert "Near it: <code>dense-backward</code>" in page(line)
