"""What lesson 19 shows: films above bars of labels, two labellings that a number calls equal."""

import numpy as np

BAR, GAP = 16, 4  # pixels


def same_accuracy(truth, classes, *, seed=0, wrong=0.1):
    """Spoil labels in two ways that cost equally many frames.

    Parameters
    ----------
    truth : ndarray
        (T,) labels.
    classes : int
        Number of classes.
    seed : int
        Of the draws.
    wrong : float
        Share of the frames that are spoilt.

    Returns
    -------
    flickering : ndarray
        (T,) labels, wrong in single frames here and there.
    late : ndarray
        (T,) labels, as many of them wrong: each change comes some frames late.
    """
    from vidlearn.metrics import segments

    rng = np.random.default_rng(seed)
    spoilt = max(1, round(wrong * len(truth)))
    flickering, late = truth.copy(), truth.copy()
    at = rng.choice(np.arange(1, len(truth), 2), spoilt, replace=False)  # no two side by side
    flickering[at] = (truth[at] + rng.integers(1, classes, spoilt)) % classes
    changes = segments(truth)[1:]
    for step in range(len(truth)):
        for start, stop, _ in changes:
            if spoilt and start + step < (start + stop) // 2:  # half of it is there
                late[start + step] = truth[start - 1]
                spoilt -= 1
    return flickering, late


def barred(frames, rows, *, colours=None, times=3):
    """Put bars of labels under a film, which fill up while it plays.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    rows : dict of str to ndarray
        (T,) labels by the name that stands before the bar.
    colours : sequence of str, optional
        One for each label; a label beyond them has one of theirs, with black stripes.
    times : int
        By how much frames are enlarged.

    Returns
    -------
    ndarray
        (T, height, width, 3) uint8, both sides even.
    """
    from PIL import Image, ImageDraw, ImageFont

    total, height, width = len(frames), times * frames.shape[1], times * frames.shape[2]
    wide, left = 3 * width // 2 * 2, 96
    high = height + len(rows) * (BAR + GAP) + GAP
    high += high % 2
    font = ImageFont.load_default(12)
    film = np.empty((total, high, wide, 3), np.uint8)
    bars = {name: _bar(labels, wide - left - GAP, colours) for name, labels in rows.items()}
    for t, frame in enumerate(frames):
        page = Image.new("RGB", (wide, high), "#ffffff")
        large = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC)
        page.paste(large, ((wide - width) // 2, 0))
        draw = ImageDraw.Draw(page)
        done = round((t + 1) / total * (wide - left - GAP))
        for k, (name, bar) in enumerate(bars.items()):
            top = height + GAP + k * (BAR + GAP)
            draw.text((left - 6, top + BAR // 2), name, fill="#000000", anchor="rm", font=font)
            page.paste(Image.fromarray(bar[:, :done]), (left, top))
        film[t] = page
    return film


def _bar(labels, wide, colours):
    """Return a bar (BAR, wide, 3) with a colour for each label, striped where these run out."""
    from PIL import ImageColor

    from vidlearn.widgets.label_bar import TONES

    tones = np.array([ImageColor.getrgb(c) for c in colours or TONES], np.uint8)
    across = np.arange(wide)
    label = np.asarray(labels)[across * len(labels) // wide]
    bar = np.repeat(tones[label % len(tones)][None], BAR, axis=0)
    bar[BAR // 2 :, (label >= len(tones)) & (across % 6 < 2)] = 0
    return bar


def rows_of(results):
    """Print what `evaluate_labels` says of several labellings, one a row.

    Parameters
    ----------
    results : dict of str to vidlearn.metrics.LabelResult
    """
    print(f"{'':26}accuracy    edit   F1@10   F1@25   F1@50")
    for name, each in results.items():
        print(f"{name:26}{each.accuracy:8.3f}{each.edit:8.1f}"
              + "".join(f"{each.f1[share]:8.3f}" for share in (0.1, 0.25, 0.5)))  # fmt: skip


def poked(run, film, frame):
    """Say which frames an answer depends on: change each one, and look.

    Parameters
    ----------
    run : callable
        Takes films (N, T, C), returns answers (N, T, K).
    film : ndarray
        (T, C).
    frame : int
        Whose answer is looked at.

    Returns
    -------
    ndarray
        (T,) how far the answer moves, its largest number.
    """
    moved = np.repeat(film[None], len(film), axis=0)
    moved[np.arange(len(film)), np.arange(len(film))] += 1
    return np.abs(run(moved)[:, frame] - run(film[None])[0, frame]).max(axis=-1)


def first_filters(kernels):
    """Show what each filter wants of two differences, its colours added up.

    Parameters
    ----------
    kernels : ndarray
        (3, 3, 6, F): three channels of the one difference, then three of the other.

    Returns
    -------
    list of ndarray
        2 F maps (3, 3), -1 to 1: all filters' for the one difference, then all for the other.
    """
    maps = np.stack([kernels[:, :, :3].sum(axis=2), kernels[:, :, 3:].sum(axis=2)])
    maps = np.moveaxis(maps / np.abs(maps).max(), -1, 1)
    return list(maps.reshape(-1, *maps.shape[2:]))
