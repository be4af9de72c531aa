"""Training two networks against each other: two losses, two optimisers, several games at once.

A step of the game is two half-steps. The discriminator moves down its own loss while the
generator stands still; then the generator moves down its own while the discriminator stands
still. Neither ever receives the other's gradient. Games that differ only in rates and in
``constants`` (the weight of a penalty, a share of mismatched pairs) are played in one batched
step, so that five seeds of four games cost little more than one.
"""

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor

from mmbook import checks
from mmbook.training.config import GANConfig
from mmbook.training.game import Game, GameLoss, Players
from mmbook.training.history import GANHistory
from mmbook.training.playing import Played, Probe, play_together, what_must_be_one
from mmbook.training.progress import progress_bar
from mmbook.training.seeds import own_generators, seed_list


def fit_gan(
    make_players: Callable[[], Players],
    discriminator_loss: GameLoss,
    generator_loss: GameLoss,
    data: Mapping[str, Tensor],
    config: GANConfig,
    seeds: Sequence[int],
    probe: Probe | None = None,
) -> tuple[list[Players], GANHistory]:
    """Let a generator and a discriminator play, once a seed, side by side.

    >>> import torch
    >>> from mmbook.adversarial import MultimodalDiscriminator, MultimodalGenerator
    >>> (players,), history = fit_gan(
    ...     lambda: (MultimodalGenerator(3, {"x": 2}), MultimodalDiscriminator({"x": 2})),
    ...     lambda G, D, real, noise: (D(G(noise)) - D(real)).mean(),
    ...     lambda G, D, real, noise: -D(G(noise)).mean(),
    ...     {"x": torch.ones(8, 2)}, GANConfig(steps=3, progress=False), seeds=[0])
    >>> {name: term.shape for name, term in history.terms.items()}
    {'discriminator: loss': (1, 3), 'generator: loss': (1, 3)}

    Args:
        make_players: gives (generator, discriminator); called once a seed, after ``set_seed``.
        discriminator_loss: (generator, discriminator, real batch, noise) -> a scalar, or a dict
            of named scalars whose sum the discriminator minimises. The noise is standard normal,
            (B, generator.noise_dim), in the generator's dtype; a generator without ``noise_dim``
            gets noise of width 0.
        generator_loss: the same for the generator.
        data: tensors with one row a sample, all on the players' device.
        seeds: different ones. Game s is the one that its seed alone would play (as models of
            :func:`fit_seeds` are).
        probe: (generator, discriminator) -> {name: number or array}, called without gradients
            before the first step and then ``config.snapshots`` times, evenly, for each seed.

    Returns the trained players and the history.

    Raises: TypeError and ValueError for players, data, losses or seeds that are not as described;
        FloatingPointError for a loss that is not finite, with its step, term and seed.
    """
    checks.instance("config", config, GANConfig)
    checks.function("discriminator_loss", discriminator_loss)
    checks.function("generator_loss", generator_loss)
    judge, fool = (_without_constants(loss) for loss in (discriminator_loss, generator_loss))
    return fit_games({"": Game(make_players, judge, fool, data, config)}, seeds, probe)[""]


def fit_games(
    games: Mapping[str, Game], seeds: Sequence[int], probe: Probe | None = None
) -> dict[str, Played]:
    """Play every game with the same seeds: for each what ``fit_gan`` gives for it alone.

    Games are played in one batched step if they have *the same objects* as ``make_players``,
    ``judge``, ``fool`` and tensors of ``data``, constants of the same names and shapes, and as many
    steps, rows a batch and snapshots; the others one after the other. See :class:`Game`.

    Args:
        seeds: different ones. Games with one seed start from the same weights if they have the
            same factory, and meet the same batches and the same noise.
        probe: (generator, discriminator) -> {name: number or array}, as in ``fit_gan``.

    Returns {game's name: ([(generator, discriminator) of each seed], history)}; the seconds of a
    history are the game's share.
    Raises: TypeError, ValueError for games or seeds that are not as described; FloatingPointError
        for a loss that is not finite, with its step, term, game and seed.
    """
    seeds = seed_list(seeds)
    checks.mapping("games", games)
    checks.listed("games", list(games.values()), Game)
    if probe is not None:
        checks.function("probe", probe)
    groups: dict[tuple, dict[str, Game]] = {}
    for name, game in games.items():
        groups.setdefault(what_must_be_one(game), {})[name] = game
    steps = sum(next(iter(group.values())).config.steps for group in groups.values())
    found: dict[str, Played] = {}
    shown = any(game.config.progress for game in games.values())
    with own_generators(seeds[0]), progress_bar(steps, shown, "game") as bar:
        for group in groups.values():
            found |= play_together(group, seeds, bar, probe)
    return {name: found[name] for name in games}


def _without_constants(loss: GameLoss) -> GameLoss:
    return lambda generator, discriminator, real, noise, _: loss(
        generator, discriminator, real, noise
    )
