"""Other right answers to lab 6, which its checks must accept."""

# ruff: noqa: B905, F821


def normalize(A):
    A = A.clone()
    A.fill_diagonal_(1)
    r = torch.diag(A.sum(1) ** -0.5)
    return r @ A @ r


def listen(H, source, target):
    V = len(H)
    out = torch.zeros(H.shape)
    d = [int((target == i).sum()) for i in range(V)]
    for s, t in zip(source.tolist(), target.tolist()):
        out[t] += H[s] / (d[s] * d[t]) ** 0.5
    return out


class Convolution(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.W = nn.Parameter(torch.empty(d_in, d_out))
        self.b = nn.Parameter(torch.zeros(d_out))
        nn.init.xavier_uniform_(self.W)

    def forward(self, H, A_hat):
        return (A_hat @ H) @ self.W + self.b


class Network(nn.Module):
    def __init__(self, widths, hidden, classes, layers):
        super().__init__()
        self.P = nn.ModuleDict({m: nn.Linear(d, hidden) for m, d in widths.items()})
        sizes = [hidden] * layers + [classes]
        self.layers = nn.ModuleList(map(Convolution, sizes, sizes[1:]))

    def forward(self, X, A_hat):
        h = torch.relu(torch.vstack([self.P[m](X[m]) for m in self.P]))
        for i, layer in enumerate(self.layers):
            h = layer(h, A_hat)
            if i < len(self.layers) - 1:
                h = torch.relu(h)
        return h


def spread(A_hat, Y, alpha, steps):
    F_ = Y.clone()
    for _ in range(steps):
        F_ = (1 - alpha) * Y + alpha * A_hat @ F_
    return F_
