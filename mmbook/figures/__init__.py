"""The book's pictures: one style, numbered figures, interactive ones, and schematics of methods."""

from mmbook.figures.attention import plot_attended, plot_attention, plot_letters
from mmbook.figures.beliefs import (
    plot_opinions,
    plot_reliability,
    plot_simplex,
    simplex_points,
)
from mmbook.figures.canvas import subplots
from mmbook.figures.contact import contact_sheet, recording_image
from mmbook.figures.history import HISTORY
from mmbook.figures.interactive import latent_explorer
from mmbook.figures.levels import Weighed, draw_levels
from mmbook.figures.opinions import draw_opinions
from mmbook.figures.plots import (
    plot_curve,
    plot_images,
    plot_interval,
    plot_latent,
    plot_sample,
)
from mmbook.figures.results import Results, result_sheet
from mmbook.figures.scene import Scene
from mmbook.figures.scenes import attention_explorer
from mmbook.figures.schematic import Arrow, Box, Group, Schematic, per_modality, schematic
from mmbook.figures.show import Shown, show
from mmbook.figures.slider import slider
from mmbook.figures.style import COLORS, INK, MARKERS, VIOLET
from mmbook.figures.timeline import Event, timeline
from mmbook.figures.tradeoff import plot_tradeoff

__all__ = [
    "Arrow",
    "Box",
    "COLORS",
    "Event",
    "Group",
    "HISTORY",
    "INK",
    "MARKERS",
    "Results",
    "Scene",
    "Schematic",
    "Shown",
    "VIOLET",
    "Weighed",
    "attention_explorer",
    "contact_sheet",
    "draw_levels",
    "draw_opinions",
    "latent_explorer",
    "per_modality",
    "plot_attended",
    "plot_attention",
    "plot_curve",
    "plot_images",
    "plot_interval",
    "plot_latent",
    "plot_letters",
    "plot_opinions",
    "plot_reliability",
    "plot_sample",
    "plot_simplex",
    "plot_tradeoff",
    "recording_image",
    "result_sheet",
    "schematic",
    "show",
    "simplex_points",
    "slider",
    "subplots",
    "timeline",
]
