"""The book's pictures: one style, numbered figures, and one interactive latent space."""

from mmbook.figures.contact import contact_sheet
from mmbook.figures.interactive import latent_explorer
from mmbook.figures.plots import plot_curve, plot_images, plot_interval, plot_latent
from mmbook.figures.show import Shown, show
from mmbook.figures.style import COLORS, INK, MARKERS, subplots

__all__ = [
    "COLORS",
    "INK",
    "MARKERS",
    "Shown",
    "contact_sheet",
    "latent_explorer",
    "plot_curve",
    "plot_images",
    "plot_interval",
    "plot_latent",
    "show",
    "subplots",
]
