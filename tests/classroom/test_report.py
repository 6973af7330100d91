"""The report of a class of any size, whatever its students are called."""

import csv
import random
import re

import pytest
from markdown_it import MarkdownIt

from vidlearn.classroom.alike import Pair
from vidlearn.classroom.page import Page, escaped, sheet
from vidlearn.classroom.report import report
from vidlearn.messages import text

DUE = "2026-12-01 23:59:00 UTC"


def tried(title, share=1.0, *, hidden=False, cause=None, said=None, error=None):
    said = ("" if share == 1 else "came: 1") if said is None else said
    found = {"title": title, "hidden": hidden, "share": float(share), "weight": 1.0}
    return found | {"said": said, "cause": cause, "error": error}


def result(*tests, points=0.0, most=4, lines=(), seconds=2.0, submitted="2026-12-01 10:00:00 UTC"):
    """Return what marking gives for an assignment of one task."""
    tasks = {"test_double": {"points": points, "most": most, "results": list(tests)}}
    found = {"tasks": tasks, "lines": list(lines), "seconds": seconds, "submitted": submitted}
    return found | {"assignment": "small"}


def listed(*ids):
    return [{"id": name, "first_name": name.title(), "last_name": "Lee"} for name in ids]


def row_of(text, first):
    """Return the cells of the row that begins so."""
    (line,) = (line for line in text.split("\n") if line.startswith(first))
    return re.split(r"  +", line)


def section(page, title):
    """Return the text below a title of a page."""
    body = page.text().split(f"\n{title}\n{'-' * len(title)}\n")[1]
    return re.split(r"\n\n[^\n]+\n-{3,}\n(?!.*  )", body)[0]


def test_marks_by_hand():
    results = {
        name: result(points=points) for name, points in zip("abcde", [0, 1, 2, 4, 4], strict=True)
    }
    told = str(report("small", results, listed(*"abcde")))
    # mean 11 / 5; in order 0 1 2 4 4: the middle is 2, the quarters are 1 and 4
    assert row_of(told, "double")[1:-1] == ["4.0", "2.2", "2.0", "1.0", "4.0", "2", "1"]
    assert row_of(told, "double")[-1] == "▅▅▅_█"  # 1, 1, 1, 0 and 2 of them
    assert re.search(r"^90 – 100 %  ██ 2$", told, re.M)
    assert re.search(r"^ +0 – 10 %  █ 1$", told, re.M)


def test_who_is_late_missing_unread_and_unknown():
    results = {
        "ann": result(points=4),
        "bob": result(submitted="2026-12-02 00:00:00 UTC"),
        "cy": result(lines=[text("classroom")["file_broken"]]),
        "zed": result(lines=["Answer cells that are missing: 2. They count as empty."]),
    }
    made = report("small", results, listed("ann", "bob", "cy", "dan", "eve"), due=DUE)
    told = str(made)
    assert "Students on the list: 5. Handed in: 4. Missing: 2." in told
    assert "It was due on 2026-12-01 23:59 UTC. Late: 1." in told
    assert section(made.page, "Missing").split() == ["dan", "(Dan", "Lee)", "eve", "(Eve", "Lee)"]
    assert "bob (Bob Lee): 2026-12-02 00:00:00 UTC" in section(made.page, "Late")
    assert "cy (Cy Lee): The file breaks off" in section(made.page, "Handed in, but cannot be read")
    assert "zed" in section(made.page, "Handed in, but not on the list of students")
    assert "1 × Answer cells that are missing: 2." in section(made.page, "What was noticed")
    states = {row[0]: row[3] for row in made.tables["students"][1:]}
    assert states == {
        **{"ann": "handed in", "bob": "late", "cy": "handed in"},
        **{"dan": "missing", "eve": "missing", "zed": "handed in"},
    }


@pytest.mark.parametrize(
    ("when", "late"),
    [
        ("2026-12-01 23:59:00 UTC", 0),
        ("2026-12-02 00:59 +0100", 0),
        ("2026-12-02 01:00:00+01:00", 1),
        (None, 0),
        ("soon", 0),
    ],
)
def test_times_at_the_edge(when, late):
    assert f"Late: {late}." in str(report("small", {"a": result(submitted=when)}, [], due=DUE))


def test_hardest_tests_and_misconceptions_by_hand():
    results = {
        "ann": result(tried("easy"), tried("hard", 0, hidden=True, cause="It adds.")),
        "bob": result(tried("easy", 0.5), tried("hard", 0, hidden=True, cause="It adds.")),
        "cy": result(tried("easy"), tried("hard", 1, hidden=True)),
        "dan": result(tried("easy", 0, said="Nothing yet."), tried("hard", 0, said="Nothing yet.")),
        "eve": result(tried("easy", 0, cause="It halves.", error="TypeError")),
    }
    made = report("small", results, listed(*results))
    tests = {tuple(row[1:3]): row[3:] for row in made.tables["tests"][1:]}
    assert tests == {
        ("hard", True): [1, 3, 0, 0.333],
        ("easy", False): [2, 4, 1, 0.625],
        ("hard", False): [0, 0, 1, ""],  # everybody left it empty
    }
    assert [row[1] for row in made.tables["tests"][1:]] == ["hard", "easy", "hard"]
    assert row_of(str(made), "double  hard")[2:] == ["hidden", "1", "3", "0", "33 %"]
    assert made.tables["causes"][1:] == [
        ["double", "It adds.", 2, "ann bob"],
        ["double", "It halves.", 1, "eve"],
    ]
    assert "2 × It adds. (double: ann, bob)" in str(made)


def test_tests_that_broke_off_are_told_and_count_nowhere_else():
    odd = tried("broke off", 0, said="TypeError: no len()", error="test")
    made = report("small", {"ann": result(tried("easy"), odd)}, [])
    assert "ann, double: TypeError: no len()" in str(made)
    assert [row[1] for row in made.tables["tests"][1:]] == ["easy"]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (None, "why, 3 points. Still to be marked: 2 of 2."),
        ([{"student_id": "a", "score": "4.5"}], "Still to be marked: 1 of 2."),
        (
            [{"student_id": one, "score": 2, "needs_manual_grade": "0"} for one in "ab"],
            "All 2 are marked.",
        ),
        (
            [{"student_id": one, "score": 9, "needs_manual_grade": one == "b"} for one in "ab"],
            "Still to be marked: 1 of 2.",
        ),
    ],
)
def test_answers_in_words_that_wait(rows, line):
    results = {"a": result(points=2), "b": result(points=2)}
    assert line in str(report("small", results, [], rows=rows, written={"written_why": 3}))


def test_rows_of_nbgrader_are_read():
    rows = [
        {
            "assignment": "small",
            "student_id": "a",
            "score": "6.0",
            "max_score": "7",
            "duedate": DUE,
        },
        {"assignment": "small", "student_id": "b", "score": "0.0", "max_score": "7", "duedate": ""},
        {"assignment": "large", "student_id": "a", "score": "99", "max_score": "100"},
    ]
    made = report("small", {"a": result(points=4)}, listed("a", "b"), rows=rows)
    assert row_of(str(made), "all, as nbgrader has it")[1:3] == ["7.0", "6.0"]
    assert "It was due on 2026-12-01 23:59 UTC." in str(made)
    assert made.tables["students"][1][7] == "6.0"


def test_pairs_are_a_reason_and_no_proof():
    pairs = [Pair("ann", "bob", 0.876, ("double",))]
    made = report("small", {"ann": result(), "bob": result()}, [], pairs=pairs)
    assert "a reason to look at both and to ask, never a proof" in str(made)
    assert "ann and bob: 88 % alike (double)" in str(made)
    assert made.tables["pairs"][1] == ["ann", "bob", 88, "double"]
    assert "never a proof" not in str(report("small", {"ann": result()}, []))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_tiny_classes(count, tmp_path):
    results = {f"s{n}": result(seconds=0.0) for n in range(count)}
    for roster in ([], listed("s0", "s1")):
        made = report("small", results, roster, written={"w": 1}, rows=[])
        assert made.page.markdown().startswith("# Report")
        assert str(made)
        made.write(tmp_path)
    for empty in ({}, {"tasks": {}}, {"tasks": {"test_a": {"points": 0, "most": 0}}}):
        assert str(report("small", {"a": empty}, []))


def big(count):
    draw, results = random.Random(1), {}
    for n in range(count):
        tests = [
            tried(f"case {k}", draw.random() < 0.6, hidden=k > 5, cause=f"cause {draw.random()}")
            for k in range(12)
        ]
        when = draw.choice([DUE, "2026-12-09 00:00:00 UTC"])
        line = f"Cell {n} raised an error."
        results[f"s{n:03}"] = result(*tests, points=draw.random() * 4, lines=[line], submitted=when)
    return results


def test_five_hundred_students_stay_readable(tmp_path):
    results = big(500)
    pairs = [Pair(f"s{n:03}", f"s{n + 1:03}", 0.9, ("double",)) for n in range(100)]
    roster = listed(*results, *(f"missing{n}" for n in range(40)))
    made = report("small", results, roster, due=DUE, pairs=pairs)
    assert len(str(made).split("\n")) < 200
    assert max(map(len, str(made).split("\n"))) < 240
    assert "And 25 more. All of them stand in small-students.csv." in str(made)
    assert "And 85 more. All of them stand in small-pairs.csv." in str(made)
    files = made.write(tmp_path / "reports")
    assert {path.name for path in files} >= {"small.md", "small-students.csv", "small-pairs.csv"}
    assert not [path for path in (tmp_path / "reports").iterdir() if path.name.startswith(".")]
    with open(tmp_path / "reports/small-students.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 540
    assert rows[7]["lines"] == "Cell 7 raised an error."
    assert sum(row["state"] == "missing" for row in rows) == 40


EVIL = [
    "<script>alert(1)</script>",
    "[click](http://evil.example)",
    "![x](http://evil.example/a.png)",
    "a|b\n# big\n\n- list",
    "*bold* __bold__ `code` ~~gone~~ $x^2$ {role}`x` \\",
    "1. one",
    "- dash",
    "\x1b[2J\x07bell\u202eright",
    "http://evil.example www.evil.example me@evil.example &amp; &lt;b&gt;",
    "::: directive",
    "%comment",
    "===",
]


@pytest.mark.parametrize("evil", EVIL)
def test_what_students_wrote_is_shown_as_it_is(evil):
    page = Page(evil)
    page.say(evil)
    page.items([evil])
    page.table(["who"], [[evil]])
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    page_html = parser.render(page.markdown())
    shown = re.sub(r"\s+", " ", re.sub(r"[\x00-\x08\x0b-\x1f\u202e]", "", evil)).strip()
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain_html = re.sub(" +", " ", page_html.replace("&quot;", '"'))
    assert plain_html.count(shown) == 4
    tags = set(re.findall(r"<(\w+)", page_html))
    assert tags <= {"h1", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", page.markdown() + page.text())
    assert page.text().count("\n\n") == 3


def test_evil_names_go_through_a_whole_report():
    results = {
        name: result(tried(name, 0, cause=name), lines=[name], submitted=name, points=1)
        for name in EVIL
    }
    roster = [{"id": name, "first_name": name, "last_name": name} for name in EVIL[:6]]
    pairs = [Pair(EVIL[0], EVIL[1], 0.7, (EVIL[2],))]
    made = report("small", results, roster, pairs=pairs)
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(made.page.markdown())
    assert not re.search(r"<(script|a|img|strong|em)\b", shown)
    assert shown.count("<h1>") == 1
    assert "\x1b" not in str(made)


def test_a_spreadsheet_takes_nothing_for_a_formula():
    rows = [["=1+1", "+1", "-x", "@a", " =2", "a=b", -1.5, "two\nlines\x1b"]]
    assert sheet(rows) == "'=1+1,'+1,'-x,'@a,' =2,a=b,-1.5,two lines\n"


def test_escaping_by_hand():
    assert escaped("a_b") == r"a\_b"
    assert escaped("10. May, 3 > 2") == r"10\. May, 3 &gt; 2"
    assert escaped("Plain words: (these), here.") == "Plain words: (these), here."


def test_wide_letters_keep_columns_straight():
    page = Page("x")
    page.table(["name", "n"], [["王小明", 1], ["ann", 20]])
    assert page.text().split("\n")[-2:] == ["王小明   1", "ann     20"]
