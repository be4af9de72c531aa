"""Our layers against the libraries', as tables: ``python tools/bench.py [graph]``.

Times are medians of interleaved repeats, so that a noisy moment hits all rivals alike. The device
is $MMBOOK_DEVICE. On the CPU, memory is what PyTorch's allocator handed out during one forward and
backward pass; on CUDA it is the peak above what the inputs hold.
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile
from tqdm.auto import tqdm

from mmbook.graph import GraphConvolution, adjacency, normalize_adjacency
from mmbook.training import pick_device, set_seed

WIDTH = 64
DENSE_LIMIT = 4_000  # nodes; beyond it the dense matrix alone takes more than 64 MB


def interleaved(rivals: dict[str, Callable[[], None]], repeats: int) -> dict[str, float]:
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


def megabytes(run: Callable[[], None], device: torch.device) -> float:
    """Memory of one call: peak on CUDA, all that was handed out on the CPU."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        run()
    handed_out = (e.self_cpu_memory_usage for e in record.events())
    return sum(size for size in handed_out if size > 0) / 2**20


def random_graph(num_nodes: int, num_edges: int, device: torch.device) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(num_nodes, (2, num_edges), generator=generator)
    return adjacency(edges[:, edges[0] != edges[1]].to(device), num_nodes)


def graph_rivals(A: torch.Tensor) -> dict[str, Callable[[], None]]:
    """Forward and backward of one layer, the same weights in all; results are compared first."""
    from torch_geometric.nn import GCNConv

    set_seed(0)
    device, num_nodes = A.device, len(A)
    sparse = normalize_adjacency(A)
    edge_index = A.to_sparse_coo().coalesce().indices()
    ours = GraphConvolution(WIDTH, WIDTH).to(device)
    by_edges = GCNConv(WIDTH, WIDTH, cached=True).to(device)
    by_matrix = GCNConv(WIDTH, WIDTH, normalize=False).to(device)
    with torch.no_grad():
        for layer in (by_edges, by_matrix):
            layer.lin.weight.copy_(ours.weight.T)
    x = torch.randn(num_nodes, WIDTH, device=device, requires_grad=True)
    forward = {
        "ours": lambda: ours(x, sparse),
        "PyG, edges": lambda: by_edges(x, edge_index),
        "PyG, CSR": lambda: by_matrix(x, sparse),
    }
    if num_nodes <= DENSE_LIMIT:
        dense = sparse.to_dense()
        forward["ours, dense"] = lambda: ours(x, dense)
    expected = forward["ours"]().detach()
    for name, run in forward.items():
        torch.testing.assert_close(run().detach(), expected, msg=f"{name} differs")

    def with_backward(run: Callable[[], torch.Tensor]) -> Callable[[], None]:
        def both() -> None:
            x.grad = None
            run().sum().backward()

        return both

    return {name: with_backward(run) for name, run in forward.items()}


def graph(device: torch.device) -> None:
    """GraphConvolution against GCNConv, and how its cost grows."""
    print(
        f"One layer {WIDTH} -> {WIDTH}, forward and backward, on {device}; ten neighbours a node.\n"
    )
    columns = ["ours", "PyG, edges", "PyG, CSR", "ours, dense"]
    head = "".join(f"{name:>13}" for name in columns)
    print(f"{'edges':>9}{head}  milliseconds")
    memory = []
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    for num_edges in tqdm(sizes, desc="edges", leave=False):
        rivals = graph_rivals(random_graph(num_edges // 5, num_edges, device))
        ms = interleaved(rivals, repeats=5 if num_edges > 100_000 else 21)
        cells = "".join(f"{ms[n]:13.2f}" if n in ms else f"{'-':>13}" for n in columns)
        faster = min(ms["PyG, edges"], ms["PyG, CSR"]) / ms["ours"]
        tqdm.write(
            f"{num_edges:>9,}{cells}  ours is {faster:.1f} times as fast as PyG's faster one"
        )
        memory.append((num_edges, {n: megabytes(run, device) for n, run in rivals.items()}))
    print(f"\n{'edges':>9}{head}  MiB")
    for num_edges, mb in memory:
        cells = "".join(f"{mb[n]:13.1f}" if n in mb else f"{'-':>13}" for n in columns)
        print(f"{num_edges:>9,}{cells}")
    print(
        f"\n{'nodes':>9}{'edges':>11}  milliseconds of ours: cost follows V x width^2 + E x width"
    )
    for num_nodes, num_edges in (
        (10_000, 50_000),
        (10_000, 100_000),
        (10_000, 200_000),
        (20_000, 100_000),
        (40_000, 100_000),
    ):
        run = graph_rivals(random_graph(num_nodes, num_edges, device))["ours"]
        ms = interleaved({"ours": run}, repeats=15)["ours"]
        print(f"{num_nodes:>9,}{num_edges:>11,}{ms:10.2f}")


TOPICS = {"graph": graph}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics", nargs="*", choices=[[], *TOPICS], default=[])
    device = pick_device()
    for name in parser.parse_args().topics or TOPICS:
        TOPICS[name](device)


if __name__ == "__main__":
    main()
