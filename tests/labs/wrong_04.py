"""Typical wrong answers to lab 4: (function, right text, wrong text, what the check must say)."""

ONE_MEAN = "torch.cat([s.flatten() for s in squares]).mean()"
MEANS = "sum(s.mean() for s in squares)"

WRONG = [
    ("MultimodalAutoencoder", "self.encoders = nn.ModuleList(", "self.encoders = list(",
     "a plain list hides"),
    ("MultimodalAutoencoder", "layers(hidden_dim, width, d)", "layers(width, width, d)",
     "the decoders lead from k"),
    ("MultimodalAutoencoder", "self.decode(self.encode(x))", "self.encode(x)",
     "it should rebuild the input"),
    ("MultimodalAutoencoder", "zip(self.encoders, x)]", "zip(self.encoders, x)][::-1]",
     "your answer is"),
    ("reconstruction_loss", ".square()", "", "cancel: square them"),
    ("reconstruction_loss", "s.mean() for s", "s.sum(1).mean() for s", "divide by the features"),
    ("reconstruction_loss", MEANS, ONE_MEAN, "each modality has its own"),
    ("reconstruction_loss", MEANS, f"{MEANS} / len(x)", "the modalities are averaged"),
    ("reconstruction_loss", 'if reduction == "sum"', "if False", "`sum` takes the mean"),
    ("cross_loss", "i != j", "i < j", "from the second code to the first"),
    ("cross_loss", "i != j", "i > j", "from the first code to the second"),
    ("cross_loss", "i != j", "i == j", "into its own modality"),
    ("cross_loss", "i != j", "i + j > -1", "the others only"),
    ("cross_loss", "x[i] - estimate", "x[j] - estimate", "the modality of the code"),
    ("cross_loss", "[h]", "[h.detach()]", "no gradient reaches the encoders"),
    ("cross_loss", "return total", "return total / 2", "the pairs are averaged"),
    ("inverse_root", "values**-0.5", "values**0.5", "not its inverse"),
    ("inverse_root", "values**-0.5", "1 / values", "without the root"),
    ("inverse_root", "vectors @ np.diag(values**-0.5) @ vectors.T",
     "vectors @ np.diag(values**-0.5)", "turn, scale, turn back"),
    ("inverse_root", "vectors @ np.diag(values**-0.5) @ vectors.T",
     "vectors.T @ np.diag(values**-0.5) @ vectors", "the eigenvectors are the columns"),
    ("cca", "x1 - x1.mean(0), x2 - x2.mean(0)", "x1, x2", "not centred"),
    ("cca", "left @ U[:, :k]", "U[:, :k]", "lead the singular vectors back"),
    ("cca", "Vt[:k].T", "Vt[:, :k]", "rows of V^T"),
    ("cca", "a.T @ a / n + ridge * np.eye(a.shape[1])", "a.T @ a / n", "one side only"),
    ("cca", "return left @ U[:, :k], right @ Vt[:k].T, s[:k]", "return left @ U, right @ Vt.T, s",
     "directions (3, 3)"),
]  # fmt: skip
