"""The book's pictures: one style, numbered figures, and four interactive kinds of them."""

from mmbook.figures.attention import (
    Scene,
    attention_explorer,
    plot_attended,
    plot_attention,
    plot_letters,
)
from mmbook.figures.contact import contact_sheet, recording_image
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
from mmbook.figures.show import Shown, show
from mmbook.figures.slider import slider
from mmbook.figures.style import COLORS, INK, MARKERS, subplots
from mmbook.figures.timeline import Event, timeline

__all__ = [
    "COLORS",
    "Event",
    "INK",
    "MARKERS",
    "Results",
    "Scene",
    "Shown",
    "Weighed",
    "attention_explorer",
    "contact_sheet",
    "draw_levels",
    "draw_opinions",
    "latent_explorer",
    "plot_attended",
    "plot_attention",
    "plot_curve",
    "plot_images",
    "plot_interval",
    "plot_latent",
    "plot_letters",
    "plot_sample",
    "recording_image",
    "result_sheet",
    "show",
    "slider",
    "subplots",
    "timeline",
]
