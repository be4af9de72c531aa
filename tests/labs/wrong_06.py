"""Typical wrong answers to lab 6: (function, right text, wrong text, what the check must say)."""

ADD = "index_add(\n        0, target, share[:, None] * H[source])"

WRONG = [
    ("normalize", "A + torch.eye(len(A))", "A", "the self-loops are missing"),
    ("normalize", "d = A_tilde.sum(1)", "d = A.sum(1)", "take them of A + I"),
    ("normalize", ".sqrt()", "", "the roots are missing"),
    ("normalize", "(d[:, None] * d).sqrt()", "d[:, None]", "each row is averaged"),
    ("normalize", "(d[:, None] * d).sqrt()", "d", "each column is averaged"),
    ("listen", ADD, "index_add(0, source, share[:, None] * H[target])", "against the arrows"),
    ("listen", ADD, ADD.replace("add", "copy"), "messages overwrite each other"),
    ("listen", "share[:, None] * ", "", "divided by the root of both degrees"),
    ("listen", "(d[source] * d[target]).sqrt()", "d[target]", "of the one who hears"),
    ("Convolution", "A_hat @", "A_hat.T @", "the matrix is transposed"),
    ("Convolution", "(H @ self.W) + self.b", "(H @ self.W + self.b)", "the bias is spread"),
    ("Convolution", " + self.b", "", "the bias is missing"),
    ("Convolution", "A_hat @ (H @ self.W)", "H @ self.W", "A_hat is not used"),
    ("Network", "layer(H.relu(), A_hat)", "layer(H, A_hat)", "no ReLU stands before"),
    ("Network", "layer(H.relu(), A_hat)", "layer(H, A_hat).relu()", "behind the last layer"),
    ("Network", "in self.layers:\n            H = layer(H.relu(), A_hat)",
     "in self.layers:\n            H = layer(H if layer is self.layers[1] else H.relu(), A_hat)",
     "between the layers is missing"),
    ("Network", "project(X[m]) for m, project in self.P.items()", 
     "self.P[m](x) for m, x in X.items()", "in another order"),
    ("Network", "in self.layers:", "in self.layers[:1]:", "one layer is left out"),
    ("spread", "(1 - alpha) * Y", "(1 - alpha) * reached", "a step before"),
    ("spread", "alpha * (A_hat @ reached) + (1 - alpha)", "(1 - alpha) * (A_hat @ reached) + alpha",
     "it should weigh the neighbours"),
    ("spread", " + (1 - alpha) * Y", "", "what was given is forgotten"),
    ("spread", "A_hat @ reached", "A_hat.T @ reached", "the matrix is transposed"),
    ("spread", "range(steps)", "range(min(steps, 1))", "nothing more happens"),
]  # fmt: skip
