"""Answers that resist being judged: `check` says so, and the notebook goes on."""

import time

import numpy as np
import pytest

from vidlearn.course import challenge, check, reveal, use
from vidlearn.course.checks import judge
from vidlearn.course.exercises import get, lesson00, lesson01, lesson05
from vidlearn.course.limits import note_time


class Own(BaseException):
    """What a learner may derive from the base of all errors."""


class Mute:
    def __repr__(self):
        raise Own

    def __array__(self, *_, **__):
        raise Own


class Unspoken:
    def __repr__(self):
        raise ValueError


class Sealed:
    def __getattribute__(self, name):
        raise RuntimeError("sealed")


class Wordless(Exception):
    def __str__(self):
        raise Own


def raises_own(x, k, stride, padding):
    raise Own("mine")


def raises_wordless(x, k, stride, padding):
    raise Wordless


def leaves(x, k, stride, padding):
    raise GeneratorExit


def holds_itself(x, k, stride, padding):
    out = []
    out.append(out)
    return out


def gives_mute(x, k, stride, padding):
    return Mute()


def sealed_global():
    """Return an answer that reads a global which resists (pytest would look at one of ours)."""
    names = {"SEALED": Sealed()}
    exec("def reads_sealed(x, k, stride, padding):\n    return SEALED and x", names)
    return names["reads_sealed"]


@pytest.mark.parametrize(
    "answer", [raises_own, raises_wordless, leaves, holds_itself, gives_mute, sealed_global()]
)
def test_an_answer_that_resists_is_wrong_in_words(answer, capsys):
    assert check("correlate2d", answer).status == "wrong"
    assert use("correlate2d", answer).yours is False
    assert "Not right yet" in capsys.readouterr().out


def test_the_learner_may_still_interrupt():
    def interrupted(x, k, stride, padding):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge("correlate2d", interrupted)


def test_use_does_not_wait_again_for_what_ran_out_of_time(monkeypatch):
    exercise = get("correlate2d")
    object.__setattr__(exercise, "seconds", 0.5)
    try:
        calls = []

        def endless(x, k, stride, padding):
            calls.append(1)
            while True:
                pass

        assert judge("correlate2d", endless).status == "wrong"
        begun, before = time.monotonic(), len(calls)
        mine = use("correlate2d", endless)
        assert len(calls) == before
        assert time.monotonic() - begun < 0.5
        assert not mine.yours
        assert np.shape(mine(np.ones((3, 4)), np.ones((2, 2)), 1, 0)) == (2, 3)
    finally:
        object.__setattr__(exercise, "seconds", 10.0)


def test_an_answer_or_a_name_that_resists_is_told_not_raised(capsys):
    for name, call in (("correlate2d", check), ("finder", challenge)):
        assert not call(name, Sealed())
        assert not call(Unspoken(), Sealed())
    assert not reveal(Unspoken(), 3)
    assert use("correlate2d", Sealed()).yours is False
    assert "<Sealed>" in capsys.readouterr().out


def test_what_ran_out_of_time_is_not_run_again_beside_its_check(capsys):
    frames = np.zeros((2, 4, 6, 3), np.uint8)
    note_time(raises_own, over=True)
    try:
        assert lesson00.drawn(frames, raises_own) is frames
        assert lesson01.settings_of(raises_own) == lesson01.HURRIED
        lesson05.judged(raises_own, None)
        assert "did not end in its time" in capsys.readouterr().out
    finally:
        note_time(raises_own, over=False)
    with pytest.raises(Own):
        lesson00.drawn(frames, lambda _: raises_own(*"xksp"))
