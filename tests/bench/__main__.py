"""Our layers against the libraries', and what a step of many models costs beside one, as tables.

Times are medians of interleaved repeats, so that a noisy moment hits all rivals alike. The device
is $MMBOOK_DEVICE. On the CPU, memory is what PyTorch's allocator handed out during one forward and
backward pass; on CUDA it is the peak above what the inputs hold.
"""

import argparse
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn
from torch.profiler import ProfilerActivity, profile
from tqdm.auto import tqdm

from mmbook.attention import SelfAttention, scaled_dot_product_attention
from mmbook.graph import GraphConvolution, adjacency, normalize_adjacency
from mmbook.training import pick_device, set_seed
from tests.bench.timing import interleaved
from tests.bench.training import training

WIDTH = 64
DENSE_LIMIT = 4_000  # nodes; beyond it the dense matrix alone takes more than 64 MB


def megabytes(run: Callable[[], None], device: torch.device) -> float:
    """Memory of one call: peak on CUDA, all that was handed out on the CPU."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        run()
    events = record.events()
    if events is None:
        raise RuntimeError("the profiler recorded nothing; expected the events of one call")
    handed_out = (e.self_cpu_memory_usage for e in events)
    return sum(size for size in handed_out if size > 0) / 2**20


def with_backward(run: Callable[[], torch.Tensor], *inputs: torch.Tensor) -> Callable[[], None]:
    """Forward and backward of ``run``, with the gradients of its inputs cleared before."""

    def both() -> None:
        for x in inputs:
            x.grad = None
        run().sum().backward()

    return both


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

    return {name: with_backward(run, x) for name, run in forward.items()}


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


BATCH, HEADS = 2, 4


def attention_rivals(num_tokens: int, device: torch.device) -> dict[str, Callable[[], None]]:
    """Forward and backward; the function on ready heads, the layers on tokens of width 64."""
    set_seed(0)
    heads = torch.randn(3, BATCH, HEADS, num_tokens, WIDTH // HEADS, device=device)
    query, key, value = heads.requires_grad_()
    ours = SelfAttention(WIDTH, num_heads=HEADS).to(device)
    library = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True).to(device)
    with torch.no_grad():
        maps = (ours.query, ours.key, ours.value)
        library.in_proj_weight.copy_(torch.cat([m.weight for m in maps]))
        library.in_proj_bias.copy_(torch.cat([m.bias for m in maps]))
        library.out_proj.load_state_dict(ours.output.state_dict())
    x = torch.randn(BATCH, num_tokens, WIDTH, device=device, requires_grad=True)
    each = {"need_weights": True, "average_attn_weights": False}
    forward = {
        "F.sdpa": lambda: F.scaled_dot_product_attention(query, key, value),
        "function": lambda: scaled_dot_product_attention(query, key, value, need_weights=False)[0],
        "function, A": lambda: scaled_dot_product_attention(query, key, value)[0],
        "nn.MHA": lambda: library(x, x, x, need_weights=False)[0],
        "layer": lambda: ours(x, need_weights=False)[0],
        "nn.MHA, A": lambda: library(x, x, x, **each)[0],
        "layer, A": lambda: ours(x)[0],
    }
    for first, second in (("F.sdpa", "function"), ("F.sdpa", "function, A")):
        torch.testing.assert_close(forward[second](), forward[first](), rtol=1e-3, atol=1e-4)
    for name in ("layer", "nn.MHA, A", "layer, A"):
        torch.testing.assert_close(forward[name](), forward["nn.MHA"](), rtol=1e-3, atol=1e-4)

    return {name: with_backward(run, heads, x) for name, run in forward.items()}


def attention(device: torch.device) -> None:
    """Ours with and without weights (A) against the library's function and layer."""
    print(
        f"Attention, batch {BATCH}, {HEADS} heads, width {WIDTH}, forward and backward, "
        f"on {device}.\nA: the weights are returned.\n"
    )
    sizes = (64, 256, 1024, 4096)
    tables: dict[str, dict[int, dict[str, float]]] = {"milliseconds": {}, "MiB": {}}
    for num_tokens in tqdm(sizes, desc="tokens", leave=False):
        rivals = attention_rivals(num_tokens, device)
        repeats = {64: 201, 256: 101, 1024: 25}.get(num_tokens, 5)
        tables["milliseconds"][num_tokens] = interleaved(rivals, repeats)
        tables["MiB"][num_tokens] = {n: megabytes(run, device) for n, run in rivals.items()}
    for unit, table in tables.items():
        print(f"{'N':>6}" + "".join(f"{name:>13}" for name in table[sizes[0]]) + f"  {unit}")
        for num_tokens, row in table.items():
            print(f"{num_tokens:>6}" + "".join(f"{v:13.2f}" for v in row.values()))
        print()
    for ours, theirs in (("function", "F.sdpa"), ("layer", "nn.MHA"), ("layer, A", "nn.MHA, A")):
        ratios = (row[ours] / row[theirs] for row in tables["milliseconds"].values())
        print(f"{ours} takes", ", ".join(f"{r:.2f}" for r in ratios), f"times as long as {theirs}")


TOPICS = {"graph": graph, "attention": attention, "training": training}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", choices=[[], *TOPICS], default=[])
    device = pick_device()
    for name in parser.parse_args().topics or TOPICS:
        TOPICS[name](device)


if __name__ == "__main__":
    main()
