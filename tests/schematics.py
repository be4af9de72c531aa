"""Four methods as schematics, to test the drawing on; as short as a chapter's cell is to be."""

from mmbook.figures import Arrow, Box, Group, per_modality, schematic


# fmt: off
def autoencoder():
    return schematic(
        [*per_modality("data", "original", image="x_1", speech="x_2"),
         *per_modality("network", "encoder", image="f_1", speech="f_2"),
         Box("h", "code", "joint code", "(B, K)"),
         *per_modality("network", "decoder", image="g_1", speech="g_2"),
         *per_modality("data", "rebuilt", image="x̂_1", speech="x̂_2"),
         Box("L_1", "loss", "error"), Box("L_2", "loss", "error")],
        [("x_1", "f_1", "h", "g_1", "x̂_1", "L_1"), ("x_1", "L_1"),
         ("x_2", "f_2", "h", "g_2", "x̂_2", "L_2"), ("x_2", "L_2")],
        grid="""x_1  f_1  .  g_1  x̂_1  L_1
                .    .    h  .    .    .
                x_2  f_2  .  g_2  x̂_2  L_2""")


def teacher():
    return schematic(
        [Box("image", shape="(B, 784)", modality="image"),
         Box("speech", shape="(B, 416)", modality="speech"),
         Box("f_T", "network", "teacher", frozen=True),
         Box("f_S", "network", "student", modality="speech"),
         Box("p_T", "code", "opinion", "(B, C)"),
         Box("p_S", "code", "opinion", "(B, C)"), Box("KL", "loss", "S ‖ T")],
        [("image", "f_T", "p_T"), ("speech", "f_T"),
         ("speech", "f_S", "p_S", "KL"), Arrow("p_T", "KL", gradient=False)],
        groups=[Group("sees and hears", ("f_T", "p_T")),
                Group("only hears", ("f_S", "p_S"))])


def cross_attention():
    return schematic(
        [Box("text", shape="(B, Nq, D)", modality="text"),
         Box("image", shape="(B, Nk, D)", modality="image"),
         *per_modality("network", "linear", text="W_Q", image="W_K"),
         *per_modality("network", "linear", image="W_V"),
         *per_modality("code", "query", "(B, H, Nq, d)", text="Q"),
         *per_modality("code", "key", "(B, H, Nk, d)", image="K"),
         *per_modality("code", "value", "(B, H, Nk, d)", image="V"),
         Box("softmax", "network", "of QKᵀ/√d"),
         Box("Y", "code", "output", "(B, Nq, D)")],
        [("text", "W_Q", "Q", "softmax"), ("image", "W_K", "K", "softmax"),
         ("image", "W_V", "V", "Y"), Arrow("softmax", "Y", "A")])


def gan():
    return schematic(
        [Box("z", "data", "noise", "(B, K)"), Box("trunk", "network"),
         *per_modality("network", "head", image="G_1", speech="G_2"),
         *per_modality("data", "made", image="x̃_1", speech="x̃_2"),
         *per_modality("data", "real", image="x_1", speech="x_2"),
         Box("D", "network", "judge"), Box("L_D", "loss", "real or made")],
        [("z", "trunk", "G_1", "x̃_1", "D", "L_D"), ("trunk", "G_2", "x̃_2", "D"),
         ("x_1", "D"), ("x_2", "D")])
# fmt: on


METHODS = {f.__name__: f for f in (autoencoder, teacher, cross_attention, gan)}
