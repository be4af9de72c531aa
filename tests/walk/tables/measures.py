"""What is measured and counted, in NumPy arrays or tensors."""

import numpy as np

from mmbook.linear import cca, pca

from ..arguments import Each, Flag, Real, Several, Tensor, Whole
from ..engine import call


def A(pattern, kind="float", legal="", **more):
    """An array; a measure takes whole numbers for floats and any container."""
    return Tensor(pattern, kind, numpy=True, legal=f"ints, {legal}", **more)


def labels(pattern, below=4, legal=""):
    return Tensor(pattern, "int", below=below, numpy=True, legal=legal)


CONFIDENCE = Real(0.9, wrong=(0.0, 1.0, 95.0, -0.5))
TABLE = "negative, one 7 more, one 5 more, too large"


def fitted_pca():
    return pca(np.random.randn(11, 5), 2)


def fitted_cca():
    return cca(np.random.randn(11, 5), np.random.randn(11, 3), 2)


CALLS = {
    # ------------------------------------------------------------ information
    "information.count": call(
        use=lambda count, a: count(a["first"], a["second"], sizes=a["sizes"]),
        first=labels("n"),
        second=labels("n", 3),
        sizes=Several([Whole(4), Whole(3)], counted=True),
    ),
    "information.entropy": call(
        counts=Tensor(
            "7 5",
            "positive",
            numpy=True,
            legal="ints, an axis more, an axis less, one 7 more, one 5 more",
        ),
        miller_madow=Flag(False),
    ),
    "information.mutual_information": call(
        counts=Tensor("7 5", "positive", numpy=True, legal="ints, one 7 more, one 5 more"),
        miller_madow=Flag(False),
    ),
    "information.conditional_mutual_information": call(
        counts=Tensor(
            "7 5 3", "positive", numpy=True, legal="ints, one 7 more, one 5 more, one 3 more"
        ),
        miller_madow=Flag(False),
    ),
    "information.shuffle_bias": call(
        counts=Tensor(
            "7 5 3",
            "int",
            numpy=True,
            below=9,
            legal="one 7 more, one 5 more, one 3 more, too large, bools",
        ),
        draws=Whole(2),
        seed=Whole(0, least=0),
    ),
    "information.classifier_bound": call(
        log_probabilities=A("n 7", "log", legal="one 7 more"), labels=labels("n", 7)
    ),
    # ------------------------------------------------------------ linear
    "autoencoder.linear_autoencoder": call(
        encoders=Each({"image": A("2 D"), "text": A("2 E")}),
        decoders=Each({"image": A("D 2"), "text": A("E 2")}),
    ),
    "linear.pca": call(x=A("n 5", legal="one 5 more"), k=Whole(2, most=5)),
    "linear.PCA.encode": call(fitted_pca, x=A("n 5")),
    "linear.PCA.decode": call(fitted_pca, code=A("n 2")),
    "linear.cca": call(
        x=A("n 5", legal="one 5 more"),
        y=A("n 3", legal="one 3 more"),
        k=Whole(2, most=3),
        ridge=Real(0.1, wrong=(-1.0,)),
    ),
    "linear.CCA.encode": call(fitted_cca, x=A("n 5"), side=Whole(0, least=0, most=1)),
    "linear.class_plane": call(
        x=A("n 5", legal="one 5 more"),
        label=labels("n", 3, legal="too large, negative"),
        classes=Several(
            [Whole(0, least=None), Whole(1, least=None), Whole(2, least=None)], least=2
        ),
        ridge=Real(0.3, wrong=(-1.0,)),
    ),
    # ------------------------------------------------------------ metrics
    "metrics.mean_interval": call(values=A("S"), confidence=CONFIDENCE),
    "metrics.paired_difference": call(a=A("S"), b=A("S"), confidence=CONFIDENCE),
    "metrics.clearly_above": call(a=A("S"), b=A("S", legal="an axis less"), confidence=CONFIDENCE),
    "metrics.interval_table": call(
        results=Each(
            {
                "ours": Each(
                    {"top 1": A("S", legal="an axis less, an axis more"), "top 5": A("S")},
                    fixed=False,
                ),
                "theirs": Each({"top 1": A("S"), "top 5": A("S")}),
            },
            fixed=False,
        ),
        digits=Whole(2, least=0),
    ),
    "metrics.accuracy": call(predicted=A("n 7", legal="one 7 more"), labels=labels("n", 7)),
    "metrics.agreement": call(a=labels("n", legal="too large"), b=labels("n", legal="too large")),
    "metrics.similarity": call(queries=A("n K"), targets=A("m K")),
    "metrics.partner_ranks": call(queries=A("n K"), targets=A("n K")),
    "metrics.recall_at": call(queries=A("n K"), targets=A("n K"), k=Whole(1, most=11)),
    "metrics.class_precision": call(
        queries=A("n K"),
        query_labels=labels("n", legal="too large"),
        targets=A("m K"),
        target_labels=labels("m", legal="too large"),
    ),
    "metrics.coverage": call(real=A("n D"), made=A("m D"), k=Whole(2, most=10)),
    "metrics.effective_number": call(labels=labels("n", legal="too large, bools")),
    "metrics.auc": call(low=A("n"), high=A("m")),
    "metrics.calibration_error": call(
        probabilities=A("n 7", "share"), labels=labels("n", 7), bins=Whole(5)
    ),
    "metrics.pointing_accuracy": call(
        weights=A("n 7", "share", legal="one 7 more, negative, per cent"), target=labels("n", 7)
    ),
    "metrics.explained_error": call(targets=A("n D"), estimates=A("n D")),
}
