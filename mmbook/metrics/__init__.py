"""What a chapter measures, and the interval it owes the reader.

All functions take NumPy arrays, lists, or tensors of any dtype on any device, and return Python
floats or NumPy arrays. Three rules hold for all of them:

* NaN and infinity are refused by name: a model that diverged scores nothing.
* Numbers are compared and summed as float64; pictures of uint8 do not wrap around.
* A tie is broken against the model: where its scores do not single out the right answer, the answer
  counts as wrong. So constant scores, constant codes and the weights of a fully masked row score 0.
"""

from mmbook.metrics.answers import (
    accuracy,
    agreement,
    auc,
    calibration_error,
    effective_number,
    pointing_accuracy,
)
from mmbook.metrics.codes import (
    class_precision,
    coverage,
    explained_error,
    partner_ranks,
    recall_at,
    similarity,
)
from mmbook.metrics.intervals import (
    Interval,
    clearly_above,
    interval_table,
    mean_interval,
    paired_difference,
)

__all__ = [
    "Interval",
    "accuracy",
    "agreement",
    "auc",
    "calibration_error",
    "class_precision",
    "clearly_above",
    "coverage",
    "effective_number",
    "explained_error",
    "interval_table",
    "mean_interval",
    "paired_difference",
    "partner_ranks",
    "pointing_accuracy",
    "recall_at",
    "similarity",
]
