"""What can be told of an answer from its code: whose it is, and where it stopped."""

import dis
import functools
import inspect
import linecache
import re
import sys
import types

from vidlearn.course.limits import TimeUp
from vidlearn.messages import text

LIBRARIES = {"vidlearn", "numpy", "scipy", "cv2"}


def name_of(answer):
    """Return what an answer is called.

    Parameters
    ----------
    answer : callable

    Returns
    -------
    str
    """
    return getattr(answer, "__name__", type(answer).__name__)


def unwrapped(answer):
    """Return the learner's function inside what `use` handed out, else what was given.

    Parameters
    ----------
    answer : object

    Returns
    -------
    object
    """
    try:
        return getattr(answer, "vidlearn_answer", answer)
    except Exception:  # it resists being looked at
        return answer


def code_of(answer):
    """Return the learner's function inside wrappers, partials and methods, or None.

    Parameters
    ----------
    answer : callable

    Returns
    -------
    function or None
    """
    for _ in range(8):
        if isinstance(answer, types.FunctionType) and not hasattr(answer, "__wrapped__"):
            return answer
        if isinstance(answer, functools.partial):
            answer = answer.func
        elif isinstance(answer, types.MethodType):
            answer = answer.__func__
        elif hasattr(answer, "__wrapped__"):
            answer = answer.__wrapped__
        elif isinstance(answer, type):
            answer = answer.__init__
        else:
            answer = vars(type(answer)).get("__call__")
    return None


def library_name(answer, allows=()):
    """Name the library function that an answer is, or that it calls; None for own work.

    Parameters
    ----------
    answer : callable
        The learner's function.
    allows : sequence of str
        Library functions that it may call.

    Returns
    -------
    str or None
    """
    if isinstance(answer, functools.partial):
        return library_name(answer.func, allows)
    if inspect.isroutine(answer) or isinstance(answer, type):
        if _root(answer) in LIBRARIES or type(answer).__name__ == "ufunc":
            return name_of(answer)
    elif type(answer).__module__.split(".")[0] in LIBRARIES - {"vidlearn"}:
        return name_of(answer)  # a ufunc, a vectorised function
    function = code_of(answer)
    if function is None:
        return None
    known = function.__globals__ | _closure(function)
    taken = _taken(function.__code__, known, _defaults(function))
    behind = (
        name
        for name in sorted(names_in(function.__code__))
        if _stands_in(known.get(name), function.__name__)
    )
    return next((name for name in (*taken, *behind) if name not in allows), None)


def _stands_in(thing, name):
    """Tell whether `use` handed out the library's function in place of the answer of a name."""
    other = getattr(thing, "vidlearn_answer", None)
    return other is not None and not thing.yours and name_of(other) == name


def names_in(code):
    """Return all names that a function's code reads from outside, also of functions inside it.

    Parameters
    ----------
    code : code
        Of a function.

    Returns
    -------
    set of str
    """
    inner = (each for each in code.co_consts if isinstance(each, types.CodeType))
    own = {*code.co_names, *code.co_freevars}
    return own.union(*map(names_in, inner))


def _closure(function):
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {}
    for name, cell in cells:
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not made yet
            continue
    return found


def _defaults(function):
    """Return what the parameters hold where a caller says nothing."""
    given, code = function.__defaults__ or (), function.__code__
    last = code.co_varnames[: code.co_argcount][code.co_argcount - len(given) :]
    return dict(zip(last, given, strict=True)) | (function.__kwdefaults__ or {})


def _taken(code, known, own=None):
    """Yield the names of what the code takes from vidlearn, also where it imports it itself.

    A parameter or variable hides what has its name outside; `own` holds what parameters begin as.
    """
    hidden = {*code.co_varnames, *code.co_cellvars}
    known = {name: value for name, value in known.items() if name not in hidden} | (own or {})
    origin, read = (), None  # read: the module of ours on top of the stack
    for step in dis.get_instructions(code):
        name, before, read = step.argval, read, None
        if isinstance(name, types.CodeType):
            yield from _taken(name, known)
        elif step.opname == "IMPORT_NAME":
            origin = _imported(name)
            read = origin[-1] if origin else None
        elif step.opname == "IMPORT_FROM" and origin:
            found = (getattr(module, name, None) for module in origin)
            value = next((thing for thing in found if thing is not None), None)
            read = value if _is_ours(value) else None
            if read is None:
                yield name
        elif step.opname.startswith("STORE_") and step.opname != "STORE_ATTR":
            if isinstance(name, str):
                known[name] = before
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            value = getattr(before, name, None) if before else None
            read = value if _is_ours(value) else None
            if before and read is None and callable(value):
                yield name
        elif step.opname.startswith("LOAD_") and isinstance(name, str) and name in known:
            value = known[name]
            read = value if _is_ours(value) else None
            if "CONST" not in step.opname and callable(value) and _root(value) == "vidlearn":
                yield name_of(value)
        elif step.opname in ("CACHE", "PUSH_NULL", "EXTENDED_ARG"):
            read = before


def _imported(name):
    """Return the module of ours that an import inside the function names, and the package."""
    if name.split(".")[0] != "vidlearn":
        return ()
    modules = (name, "vidlearn")
    return tuple(sys.modules[module] for module in modules if module in sys.modules)


def _is_ours(value):
    return isinstance(value, types.ModuleType) and value.__name__.split(".")[0] == "vidlearn"


def _root(thing):
    return (getattr(thing, "__module__", "") or "").split(".")[0]


def told(error):
    """Return an error's type and message, without the colours and lists that Keras adds.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
    """
    try:
        message = re.sub(r"\x1b\[[\d;]*m", "", str(error))
        message = message.partition("Arguments received by")[0].strip()
    except Exception:
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def where(answer, error):
    """Say what was raised, and in which line of the learner's code.

    Parameters
    ----------
    answer : callable
        The learner's function.
    error : BaseException
        What it raised.

    Returns
    -------
    str
    """
    words, place = text("check"), place_of(answer, error)
    if place is None:
        return words["raised"].format(error=told(error))
    name, line, code = place
    own = name == name_of(code_of(answer))
    said = words["raised_line" if own else "raised_helper"]
    return said.format(name=name, line=line, code=code, error=told(error))


def stopped(answer, error, seconds):
    """Say how an answer ended without a result: where, by which error, or for want of time.

    Parameters
    ----------
    answer : callable
        The learner's function.
    error : BaseException
        What it raised.
    seconds : float
        The time it had.

    Returns
    -------
    str
    """
    words, name = text("check"), name_of(answer)
    if isinstance(error, RecursionError):
        return words["recursion"].format(name=name)
    if not isinstance(error, TimeUp):
        return where(answer, error)
    place = place_of(answer, error)
    if place is None:
        return words["too_long"].format(name=name, seconds=seconds)
    owner, line, code = place
    return words["too_long_line"].format(name=owner, seconds=seconds, line=line, code=code)


def place_of(answer, error):
    """Find the last line of the learner's code that an error came through.

    Parameters
    ----------
    answer : callable
        The learner's function.
    error : BaseException
        What it raised.

    Returns
    -------
    tuple or None
        Name of the function, line in it counted from its `def` as 1, the line itself.
    """
    function, trace, found = code_of(answer), error.__traceback__, None
    while function is not None and trace is not None:
        frame = trace.tb_frame
        if frame.f_globals is function.__globals__ and frame.f_code.co_filename != __file__:
            code, line = frame.f_code, trace.tb_lineno
            inside = code.co_name.startswith("<") and code.co_name != function.__name__
            if inside and found and found[0].co_filename == code.co_filename:
                code = found[0]  # a comprehension's lines are counted with its function's
            found = code, line
        trace = trace.tb_next
    if found is None:
        return None
    code, line = found
    source = linecache.getline(code.co_filename, line).strip()
    if not source:
        return None
    return code.co_name, max(line - code.co_firstlineno + 1, 1), source
