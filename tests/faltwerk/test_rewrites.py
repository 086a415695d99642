"""Richtig bleibt richtig: andere Schreibweisen der Übungen dürfen nie »falsch« heißen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from faltwerk.exercise import load
from faltwerk.run.judging import judging

ROOT = Path(__file__).resolve().parents[2]


def judged(name: str, source: str) -> dict[int, str]:
    exercise = load(name, ROOT)
    with judging(exercise) as judge:
        return {verdict.gap: verdict.status for verdict in judge.judge(source)}


def replaced(name: str, functions: dict[str, str], within: str | None = None) -> str:
    """Der Rumpf, in dem einzelne Funktionen oder Methoden neu geschrieben sind."""
    tree = ast.parse(load(name, ROOT).stub)
    scope = tree if within is None else next(
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == within
    )  # fmt: skip
    for place, node in enumerate(scope.body):
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            scope.body[place] = ast.parse(functions[node.name]).body[0]
    return ast.unparse(tree)


def test_vectorised_max_pooling():
    source = replaced(
        "pooling",
        {
            "maxpool2d": """
def maxpool2d(images, window, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    views = np.lib.stride_tricks.sliding_window_view(images, window, axis=(2, 3))
    return views[:, :, :: stride[0], :: stride[1]].max(axis=(-1, -2))
"""
        },
    )
    statuses = judged("pooling", source)
    assert {statuses[gap] for gap in (3, 4, 5, 6)} == {"correct"}
    assert {statuses[gap] for gap in statuses if gap not in (3, 4, 5, 6)} == {"open"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.max(window)", "window.max()"),
        ("np.mean(window)", "window.sum() / (kernel_h * kernel_w)"),
        ("np.mean(window)", "np.average(window)"),
        ("np.unravel_index(index, window.shape)", "divmod(index, kernel_w)"),
        ("np.argmax(window)", "window.ravel().argmax()"),
    ],
)
def test_equivalent_expressions(old, new):
    source = load("pooling", ROOT).source
    assert old in source
    statuses = judged("pooling", source.replace(old, new))
    assert set(statuses.values()) == {"correct"}


def test_explicit_loops_instead_of_sig2col():
    body = """
def cross_correlation1d(x, k):
    out = []
    for i in range(len(x) - len(k) + 1):
        total = 0
        for j in range(len(k)):
            total = total + x[i + j] * k[j]
        out.append(total)
    return np.array(out)
"""
    assert judged("convolution", replaced("convolution", {"cross_correlation1d": body}))[1] == (
        "correct"
    )


def test_activation_with_another_cache():
    methods = {
        "compute_outputs": (
            "def compute_outputs(self, x):\n"
            "    maske = (x > 0).astype(x.dtype)\n    return x * maske, {'maske': maske}"
        ),
        "compute_grads": (
            "def compute_grads(self, grads, cache):\n    return grads * cache['maske']"
        ),
    }
    statuses = judged("convolution", replaced("convolution", methods, "ReLU"))
    assert (statuses[7], statuses[8]) == ("correct", "correct")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("correct",) * 4),
        # Ein Fehler an anderer Stelle macht die beiden nicht falsch.
        ({"F.relu(conv1_act)  # Lücke (5)": "conv1_act  # Lücke (5)"},
         ("correct", "correct", "correct", "wrong")),
        # Steckt er in einer von ihnen, ist nicht zu sagen, in welcher.
        ({"self.fc1(gap_out)": "self.fc1(gap_out) + 1"},
         ("untested", "correct", "untested", "correct")),
    ],
)  # fmt: skip
def test_attributes_with_names_of_ones_own_are_judged_together(changes, expected):
    source = load("seresnet", ROOT).source
    start = source.index("class SqueezeAndExcitationBlock")
    end = source.index("\nclass ", start + 1)
    own = source[start:end].replace("self.conv1", "self.fc1")
    for old, new in changes.items():
        assert old in own
        own = own.replace(old, new)
    statuses = judged("seresnet", source[:start] + own + source[end:])
    assert tuple(statuses[number] for number in (1, 2, 4, 5)) == expected


@pytest.mark.parametrize(
    ("grads", "expected"),
    [
        ("grads * np.where(cache > 0, 1, self.a * np.exp(np.minimum(cache, 0)))", "correct"),
        ("grads * np.where(cache > 0, 1, self.a)", "untested"),
    ],
)
def test_an_attribute_renamed_in_given_lines_makes_no_right_gap_wrong(grads, expected):
    methods = {
        "compute_outputs": """
def compute_outputs(self, x):
    return np.where(x > 0, x, self.a * np.expm1(np.minimum(x, 0))), x
""",
        "compute_grads": f"def compute_grads(self, grads, cache):\n    return {grads}",
    }
    source = replaced("convolution", methods, "ELU")
    assert source.count("self.alpha = ") == 1
    statuses = judged("convolution", source.replace("self.alpha = ", "self.a = "))
    assert {statuses[9], statuses[10]} == {expected}


@pytest.mark.slow
def test_residual_block_with_names_of_its_own():
    methods = {
        "__init__": """
def __init__(self, a, b, stride=1):
    super().__init__()
    self.f1 = nn.Conv2d(a, b, kernel_size=(3, 3), stride=stride, padding=(1, 1), bias=False)
    self.n1 = nn.BatchNorm2d(b)
    self.f2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
    self.n2 = nn.BatchNorm2d(b)
    self.proj = None
    if stride != 1 or a != b:
        self.proj = nn.Conv2d(a, b, 1, stride, bias=False)
""",
        "forward": """
def forward(self, x):
    y = torch.nn.functional.relu(self.n1(self.f1(x)))
    y = self.n2(self.f2(y))
    y = y + (x if self.proj is None else self.proj(x))
    return torch.clamp(y, min=0)
""",
    }
    statuses = judged("resnet", replaced("resnet", methods, "ResidualBlock"))
    assert (statuses[1], statuses[2]) == ("correct", "correct")


def test_layer_with_names_and_cache_of_its_own_while_its_gradient_is_open():
    methods = {
        "_init_parameters": """
def _init_parameters(self, rng):
    shape = (self.out_channels, self.in_channels, *self.kernel_size)
    self.register_parameter("w", initial_weights(shape, rng))
    self.register_parameter("b", np.zeros((self.out_channels, 1, 1)) if self.use_bias else None)
""",
        "compute_outputs": """
def compute_outputs(self, x):
    y = multi_channel_convolution2d(x, self.w)
    if self.b is not None:
        y += self.b
    return y, {"images": x}
""",
    }
    statuses = judged("convolution", replaced("convolution", methods, "Conv2d"))
    # Die Ausgaben stimmen; was im Cache liegt, braucht erst die offene Lücke.
    assert (statuses[4], statuses[5], statuses[6]) == ("correct", "untested", "open")
