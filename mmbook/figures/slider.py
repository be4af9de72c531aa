"""Pictures behind a slider: what changes when one number does, without a kernel."""

import re
from collections.abc import Sequence

from matplotlib.figure import Figure

from mmbook import checks
from mmbook.figures.show import Shown, check_words, svg_of
from mmbook.figures.spoken import Spoken
from mmbook.figures.stage import stage

ROOT = re.compile(r"(<svg[^>]*>)(.*)</svg>\s*", re.DOTALL)


def slider(
    frames: Sequence[Figure | str],
    labels: Sequence[str],
    *,
    name: str,
    number: str,
    caption: str,
    alt: str,
    start: int = 0,
) -> Shown:
    """Pictures of one size, one at a time; a slider or the arrow keys move through them.

    Where no script runs, the picture ``frames[start]`` stands with its label.

    >>> from mmbook.figures import draw_opinions
    >>> frames = [draw_opinions([], {"image": [p, 1 - p]}) for p in (0.2, 0.5)]
    >>> slider(frames, ["none", "much"], name="noise", number="2.6",
    ...        caption="An opinion and noise.", alt="Two bars that become equal.")
    Figure 2.6. An opinion and noise.

    Args:
        frames: matplotlib figures, or SVG markup with a ``viewBox``.
        name: what the slider changes; labels: its value in each frame.
    Raises: ValueError for frames that differ in size, or labels or a start that do not fit them;
        TypeError for frames that are no pictures.
    """
    check_words(number, caption, alt)
    frames = checks.listed("frames", frames, (Figure, str), least=0)
    labels = checks.texts("labels", labels)
    checks.text("name", name)
    start = checks.whole("start", start, 0)
    if len(frames) < 2 or len(labels) != len(frames) or not start < len(frames):
        raise ValueError(
            f"{len(frames)} frames, {len(labels)} labels, start {start}; "
            "expected two or more frames, a label for each, and a start among them"
        )
    svgs = [svg_of(frame, number) for frame in frames]
    parts = [part for svg in svgs if (part := ROOT.fullmatch(svg))]
    if len(parts) < len(svgs) or len({part[1] for part in parts}) > 1:
        raise ValueError("the frames differ in their <svg> tag; expected pictures of one size")
    spoken = Spoken([f"{name}: {label}" for label in labels], start)
    facts = {"name": name, "frames": [part[2] for part in parts]}
    return stage("slider", svgs[start], spoken, facts, number=number, caption=caption, alt=alt)
