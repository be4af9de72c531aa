# What the checks below use: it compares your answer with the right one.
import torch


def expect(yours, right, hints=None, tolerance=1e-4):
    """Is your answer the right one? If not, say what it looks like.

    hints: {words: what a typical mistake gives}.
    """
    assert yours is not None, "nothing came back; return the result"
    a, b = (torch.as_tensor(v).detach().cpu().double() for v in (yours, right))
    shape, wanted = tuple(a.shape), tuple(b.shape)
    assert shape == wanted, f"shape {shape}, expected {wanted}"

    def same(c):
        return torch.allclose(a, c, tolerance, tolerance, equal_nan=True)

    if same(b):
        return
    for words, value in (hints or {}).items():
        wrong = torch.as_tensor(value).detach().cpu().double()
        assert not same(wrong.expand_as(a)), words
    unknown = bool((a.isnan() & ~b.isnan()).any())
    assert not unknown, "NaN: which division or logarithm makes it?"
    near = torch.isclose(a, b, tolerance, tolerance, equal_nan=True)
    at = [int(i) for i in (~near).nonzero()[0]]
    says = f"{a[*at]:.4g}, expected {b[*at]:.4g}"
    raise AssertionError(f"at {at} your answer is {says}" if at else says)
