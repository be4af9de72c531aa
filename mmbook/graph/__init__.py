"""Multimodal graph networks (chapter 6; document section 4.1.3): matrices, layers, analysis.

A graph on V nodes is a symmetric matrix A, dense for reading or sparse for work. It is normalised
once, and every layer multiplies by the result. Nodes of several modalities stand one modality
after the other.
"""

from mmbook.graph.analysis import dirichlet_energy, smoothing_limit
from mmbook.graph.building import multimodal_edges, shared_tags
from mmbook.graph.layers import GraphConvolution, MultimodalGCN
from mmbook.graph.matrix import adjacency, nearest_neighbours, normalize_adjacency
from mmbook.graph.product import propagate
from mmbook.graph.task import NodeTask

__all__ = [
    "GraphConvolution",
    "MultimodalGCN",
    "NodeTask",
    "adjacency",
    "dirichlet_energy",
    "multimodal_edges",
    "nearest_neighbours",
    "normalize_adjacency",
    "propagate",
    "shared_tags",
    "smoothing_limit",
]
