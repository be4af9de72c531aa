"""Schematics: how a method works, drawn from a short description of its boxes and arrows."""

from mmbook.figures.schematic.parts import Arrow, Box, Group, per_modality
from mmbook.figures.schematic.whole import Schematic, schematic

__all__ = ["Arrow", "Box", "Group", "Schematic", "per_modality", "schematic"]
