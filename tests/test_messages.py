import pytest

from vidlearn import messages


def test_text_returns_a_copy_of_a_section():
    first = messages.text("widgets")
    first["play"] = "changed"
    assert messages.text("widgets")["play"] == "Play"


def test_text_rejects_an_unknown_section_by_naming_the_known():
    with pytest.raises(ValueError, match=r"one of \[.*'widgets'.*Received: 'wigdets'"):
        messages.text("wigdets")


def test_text_rejects_an_unknown_language():
    with pytest.raises(ValueError, match=r"one of \[.*'en'.*Received: 'tlh'"):
        messages.text("widgets", "tlh")


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    folder = tmp_path / "course" / "messages"
    for language, name, words in (
        ("en", "a.toml", '[cut]\nname = "cut"\nshot = "shot"\n'),
        ("zh", "a.toml", '[cut]\nname = "镜头切换"\n'),
    ):
        (folder / language).mkdir(parents=True)
        (folder / language / name).write_text(words, "utf-8")
    monkeypatch.setattr(messages, "files", lambda package: tmp_path)
    messages._catalogue.cache_clear()
    yield folder
    messages._catalogue.cache_clear()


def test_a_second_language_falls_back_to_english_by_string(catalogue):
    assert messages.text("cut", "zh") == {"name": "镜头切换", "shot": "shot"}


def test_text_rejects_a_section_that_stands_in_two_files(catalogue):
    (catalogue / "en" / "b.toml").write_text('[cut]\nname = "again"\n', "utf-8")
    with pytest.raises(ValueError, match=r"b\.toml: sections \['cut'\]"):
        messages.text("cut")
