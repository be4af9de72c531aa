"""Other right answers to lab 9, which its checks must accept."""

# ruff: noqa: F821


def level_weights(X, W_a, w):
    q = torch.einsum("ad,...ld->...la", W_a, X).tanh()
    if w.ndim == 1:
        s = q @ w
    else:
        s = torch.einsum("...la,la->...l", q, w)
    return torch.softmax(s, dim=-1)


def fuse(X, alpha, there):
    a = torch.where(there, alpha, torch.zeros_like(alpha))
    total = a.sum(-1, keepdim=True)
    a = torch.where(total > 0, a / total, torch.zeros_like(a))
    return torch.einsum("...l,...ld->...d", a, X), a


def slope(X, alpha, g):
    fused = torch.einsum("bl,bld->bd", alpha, X)
    return alpha * torch.einsum("bd,bld->bl", g, X - fused[:, None])


def votes(scores):
    L = scores.shape[-1]
    s = scores.clone()
    s[..., range(L), range(L)] = -float("inf")
    return s.softmax(-1).sum(-2) / L


class Fusion(nn.Module):
    def __init__(self, widths, A, dim):
        super().__init__()
        self.P = nn.ModuleList(nn.Linear(d, dim) for d in widths)
        self.W_a = nn.Parameter(torch.randn(A, dim) / sqrt(dim))
        self.w = nn.Parameter(torch.randn(A) / sqrt(A))

    def forward(self, levels, there):
        x = []
        for n in range(len(levels)):
            x.append(self.P[n](levels[n]))
        x = torch.stack(x, dim=-2)
        a = level_weights(x, self.W_a, self.w)
        return fuse(x, a, there)
