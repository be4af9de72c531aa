"""Networks, their losses, and what they are made of."""

import torch
from torch import nn

from mmbook.adversarial import (
    ClusterGaussians,
    MultimodalDiscriminator,
    MultimodalGenerator,
    SpectralNorm,
)
from mmbook.attention import CrossAttention, SelfAttention, TransformerBlock
from mmbook.autoencoder import MultimodalAutoencoder
from mmbook.encoders import SpeechEncoder
from mmbook.fusion import LowRankFusion
from mmbook.graph import GraphConvolution, MultimodalGCN, NodeTask, normalize_adjacency
from mmbook.hierarchical import HierarchicalAttention

from ..arguments import Each, Flag, Real, Several, Tensor, Text, Thing, Whole, but
from ..engine import call

W = Whole
COUNT = Whole(3)
DEVICE = Text("cpu", choice=True)
SEED = Whole(0, least=None)
TEMPERATURE = Real(1.5, wrong=(0.0, -1.0))
WIDTHS = Each({"image": W(5), "text": W(3)}, fixed=False)
PAIR = Each({"image": Tensor("B 5"), "text": Tensor("B 3")})
CODES = Each({"image": Tensor("B K"), "text": Tensor("B K")}, fixed=False, least=2)
LOGITS = Each({"image": Tensor("B C"), "text": Tensor("B C")}, fixed=False, least=2)


def edges():
    return torch.tensor([[0, 1, 2], [1, 2, 0]])


def square(numbers=7):
    """A graph in a ring, dense."""
    A = torch.eye(numbers).roll(1, 0)
    return A + A.T


def node_task():
    X = {"image": torch.ones(7, 5), "text": torch.ones(7, 3)}
    return NodeTask(X, torch.arange(7) % 3, ["test"] * 7, torch.tensor([[0, 1]]))


def directed(A):
    """The same with one weight that has no partner."""
    A = A.clone()
    A[0, 3] = 0.5
    return A


class Matrix(Tensor):
    """A symmetric matrix (V, V) that is not negative."""

    def good(self):
        A = square(self.below)
        return normalize_adjacency(A) if self.kind == "positive" else A


MATRIX = Matrix("7 7", "positive", 7, legal="negative")  # any matrix, if it is made by hand
ATTENTION = dict(
    query=Tensor("B 4 6"),
    context=Tensor("B 5 2"),
    context_mask=Tensor("B 5", kind="bool"),
    pair_mask=Tensor("4 5", kind="bool"),
    need_weights=Flag(True),
)

CALLS = {
    # ------------------------------------------------------------ adversarial
    "adversarial.MultimodalGenerator": call(noise_dim=W(2), output_dims=WIDTHS, width=W(4)),
    "adversarial.MultimodalGenerator.forward": call(
        lambda: MultimodalGenerator(2, {"a": 3, "b": 5}, width=4), z=Tensor("B 2")
    ),
    "adversarial.MultimodalGenerator.sample": call(
        lambda: MultimodalGenerator(2, {"a": 3}, width=4), count=COUNT, seed=SEED
    ),
    "adversarial.MultimodalDiscriminator": call(
        input_dims=WIDTHS, width=W(4), spectral=Flag(False)
    ),
    "adversarial.MultimodalDiscriminator.forward": call(
        lambda: MultimodalDiscriminator({"image": 5, "text": 3}, width=4), pair=PAIR
    ),
    "adversarial.SpectralNorm": call(
        weight=Tensor("5 3", legal="one 5 more, one 3 more"), rounds=W(3)
    ),
    "adversarial.SpectralNorm.forward": call(
        lambda: SpectralNorm(torch.randn(5, 3)), weight=Tensor("5 3")
    ),
    "adversarial.ClusterGaussians": call(
        pairs=Each({"image": Tensor("n D"), "text": Tensor("n E")}, fixed=False),
        clusters=Whole(2),
        seed=Whole(0, least=0),
        rounds=Whole(2),
    ),
    "adversarial.ClusterGaussians.sample": call(
        lambda: ClusterGaussians({"a": torch.randn(11, 5)}, 2, 0),
        count=COUNT,
        seed=Whole(0, least=0),
    ),
    "adversarial.discriminator_loss": call(real_logits=Tensor("n"), fake_logits=Tensor("m")),
    "adversarial.generator_loss": call(fake_logits=Tensor("n"), saturating=Flag(False)),
    "adversarial.gradient_penalty": call(
        discriminator=Thing(lambda: MultimodalDiscriminator({"image": 5, "text": 3}, width=4)),
        real=PAIR,
    ),
    "adversarial.mismatched": call(
        pairs=Each(
            {
                "image": Tensor("B D", legal="an axis more, ints, complex, NaN, inf"),
                "text": Tensor("B K"),
            },
            fixed=False,
            legal="image: an axis more",
        )
    ),
    "adversarial.jensen_shannon": call(p=Tensor("C", kind="share"), q=Tensor("C", kind="share")),
    # ------------------------------------------------------------ attention
    "attention.scaled_dot_product_attention": call(
        query=Tensor("B 4 K"),
        key=Tensor("B 5 K"),
        value=Tensor("B 5 D"),
        mask=Tensor("B 4 5", kind="bool", legal="an axis less"),
        need_weights=Flag(True),
    ),
    "attention.masked_softmax": call(
        scores=Tensor("B N", legal="an axis more"),
        mask=Tensor("B N", kind="bool", legal="an axis less"),
    ),
    "attention.sinusoidal_positions": call(
        num_tokens=W(3), dim=W(4), device=DEVICE, dtype=Thing(lambda: torch.float64)
    ),
    "attention.TransformerBlock": call(
        dim=W(6),
        num_heads=W(2),
        width=W(5),
        activation=Text("gelu", choice=True),
        dropout=Real(0.1, wrong=(-0.1, 1.1)),
    ),
    "attention.TransformerBlock.forward": call(
        lambda: TransformerBlock(6, num_heads=3),
        x=Tensor("B N 6"),
        mask=Tensor("B N", kind="bool"),
        pair_mask=Tensor("N N", kind="bool"),
        need_weights=Flag(True),
    ),
    "attention.as_multihead": call(
        use=lambda f, a: f(**a).in_proj_weight.detach(),
        attention=Thing(lambda: SelfAttention(6), also=(("another", lambda _: nn.Linear(3, 5)),)),
    ),
    "attention.CrossAttention": call(dim=W(6), context_dim=W(2), num_heads=W(2), bias=Flag(True)),
    "attention.CrossAttention.forward": call(
        lambda: CrossAttention(6, 2, num_heads=3), **ATTENTION
    ),
    "attention.SelfAttention": call(dim=W(6), num_heads=W(2), bias=Flag(True)),
    "attention.SelfAttention.forward": call(
        lambda: SelfAttention(6, num_heads=3),
        x=Tensor("B N 6"),
        mask=Tensor("B N", kind="bool"),
        pair_mask=Tensor("N N", kind="bool"),
        need_weights=Flag(True),
    ),
    # ------------------------------------------------------------ autoencoder
    "autoencoder.MultimodalAutoencoder": call(
        input_dims=but(WIDTHS, "a list of its values"),
        hidden_dim=W(2),
        widths=Several([W(7), W(5)], legal="empty"),
    ),
    "autoencoder.MultimodalAutoencoder.encode": call(
        lambda: MultimodalAutoencoder({"image": 5, "text": 3}, 2, widths=(7,)),
        modality=Text("image", choice=True),
        x=Tensor("B 5"),
    ),
    "autoencoder.MultimodalAutoencoder.decode": call(
        lambda: MultimodalAutoencoder({"image": 5, "text": 3}, 2, widths=(7,)),
        modality=Text("image", choice=True),
        code=Tensor("B 2"),
    ),
    "autoencoder.MultimodalAutoencoder.reconstruct": call(
        lambda: MultimodalAutoencoder({"image": 5, "text": 3}, 2, widths=(7,)),
        x=Tensor("B 5"),
        source=Text("image", choice=True),
        target=Text("text", choice=True),
    ),
    "autoencoder.MultimodalAutoencoder.encode_all": call(
        lambda: MultimodalAutoencoder({"image": 5, "text": 3}, 2, widths=(7,)),
        inputs=but(PAIR, "name too few"),
    ),
    "autoencoder.MultimodalAutoencoder.cross_reconstruct": call(
        lambda: MultimodalAutoencoder({"image": 5, "text": 3}, 2, widths=(7,)),
        codes=Each({"image": Tensor("B 2"), "text": Tensor("B 2")}, legal="name too few"),
    ),
    "autoencoder.MultimodalAutoencoder.forward": call(
        lambda: MultimodalAutoencoder({"image": 5, "text": 3}, 2, widths=(7,)),
        inputs=but(PAIR, "name too few", "a list of its values"),
    ),
    "autoencoder.joint_code": call(
        codes=Each({"image": Tensor("B K"), "text": Tensor("B K")}, fixed=False),
        present=Each({"image": Tensor("B", kind="bool")}, legal="empty"),
    ),
    "autoencoder.reconstruction_loss": call(
        targets=Each({"image": Tensor("B D"), "text": Tensor("B K")}),
        reconstructions=Each({"image": Tensor("B D"), "text": Tensor("B K")}),
        reduction=Text("sample", choice=True),
    ),
    "autoencoder.cross_reconstruction_loss": call(
        targets=Each({"image": Tensor("B D"), "text": Tensor("B K")}, legal="name too many"),
        crossed=Each(
            {("image", "text"): Tensor("B K"), ("text", "image"): Tensor("B D")},
            legal="name too few",
        ),
        reduction=Text("sample", choice=True),
    ),
    "autoencoder.code_matching_loss": call(codes=CODES),
    # ------------------------------------------------------------ distillation
    "distillation.kl_divergence": call(p_logits=Tensor("B C"), q_logits=Tensor("B C")),
    "distillation.distillation_loss": call(
        student_logits=Tensor("B C"),
        teacher_logits=Tensor("B C"),
        temperature=TEMPERATURE,
        direction=Text("S||T", choice=True),
    ),
    "distillation.mutual_learning_loss": call(
        logits=LOGITS, temperature=TEMPERATURE, stop_gradient=Flag(True)
    ),
    "distillation.progressive_loss": call(
        logits=Tensor("B C"),
        temperature=TEMPERATURE,
        earlier_logits=Several([Tensor("B C"), Tensor("B C")], legal="empty"),
    ),
    # ------------------------------------------------------------ encoders
    "encoders.masked_mean": call(tokens=Tensor("B N D"), mask=Tensor("B N", kind="bool")),
    "encoders.SpeechEncoder": call(in_dim=W(13), dim=W(8)),
    "encoders.SpeechEncoder.tokens": call(
        lambda: SpeechEncoder(13, 8), x=Tensor("B T 13"), mask=Tensor("B T", kind="bool")
    ),
    "encoders.SpeechEncoder.forward": call(
        lambda: SpeechEncoder(13, 8), x=Tensor("B T 13"), mask=Tensor("B T", kind="bool")
    ),
    # ------------------------------------------------------------ fusion
    "fusion.late_fusion": call(
        logits=Each({"image": Tensor("B C"), "text": Tensor("B C")}, fixed=False),
        log_prior=Tensor("C", kind="log"),
    ),
    "fusion.tensor_fusion": call(
        codes=Each({"image": Tensor("B D"), "text": Tensor("B K")}, fixed=False)
    ),
    "fusion.LowRankFusion": call(input_dims=WIDTHS, output_dim=W(3), rank=W(2)),
    "fusion.LowRankFusion.forward": call(
        lambda: LowRankFusion({"image": 5, "text": 3}, 2, 3), codes=PAIR
    ),
    "fusion.contrastive_loss": call(codes=CODES, temperature=TEMPERATURE),
    # ------------------------------------------------------------ graph
    "graph.adjacency": call(
        edges=Thing(
            edges,
            also=(
                ("floats", lambda e: e.float()),
                ("an axis less", lambda e: e[0]),
                ("an axis more", lambda e: e[None]),
                ("three rows", lambda e: e[[0, 1, 1]]),
                ("negative", lambda e: e - 1),
                ("too large", lambda e: e + 9),
                ("numpy", lambda e: e.numpy()),
                ("bools", lambda e: e > 0),
            ),
        ),
        num_nodes=W(5),
        weights=Tensor("3", kind="positive"),
    ),
    "graph.normalize_adjacency": call(A=Matrix("V V", below=7, legal="ints")),
    "graph.GraphConvolution": call(in_dim=W(3), out_dim=W(2), bias=Flag(True)),
    "graph.GraphConvolution.forward": call(
        lambda: GraphConvolution(3, 2), x=Tensor("7 3"), propagation=MATRIX
    ),
    "graph.MultimodalGCN": call(
        input_dims=WIDTHS,
        width=W(4),
        num_classes=W(2),
        num_layers=W(2),
        dropout=Real(0.2, wrong=(-0.1, 1.5)),
    ),
    "graph.MultimodalGCN.states": call(
        lambda: MultimodalGCN({"image": 5, "text": 3}, 4, 2),
        features=Each({"image": Tensor("4 5"), "text": Tensor("3 3")}),
        propagation=MATRIX,
    ),
    "graph.MultimodalGCN.forward": call(
        lambda: MultimodalGCN({"image": 5, "text": 3}, 4, 2),
        features=Each({"image": Tensor("4 5"), "text": Tensor("3 3")}),
        propagation=MATRIX,
    ),
    "graph.propagate": call(x=Tensor("7 D"), propagation=MATRIX),
    "graph.nearest_neighbours": call(
        x=Tensor("7 D", legal="one 7 more"), k=W(2, most=6), block=W(4)
    ),
    "graph.multimodal_edges": call(
        features=Each({"image": Tensor("7 D", legal="one 7 more"), "text": Tensor("7 K")}, False),
        k=W(2, most=6),
        pairs=Thing(
            lambda: [("image", "text")],
            legal="None",
            also=(
                ("of one modality", lambda p: [("image", "image")]),
                ("three", lambda p: [("image", "text", "image")]),
                ("misspelt", lambda p: [("image", "texq")]),
            ),
        ),
        items=Tensor("3", "int", 7, legal="None, empty, one 3 more"),
        similar=Flag(True),
    ),
    "graph.shared_tags": call(
        tags=Several([Several([Text("a", legal="empty")], legal="empty")], legal="empty"),
        most=W(12),
    ),
    "graph.NodeTask": call(
        X=Each({"image": Tensor("7 D", legal="one 7 more"), "text": Tensor("7 K")}, False),
        label=Tensor("7", "int", 3, legal="too large"),
        part=Several([Text("val", legal="empty"), *[Text("test")] * 6], counted=True),
        known=Tensor("S 2", "int", 7, legal="empty, one 2 more"),
        names=Each({"image": Text("drawings"), "text": Text("words")}, legal="empty, name too few"),
    ),
    "graph.NodeTask.correct": call(
        node_task,
        predicted=Tensor("14", "int", 3, legal="an axis more, negative, too large"),
        where=Text("test", choice=True),
    ),
    "graph.dirichlet_energy": call(x=Tensor("7 D"), propagation=MATRIX, relative=Flag(False)),
    "graph.smoothing_limit": call(x=Tensor("7 D"), A=Matrix("7 7", below=7, legal="ints")),
    # ------------------------------------------------------------ hierarchical
    "hierarchical.level_attention": call(
        X=Tensor("B L D", legal="an axis more, an axis less"),
        W_a=Tensor("A D"),
        w=Tensor("A"),
        mask=Tensor("B L", kind="bool"),
    ),
    "hierarchical.HierarchicalAttention": call(
        level_dims=Several([W(5), W(3)]), attention_dim=W(2), dim=W(4), shared=Flag(True)
    ),
    "hierarchical.HierarchicalAttention.forward": call(
        lambda: HierarchicalAttention([5, 3], 2, dim=4),
        levels=Several([Tensor("B 5"), Tensor("B 3")], counted=True),
        mask=Tensor("B 2", kind="bool"),
    ),
}
