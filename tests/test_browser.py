from tests.browser import find_browser


def test_find_browser_takes_the_named_one(monkeypatch, tmp_path):
    named = tmp_path / "my-chromium"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    monkeypatch.setenv("VIDLEARN_BROWSER", str(named))
    assert find_browser() == str(named)
    monkeypatch.setenv("VIDLEARN_BROWSER", str(tmp_path / "absent"))
    assert find_browser() is None


def test_find_browser_prefers_the_path_then_the_usual_places(monkeypatch, tmp_path):
    monkeypatch.delenv("VIDLEARN_BROWSER", raising=False)
    monkeypatch.setattr("tests.browser.MAC", ())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "programs"))
    chrome = tmp_path / "programs/Google/Chrome/Application/chrome.exe"
    chrome.parent.mkdir(parents=True)
    chrome.write_text("")
    assert find_browser() == str(chrome)
    on_path = tmp_path / "bin" / "google-chrome"
    on_path.parent.mkdir()
    on_path.write_text("#!/bin/sh\n")
    on_path.chmod(0o755)
    assert find_browser() == str(on_path)


def test_browser_fixture_opens_a_page(browser):
    page = browser.new_page()
    page.set_content("<p id=a>frame 7</p>")
    assert page.inner_text("#a") == "frame 7"
    page.close()
