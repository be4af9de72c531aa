"""One game of two networks: a way to play that is compared with others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from mmbook import checks
from mmbook.training.arm import constant
from mmbook.training.config import GANConfig
from mmbook.training.steps import check_factory

Players = tuple[nn.Module, nn.Module]
GameLoss = Callable[..., Tensor | Mapping[str, Tensor]]


@dataclass(frozen=True, eq=False)
class Game:
    """One way to play: who plays, by which losses, on which data, with which settings.

    >>> import torch
    >>> from dataclasses import replace
    >>> from mmbook.training import fit_games
    >>> from mmbook.adversarial import MultimodalDiscriminator, MultimodalGenerator
    >>> plain = Game(
    ...     lambda: (MultimodalGenerator(3, {"x": 2}), MultimodalDiscriminator({"x": 2})),
    ...     lambda G, D, real, noise, c: (D(G(noise)) - D(real)).mean(),
    ...     lambda G, D, real, noise, c: -c["pull"] * D(G(noise)).mean(),
    ...     {"x": torch.ones(8, 2)}, GANConfig(steps=3, progress=False), {"pull": 1.0})
    >>> found = fit_games({"plain": plain, "weak": replace(plain, constants={"pull": 0.1})}, [0, 1])
    >>> [len(players) for players, history in found.values()]
    [2, 2]

    Args:
        make_players, data, config: as in :func:`fit_gan`.
        judge: what the discriminator minimises: (generator, discriminator, real batch, noise,
            constants) -> a scalar, or a dict of named scalars that are added up.
        fool: the same for the generator.
        constants: numbers or tensors that the losses find in their fifth argument, by name.
    Raises: TypeError, ValueError for what is not as described.
    """

    make_players: Callable[[], Players]
    judge: GameLoss
    fool: GameLoss
    data: Mapping[str, Tensor]
    config: GANConfig = GANConfig()
    constants: Mapping[str, float | Tensor] = field(default_factory=dict)

    def __post_init__(self):
        check_factory("make_players", self.make_players)
        checks.function("judge", self.judge)
        checks.function("fool", self.fool)
        checks.rows("data", self.data)
        checks.instance("config", self.config, GANConfig)
        checks.mapping("constants", self.constants)
        for name, x in self.constants.items():
            constant(name, x)
