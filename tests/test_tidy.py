"""What a run leaves behind is seen, in a checkout and outside of one."""

import subprocess

import pytest

from tests.tidy import left_behind, state


@pytest.fixture
def checkout(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("my_work/\n", "utf-8")
    return tmp_path


def test_new_files_are_seen_in_new_folders_too_and_ignored_ones_are_not(checkout):
    before = state(checkout)
    for name in ("notebooks/clips/a.mp4", "my_work/00.ipynb"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).touch()
    assert left_behind(before, state(checkout)) == ["?? notebooks/clips/a.mp4"]
    assert left_behind(state(checkout), state(checkout)) == []


def test_without_git_nothing_is_said(tmp_path):
    assert state(tmp_path) is None
    assert left_behind(state(tmp_path), None) == []
