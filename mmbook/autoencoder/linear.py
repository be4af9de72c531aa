"""The linear autoencoder of given matrices: by hand, or the closed forms as models."""

from collections.abc import Mapping

import torch
from numpy.typing import ArrayLike
from torch import nn

from mmbook import checks
from mmbook.autoencoder.model import MultimodalAutoencoder


@torch.no_grad()
def linear_autoencoder(
    encoders: Mapping[str, ArrayLike], decoders: Mapping[str, ArrayLike]
) -> MultimodalAutoencoder:
    r"""A linear :class:`MultimodalAutoencoder` with these matrices, and no bias, frozen.

    .. math:: h = E_m x^{(m)}, \qquad \hat x^{(m)} = D_m h

    With the components of a PCA as E, and their transpose as D, it is the best there is for
    centred data. So closed forms answer the same questions as a trained network.

    Shapes: encoders {name: (K, D_name)}, decoders {name: (D_name, K)}, with the same names and one
        K for all; weights are float32.
    Raises: KeyError for other names; ValueError for no name, shapes that do not fit, NaN or
        infinity; TypeError for what holds no numbers.

    >>> model = linear_autoencoder({"sound": [[0.5, 0.0]]}, {"sound": [[2.0], [1.0]]})
    >>> model.reconstruct(torch.tensor([[6.0, 5.0]]), "sound", "sound")
    tensor([[6., 3.]])
    """
    checks.mapping("encoders", encoders)
    checks.mapping("decoders", decoders)
    checks.keys("decoders", decoders, encoders)
    if not encoders:
        raise ValueError("encoders is empty; expected at least one modality")
    E = {m: checks.array(f"encoders[{m!r}]", e, "K>=1 D>=1") for m, e in encoders.items()}
    K = len(next(iter(E.values())))
    for m, e in E.items():
        checks.shape(f"encoders[{m!r}]", e, "K D", K=K)
    D = {m: checks.array(f"decoders[{m!r}]", decoders[m], "D K", D=E[m].shape[1], K=K) for m in E}
    model = MultimodalAutoencoder({m: e.shape[1] for m, e in E.items()}, K, widths=())
    for layers, given in ((model.encoders, E), (model.decoders, D)):
        for m, matrix in given.items():
            _fill(layers[m], torch.as_tensor(matrix))
    return model.requires_grad_(False)


def _fill(layers: nn.Module, matrix: torch.Tensor) -> None:
    """The only layer of a linear encoder or decoder."""
    for layer in layers.children():
        layer.get_parameter("weight").copy_(matrix)
        layer.get_parameter("bias").zero_()
