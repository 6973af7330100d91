"""A small folder of labelled pictures, and a training on it that went through."""

import os

import numpy as np
import pytest
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

NAMES = ("blue", "red")
COLOURS = ((40, 60, 230), (220, 40, 40))


def labelled(folder, parts, size=(48, 64), seed=0, kinds=(0, 1), mode="RGB"):
    """Write pictures with one to three coloured boxes each, labels in the form txt."""
    rng = np.random.default_rng(seed)
    for part, count in parts.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            frame = rng.integers(60, 120, (*size, 3)).astype(np.uint8)
            rows = []
            for _ in range(int(rng.integers(1, 4))):
                w, h = rng.integers(10, 24, 2)
                x, y = int(rng.integers(size[1] - w)), int(rng.integers(size[0] - h))
                kind = int(rng.choice(kinds))
                frame[y : y + h, x : x + w] = COLOURS[kind]
                rows.append(f"{NAMES[kind]} {x} {y} {x + w} {y + h}\n")
            Image.fromarray(frame).convert(mode).save(folder / part / f"{part or 'p'}{k}.png")
            (folder / part / f"{part or 'p'}{k}.txt").write_text("".join(rows))
    return folder


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    return labelled(tmp_path_factory.mktemp("toy") / "pictures", {"train": 7, "val": 3, "test": 4})


@pytest.fixture(scope="session")
def complete(toy, tmp_path_factory):
    """Three epochs, without an interruption."""
    from vidlearn import runs

    out = tmp_path_factory.mktemp("runs") / "complete"
    return runs.train("ssd", toy, out, preset="tiny", epochs=3, seed=3)


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    from tests.runs.clip_sets import filmed

    return filmed(tmp_path_factory.mktemp("films") / "clips", {"train": 5, "val": 2, "test": 3})


@pytest.fixture(scope="session")
def acted(films, tmp_path_factory):
    """Three epochs of a network for clips that leaves features out at random."""
    from vidlearn import runs

    out = tmp_path_factory.mktemp("runs") / "acted"
    return runs.train("tcn", films, out, preset="tiny", epochs=3, seed=3)
