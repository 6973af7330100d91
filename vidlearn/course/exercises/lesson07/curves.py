"""What two curves tell of a training."""

from vidlearn.course.exercises import Exercise, Refusal
from vidlearn.messages import text


def diagnose_the_curves():
    """Read training loss and validation loss together."""
    return {
        "A": "overfits",
        "B": "learning rate too high",
        "C": "fine",
        "D": "net too small",
    }


# What learners call it, without capitals, blanks, hyphens and underscores.
NAMES = {
    "fine": "fine ok okay good goodfit justright",
    "overfits": "overfits overfit overfitting overfitted toolarge nettoolarge",
    "net too small": "nettoosmall toosmall underfits underfit underfitting networktoosmall",
    "learning rate too high": "learningratetoohigh ratetoohigh lrtoohigh learningratetoolarge "
    "learningratehigh",
}


def _four_answers(result):
    """Return what is said of the four letters, in the words of the exercise."""
    words = text("lesson07")["exercises"]["diagnose-the-curves"]
    if not isinstance(result, dict):
        raise Refusal(words["no_dict"])
    result = {str(letter).strip().upper(): answer for letter, answer in result.items()}
    if missing := [letter for letter in "ABCD" if letter not in result]:
        raise Refusal(words["missing"].format(letters=", ".join(missing)))
    return {letter: _diagnosis(letter, result[letter], words) for letter in "ABCD"}


def _diagnosis(letter, said, words):
    plain = "".join(character for character in str(said).lower() if character.isalpha())
    for name, others in NAMES.items():
        if plain in others.split():
            return name
    raise Refusal(words["unknown"].format(letter=letter, said=said, names=", ".join(NAMES)))


def _diagnose(**changed):
    return lambda: diagnose_the_curves() | changed


EXERCISES = [
    Exercise(
        "diagnose-the-curves",
        diagnose_the_curves,
        lambda: [()],
        {
            "over-and-under": _diagnose(A="net too small", D="overfits"),
            "rate-and-size": _diagnose(B="net too small", D="learning rate too high"),
            "training-only": _diagnose(A="fine", C="overfits"),
            "all-overfit": lambda: dict.fromkeys("ABCD", "overfits"),
            "gap-is-fine": _diagnose(A="fine"),
            "plateau-for-rate": _diagnose(D="learning rate too high"),
            "guessing-for-small": _diagnose(B="net too small"),
            "plateau-for-overfitting": _diagnose(D="overfits"),
            "guessing-for-overfitting": _diagnose(B="overfits"),
            "close-for-overfitting": _diagnose(C="overfits"),
            "rate-for-overfitting": _diagnose(A="learning rate too high", B="overfits"),
        },
        measure=_four_answers,
        secret=True,
    ),
]
