"""What the week plan of the lecturers' page says of a chapter, sentence by sentence."""

import re
from dataclasses import dataclass

from tools.book import Chapter

LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
PERIOD = r"(?<=[.?!])\s+(?=[A-Z*\[])"  # between two sentences


def plain(words: str) -> str:
    """Words without their links, which lead nowhere from a slide."""
    return LINK.sub(r"\1", words)


@dataclass(frozen=True)
class Planned:
    """A sentence of the week plan, and the figures to whose slides it belongs."""

    words: str
    figures: tuple[str, ...]


def plan_of(chapter: Chapter) -> list[Planned]:
    """What the week plan of the lecturers' page says of a chapter.

    A sentence that names no figure goes with the one before it, until *Show*, *Set* or *Expect*
    begins anew. Sentences that link to other chapters only are left out.
    """
    page = (chapter.root / "notebooks" / "lecturers.md").read_text("utf-8")
    planned: list[Planned] = []
    for part in re.split(r"^#+ ", page, flags=re.MULTILINE):
        if not (part.startswith("Week ") and f"({chapter.ipynb.name})" in part.partition("\n")[0]):
            continue
        figures: tuple[str, ...] = ()
        body = " ".join(re.findall(r"^[A-Z*\[].*$", part.partition("\n")[2], re.MULTILINE))
        for sentence in re.split(PERIOD, body):
            targets = re.findall(r"\]\((\w+\.ipynb)[#)]", sentence)
            if targets and chapter.ipynb.name not in targets:
                continue
            own = re.findall(re.escape(chapter.ipynb.name) + r"#fig-(\d+)-(\d+)\)", sentence)
            if own:
                figures = tuple(dict.fromkeys(".".join(pair) for pair in own))
            elif re.search(r"\*(Show|Set|Expect)\*", sentence):
                figures = ()
            planned.append(Planned(plain(sentence), figures))
    return planned
