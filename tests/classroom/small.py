"""A small assignment, in nbgrader's form, on which the machinery is tried."""

import nbformat

TASK = """
def my_double(x):
    \"\"\"Return x times your own factor.\"\"\"
    ### BEGIN SOLUTION
    return FACTOR * x
    ### END SOLUTION
"""
TEST = """
exam = classroom.Exam("double", my_double)
exam.gives("one", 1 * card["factor"], 1, causes={"it adds": 1 + card["factor"]})
### BEGIN HIDDEN TESTS
exam.hidden()
secret = np.random.default_rng(2**41 + 7).normal(size=(3, 2))
exam.gives("a matrix", card["factor"] * secret, secret, causes={"it adds": secret + card["factor"]})
### END HIDDEN TESTS
exam.points(4)
"""
VALUE = """
exam = classroom.Exam("length")
exam.value("the length", my_length, 7 + card["factor"])
### BEGIN HIDDEN TESTS
exam.hidden()
exam.value("is whole", my_length == int(my_length), True)
### END HIDDEN TESTS
exam.points(2)
"""


def _cell(kind, name, source, *, points=None, solution=False, locked=True, tags=()):
    cell = getattr(nbformat.v4, f"new_{kind}_cell")(source=source.strip())
    cell.id = name.replace("_", "-")
    told = {"schema_version": 3, "grade": points is not None, "grade_id": name}
    told |= {"locked": locked and not solution, "solution": solution, "task": False}
    if points is not None:
        told["points"] = points
    cell.metadata["nbgrader"] = told
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def small_source(factor=None):
    """Return the source of the assignment "small"; `factor` is what the solution types in."""
    cells = [
        _cell("markdown", "text_top", "# Small\n\nDouble things."),
        _cell("code", "student", 'STUDENT = ""  # your id', locked=False),
        _cell(
            "code",
            "setup",
            'import numpy as np\nfrom vidlearn import classroom\n\nCOURSE = "vidlearn"',
        ),
        _cell(
            "code",
            "card",
            'factors = ("Your factor is {}.", range(2, 50))\n'
            'card = classroom.card("small", STUDENT, course=COURSE, factor=factors)\n'
            "card",
            tags=["card"],
        ),
        _cell("code", "double", TASK.replace("FACTOR", repr(factor)), solution=True),
        _cell("code", "test_double", TEST, points=4),
        _cell(
            "code",
            "length",
            f"### BEGIN SOLUTION\nmy_length = {7 + (factor or 0)}\n### END SOLUTION",
            solution=True,
        ),
        _cell("code", "test_length", VALUE, points=2),
        _cell("markdown", "text_why", "Why? One point for each reason, up to three."),
        _cell("markdown", "written_why", "Because.", points=3, solution=True),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "vidlearn": {"assignment": "small"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def small_release():
    """Return the student's edition, made without nbgrader."""
    notebook = small_source()
    for cell in notebook.cells:
        lines, keep = [], True
        for line in cell.source.split("\n"):
            if "### BEGIN" in line:
                keep = False
                if "SOLUTION" in line:
                    indent = line[: len(line) - len(line.lstrip())]
                    lines += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
            elif "### END" in line:
                keep = True
            elif keep:
                lines.append(line)
        cell.source = "\n".join(lines)
    notebook.cells[-1].source = "YOUR ANSWER HERE"
    return notebook


def handed_in(**answers):
    """Return the bytes of a notebook with some answers, by the names of their cells."""
    notebook = small_release()
    for cell in notebook.cells:
        name = cell.metadata["nbgrader"]["grade_id"]
        if name in answers:
            cell.source = answers[name]
    return nbformat.writes(notebook).encode()
