"""Other right answers to lab 7, which its checks must accept."""

# ruff: noqa: F821


def may_read(lengths, N, causal=False):
    m = torch.zeros(len(lengths), N, N, dtype=torch.bool)
    for b, n in enumerate(lengths.tolist()):
        for i in range(N):
            for j in range(N):
                m[b, i, j] = j < n and (not causal or j <= i)
    return m


def masked_softmax(scores, mask):
    m = mask.expand_as(scores)
    e = torch.exp(scores - scores.detach().amax(-1, keepdim=True)) * m
    t = e.sum(-1, keepdim=True)
    return e / torch.where(t == 0, torch.ones_like(t), t)


def attention(query, key, value, mask):
    A = masked_softmax(
        torch.einsum("...id,...jd->...ij", query, key) * query.size(-1) ** -0.5, mask
    )
    return torch.einsum("...ij,...jd->...id", A, value), A


class Heads(nn.Module):
    def __init__(self, dim, num_heads, root=True):
        super().__init__()
        self.H, self.root = num_heads, root
        maps = [nn.Linear(dim, dim) for _ in range(4)]
        for linear in maps[:3]:
            nn.init.xavier_uniform_(linear.weight)
        self.query, self.key, self.value, self.output = maps

    def forward(self, x, mask):
        w = x.shape[-1] // self.H
        ys = []
        As = []
        Q, K, V = self.query(x), self.key(x), self.value(x)
        for h in range(self.H):
            c = slice(h * w, (h + 1) * w)
            s = Q[..., c] @ K[..., c].transpose(1, 2)
            if self.root:
                s = s / w**0.5
            A = masked_softmax(s, mask[:, None, :])
            As.append(A)
            ys.append(A @ V[..., c])
        return self.output(torch.cat(ys, -1)), torch.stack(As, 1)


class Block(nn.Module):
    def __init__(self, attention, dim, width):
        super().__init__()
        self.attention = attention
        self.attention_norm = nn.LayerNorm(dim)
        self.mlp_norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, width), nn.ReLU(), nn.Linear(width, dim))

    def forward(self, x, mask):
        r, w = self.attention(self.attention_norm(x), mask)
        x = x + r
        return x + self.mlp(self.mlp_norm(x)), w
