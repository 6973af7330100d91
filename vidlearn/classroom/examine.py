"""Mark one submission: the student's cells in a sandbox, the tests outside of it."""

import ast
import builtins
import contextlib
import copy
import io
import time

import nbformat

from vidlearn.classroom.exam import Exam, Points
from vidlearn.classroom.outputs import safe_outputs
from vidlearn.classroom.sandbox import NoSandboxError, Sandbox, SandboxEnded
from vidlearn.classroom.submission import (
    Unreadable,
    assemble,
    grade_id,
    is_answer,
    is_test,
    read_notebook,
)
from vidlearn.course.limits import Clock, TimeUp
from vidlearn.messages import text

__all__ = ["examine"]

LIVES = 4  # sandboxes that one submission may use up
TEST_SECONDS = 600  # for the tests of one task, calls included


class AnswerError(Exception):
    """What a student's function raised in the sandbox.

    Parameters
    ----------
    kind : str
        Name of the error's type.
    message : str
        What it said.
    """

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind if isinstance(getattr(builtins, kind, None), type) else "an error"


def _ended(reason):
    return AnswerError("", text("classroom")[f"ended_{reason}"])


class StandIn:
    """Outside of the sandbox, what stands for a function inside.

    Parameters
    ----------
    student : Student
        Whose function it is.
    name : str
        Its name.
    """

    def __init__(self, student, name):
        self._student, self._name = student, name

    def __call__(self, *args, **options):
        return self.within(60.0, *args, **options)

    def within(self, seconds, /, *args, **options):
        """Call it, with a time limit.

        Parameters
        ----------
        seconds : float
            How long it may take.
        *args, **options : object
            What it is given.

        Returns
        -------
        object
        """
        return self._student.call(self._name, args, options, seconds)


class Student:
    """A student's notebook in a sandbox, run again without the cell that ended it.

    Parameters
    ----------
    start : callable
        Makes a sandbox.
    limits : Limits
        What it may use.
    """

    def __init__(self, start, limits):
        self._start, self._limits, self._sandbox = start, limits, None
        self._done, self._lives, self._given_up = [], LIVES, {}
        self._end = time.monotonic() + limits.seconds
        self.fatal = []

    def run(self, source):
        """Run a cell; return its outputs and how it ended."""
        request = {"do": "cell", "source": source, "seconds": self._limits.cell_seconds}
        try:
            reply = self._ask(request, self._limits.cell_seconds)
        except SandboxEnded as end:
            return [], end.reason
        ended = reply.get("ended")
        if reason := {"stuck": "time", "full": "disk"}.get(ended):
            self._drop(reason)
            return [], reason
        self._done.append(source)
        return safe_outputs(reply.get("outputs")), ended if ended in ("fine", "late") else "error"

    def look_up(self, name):
        """Return a value that the student made, or what stands for a function; None if missing."""
        self._given_up.pop(name, None)
        try:
            reply = self._ask({"do": "name", "name": name}, 60)
        except SandboxEnded:  # of what came before: once more, in a fresh one
            try:
                reply = self._ask({"do": "name", "name": name}, 60)
            except SandboxEnded:
                return None
        if reply.get("kind") == "function":
            return StandIn(self, name)
        return reply.get("value") if reply.get("kind") == "value" else None

    def call(self, name, args, options, seconds):
        """Call a student's function. One that did not end is not called again in this test."""
        if name in self._given_up:
            raise self._given_up[name]
        request = {
            "do": "call",
            "name": name,
            "args": args,
            "options": options,
            "seconds": min(seconds, max(1.0, self._end - time.monotonic())),
        }
        try:
            reply = self._ask(request, seconds)
        except SandboxEnded as end:
            fatal = TimeUp() if end.reason == "time" else _ended(end.reason)
            raise self._given_up.setdefault(name, fatal) from None
        kind = reply.get("kind")
        if kind == "stuck":
            self._drop("time")
        if kind in ("late", "stuck"):
            raise self._given_up.setdefault(name, TimeUp())
        if kind == "raised":
            if reply.get("type") == "NotImplementedError":
                raise NotImplementedError
            raise AnswerError(str(reply.get("type")), str(reply.get("message"))[:500])
        if kind != "value":
            raise AnswerError("", text("classroom")["no_reply"])
        return reply.get("value")

    def close(self):
        """End the sandbox."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _ask(self, request, seconds):
        self._live()
        try:
            reply = self._sandbox.ask(request, seconds)
            named = (reply.get(key, "") for key in ("kind", "ended"))
            return reply if all(isinstance(one, str) for one in named) else {}
        except SandboxEnded as end:
            self._drop(end.reason)
            raise

    def _drop(self, reason):
        self.fatal.append(reason)
        self.close()

    def _begun(self, left):
        """Start a sandbox. Where the first does not even begin, that is nobody's fault."""
        try:
            return self._start(left)
        except SandboxEnded as end:
            if self._done or self.fatal:
                raise
            line = text("classroom")["sandbox_fails"].format(reason=end.reason)
            raise NoSandboxError(line) from None

    def _live(self):
        """Make certain that there is a sandbox in which all cells so far were run."""
        while self._sandbox is None:
            left = self._end - time.monotonic()
            if left <= 1:
                raise SandboxEnded("time")
            if not self._lives:
                raise SandboxEnded(self.fatal[-1])
            self._lives -= 1
            try:
                self._sandbox = self._begun(left)
                for source in self._done:
                    most = min(left, self._limits.cell_seconds)
                    self._sandbox.ask({"do": "cell", "source": source, "seconds": most}, most)
            except SandboxEnded as end:
                self._drop(end.reason)


def examine(source, release, data, student, *, limits, threads=1, files=None, unsafe=False):
    """Mark a submission.

    Parameters
    ----------
    source, release : nbformat.NotebookNode
        The assignment, and the student's edition.
    data : bytes
        The notebook that was handed in.
    student : str
        Id of the student.
    limits : Limits
        What the submission may use.
    threads : int, default 1
        Cores for its arithmetic.
    files : dict, optional
        Name and bytes of what lies beside the notebook.
    unsafe : bool, default False
        Whether to run without a sandbox.

    Returns
    -------
    dict
        ``notebook`` (as JSON text: the assignment with the answers, run, the points standing
        under the tests), ``tasks`` (name to ``points``, ``most`` and ``results``), ``lines``
        (what a teacher should know, in plain words) and ``seconds``.
    """
    began, lines = time.monotonic(), []
    try:
        submitted, odd = read_notebook(data)
        lines += odd
    except Unreadable as error:
        submitted = None
        lines.append(str(error))
    if submitted is not None:
        told = submitted.metadata.get("vidlearn", {}).get("edition")
        wanted = release.metadata.get("vidlearn", {}).get("edition")
        if told != wanted and wanted:
            lines.append(text("classroom")["other_edition"])
    notebook, amended = assemble(source, release, submitted, student)
    lines += amended

    def start(seconds):
        kept = {**vars(limits), "seconds": seconds}
        return Sandbox(type(limits)(**kept), threads=threads, files=files, unsafe=unsafe)

    own = Student(start, limits)
    try:
        tasks, said = _gone_through(notebook, source, own, student)
    finally:
        own.close()
    return {
        "notebook": nbformat.writes(notebook),
        "tasks": tasks,
        "lines": lines + said,
        "seconds": time.monotonic() - began,
    }


def _gone_through(notebook, source, own, student):
    """Run every cell where it belongs; return the tasks and what is to be said."""
    words = text("classroom")
    answers = _answers(source)
    shows = {c.source for c in source.cells if "show" in c.metadata.get("tags", [])}
    outside = {"__name__": "__main__", "STUDENT": student}
    tasks, said = {}, []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
            continue
        name, told = grade_id(cell), cell.metadata.get("nbgrader", {})
        if is_test(cell):
            tasks[name] = _tested(cell, own, outside, answers, float(told["points"]))
            continue
        if name and not is_answer(cell):  # the assignment's own: imports, the card, data
            _inside_out(cell, outside)
            if "card" in cell.metadata.get("tags", []):
                continue
        if not name and cell.source in shows:  # a figure, for the student alone
            continue
        before = len(own.fatal)
        outputs, ended = own.run(cell.source)
        cell.outputs = outputs
        if ended not in ("fine", "error") and (len(own.fatal) > before or ended == "late"):
            line = words["cell_ended"].format(number=number, why=words[f"why_{ended}"])
            said.append(line)
        elif ended == "error":
            kind = next((o.ename for o in cell.outputs if o.output_type == "error"), "")
            kind = kind if isinstance(getattr(builtins, kind, None), type) else words["an_error"]
            if kind != "NotImplementedError":
                said.append(words["cell_raised"].format(number=number, kind=kind))
    return tasks, said


def _answers(source):
    """Return the names that the assignment's answers define."""
    names = set()
    for cell in source.cells:
        if cell.cell_type == "code" and is_answer(cell):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    names.add(node.name)
                    continue
                names |= {
                    one.id
                    for one in ast.walk(node)
                    if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
                }
    return names - {"STUDENT"}


def _inside_out(cell, outside):
    """Run one of the assignment's own cells outside; what it shows is nobody's concern."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(cell.source, f"<{grade_id(cell)}>", "exec"), outside)


def _tested(cell, own, outside, answers, most):
    """Run a cell of tests outside of the sandbox; write the points under it."""
    used = {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
    for name in used & answers:
        outside[name] = own.look_up(name)
    fresh, error = outside, None
    fresh.pop("exam", None)
    try:
        code = _with_points(cell.source)
        with contextlib.redirect_stdout(io.StringIO()):
            Clock(TEST_SECONDS).run(exec, code, fresh)
    except (Exception, TimeUp) as fault:  # an odd answer that the tests do not bear
        error = f"{type(fault).__name__}: {fault}"[:300]
    exam = fresh.get("exam")
    exam = exam if isinstance(exam, Exam) else Exam(grade_id(cell))
    reached = fresh.pop("__points__", None) if error is None else None
    if not isinstance(reached, Points):
        reached = Points(0.0) if error else exam.points(most)
    reached = min(max(float(reached), 0.0), most)
    results = copy.deepcopy(exam.results)
    if error:
        results.append(_unbearable(error))
    _show(cell, results, reached)
    return {"points": reached, "most": most, "results": results}


def _unbearable(error):
    line = text("classroom")["unbearable"]
    return {
        "title": line,
        "hidden": True,
        "share": 0.0,
        "weight": 0.0,
        "said": error,
        "cause": None,
        "error": "test",
    }


def _with_points(source):
    """Compile a cell so that the value of its last line is kept."""
    tree = ast.parse(source)
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = tree.body[-1]
        kept = ast.Assign([ast.Name("__points__", ast.Store())], last.value)
        tree.body[-1] = ast.copy_location(kept, last)
        ast.fix_missing_locations(tree)
    return compile(tree, "<tests>", "exec")


def _show(cell, results, reached):
    """Write what was tested, and the points, as nbgrader reads them."""
    sign = {True: "✓", False: "✗"}
    lines = []
    for one in results:
        lines.append(f"{sign[one['share'] == 1]} {one['title']}")
        lines += [
            f"    {part}" for part in (one["cause"], one["said"]) if part and one["share"] < 1
        ]
    stream = nbformat.v4.new_output("stream", name="stdout", text="\n".join(lines) + "\n")
    value = nbformat.v4.new_output(
        "execute_result", data={"text/plain": f"{reached:g}"}, execution_count=1
    )
    cell.outputs = [stream, value]
    cell.metadata["vidlearn"] = {"results": results}
