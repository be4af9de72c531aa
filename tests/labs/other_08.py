"""Other right answers to lab 8, which its checks must accept."""

# ruff: noqa: B905, F821


def cross(asker, answerer, W_Q, W_K, W_V, there):
    Q = torch.matmul(asker, W_Q)
    K = torch.matmul(answerer, W_K)
    V = torch.matmul(answerer, W_V)
    s = torch.matmul(Q, K.transpose(-1, -2)) * W_Q.shape[1] ** -0.5
    mask = there.unsqueeze(-2)
    s = torch.where(mask, s, torch.tensor(float("-inf")))
    A = torch.nan_to_num(torch.softmax(s, dim=-1))
    return A @ V, A


def both_directions(X_1, X_2, maps_1, maps_2, there_1, there_2):
    Q1, K1, V1 = maps_1
    Q2, K2, V2 = maps_2
    a, A = cross(X_1, X_2, Q1, K2, V2, there_2)
    b, B = cross(X_2, X_1, Q2, K1, V1, there_1)
    return a, b, A, B


def gate(own, other):
    m = torch.maximum(own.max(-1).values, other.max(-1).values)
    z = (own - m[..., None]).exp().sum(-1)
    y = (other - m[..., None]).exp().sum(-1)
    return y / (z + y)


class Cross(nn.Module):
    def __init__(self, dim, context_dim, num_heads):
        super().__init__()
        self.H = num_heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(context_dim, dim)
        self.value = nn.Linear(context_dim, dim)
        self.output = nn.Linear(dim, dim)

    def forward(self, x, context, mask):
        q = self.query(x).chunk(self.H, -1)
        k = self.key(context).chunk(self.H, -1)
        v = self.value(context).chunk(self.H, -1)
        read, weights = [], []
        for a, b, c in zip(q, k, v):
            s = torch.einsum("bnd,bmd->bnm", a, b) / a.shape[-1] ** 0.5
            A = attention.masked_softmax(s, mask[:, None])
            weights.append(A)
            read.append(A @ c)
        return self.output(torch.cat(read, -1)), torch.stack(weights, 1)
