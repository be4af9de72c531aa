"""One good call of every public name, from which the walk makes the bad ones."""

from . import data, figures, layers, measures, training

CALLS = data.CALLS | figures.CALLS | layers.CALLS | measures.CALLS | training.CALLS
