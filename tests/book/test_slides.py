"""Slides: what is taken from a lesson, and a deck in a browser, on paper, and without scripts."""

import re
from io import BytesIO

import nbformat
import pytest

from book import deck, excerpt, outline
from book.slides import Writer, parts
from tests.book.conftest import Visits
from tests.book.test_site import H264, LESSONS


def of_cells(*cells):
    """Return the slides of cells that follow one another."""
    about = outline.Outline("03", "03_convolution", "Convolution", "", [], [], {})
    made = deck.Deck(about, None)
    for cell in cells:
        made.words(cell) if cell.cell_type == "markdown" else made.code(cell)
    return made.slides


def words(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, page="", printed=""):
    outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
    if page:
        outputs.append(nbformat.v4.new_output("display_data", {"text/html": page}))
    return nbformat.v4.new_code_cell(source, outputs=outputs)


def figure(caption):
    return f"<figure><img src='a.png' alt='A'><figcaption class='x'>{caption}</figcaption></figure>"


def test_a_figure_stands_under_its_caption_after_its_guess_and_before_what_was_to_be_seen():
    made = of_cells(
        words("## 2. Edges\n\nLook at it. **Guess:** where is it bright?"),
        code("draw()", figure("Bright at the edges. And <code>0</code> in between.")),
        words("<details><summary>What you should have seen</summary>\n\nEdges.\n</details>"),
    )
    assert [slide.kind for slide in made] == ["guess", "show"]
    assert made[0].before.endswith("**Guess:** where is it bright?")
    assert made[1].title == "Bright at the edges."
    assert made[1].after == "And <code>0</code> in between."
    assert "figcaption" not in made[1].shown
    assert made[1].folds == [("What you should have seen", "Edges.")]
    assert made[1].place == "Edges"


@pytest.mark.parametrize("caption", ["Left: a film. Right: its edges.", "A long " * 20 + "one."])
def test_a_caption_that_makes_no_title_stands_below(caption):
    (made,) = of_cells(words("## 1. Edges"), code("draw()", figure(caption)))
    assert (made.title, made.after) == ("Edges", caption)


def test_a_formula_has_the_sentences_around_it_but_none_that_leads_on():
    before = "One sentence. " * 40 + "The last one, in full:"
    (made,) = of_cells(words(f"## 1. Sums\n\n{before}\n\n$$a + b$$\n\nNow $a$. So it is drawn:"))
    assert made.kind == "formula"
    assert made.before.endswith("The last one, in full:")
    assert len(made.before.split()) <= deck.MOST_WORDS["before"]
    assert made.shown == "$$a + b$$"
    assert made.after == "Now $a$."


def test_an_exercise_shows_its_task_and_a_short_stub_without_what_judges_it():
    task = "### Exercise 1 · Add\n\nAdd two numbers. `check` says whether it is right."
    stub = 'def my_add(a, b):\n    """Return a + b."""\n    ...\n\n\ncheck("add", my_add)'
    (made,) = of_cells(words(task), code(stub))
    assert made.before == "Add two numbers."
    assert "my_add" in made.shown
    assert "check(" not in made.shown


def test_long_code_is_left_out_and_short_code_shown_with_what_it_prints():
    long = "\n".join(f"a{k} = {k}" for k in range(excerpt.MOST_LINES + 1))
    assert not of_cells(words("## 1. By hand"), code(long, printed="1\n"))
    (made,) = of_cells(words("## 1. By hand"), code("print(1 + 2)", printed="3\n"))
    assert made.kind == "hand"
    assert "print(1 + 2)" in made.shown
    assert "\n3\n" in made.shown


def test_sentences_are_whole_and_not_torn_at_numbers():
    said = "It is 0.5 of it. Then 3 more follow. That is all."
    assert excerpt.sentences(said, 8) == "It is 0.5 of it."
    assert excerpt.sentences(said, 7, last=True) == "Then 3 more follow. That is all."


def test_links_to_lessons_lead_to_their_pages():
    page = Writer().write("See [lesson 04](04_pooling.ipynb) and [a place](09_lstm.ipynb#gru).")
    assert 'href="../notebooks/04_pooling.html"' in page
    assert 'href="../notebooks/09_lstm.html#gru"' in page


def test_every_lesson_of_the_six_assignments_parts_is_in_one_deck():
    taught = [number for part in parts().values() for number in part["lessons"]]
    known = {name.removeprefix("notebooks/").partition("_")[0] for name in LESSONS}
    assert len(taught) == len(set(taught))
    assert known - set(taught) == {"24", "A1"}  # the project, and the corrections


@pytest.mark.parametrize("number", [n for part in parts().values() for n in part["lessons"]])
def test_a_lesson_makes_slides_of_every_kind_it_has(number, tmp_path):
    made = deck.slides_of(number, tmp_path)
    kinds = [slide.kind for slide in made]
    assert kinds[0] == "title"
    assert {"show", "guess", "task", "remember", "questions"} <= set(kinds)
    assert 12 <= len(made) <= 40
    notebook = nbformat.read(outline.NOTEBOOKS / f"{outline.outline(number).stem}.ipynb", 4)
    views = [o for c in notebook.cells for o in c.get("outputs", []) if "widget-view" in str(o)]
    assert sum("vl-stored" in slide.shown for slide in made) == len(views)
    for slide in made:
        assert slide.title
        for block in re.findall(r"```python\n(.*?)\n```", slide.shown, re.DOTALL):
            assert len(block.splitlines()) <= excerpt.MOST_LINES
        for sign in ("<details", "&lt;", "No guess yet", "Stuck?", "`check("):
            assert sign not in slide.before
    fold = [ask for slide in made for ask, _ in slide.folds]
    assert not any("For teachers" in ask for ask in fold)


@pytest.mark.parametrize("name", parts())
def test_a_deck_asks_nobody_and_says_what_is_on_each_slide(site, name):
    page = (site / "slides" / f"{name}.html").read_text("utf-8")
    assert not re.search(
        r'<(?:script|img|link|video|source)\b[^>]*(?:src|href)="(?:https?:)?//', page
    )
    assert "\x02" not in page
    assert "merror" not in page
    assert "$$" not in page
    ids = re.findall(r'<section class="slide [\w-]+" id="([\w-]+)" aria-label="[^"]+"', page)
    assert len(ids) == len(set(ids)) == page.count('<section class="slide')
    sheet = (site / "slides" / f"{name}.speaker.html").read_text("utf-8")
    for number in parts()[name]["lessons"]:
        assert f"#{number}-01" in sheet
    assert sheet.count("<h3>To ask in class</h3>") == len(parts()[name]["lessons"])


def test_the_teacher_s_guide_leads_to_every_deck(site):
    page = (site / "book" / "slides.html").read_text("utf-8")
    for name in parts():
        assert f'href="../slides/{name}.html"' in page
        assert f'href="../slides/{name}.speaker.html"' in page
    assert 'href="slides.html"' in (site / "book" / "teaching.html").read_text("utf-8")


@pytest.fixture
def talk(site, browser):
    """The deck of convolution, on a wall, with films that may play."""
    visits = Visits(browser)
    visits.context.close()
    visits.context = browser.new_context(viewport={"width": 1280, "height": 720}, has_touch=True)
    yield visits.open((site / "slides" / "convolution.html").as_uri())
    visits.context.close()
    assert not visits.complaints  # nothing from the network, no error


def shown(page):
    """Return the ids of the slides that can be seen."""
    seen = "all => all.filter((one) => one.offsetParent || one.offsetHeight).map((one) => one.id)"
    return page.locator(".slide").evaluate_all(seen)


@pytest.mark.browser
def test_keys_buttons_and_the_list_turn_the_slides(talk):
    assert shown(talk) == ["start"]
    talk.keyboard.press("ArrowRight")
    assert shown(talk) == ["03-01"]
    talk.keyboard.press("PageDown")
    talk.keyboard.press("Space")
    assert shown(talk) == ["03-03"]
    assert talk.url.endswith("#03-03")
    talk.keyboard.press("Shift+Space")
    talk.keyboard.press("ArrowLeft")
    assert shown(talk) == ["03-01"]
    talk.get_by_role("button", name="Next slide").click()
    assert shown(talk) == ["03-02"]
    talk.get_by_role("button", name="Previous slide").click()
    assert shown(talk) == ["03-01"]
    talk.get_by_role("combobox", name="Jump to a lesson").select_option("04-01")
    assert shown(talk) == ["04-01"]
    talk.keyboard.press("End")
    last = shown(talk)
    talk.keyboard.press("ArrowRight")
    assert shown(talk) == last
    talk.keyboard.press("Home")
    assert shown(talk) == ["start"]


@pytest.mark.browser
def test_a_swipe_turns_the_slides(talk):
    swipe = """([from, to]) => {
      const at = (clientX) => new Touch(
        { identifier: 1, target: document.body, clientX, clientY: 300 });
      const tell = (kind, x) => document.body.dispatchEvent(new TouchEvent(kind, {
        bubbles: true, touches: kind === "touchend" ? [] : [at(x)], changedTouches: [at(x)] }));
      tell("touchstart", from); tell("touchend", to);
    }"""
    talk.evaluate(swipe, [600, 300])
    assert shown(talk) == ["03-01"]
    talk.evaluate(swipe, [300, 600])
    talk.evaluate(swipe, [300, 320])
    assert shown(talk) == ["start"]


@pytest.mark.browser
def test_a_film_plays_while_its_slide_is_shown(talk):
    if not talk.evaluate(f"document.createElement('video').canPlayType('{H264}')"):
        pytest.skip("this browser plays no H.264")
    talk.evaluate("location.hash = '03-02'")
    film = talk.locator("[id='03-02'] video")
    film.evaluate(
        """film => new Promise((done) => film.addEventListener("timeupdate", () => {
          if (film.currentTime > 0.2) done();
        }))"""
    )
    talk.keyboard.press("PageDown")
    assert film.evaluate("film => film.paused")


@pytest.mark.browser
def test_an_interactive_lives_and_keeps_its_own_keys(talk):
    talk.evaluate("location.hash = '03-07'")
    view = talk.locator("[id='03-07'] .vl")
    view.wait_for()
    box = view.bounding_box()
    assert box["height"] > 250
    assert box["y"] + box["height"] <= 720
    view.locator("button, input, [tabindex='0']").first.focus()
    talk.keyboard.press("ArrowRight")
    assert shown(talk) == ["03-07"]
    talk.keyboard.press("Escape")
    talk.keyboard.press("ArrowRight")
    assert shown(talk) == ["03-08"]


@pytest.mark.browser
def test_slides_of_words_fit_a_wall_and_nothing_is_wider_than_a_phone(talk):
    cut = """() => [...document.querySelectorAll(".slide")].filter((slide) => {
      location.hash = slide.id; dispatchEvent(new HashChangeEvent("hashchange"));
      const { scrollHeight, clientHeight } = slide.querySelector(".words");
      return !slide.querySelector(".vl-stored") && scrollHeight > clientHeight + 1;
    }).map((slide) => slide.id)"""
    assert not talk.evaluate(cut)
    talk.set_viewport_size({"width": 400, "height": 800})
    wide = """() => [...document.querySelectorAll(".slide")].filter((slide) => {
      location.hash = slide.id; dispatchEvent(new HashChangeEvent("hashchange"));
      return slide.scrollWidth > 400;
    }).map((slide) => slide.id)"""
    assert not talk.evaluate(wide)


@pytest.mark.browser
def test_on_paper_each_slide_is_a_page(talk, site):
    data = talk.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    count = talk.locator(".slide").count()
    assert count <= pages <= 1.1 * count
    assert BytesIO(data).read(4) == b"%PDF"


@pytest.mark.browser
def test_without_scripts_all_slides_can_be_read(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "slides" / "convolution.html").as_uri())
    assert page.locator(".bar").is_hidden()
    last = page.locator(".slide").last
    last.scroll_into_view_if_needed()
    assert last.is_visible()
    context.close()
