"""Die Übung SE-ResNet: Werte des Aufgabenblatts, unabhängige Nachrechnung, falsche Eingaben."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

import seresnet
from seresnet.checks import cases, images, with_weights
from seresnet.mistakes import MISTAKES
from seresnet.solution import BottleneckBlock, SqueezeAndExcitationBlock
from seresnet.trace import Observer, Trace

FOLDER = Path(seresnet.__file__).parent
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
VARIANTS = {"with_se": 4, "without_se": None}

torch.set_num_threads(1)


def traced(r_se: int | None, dtype: torch.dtype) -> tuple[Trace, torch.Tensor]:
    """Rechnet das Aufgabenblatt vorwärts und rückwärts."""
    block = BottleneckBlock(8, 2, r_se=r_se).to(dtype)
    seresnet.apply_block_weights(block)
    trace = Trace(show=False)
    trace.attach(block)
    x = seresnet.reference_input(dtype)
    block(x).sum().backward()
    return trace, x


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_every_tensor_of_the_sheet_is_reproduced(
    variant: str, direction: str, dtype: torch.dtype
) -> None:
    trace, _ = traced(VARIANTS[variant], dtype)
    got = getattr(trace, direction)
    expected = REFERENCE[variant][direction]
    assert [name for name in got if name in expected] == list(expected)
    for name, values in expected.items():
        rounded = np.round(got[name].double().numpy(), 2)
        np.testing.assert_array_equal(rounded, np.array(values), err_msg=name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_input_gradient_is_the_sum_of_both_paths(variant: str) -> None:
    trace, x = traced(VARIANTS[variant], torch.float64)
    grads = trace.backward
    torch.testing.assert_close(x.grad, grads["x_skip.grad"] + grads["x_res.grad"])
    torch.testing.assert_close(x.grad, grads["x.grad"])
    if variant == "with_se":
        both = grads["se_x_skip.grad"] + grads["se_x_se.grad"]
        torch.testing.assert_close(grads["se_x.grad"], both)


def plain_se(
    x: torch.Tensor, w1: torch.Tensor, b1: torch.Tensor, w2: torch.Tensor, b2: torch.Tensor
) -> torch.Tensor:
    """Der SE-Block ohne Faltungen, mit Matrizen."""
    hidden = (torch.einsum("nchw,dc->nd", x, w1) / (x.shape[2] * x.shape[3]) + b1).clamp(min=0)
    gate = 1 / (1 + torch.exp(-(hidden @ w2.T + b2)))
    return torch.einsum("nchw,nc->nchw", x, gate)


def plain_bottleneck(x: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
    """Der Bottleneck-Block, die 3×3-Faltung als Summe von neun verschobenen Bildern."""
    w1, w2, w3, *se = weights
    height, width = x.shape[2:]
    hidden = torch.einsum("nchw,dc->ndhw", x, w1[:, :, 0, 0]).clamp(min=0)
    padded = F.pad(hidden, (1, 1, 1, 1))
    hidden = sum(
        torch.einsum("nchw,dc->ndhw", padded[:, :, i : i + height, j : j + width], w2[:, :, i, j])
        for i in range(3)
        for j in range(3)
    ).clamp(min=0)
    res = torch.einsum("nchw,dc->ndhw", hidden, w3[:, :, 0, 0])
    if se:
        res = plain_se(res, se[0][:, :, 0, 0], se[1], se[2][:, :, 0, 0], se[3])
    return (x + res).clamp(min=0)


def assert_same_values_and_gradients(
    block: torch.nn.Module, x: torch.Tensor, expected: torch.Tensor, weights: list[torch.Tensor]
) -> None:
    y = block(x)
    torch.testing.assert_close(y, expected)
    factors = torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=y.dtype)
    got = torch.autograd.grad((y * factors).sum(), [x, *block.parameters()])
    wanted = torch.autograd.grad((expected * factors).sum(), [x, *weights])
    for left, right in zip(got, wanted, strict=True):
        torch.testing.assert_close(left, right)


SIZES = st.integers(1, 5)


@settings(max_examples=30, deadline=None)
@given(SIZES, SIZES, SIZES, st.integers(1, 3), st.integers(1, 3))
def test_se_block_agrees_with_plain_matrices(
    n: int, height: int, width: int, reduced: int, r: int
) -> None:
    block = with_weights(SqueezeAndExcitationBlock(reduced * r, r))
    x = images(n, reduced * r, height, width).requires_grad_()
    weights = [p.detach().clone().requires_grad_() for p in block.parameters()]
    w1, b1, w2, b2 = weights
    expected = plain_se(x, w1[:, :, 0, 0], b1, w2[:, :, 0, 0], b2)
    assert_same_values_and_gradients(block, x, expected, weights)


@settings(max_examples=30, deadline=None)
@given(SIZES, SIZES, SIZES, st.integers(1, 3), st.sampled_from([None, 1, 2, 4]))
def test_bottleneck_agrees_with_shifted_sums(
    n: int, height: int, width: int, channels: int, r_se: int | None
) -> None:
    block = with_weights(BottleneckBlock(4 * channels, channels, r_se))
    x = images(n, 4 * channels, height, width).requires_grad_()
    weights = [p.detach().clone().requires_grad_() for p in block.parameters()]
    assert_same_values_and_gradients(block, x, plain_bottleneck(x, weights), weights)


def test_gradients_agree_with_finite_differences() -> None:
    block = with_weights(BottleneckBlock(4, 1, r_se=2))
    torch.autograd.gradcheck(block, images(2, 4, 2, 3).requires_grad_())


def test_layers_have_the_promised_names() -> None:
    shapes = {name: tuple(p.shape) for name, p in BottleneckBlock(8, 2, r_se=4).named_parameters()}
    weights = {name: np.array(values).shape for name, values in REFERENCE["weights"].items()}
    assert shapes == weights
    assert not list(BottleneckBlock(8, 2, r_se=4).buffers())


def test_default_reduction_is_sixteen() -> None:
    assert SqueezeAndExcitationBlock(32).conv1.out_channels == 2


def test_empty_batch_stays_empty() -> None:
    assert BottleneckBlock(8, 2, r_se=4)(torch.zeros(0, 8, 3, 2)).shape == (0, 8, 3, 2)


def test_input_is_not_modified() -> None:
    x = images(2, 8, 3, 2)
    before = x.clone()
    with_weights(BottleneckBlock(8, 2, r_se=4))(x)
    assert torch.equal(x, before)


BAD_ARGUMENTS = [
    (lambda: SqueezeAndExcitationBlock(6, r=4), ValueError, "r ist 4.*Teiler der Kanalzahl 6"),
    (lambda: SqueezeAndExcitationBlock(8), ValueError, "r ist 16.*Teiler der Kanalzahl 8"),
    (lambda: SqueezeAndExcitationBlock(6, r=0), ValueError, "r ist 0"),
    (lambda: SqueezeAndExcitationBlock(6, r=-2), ValueError, "r ist -2"),
    (lambda: SqueezeAndExcitationBlock(0, r=1), ValueError, "n_channels ist 0"),
    (lambda: SqueezeAndExcitationBlock(6, r=2.0), TypeError, r"r ist 2\.0.*ganze Zahl"),
    (lambda: SqueezeAndExcitationBlock(True, r=1), TypeError, "n_channels ist True"),
    (lambda: BottleneckBlock(8, 2, stride=2), ValueError, "stride ist 2.*nur 1"),
    (lambda: BottleneckBlock(8, 2, stride=0), ValueError, "stride ist 0"),
    (lambda: BottleneckBlock(8, 2, stride=(1, 1)), TypeError, r"stride ist \(1, 1\)"),
    (lambda: BottleneckBlock(4, 2), ValueError, "n_channels_in ist 4.*nur 8"),
    (lambda: BottleneckBlock(8, 0), ValueError, "n_channels ist 0"),
    (lambda: BottleneckBlock("8", 2), TypeError, "n_channels_in ist '8'"),
    (lambda: BottleneckBlock(8, 2, r_se=3), ValueError, "r_se ist 3.*Teiler der Kanalzahl 8"),
    (lambda: BottleneckBlock(8, 2, r_se=0), ValueError, "r_se ist 0"),
]


@pytest.mark.parametrize(("build", "error", "text"), BAD_ARGUMENTS)
def test_bad_arguments_are_named(build, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        build()


BAD_INPUTS = [
    (torch.zeros(1, 4, 3, 3), ValueError, r"\(1, 4, 3, 3\).*\(N, 8, H, W\)"),
    (torch.zeros(8, 3, 3), ValueError, r"\(8, 3, 3\)"),
    (torch.zeros(1, 8, 0, 3), ValueError, r"\(1, 8, 0, 3\)"),
    (torch.zeros(1, 8, 3, 3, dtype=torch.int64), TypeError, "int64.*float32"),
    (torch.zeros(1, 8, 3, 3, dtype=torch.float64), TypeError, "float64.*float32"),
    (np.zeros((1, 8, 3, 3)), TypeError, "ndarray"),
]


@pytest.mark.parametrize("block", [SqueezeAndExcitationBlock(8, 2), BottleneckBlock(8, 2)])
@pytest.mark.parametrize(("x", "error", "text"), BAD_INPUTS)
def test_bad_inputs_are_named(block, x, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        block(x)


def renamed_block() -> BottleneckBlock:
    """Ein Block, dessen erste Schicht anders heißt, als die Gewichte es verlangen."""
    block = BottleneckBlock(8, 2)
    block.first = block.conv1
    del block.conv1
    return block


def biased_block() -> BottleneckBlock:
    """Ein Block mit einem Bias, den es auf dem Aufgabenblatt nicht gibt."""
    block = BottleneckBlock(8, 2)
    block.conv2 = torch.nn.Conv2d(2, 2, 3, padding=1)
    return block


UNFIT = [
    (lambda: BottleneckBlock(8, 2, r_se=2), r"se\.conv1\.weight die Form \(4, 8, 1, 1\).*\(2, 8"),
    (lambda: BottleneckBlock(12, 3), r"conv1\.weight die Form \(3, 12, 1, 1\).*\(2, 8, 1, 1\)"),
    (lambda: SqueezeAndExcitationBlock(8, 4), r"conv2\.weight die Form"),
    (renamed_block, r"kein Gewicht conv1\.weight"),
    (biased_block, r"Gewicht conv2\.bias, das es auf dem Aufgabenblatt nicht gibt"),
]


@pytest.mark.parametrize(("build", "text"), UNFIT)
def test_weights_that_do_not_fit_are_named_and_change_nothing(build, text: str) -> None:
    block = build()
    before = [p.detach().clone() for p in block.parameters()]
    with pytest.raises(ValueError, match=text):
        seresnet.apply_block_weights(block)
    assert all(torch.equal(a, b) for a, b in zip(before, block.parameters(), strict=True))


def test_a_forgotten_se_block_is_noticed() -> None:
    block = BottleneckBlock(8, 2, r_se=4)
    del block.se
    with pytest.raises(ValueError, match=r"kein Gewicht se\.conv1\.weight"):
        seresnet.apply_block_weights(block)


def test_only_modules_get_weights_and_observers() -> None:
    with pytest.raises(TypeError, match="block ist vom Typ int"):
        seresnet.apply_block_weights(3)
    with pytest.raises(TypeError, match="block ist vom Typ Linear"):
        Trace().attach(torch.nn.Linear(2, 2))


def test_blocks_are_silent_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    block = BottleneckBlock(8, 2, r_se=4)
    block(seresnet.reference_input()).sum().backward()
    assert type(block.trace) is Observer
    assert capsys.readouterr().out == ""


def test_trace_prints_in_the_order_of_the_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    block = BottleneckBlock(8, 2, r_se=4)
    seresnet.apply_block_weights(block)
    Trace().attach(block)
    y = block(seresnet.reference_input())
    forward = capsys.readouterr().out
    y.sum().backward()
    backward = capsys.readouterr().out
    reference = REFERENCE["with_se"]
    assert [line[:-1] for line in forward.splitlines() if line.endswith(":")] == list(
        reference["forward"]
    )
    labels = [line[:-1] for line in backward.splitlines() if line.endswith(":")]
    assert [label for label in labels if label in reference["backward"]] == list(
        reference["backward"]
    )
    assert labels[-3:] == ["x_res.grad", "x_skip.grad", "x.grad"]


def test_trace_works_without_gradients() -> None:
    block = BottleneckBlock(8, 2, r_se=4)
    trace = Trace(show=False)
    trace.attach(block)
    with torch.no_grad():
        block(seresnet.reference_input())
    assert list(trace.forward) == list(REFERENCE["with_se"]["forward"])
    assert trace.backward == {}


def test_trace_names_an_open_gap() -> None:
    with pytest.raises(TypeError, match="conv1_act ist kein Tensor, sondern Ellipsis"):
        Trace(show=False).values(conv1_act=...)
    with pytest.raises(TypeError, match="z ist kein Tensor, sondern Ellipsis"):
        Trace(show=False).gradients(z=...)


def test_package_names_what_it_lacks() -> None:
    assert seresnet.Trace is Trace
    with pytest.raises(AttributeError, match="keinen Namen 'weights_of'"):
        seresnet.weights_of  # noqa: B018


def test_the_gate_scales_the_gradient_of_the_residual_path() -> None:
    whole, _ = traced(None, torch.float64)
    for bias, share in ((-20.0, 0.0), (0.0, 0.5), (20.0, 1.0)):
        block = BottleneckBlock(8, 2, r_se=4).double()
        seresnet.apply_block_weights(block)
        torch.nn.init.zeros_(block.se.conv2.weight)
        torch.nn.init.constant_(block.se.conv2.bias, bias)
        trace = Trace(show=False)
        trace.attach(block)
        block(seresnet.reference_input(torch.float64)).sum().backward()
        torch.testing.assert_close(
            trace.backward["x_res.grad"],
            share * whole.backward["x_res.grad"],
            rtol=0,
            atol=1e-5,
        )


def observe(source: str) -> list[object]:
    """Werte aller Prüffälle für eine Fassung der Musterlösung, Fehler als Text."""
    namespace: dict[str, object] = {"__name__": "abgabe"}
    exec(compile(source, "abgabe", "exec"), namespace)
    values: list[object] = []
    for case in cases():
        try:
            values.append(eval(case.code, namespace | dict(case.given)))
        except Exception as error:
            values.append(f"{type(error).__name__}: {error}")
    return values


def same(left: object, right: object) -> bool:
    """Ob zwei Beobachtungen gleich sind."""
    try:
        torch.testing.assert_close(left, right, rtol=1e-9, atol=1e-11)
    except (AssertionError, TypeError, ValueError):
        return left == right if isinstance(left, (str, bool, list)) else False
    return True


SOLUTION = (FOLDER / "solution.py").read_text(encoding="utf-8")


def with_gap(number: int, code: str) -> str:
    """Die Musterlösung, in der eine Lücke anders ausgefüllt ist."""
    lines = SOLUTION.splitlines()
    index = next(i for i, line in enumerate(lines) if line.endswith(f"# Lücke ({number})"))
    line = lines[index]
    indent = line[: len(line) - len(line.lstrip())]
    if line.lstrip().startswith("self."):
        lines[index] = indent + code
    else:
        lines[index] = line[: line.index("=") + 1] + " " + code
    return "\n".join(lines) + "\n"


EXPECTED = observe(SOLUTION)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.gap}-{mistake.code}")
def test_every_mistake_is_seen(mistake) -> None:
    got = observe(with_gap(mistake.gap, mistake.code))
    assert any(not same(a, b) for a, b in zip(EXPECTED, got, strict=True))


# Was der Trace sieht, darf keine Schreibweise verbieten, die dasselbe rechnet.
RIGHT = {
    "an Ort und Stelle": (
        ("F.relu(conv1_act)", "F.relu_(conv1_act)"),
        ("torch.sigmoid(conv2_act)", "conv2_act.sigmoid_()"),
        ("x_skip * conv2_out", "x_skip.mul_(conv2_out)"),
        ("x_skip + res", "x_skip.add_(res)"),
        ("F.relu(z)", "F.relu(z, inplace=True)"),
    ),
    "Bias nachträglich addiert": (
        ("self.conv1(gap_out)", "F.conv2d(gap_out, self.conv1.weight)"),
        (
            "F.relu(conv1_act)  # Lücke (5)",
            "F.relu(conv1_act.add_(self.conv1.bias[:, None, None]))",
        ),
    ),
    "Gate schon auf die Größe der Bilder gebracht": (
        ("torch.sigmoid(conv2_act)", "torch.sigmoid(conv2_act).expand_as(x_skip)"),
    ),
    "Excitation ohne die Achsen für Höhe und Breite": (
        ("self.conv1(gap_out)", "F.conv2d(gap_out, self.conv1.weight, self.conv1.bias).flatten(1)"),
        (
            "self.conv2(conv1_out)  # Lücke (6)",
            "self.conv2(conv1_out[:, :, None, None]).flatten(1)",
        ),
        ("torch.sigmoid(conv2_act)", "torch.sigmoid(conv2_act)[:, :, None, None]"),
    ),
    "andere Schlüssel": (
        ("trace.values(gap_out=gap_out", "trace.values(mean=gap_out"),
        ("x_skip=x_skip, x_res=x_res", "skip=x_skip, residual=x_res"),
    ),
    "nichts gemeldet": (("self.trace.", "Observer()."),),
}


@pytest.mark.parametrize("style", RIGHT)
def test_right_answers_in_other_words_pass(style: str) -> None:
    source = SOLUTION
    for old, new in RIGHT[style]:
        assert old in source
        source = source.replace(old, new)
    assert all(same(a, b) for a, b in zip(EXPECTED, observe(source), strict=True))


def test_the_solution_passes_its_own_cases() -> None:
    assert not [value for value in EXPECTED if isinstance(value, str)]
    again = observe(SOLUTION)
    assert all(same(a, b) for a, b in zip(EXPECTED, again, strict=True))
