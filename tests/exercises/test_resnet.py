"""Die Übung ResNet: Aufbau des Netzes, falsche Eingaben, andere richtige Schreibweisen."""

from __future__ import annotations

import ast
import copy
import functools
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import resnet
from faltwerk.exercise import load
from faltwerk.judge.compare import difference
from faltwerk.judge.splice import gap_content, sample_statements, splice
from faltwerk.run.observe import observe
from resnet.checks import cases, fill, layers
from resnet.mistakes import MISTAKES
from resnet.solution import ResidualBlock, ResNet

torch.set_num_threads(1)

EXERCISE = load("resnet", Path(resnet.__file__).parent.parent)
SOLUTION = ast.parse(EXERCISE.source)
CASES = cases()
ALL = range(len(CASES))
BLOCKS = sum(case.part == "ResidualBlock" for case in CASES)


@functools.cache
def expected() -> list:
    """Was die Musterlösung in jedem Prüffall liefert."""
    return list(observe(SOLUTION, CASES))


def problems(answers: dict[int, str], chosen: range) -> Iterator[str]:
    """Worin sich die Musterlösung mit anderen Inhalten der Lücken von ihr selbst unterscheidet."""
    contents = {
        gap.number: gap_content(SOLUTION, gap, answers[gap.number])
        for gap in EXERCISE.gaps
        if gap.number in answers
    }
    tree = splice(SOLUTION, EXERCISE.gaps, contents)
    for number, got in zip(chosen, observe(tree, [CASES[i] for i in chosen]), strict=True):
        case = CASES[number]
        right = expected()[number]
        text = difference(right, got, EXERCISE.rtol, EXERCISE.atol, case.dtype)
        if text:
            yield f"{case.name}: {text}"


def test_blocks_convolutions_and_shortcuts() -> None:
    network = ResNet()
    blocks = [m for m in network.modules() if isinstance(m, ResidualBlock)]
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    shortcuts = [m for m in convolutions if m.kernel_size == (1, 1)]
    assert len(blocks) == 24
    assert len(convolutions) - len(shortcuts) == 49
    assert [(m.in_channels, m.out_channels, m.stride) for m in shortcuts] == [
        (32, 64, (2, 2)),
        (64, 128, (2, 2)),
    ]
    assert sum(isinstance(m, nn.BatchNorm2d) for m in network.modules()) == 49
    assert all(m.bias is None for m in convolutions)


def test_shape_after_every_section() -> None:
    network = ResNet().eval()
    x = torch.zeros(2, 3, 32, 32)
    shapes = []
    for name in ("stem", "stage1", "stage2", "stage3", "pool"):
        x = getattr(network, name)(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(32, 16, 16), (32, 16, 16), (64, 8, 8), (128, 4, 4), (128, 1, 1)]


@pytest.mark.parametrize("num_classes", [1, 10, 37])
def test_logits(num_classes: int) -> None:
    assert ResNet(num_classes)(torch.zeros(2, 3, 32, 32)).shape == (2, num_classes)


@pytest.mark.parametrize("sizes", [(2, 2, 1), (2, 2, 2), (2, 5, 1), (3, 2, 3)])
def test_block_computes_the_formula(sizes: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    block = ResidualBlock(*sizes).double()
    x = torch.randn(2, sizes[0], 7, 5, dtype=torch.float64)
    fill(block, x)
    block.train()
    (conv1, norm1), (conv2, norm2) = block.conv1, block.conv2

    def normalised(s: torch.Tensor, norm: nn.BatchNorm2d) -> torch.Tensor:
        mean = s.mean((0, 2, 3), keepdim=True)
        variance = s.var((0, 2, 3), correction=0, keepdim=True)
        scale, shift = norm.weight[:, None, None], norm.bias[:, None, None]
        return (s - mean) / (variance + 1e-5).sqrt() * scale + shift

    hidden = F.conv2d(x, conv1.weight, stride=sizes[2], padding=1)
    hidden = normalised(hidden, norm1).clamp(min=0)
    hidden = normalised(F.conv2d(hidden, conv2.weight, padding=1), norm2)
    skip = x
    if sizes[0] != sizes[1] or sizes[2] != 1:
        skip = F.conv2d(x, block.shortcut.weight, stride=sizes[2])
    torch.testing.assert_close(block(x), (hidden + skip).clamp(min=0))


def test_gradients_reach_every_weight() -> None:
    torch.manual_seed(0)
    network = ResNet()
    F.cross_entropy(network(torch.randn(4, 3, 32, 32)), torch.arange(4)).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_network_can_be_copied_and_pickled() -> None:
    network = ResNet().eval()
    x = torch.randn(1, 3, 32, 32)
    for twin in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        torch.testing.assert_close(twin(x), network(x), rtol=0, atol=0)


def test_empty_batch() -> None:
    assert ResNet().eval()(torch.zeros(0, 3, 32, 32)).shape == (0, 10)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ResidualBlock(0, 4), ValueError, "in_channels ist 0"),
        (lambda: ResidualBlock(4, -1), ValueError, "out_channels ist -1"),
        (lambda: ResidualBlock(4, 4, stride=0), ValueError, "stride ist 0"),
        (lambda: ResidualBlock(4, 4, (2, 2)), TypeError, "stride ist (2, 2)"),
        (lambda: ResidualBlock(4, 4.0), TypeError, "out_channels ist 4.0"),
        (lambda: ResidualBlock(4, True), TypeError, "out_channels ist True"),
        (lambda: ResNet(0), ValueError, "num_classes ist 0"),
        (lambda: ResNet("10"), TypeError, "num_classes ist '10'"),
        (lambda: ResNet().make_layer(4, 4, 0, 1), ValueError, "num_blocks ist 0"),
        (lambda: ResidualBlock(3, 4)(torch.zeros(1, 2, 4, 4)), ValueError, "(1, 2, 4, 4)"),
        (lambda: ResidualBlock(3, 4)(torch.zeros(3, 4, 4)), ValueError, "(N, 3, H, W)"),
        (lambda: ResidualBlock(3, 4)(torch.zeros(1, 3, 0, 4)), ValueError, "(1, 3, 0, 4)"),
        (lambda: ResidualBlock(3, 4)([1.0]), TypeError, "vom Typ list"),
        (
            lambda: ResidualBlock(3, 4, 4)(torch.zeros(1, 3, 4, 3)),
            ValueError,
            "mindestens 2 Werte je Kanal",
        ),
        (lambda: ResNet()(torch.zeros(0, 3, 32, 32)), ValueError, "mindestens 2 Werte je Kanal"),
        (lambda: ResNet()(torch.zeros(2, 1, 32, 32)), ValueError, "(N, 3, 32, 32)"),
        (lambda: ResNet()(torch.zeros(2, 3, 28, 28)), ValueError, "(2, 3, 28, 28)"),
        (
            lambda: ResNet()(torch.zeros(2, 3, 32, 32, dtype=torch.float64)),
            TypeError,
            "torch.float64",
        ),
        (
            lambda: ResNet()(torch.zeros(2, 3, 32, 32, dtype=torch.uint8)),
            TypeError,
            "torch.uint8",
        ),
    ],
)
def test_bad_input_is_one_german_sentence(call, error: type, message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    text = str(caught.value)
    assert message in text
    assert "erlaubt" in text
    assert text.endswith(".") and "\n" not in text


FOREIGN = {
    "eigene Namen, funktional, Shortcut zuerst angelegt": {
        1: """
super().__init__()
self.needs = in_channels != out_channels or stride > 1
if self.needs:
    self.skip = nn.Conv2d(in_channels, out_channels, 1, (stride, stride), bias=False)
self.n2 = nn.BatchNorm2d(out_channels)
self.c2 = nn.Conv2d(out_channels, out_channels, (3, 3), padding="same", bias=False)
self.n1 = nn.BatchNorm2d(out_channels)
self.c1 = nn.Conv2d(in_channels, out_channels, (3, 3), stride, 1, bias=False)
""",
        2: """
identity = self.skip(x) if self.needs else x
out = nn.functional.relu(self.n1(self.c1(x)), inplace=True)
out = self.n2(self.c2(out))
out += identity
return out.clamp(min=0)
""",
        3: """
layer = nn.Sequential()
for i in range(num_blocks):
    first = i == 0
    block = ResidualBlock(
        in_channels if first else out_channels, out_channels, stride if first else 1
    )
    layer.add_module(f"b{i}", block)
return layer
""",
        4: """
super().__init__()
self.out = nn.Linear(in_features=128, out_features=num_classes)
self.features = nn.Sequential(
    nn.Conv2d(3, 32, (7, 7), (2, 2), (3, 3)),
    nn.BatchNorm2d(32),
    nn.ReLU(inplace=True),
    self.make_layer(32, 32, 6, 1),
    self.make_layer(32, 64, 6, 2),
    self.make_layer(64, 128, 12, 2),
)
""",
        5: "return self.out(self.features(x).mean(dim=(2, 3)))",
    },
    "alles in Sequential und ModuleList": {
        1: """
nn.Module.__init__(self)
self.main = nn.Sequential(
    nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
    nn.BatchNorm2d(out_channels),
    nn.ReLU(True),
    nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False),
    nn.BatchNorm2d(out_channels),
)
self.bypass = nn.Sequential()
if (in_channels, 1) != (out_channels, stride):
    self.bypass.append(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False))
""",
        2: "return torch.maximum(self.bypass(x) + self.main(x), torch.zeros((), dtype=x.dtype))",
        3: """
rest = (ResidualBlock(out_channels, out_channels) for _ in range(num_blocks - 1))
return nn.Sequential(ResidualBlock(in_channels, out_channels, stride=stride), *rest)
""",
        4: """
super().__init__()
self.conv = nn.Conv2d(3, 32, kernel_size=7, stride=2, padding=3, bias=False)
self.bn = nn.BatchNorm2d(num_features=32)
stages, before = [], 32
for channels, count, stride in [(32, 6, 1), (64, 6, 2), (128, 12, 2)]:
    stages.append(self.make_layer(before, channels, count, stride))
    before = channels
self.stages = nn.ModuleList(stages)
self.pool = nn.AdaptiveAvgPool2d((1, 1))
self.head = nn.Sequential(nn.Flatten(), nn.Linear(before, num_classes))
""",
        5: """
h = torch.relu(self.bn(self.conv(x)))
for stage in self.stages:
    h = stage(h)
return self.head(self.pool(h))
""",
    },
}


@pytest.mark.parametrize("style", FOREIGN)
def test_right_answers_in_other_words_pass(style: str) -> None:
    assert list(problems(FOREIGN[style], ALL)) == []


def test_parts_in_different_styles_pass() -> None:
    first, second = FOREIGN.values()
    mixed = {1: first[1], 2: first[2], 3: second[3]}
    assert list(problems(mixed, ALL)) == []


@pytest.mark.slow
@pytest.mark.parametrize("index", range(len(MISTAKES)))
def test_every_known_mistake_is_seen_by_the_cases(index: int) -> None:
    mistake = MISTAKES[index]
    # Einen falschen Block sollen schon seine eigenen, schnellen Fälle erkennen.
    chosen = ALL[:BLOCKS] if mistake.gap < 3 else ALL[BLOCKS:]
    assert next(problems({mistake.gap: mistake.code}, chosen), None)


# Lücke, und was aus ihrer Musterlösung wird.
CAPPED = ((4, "nn.ReLU()", "nn.ReLU6()"), (5, "self.stem(x)", "self.stem(x).clamp(max=8)"))


@pytest.mark.parametrize(("number", "old", "new"), CAPPED)
def test_a_capped_activation_is_seen(number: int, old: str, new: str) -> None:
    gap = next(gap for gap in EXERCISE.gaps if gap.number == number)
    sample = "\n".join(map(ast.unparse, sample_statements(SOLUTION, gap)))
    assert old in sample
    assert next(problems({number: sample.replace(old, new)}, ALL[BLOCKS:]), None)


def test_layers_lists_what_the_task_demands() -> None:
    seen = layers(ResNet(), torch.zeros(1, 3, 32, 32, dtype=torch.float64))
    assert len(seen["Hauptweg"]) == 49
    assert seen["Hauptweg"][0] == "7×7, 3 → 32 Kanäle, Schrittweite 2"
    assert seen["Shortcuts"] == [
        "1×1, 32 → 64 Kanäle, Schrittweite 2, ohne Bias",
        "1×1, 64 → 128 Kanäle, Schrittweite 2, ohne Bias",
    ]
