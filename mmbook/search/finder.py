"""The search itself, in NumPy: what the page computes in the browser, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from torch import nn

from mmbook import checks
from mmbook.features import Pieces
from mmbook.search.eight import EightBit, eight_bit
from mmbook.search.scribble import CELLS, COLOURS, EXTENT, WIDTH, cells, draw, fit, smudged
from mmbook.search.words import by_language

LANGUAGES = ("english", "chinese")
SENSES = (*LANGUAGES, "drawing")


@dataclass(frozen=True)
class Question:
    """What is asked: words, a scribble (see :func:`draw`), or both; ``half`` of it smudged.

    Raises: as :func:`by_language`, :func:`draw` and :func:`smudged`.
    """

    text: str = ""
    strokes: Sequence[ArrayLike] = ()
    half: str | None = None

    def __post_init__(self) -> None:
        by_language(self.text)
        smudged(draw(self.strokes), self.half)


@dataclass(frozen=True, eq=False)
class Answer:
    """One entry's answer: its place (from 1), its number, its score, and what the score is made of.

    ``words``: {letter group: share}. ``cells``: (8, 8) shares of the drawing's cells, or None.
    ``bias``: what the layers add whatever is asked. All of them add up to the score.
    """

    rank: int
    entry: int
    score: float
    words: dict[str, float] = field(repr=False)
    cells: np.ndarray | None = field(repr=False)
    bias: float = field(repr=False)


class Finder:
    r"""A linear map per sense, one code per entry; codes are compared by their inner product.

    .. math:: h_m = W_m x_m + b_m, \quad
        q = \mathrm{unit}\Bigl(\sum_m \mathrm{unit}(h_m)\Bigr), \quad
        s_e = \langle q, v_e \rangle

    ``x`` of a language is 1 where the words hold a letter group, of a drawing its ink on 8 x 8
    cells in three colours (colours first) less ``usual``. Weights and codes are rounded to eight
    bits. A sense that has nothing to say (no word, no known letter group, no stroke) is left out.
    Layers and codes may lie on any device; they are copied from it.

    Args:
        layers: {"english": ..., "chinese": ..., "drawing": ...}, each ``nn.Linear(D, K)``.
        entries: codes (n, K), of length 1.
        names: n pairs, English and Chinese.
        pieces: {"english": ..., "chinese": ...}, each :class:`~mmbook.features.Pieces`, of
            as many groups as its layer reads.
        usual: (192,), taken off the ink.
        extent, width: how a scribble is drawn, see :func:`draw`.
    Raises: KeyError for other names of senses; TypeError for what are no layers, pieces or pairs;
        ValueError if widths or lengths do not fit.

    >>> layers = {m: nn.Linear(D, 2) for m, D in
    ...           {"english": 3, "chinese": 1, "drawing": 192}.items()}
    >>> finder = Finder(layers, [[1.0, 0.0], [0.0, 1.0]], [("ab", "七"), ("b", "八")],
    ...                 pieces={"english": Pieces(["ab"]), "chinese": Pieces(["七"])},
    ...                 usual=np.zeros(192))
    >>> len(finder.search(Question("ab"))), finder.search(Question("xyz"))
    (2, [])
    """

    def __init__(
        self,
        layers: Mapping[str, nn.Linear],
        entries: ArrayLike,
        names: Sequence[tuple[str, str]],
        *,
        pieces: Mapping[str, Pieces],
        usual: ArrayLike,
        extent: float = EXTENT,
        width: float = WIDTH,
    ):
        checks.mapping("layers", layers)
        checks.keys("layers", layers, SENSES)
        checks.mapping("pieces", pieces)
        checks.keys("pieces", pieces, LANGUAGES)
        codes = checks.array("entries", entries, "n>=1 K>=1")
        n, K = codes.shape
        self.entries = eight_bit(codes)
        self.names = _pairs(names, n)
        self.pieces: dict[str, Pieces] = dict(pieces)
        self.usual = checks.array("usual", usual, "D", D=COLOURS * CELLS**2).astype(np.float64)
        draw([], extent, width)
        self.extent, self.width = float(extent), float(width)
        self.weight: dict[str, EightBit] = {}
        self.bias: dict[str, np.ndarray] = {}
        for m in SENSES:
            checks.instance(f"layers[{m!r}]", layers[m], nn.Linear)
            if m in LANGUAGES:
                checks.instance(f"pieces[{m!r}]", pieces[m], Pieces)
            D = len(pieces[m]) if m in LANGUAGES else len(self.usual)
            weight = checks.array(f"layers[{m!r}].weight", layers[m].weight, "K D", K=K, D=D)
            self.weight[m] = eight_bit(weight)
            bias = np.zeros(K) if layers[m].bias is None else layers[m].bias
            self.bias[m] = checks.array(f"layers[{m!r}].bias", bias, "K", K=K).astype(np.float64)

    def picture(self, question: Question) -> np.ndarray:
        """The scribble as its encoder sees it: drawn, smudged, and fitted into the paper (32, 32).

        Raises: TypeError for what is no :class:`Question`.
        """
        checks.instance("question", question, Question)
        return fit(smudged(draw(question.strokes, self.extent, self.width), question.half))

    def senses(self, question: Question) -> dict[str, np.ndarray]:
        """What each sense that is there reads: {sense: x}. Empty if nothing was asked.

        Raises: TypeError for what is no :class:`Question`.
        """
        checks.instance("question", question, Question)
        found = {}
        for m, words in by_language(question.text).items():
            found[m] = self.pieces[m].encode([words])[0].double().numpy()
        found["drawing"] = cells(self.picture(question))
        found = {m: x for m, x in found.items() if x.any()}
        return {m: x - self.usual if m == "drawing" else x for m, x in found.items()}

    def search(self, question: Question, most: int | None = 10) -> list[Answer]:
        """The best answers, the best first; of equal scores the first entry. None: all of them.

        Raises: TypeError for what is no :class:`Question`; ValueError for ``most`` below 1.
        """
        most = len(self.names) if most is None else checks.whole("most", most)
        asked = self.senses(question)
        if not asked:
            return []
        h = {m: self.weight[m].values @ x + self.bias[m] for m, x in asked.items()}
        length = {m: float(np.linalg.norm(h[m])) or 1.0 for m in h}
        total = np.sum([h[m] / length[m] for m in h], axis=0)
        whole = float(np.linalg.norm(total)) or 1.0
        score = self.entries.values @ (total / whole)
        best = np.argsort(-score, kind="stable")[:most].tolist()
        scale = {m: length[m] * whole for m in h}
        return [
            self._answer(rank, e, float(score[e]), asked, scale) for rank, e in enumerate(best, 1)
        ]

    def _answer(
        self,
        rank: int,
        e: int,
        score: float,
        asked: Mapping[str, np.ndarray],
        scale: Mapping[str, float],
    ) -> Answer:
        """<q, v> is linear in what was read, but for the lengths, which are the same for all."""
        v = self.entries.values[e]
        share = {m: x * (v @ self.weight[m].values) / scale[m] for m, x in asked.items()}
        words: dict[str, float] = {}
        for m in [m for m in asked if m in LANGUAGES]:
            for i in np.flatnonzero(asked[m]).tolist():  # both languages may know the same group
                piece = self.pieces[m].known[i]
                words[piece] = words.get(piece, 0.0) + float(share[m][i])
        grid = None
        if "drawing" in asked:
            grid = share["drawing"].reshape(COLOURS, CELLS, CELLS).sum(0)
        bias = sum(float(v @ self.bias[m]) / scale[m] for m in asked)
        return Answer(rank, e, score, words, grid, bias)


def _pairs(names: Sequence[tuple[str, str]], n: int) -> list[tuple[str, str]]:
    found = [
        checks.texts(f"names[{i}]", pair) for i, pair in enumerate(checks.listed("names", names))
    ]
    if len(found) != n:
        raise ValueError(f"names has {len(found)} entries; expected {n}, one for each code")
    for i, pair in enumerate(found):
        if len(pair) != 2:
            raise ValueError(f"names[{i}] has {len(pair)} entries; expected 2, English and Chinese")
    return [(english, chinese) for english, chinese in found]
