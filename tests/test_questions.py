"""The questions: complete, right, linked, not to be guessed, and read back as they were written."""

import html
import json
import math
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from functools import cache

import numpy as np
import pytest

from tools import exam, question_source, questions
from tools.book import ROOT, chapters
from tools.question_source import KINDS, bank, part

QUIZZES = {n: part(n) for n in range(1, 6)}
ALL = [q for _, quiz in QUIZZES.values() for q in quiz]
TASKS = bank()
EVERY = pytest.mark.parametrize("item", [*ALL, *TASKS], ids=lambda item: item.name)
DECIMAL = re.compile(r"(?<![\w.])\d*\.\d+(?![\w.]*\d)")

ONE = r"""# Part I · Toys

## 1.1 Signs: ~ = # { } and \n

What is $\nabla f \ne 0$ for {`a = {1: 2}  # x ~ y`}?

```
x = 1

y = {2: x}
```

- [ ] $a < b$ & so on

  No: $\neq$.
- [x] One = 1

  Yes.
- [ ] Two

  No.
- [ ] Three

  No.

See [chapter 1, *A definition*](../../notebooks/01_multimodal.ipynb).
"""


CHAPTERS = {c.ipynb.name: c for c in chapters()}


@cache
def written(file: str) -> str:
    """The chapter's text, from its notebook's name."""
    return CHAPTERS[file].markdown


@cache
def printed(number: int) -> str:
    """All that a chapter's stored notebook prints, with single spaces."""
    file = next(c.ipynb for c in CHAPTERS.values() if c.number == number)
    texts = []
    for cell in json.loads(file.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            texts += output.get("text", []) or output.get("data", {}).get("text/plain", [])
    return " ".join("".join(texts).split())


def claimed(check: str) -> list[tuple[str, float]]:
    """Run a hidden check; the numbers that it claims, as written and as computed."""
    space, code, found = {"np": np, **vars(math)}, "", []
    for line in [*check.splitlines(), ""]:
        claim = re.fullmatch(r"(-?[\d.]+) == (.+)", line)
        quote = re.fullmatch(r"printed (\d\d): (.+)", line)
        if not (claim or quote):
            code += line + "\n"
            continue
        exec(code, space)
        code = ""
        if claim:
            found.append((claim[1], float(eval(claim[2], space))))
        elif quote:
            said = " ".join(quote[2].split())
            assert said in printed(int(quote[1])), f"chapter {quote[1]} does not print {said!r}"
            found += [(number, float(number)) for number in re.findall(r"-?\d*\.?\d+", said)]
    exec(code, space)
    return found


def bare(number: str) -> str:
    """.5, 0.5, 0.50 -> .5"""
    left, _, right = number.lstrip("-").partition(".")
    return (left.lstrip("0") + "." + right.rstrip("0")).rstrip(".") or "0"


@EVERY
def test_numbers_are_computed_or_printed_by_a_chapter(item):
    found = claimed(item.check)
    for number, value in found:
        digits = len(number.partition(".")[2])
        assert round(value, digits) == pytest.approx(float(number), abs=1e-9), number
    known = {bare(number) for number, _ in found}
    known |= {bare(number) for number in DECIMAL.findall(item.text)}
    if isinstance(item, question_source.Question):
        answer = " ".join(o.text * o.right + " " + o.why for o in item.options)
    else:
        answer = item.solution
    missing = [x for x in DECIMAL.findall(answer) if bare(x) not in known]
    assert not missing, f"nothing computes {missing}"


@EVERY
def test_links_lead_to_a_section(item):
    words, target = item.see
    path, _, anchor = target.partition("#")
    text = written(path.rpartition("/")[2])
    assert (question_source.FOLDER / path).resolve().parent == ROOT / "notebooks"
    assert f"chapter {int(path.rpartition('/')[2][:2])}" in words
    assert not anchor or f'<a id="{anchor}"></a>' in text
    sections = re.findall(r"\*([^*]+)\*", words)
    exercise = re.search(r"exercise (\d+\.\d+)", words)
    assert sections or exercise
    for section in sections:
        assert re.search(rf"^#+ {re.escape(section)}$", text, re.MULTILINE), section
    assert not exercise or f"### Exercise {exercise[1]}\n" in text


def test_each_part_has_ten_questions_numbered_in_order():
    for n, (title, quiz) in QUIZZES.items():
        assert title.startswith(f"Part {exam.PARTS[n - 1]} · ")
        assert [q.name.split()[0] for q in quiz] == [f"{n}.{k}" for k in range(1, 11)]
    assert 5 <= sum(not q.single for q in ALL) <= 15


def test_no_option_speaks_of_the_others():
    options = " / ".join(o.text for q in ALL for o in q.options).lower()
    assert not re.search(r"(all|none|both|any) of (the above|these|them)|the above", options)


def test_the_right_option_is_not_known_by_its_length():
    single = [q for q in ALL if q.single]
    longest = shortest = 0
    for q in single:
        lengths = {
            o.right: [len(p.text) for p in q.options if p.right == o.right] for o in q.options
        }
        longest += lengths[True][0] > max(lengths[False])
        shortest += lengths[True][0] < min(lengths[False])
        assert 0.7 < lengths[True][0] / np.mean(lengths[False]) < 1.3, q.where
    # by chance a quarter each; two standard deviations more is the bound
    bound = len(single) / 4 + 2 * math.sqrt(len(single) * 3 / 16)
    assert max(longest, shortest) <= bound


@pytest.mark.parametrize("seed", range(5))
def test_right_options_stand_in_every_place_equally_often(seed):
    for _, quiz in QUIZZES.values():
        mixed = questions.shuffled(quiz, seed)
        assert [q.name for q in mixed] == [q.name for q in quiz]
        for q, before in zip(mixed, quiz, strict=True):
            assert sorted(q.options, key=str) == sorted(before.options, key=str)
        places = Counter([o.right for o in q.options].index(True) for q in mixed if q.single)
        counts = [places[k] for k in range(4)]
        assert max(counts) - min(counts) <= 1
    assert questions.shuffled(ALL, 1) == questions.shuffled(ALL, 1) != questions.shuffled(ALL, 2)


# ---------------------------------------------------------------- Moodle


def tokens(text):
    """GIFT's characters, each with whether it was escaped."""
    pairs = iter(text)
    for char in pairs:
        if char == "\\":
            char = next(pairs)
            yield ("\n" if char == "n" else char), True
        else:
            yield char, False


def cut(text, marks):
    """Pieces at unescaped marks: [(mark before it, its tokens)]; unescaped marks are lost."""
    pieces = [("", [])]
    for char, quoted in text:
        if char in marks and not quoted:
            pieces.append((char, []))
        else:
            pieces[-1][1].append((char, quoted))
    return pieces


def plain(text):
    return "".join(char for char, _ in text).strip()


def read_gift(text):
    """[(name, question, [(weight, option, feedback)], general feedback)] of multiple choice."""
    category, *blocks = text.strip().split("\n\n")
    assert category.startswith("$CATEGORY: mmbook/Part")
    found = []
    for block in blocks:
        (_, head), (_, inner), (_, rest) = cut(tokens(block), "{}")
        assert not plain(rest)
        (_, empty), _, (_, name), _, (_, asked) = cut(head, ":")
        assert not plain(empty)
        *options, _, _, _, (_, general) = cut(inner, "#")
        answers, flat = [], [("", options[0][1])]
        for mark, piece in options:
            flat = cut(piece, "=~") if not answers and mark == "" else flat
            if mark == "#":  # feedback of the option before, then the next option
                feedback, *after = cut(piece, "=~")
                answers.append((*flat[-1], feedback[1]))
                flat = after or flat
        rows = []
        for sign, option, why in answers:
            words = plain(option)
            weight = re.match(r"%(-?[\d.]+)%", words)
            rows.append((100.0 if sign == "=" else float(weight[1]) if weight else 0.0,
                         re.sub(r"^%[^%]*%", "", words), plain(why)))  # fmt: skip
        found.append((plain(name), plain(asked), rows, plain(general)))
    return found


def words_of(text):
    """Words and formulas of Moodle's HTML or of our Markdown, without marks."""
    if text.startswith("[html]"):
        text = html.unescape(re.sub(r"</?[a-z][^>]*>", " ", text.removeprefix("[html]")))
        text = re.sub(r"\\[()]|\\[\[\]]", "$", text)
    else:
        text = re.sub(r"^ *```\w*$", "", text, flags=re.MULTILINE)
        text = text.replace("**", "")
        text = re.sub(r"(?<!\*)\*(\S(?:[^*$`]*\S)?)\*(?!\*)", r"\1", text.replace("`", ""))
    return re.sub(r"\s+", "", text.replace("$$", "$"))


def check_gift(quiz, text):
    for q, (name, asked, rows, general) in zip(quiz, read_gift(text), strict=True):
        assert name == q.name and words_of(asked) == words_of(q.text)
        assert words_of(general) == words_of(f"See {q.see[0]}.")
        for o, (weight, option, why) in zip(q.options, rows, strict=True):
            assert (weight > 0) == o.right and words_of(option) == words_of(o.text)
            assert words_of(why) == words_of(o.why)
        assert sum(w for w, *_ in rows if w > 0) == pytest.approx(100, abs=0.001)
        assert q.single or sum(w for w, *_ in rows) == pytest.approx(0, abs=0.001)


@pytest.mark.parametrize("number", QUIZZES)
def test_moodle_reads_back_what_the_source_says(number):
    title, quiz = QUIZZES[number]
    check_gift(quiz, questions.gift(title, quiz))


@pytest.fixture
def one(tmp_path):
    """A folder with one odd question in place of ours."""
    (tmp_path / "part_1.md").write_text(ONE, encoding="utf-8")
    return tmp_path


def test_characters_that_mean_something_to_gift_are_escaped(one):
    title, quiz = part(1, one)
    text = questions.gift(title, quiz)
    check_gift(quiz, text)
    ((name, asked, rows, _),) = read_gift(text)
    assert name == r"1.1 Signs: ~ = # { } and \n"
    assert r"\(\nabla f \ne 0\)" in asked and "<code>a = {1: 2}  # x ~ y</code>" in asked
    assert "<pre><code>x = 1\n\ny = {2: x}\n</code></pre>" in asked
    assert r"\(a &lt; b\) &amp; so on" in rows[0][1] and r"\(\neq\)" in rows[0][2]


# ---------------------------------------------------------------- Canvas


def test_canvas_gets_every_question(tmp_path):
    title, quiz = QUIZZES[3]
    source = questions.canvas(title, quiz)
    assert source.count("\nTitle: ") == 10 and source.startswith(f"Quiz title: {title}\n")
    marks = re.findall(r"^(\*?[a-d]\)|\[[ *]\])", source, re.MULTILINE)
    assert ["*" in m for m in marks] == [o.right for q in quiz for o in q.options]
    questions.save_qti(source, tmp_path / "part.qti.zip")
    with zipfile.ZipFile(tmp_path / "part.qti.zip") as packed:
        name = max(packed.namelist(), key=lambda n: packed.getinfo(n).file_size)
        root = ET.fromstring(packed.read(name))
    space = {"q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"}
    items = root.findall(".//q:item", space)
    assert [item.get("title") for item in items] == [q.name for q in quiz]
    for q, item in zip(quiz, items, strict=True):
        assert len(item.findall(".//q:response_label", space)) == 4
        assert len(item.findall("q:itemfeedback", space)) == 5  # four options and the section
        best = [c for c in item.findall(".//q:respcondition", space)
                if (s := c.find("q:setvar", space)) is not None and s.text == "100"]  # fmt: skip
        right = [v for v in best[0].iter(f"{{{space['q']}}}varequal")]
        assert len(right) == (1 if q.single else 4)


# ---------------------------------------------------------------- exams


def test_the_bank_holds_every_kind_from_every_part():
    assert len(TASKS) >= 40 and {t.kind for t in TASKS} == set(KINDS)
    assert Counter(t.part for t in TASKS).keys() == set(exam.PARTS)
    assert min(Counter(t.part for t in TASKS).values()) >= 6
    assert all(t.minutes <= 20 and 2 <= t.points <= 12 for t in TASKS)


@pytest.mark.parametrize("minutes", (45, 90, 180))
def test_an_exam_fills_its_time_and_is_the_same_for_the_same_seed(minutes):
    exams = [exam.drawn(TASKS, minutes, lambda t: t.minutes, seed) for seed in (3, 3, 4)]
    assert exams[0] == exams[1] != exams[2]
    for one in exams:
        assert minutes - 2 <= sum(t.minutes for t in one) <= minutes
        assert len(set(one)) == len(one)
        in_part = Counter(t.part for t in one)
        assert len(in_part) == 5 and max(in_part.values()) <= 2 + len(one) // 5
        assert len({t.kind for t in one}) >= (4 if minutes < 90 else 5)


def test_sheets_tell_questions_from_solutions():
    chosen = exam.drawn(TASKS, 60, lambda t: t.points, 1)
    asked, solved = (exam.sheet("Exam", chosen, s) for s in (False, True))
    for t in chosen:
        assert all(" ".join(t.text.split()) in " ".join(text.split()) for text in (asked, solved))
        assert t.solution in solved and t.solution not in asked
    steps = re.findall(r"^\(([a-h])\) ", asked, re.MULTILINE)
    assert steps.count("a") == len(chosen) <= steps.count("b")
    assert "Solution" not in asked and f"{sum(t.points for t in chosen)} points" in asked


def test_the_commands_write_and_never_write_over(tmp_path, capsys):
    questions.main(["--to", str(tmp_path)])
    wanted = {f"part_{n}.gift" for n in QUIZZES} | {"exam.md", "exam_solutions.md"}
    assert wanted <= {f.name for f in tmp_path.iterdir()}
    assert "part_N.qti.zip" in capsys.readouterr().out
    check_gift(questions.shuffled(QUIZZES[1][1], 0), (tmp_path / "part_1.gift").read_text("utf-8"))
    questions.main(
        ["exam", "--seed", "3", "--minutes", "60", "--parts", "1", "4", "--to", str(tmp_path)]
    )
    assert "minutes" in (tmp_path / "exam_3.md").read_text("utf-8")
    (tmp_path / "exam_3.md").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^exam_3\.md.* differs"):
        questions.main(["exam", "--seed", "3", "--to", str(tmp_path)])
    assert (tmp_path / "exam_3.md").read_text("utf-8") == "mine"


@pytest.mark.parametrize("size", ["--points", "--minutes"])
@pytest.mark.parametrize("number", ["0", "-5"])
def test_an_exam_has_a_size(tmp_path, capsys, size, number):
    with pytest.raises(SystemExit):
        questions.main(["exam", size, number, "--to", str(tmp_path)])
    assert f"{size}: expected a number above 0; got {number}" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


# ---------------------------------------------------------------- mistakes in a source


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("- [x] One = 1", "- [ ] One = 1", "one to three right options"),
        ("- [x] One = 1", "- [y] One = 1", r"option 2 begins with \[y\]"),
        ("  Yes.\n", "", "option 2, 'One = 1', has no explanation"),
        ("- [ ] Three\n\n  No.\n", "", "four different options; found 3"),
        ("- [ ] Three", "- [ ] Two", "four different options"),
        ("See [", "Look at [", "once; found it 0 times"),
        ("# Part I · Toys\n", "", "expected a title"),
    ],
)
def test_a_mistake_in_a_part_is_named_with_its_line(one, old, new, words):
    file = one / "part_1.md"
    file.write_text(ONE.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^part_1.md, line \d+: .*{words}"):
        part(1, one)


TASK = """# Exam bank

## Toy

*Part I · derive · 3 points · 4 minutes.*

Why?

### Solution

So. *(2)* And so. *(1)*

See [chapter 1, *A definition*](../../notebooks/01_multimodal.ipynb).
"""


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("*(1)*", "*(2)*", "give 4 points; its first line 3"),
        ("derive", "dream", "'dream' is no kind of task"),
        ("### Solution", "Solution", "under '### Solution'"),
        ("4 minutes.*", "soon.*", "a first line"),
    ],
)
def test_a_mistake_in_the_bank_is_named_with_its_line(tmp_path, old, new, words):
    (tmp_path / "exam.md").write_text(TASK, encoding="utf-8")
    assert bank(tmp_path)[0].points == 3
    (tmp_path / "exam.md").write_text(TASK.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=f"^exam.md, line 3: .*{words}"):
        bank(tmp_path)
