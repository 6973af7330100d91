"""Tell what a run left behind in the checkout."""

import subprocess


def state(root):
    """Return what git sees that is not committed, one line for each file; None without git.

    Parameters
    ----------
    root : Path
        The checkout.
    """
    run = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return None if run.returncode else set(run.stdout.splitlines())


def left_behind(before, after):
    """Return the lines that are new in the second of two states, in order.

    Parameters
    ----------
    before, after : set of str or None
        What `state` gave.
    """
    return [] if before is None or after is None else sorted(after - before)
