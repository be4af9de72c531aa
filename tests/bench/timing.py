"""Times of rivals that are run in turn, so that a noisy moment hits all alike."""

import time
from collections.abc import Callable, Mapping

import torch


def interleaved(rivals: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median milliseconds of each rival."""
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for round_ in range(repeats + 1):  # the first round warms up and is thrown away
        for name, run in rivals.items():
            wait()
            start = time.perf_counter()
            run()
            wait()
            if round_:
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: sorted(t)[len(t) // 2] for name, t in times.items()}


def wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
