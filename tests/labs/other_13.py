"""Other right answers to lab 13, which its checks must accept."""

# ruff: noqa: F821


def hits(s, k):
    n = len(s)
    answer = []
    for i in range(n):
        right = s[i, i]
        others = torch.cat([s[i, :i], s[i, i + 1 :]])
        answer.append((others >= right).sum() + 1 <= k)
    return torch.stack(answer)


def both_ways(s, tau):
    a = (s / tau).log_softmax(1).diagonal()
    b = (s / tau).log_softmax(0).diagonal()
    return -(a + b).sum() / (2 * len(s))


def match(q, v, rest, W_Q, W_K):
    keys = v @ W_K.T  # E, N, d_k
    asks = q @ W_Q.T  # B, d_k
    fit = (asks[:, None, None, :] * keys).sum(-1) / sqrt(W_Q.shape[0])
    w = attention.masked_softmax(fit, rest)
    read = torch.einsum("ben,enk->bek", w, v)
    return (read * q[:, None]).sum(-1)


def own_part(s, first, size, tau):
    s = s / tau
    own = range(first, first + size)
    a = s.log_softmax(1).diagonal()[own]
    b = s.log_softmax(0).diagonal()[own]
    return -(a.mean() + b.mean()) / 2
