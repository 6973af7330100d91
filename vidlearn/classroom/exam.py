"""Tests that give points, the same in the student's notebook and when it is marked.

In a notebook an exam calls the student's own function. When it is marked, the function lives in
a sandbox and the exam outside of it: what is called is then a stand-in that carries numbers in
and out. So an answer never meets a test, let alone the numbers that it expects.
"""

import ast
import builtins
import contextlib
import copy
import dis
import functools
import html
import inspect

import numpy as np

from vidlearn.course.compare import difference
from vidlearn.course.describe import brief
from vidlearn.course.limits import Clock, TimeUp
from vidlearn.messages import text

__all__ = ["Exam", "Points"]

SECONDS = 20


class Points(float):
    """Points reached. A number, with the tests that led to it.

    Parameters
    ----------
    x : float
        How many.

    Attributes
    ----------
    exam : Exam
        The exam that gave them.
    """

    exam = None

    def _repr_html_(self):
        if self.exam is None:
            return None
        lines = "".join(
            f"<div style='margin:.2em 0'><span style='color:{'#009E73' if full else '#D55E00'}'>"
            f"{'✓' if full else '✗'}</span> {html.escape(title)}"
            + (f"<pre style='margin:.1em 0 .3em 1.4em'>{html.escape(said)}</pre>" if said else "")
            + "</div>"
            for full, title, said in self.exam.lines()
        )
        return (
            f"<div class='vl-exam' data-vl-exam='{html.escape(self.exam.task)}'>{lines}"
            f"<em>{html.escape(self.exam.summary())}</em></div>"
        )


class Exam:
    """The tests of one task.

    Parameters
    ----------
    task : str
        Name of the task, as the report shows it.
    answer : callable, optional
        The student's function.

    Attributes
    ----------
    results : list of dict
        One for each test: ``title``, ``hidden``, ``share`` (0 to 1), ``weight``, ``said`` (what
        is wrong, in words), ``cause`` (the misconception it looks like, or None) and ``error``
        (the kind of error that was raised, or None).

    Examples
    --------
    >>> exam = Exam("double", lambda x: 2 * x)
    >>> exam.gives("doubles two", 4, 2)
    >>> exam.gives("doubles three", 7, 3, causes={"it doubles": 6})
    >>> exam.points(10)
    5.0
    >>> exam.results[1]["cause"]
    'it doubles'
    """

    def __init__(self, task, answer=None):
        self.task, self.answer, self.results, self._hidden = task, answer, [], False

    def gives(
        self, title, want, /, *args, causes=None, rtol=1e-6, weight=1.0, seconds=SECONDS, **options
    ):
        """Test what the answer returns.

        Parameters
        ----------
        title : str
            What is tested, in a few words a student understands.
        want : object
            What is right: numbers, arrays, texts, or tuples, lists and dicts of them.
        *args : object
            What the answer is given. It gets copies.
        causes : dict, optional
            Wrong results that deserve a name: a sentence, and the result.
        rtol : float, default 1e-6
            Relative tolerance; the absolute one is that part of the largest number wanted, at
            least of 1.
        weight : float, default 1
            How much this test counts beside the others.
        seconds : float, default 20
            How long it may take.
        **options : object
            Named arguments for the answer.
        """
        came, failed = self._call(args, options, seconds)
        if failed:
            self._note(title, 0.0, weight, **failed)
        else:
            self._judge(title, came, want, causes, rtol, weight)

    def value(self, title, came, want, /, *, causes=None, rtol=1e-6, weight=1.0):
        """Test a number, an array or a text that the student wrote down.

        Parameters
        ----------
        title : str
            What is tested.
        came : object
            What the student wrote; None and ... stand for nothing yet.
        want : object
            What is right.
        causes : dict, optional
            Wrong values that deserve a name: a sentence, and the value.
        rtol : float, default 1e-6
            Relative tolerance.
        weight : float, default 1
            How much this test counts beside the others.
        """
        if came is None or came is ...:
            self._note(title, 0.0, weight, said=text("classroom")["empty"])
        else:
            self._judge(title, came, want, causes, rtol, weight)

    def learns(self, title, score, /, *args, over, margins, weight=1.0, seconds=120.0, **options):
        """Test what was learned: by how much a score is above a baseline.

        The share grows by steps, so that the noise of training does not move it.

        Parameters
        ----------
        title : str
            What is tested.
        score : callable
            Turns what the answer returns into a score; it raises ValueError, in words, for what
            cannot be scored.
        *args : object
            What the answer is given.
        over : float
            The baseline's score.
        margins : sequence of float
            Steps above the baseline, rising. Each that is reached gives an equal share.
        weight : float, default 1
            How much this test counts beside the others.
        seconds : float, default 120
            How long it may take.
        **options : object
            Named arguments for the answer.
        """
        words = text("classroom")
        came, failed = self._call(args, options, seconds)
        if not failed:
            try:
                reached = float(score(came))
                if not np.isfinite(reached):
                    raise ValueError(words["not_finite"])
            except Exception as error:  # whatever the score makes of what came
                failed = {"said": words["no_score"].format(error=error)}
        if failed:
            self._note(title, 0.0, weight, **failed)
            return
        share = sum(reached >= over + step - 1e-9 for step in margins) / len(margins)
        said = words["learned"].format(reached=reached, baseline=over, full=over + margins[-1])
        self._note(title, share, weight, said=said if share < 1 else "")

    def hidden(self):
        """Say that the tests that follow are hidden from students."""
        self._hidden = True

    def points(self, most):
        """Turn the tests into points.

        Parameters
        ----------
        most : float
            Points when all pass.

        Returns
        -------
        Points
            In proportion to what passed, rounded to hundredths.
        """
        total = sum(one["weight"] for one in self.results)
        share = sum(one["share"] * one["weight"] for one in self.results) / total if total else 0.0
        reached = Points(round(most * share, 2))
        reached.exam = self
        return reached

    def lines(self):
        """Return what is said of each test.

        Returns
        -------
        list of tuple
            Whether it passed whole, its title, and what is wrong in words.
        """
        return [
            (
                one["share"] == 1,
                one["title"],
                "\n".join(filter(None, (one["cause"], one["said"]))) if one["share"] < 1 else "",
            )
            for one in self.results
        ]

    def summary(self):
        """Return a sentence about all tests.

        Returns
        -------
        str
        """
        words = text("classroom")
        if not self.results:
            return words["no_tests"]
        passed = sum(one["share"] == 1 for one in self.results)
        line = words["passed"].format(passed=passed, count=len(self.results))
        return " ".join(filter(None, (line, self._leaning())))

    def _leaning(self):
        """Warn of a function that reads what is not there when it is marked."""
        answer = self.answer if callable(self.answer) else None
        code = getattr(inspect.unwrap(answer), "__code__", None) if answer else None
        leans = sorted(_names(code) & (_made() | {"card"})) if code else []
        return text("classroom")["leaning"].format(names=", ".join(leans)) if leans else ""

    def _call(self, args, options, seconds):
        """Return what the answer returned, and what is to be noted if it failed."""
        words = text("classroom")
        args, options = copy.deepcopy(args), copy.deepcopy(options)
        within = getattr(self.answer, "within", None)  # a stand-in keeps its own time
        try:
            if within is not None:
                came = within(seconds, *args, **options)
            elif not callable(self.answer):
                return None, {"said": words["no_function"]}
            else:
                came = Clock(seconds).run(functools.partial(self.answer, *args, **options))
        except KeyboardInterrupt:
            raise
        except NotImplementedError:
            return None, {"said": words["empty"]}
        except TimeUp:
            return None, {"said": words["too_long"].format(seconds=seconds), "error": "TimeUp"}
        except BaseException as error:  # whatever an answer may raise, SystemExit too
            kind = getattr(error, "kind", type(error).__name__)
            said = words["raised"].format(kind=kind, error=error)
            return None, {"said": said, "error": kind}
        return (None, {"said": words["empty"]}) if came is None or came is ... else (came, None)

    def _judge(self, title, came, want, causes, rtol, weight):
        said = difference(came, want, rtol)
        if not said:
            self._note(title, 1.0, weight)
            return
        named = (
            name for name, wrong in (causes or {}).items() if not difference(came, wrong, rtol)
        )
        cause = next(named, None)
        shown = text("classroom")["came"].format(said=said, came=brief(came), want=brief(want))
        self._note(title, 0.0, weight, said=shown, cause=cause)

    def _note(self, title, share, weight, said="", cause=None, error=None):
        self.results.append(
            {
                "title": title,
                "hidden": self._hidden,
                "share": float(share),
                "weight": float(weight),
                "said": said,
                "cause": cause,
                "error": error,
            }
        )


def _names(code):
    """Return the names that a function's code reads from outside, also in functions inside it."""
    reads = {one.argval for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}
    inner = (part for part in code.co_consts if inspect.iscode(part))
    return reads.union(*map(_names, inner))


MADE = set()  # names that cells of tests have made in this notebook


def _made():
    """Return the names that the cells of tests make, this one and those before."""
    shell = get_ipython() if (get_ipython := getattr(builtins, "get_ipython", None)) else None
    cells = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None)
    with contextlib.suppress(SyntaxError, TypeError):
        names = (node for node in ast.walk(ast.parse(cells[-1])) if isinstance(node, ast.Name))
        MADE.update(node.id for node in names if isinstance(node.ctx, ast.Store))
    return MADE
