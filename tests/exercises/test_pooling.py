"""Die Übung Pooling: Werte des Übungsblatts, Vergleich mit PyTorch, schlechte Eingaben, Fehler."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from faltwerk.cases import Mistake
from faltwerk.exercise import load
from faltwerk.judge.verdicts import Judge
from faltwerk.run.observe import observe
from pooling import solution
from pooling.checks import cases
from pooling.mistakes import MISTAKES
from recordings.pooling_speed import maxpool2d_windows, maxpool2d_windows_grad

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = json.loads((ROOT / "pooling" / "reference.json").read_text(encoding="utf-8"))
NAN = float("nan")


# Werte des Übungsblatts


@pytest.mark.parametrize("entry", REFERENCE["output_shape"])
def test_reference_output_shape(entry: dict) -> None:
    arguments = {key: tuple(value) for key, value in entry.items() if key != "output_shape"}
    assert solution.get_output_shape(**arguments) == tuple(entry["output_shape"])


def test_reference_max() -> None:
    expected = REFERENCE["max"]
    np.testing.assert_array_equal(solution.reference_input(), expected["input"])
    np.testing.assert_array_equal(solution.reference_max_grad(), expected["output_grad"])
    np.testing.assert_array_equal(solution.maxpool2d_example(), expected["output"])
    output, positions = solution.maxpool2d_positions_example()
    np.testing.assert_array_equal(output, expected["output"])
    np.testing.assert_array_equal(positions, expected["argmax_yx"])
    output, grad = solution.maxpool2d_backward_example()
    np.testing.assert_array_equal(output, expected["output"])
    np.testing.assert_array_equal(grad, expected["input_grad"])


def test_reference_average() -> None:
    expected = REFERENCE["avg"]
    np.testing.assert_array_equal(solution.reference_average_grad(), expected["output_grad"])
    first = solution.avgpool2d_example(np.random.default_rng(1))
    second = solution.avgpool2d_example(np.random.default_rng(2))
    np.testing.assert_allclose(first[1], expected["input_grad"], atol=1e-12)
    np.testing.assert_allclose(second[1], expected["input_grad"], atol=1e-12)
    assert not np.allclose(first[0], second[0])


def test_reference_torch() -> None:
    x = solution.reference_input()
    output, grad = solution.max_pool_torch(x, solution.reference_max_grad(), (3, 3), (2, 2))
    np.testing.assert_array_equal(output, REFERENCE["max"]["output"])
    np.testing.assert_array_equal(grad, REFERENCE["max"]["input_grad"])
    output, grad = solution.avg_pool_torch(x, solution.reference_average_grad(), (3, 3), (2, 2))
    np.testing.assert_allclose(output, solution.AvgPool2d((3, 3), (2, 2))(x))
    np.testing.assert_allclose(grad, REFERENCE["avg"]["input_grad"], atol=1e-12)


# Vergleich mit PyTorch


@st.composite
def poolings(draw: st.DrawFn) -> tuple[np.ndarray, tuple[int, int], tuple[int, int]]:
    """Eingabe, Fenster und Schrittweite; ganze Zahlen, damit gleiche Maxima vorkommen."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    height, width = (k + draw(st.integers(0, 5)) for k in kernel)
    shape = (draw(st.integers(0, 3)), draw(st.integers(1, 3)), height, width)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.integers(-4, 5, size=shape).astype(np.float64)
    if draw(st.booleans()):
        x += rng.standard_normal(shape)
    return x, kernel, stride


def torch_pool(function, x: np.ndarray, kernel, stride, grad: np.ndarray | None = None):
    """Ausgabe und, mit ``grad``, Gradient der Eingabe nach PyTorch."""
    tensor = torch.tensor(x, requires_grad=True)
    output = function(tensor, kernel, stride)
    if grad is None:
        return output.detach().numpy()
    output.backward(torch.tensor(grad))
    return output.detach().numpy(), tensor.grad.numpy()


@settings(max_examples=150, deadline=None)
@given(poolings(), st.booleans(), st.integers(0, 2**32 - 1))
def test_max_pooling_is_torchs(pooling, with_nan: bool, seed: int) -> None:
    x, kernel, stride = pooling
    rng = np.random.default_rng(seed)
    if with_nan:
        x[rng.random(x.shape) < 0.2] = NAN
    layer = solution.MaxPool2dBackward(kernel, stride)
    output = layer(x)
    grad = rng.standard_normal(output.shape)
    expected, expected_grad = torch_pool(F.max_pool2d, x, kernel, stride, grad)
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(solution.maxpool2d(x, kernel, stride), expected)
    np.testing.assert_allclose(layer.backward_input(grad), expected_grad, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(poolings())
def test_positions_are_torchs(pooling) -> None:
    x, kernel, stride = pooling
    layer = solution.MaxPool2dWithPositions(kernel, stride)
    output = layer(x)
    indices = F.max_pool2d(torch.tensor(x), kernel, stride, return_indices=True)[1].numpy()
    rows, cols = np.divmod(indices, x.shape[3])
    tops = np.arange(output.shape[2])[:, None] * stride[0]
    lefts = np.arange(output.shape[3]) * stride[1]
    np.testing.assert_array_equal(layer.positions[..., 0], rows - tops)
    np.testing.assert_array_equal(layer.positions[..., 1], cols - lefts)


@settings(max_examples=100, deadline=None)
@given(poolings(), st.integers(0, 2**32 - 1))
def test_average_pooling_is_torchs(pooling, seed: int) -> None:
    x, kernel, stride = pooling
    layer = solution.AvgPool2dBackward(kernel, stride)
    output = layer(x)
    grad = np.random.default_rng(seed).standard_normal(output.shape)
    expected, expected_grad = torch_pool(F.avg_pool2d, x, kernel, stride, grad)
    np.testing.assert_allclose(output, expected, atol=1e-12)
    np.testing.assert_allclose(layer.backward_input(grad), expected_grad, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    *[st.tuples(st.integers(1, 5), st.integers(1, 5))] * 2,
    *[st.tuples(st.integers(0, 2), st.integers(0, 2)), st.tuples(*[st.integers(1, 3)] * 2)],
)
def test_output_shape_is_torchs(shape, kernel, stride, padding, dilation) -> None:
    image, weight = torch.zeros(1, 1, *shape), torch.zeros(1, 1, *kernel)
    try:
        output = F.conv2d(image, weight, None, stride, padding, dilation)
    except RuntimeError:
        with pytest.raises(ValueError, match="passt nicht in die Eingabe"):
            solution.get_output_shape(shape, kernel, stride, padding, dilation)
    else:
        got = solution.get_output_shape(shape, kernel, stride, padding, dilation)
        assert got == tuple(output.shape[2:])


@settings(max_examples=60, deadline=None)
@given(poolings(), st.integers(0, 2**32 - 1))
def test_windows_agree_with_loops(pooling, seed: int) -> None:
    x, kernel, stride = pooling
    layer = solution.MaxPool2dBackward(kernel, stride)
    expected = layer(x)
    output, index = maxpool2d_windows(x, kernel, stride)
    grad = np.random.default_rng(seed).standard_normal(output.shape)
    np.testing.assert_array_equal(output, expected)
    back = maxpool2d_windows_grad(grad, index, x.shape, kernel, stride)
    np.testing.assert_allclose(back, layer.backward_input(grad), atol=1e-12)


# Datentypen und leere Eingaben


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float16, np.float32])
def test_dtypes(dtype: type) -> None:
    x = np.array([[[[1, 2, 4], [6, 0, 3]]]], dtype=dtype)
    assert solution.maxpool2d(x, (2, 2)).dtype == dtype
    assert solution.MaxPool2dWithPositions((2, 2))(x).dtype == dtype
    floating = dtype if np.issubdtype(dtype, np.floating) else np.float64
    average = solution.AvgPool2d((2, 2))(x)
    assert average.dtype == floating
    np.testing.assert_array_equal(average, [[[[2.25, 2.25]]]])


def test_integer_input_with_float_gradient() -> None:
    layer = solution.MaxPool2dBackward((2, 2))
    layer(np.array([[[[1, 2, 3], [4, 6, 5]]]]))
    grad = np.array([[[[0.5, 0.25]]]], dtype=np.float32)
    back = layer.backward_input(grad)
    assert back.dtype == np.float32
    np.testing.assert_array_equal(back, [[[[0, 0, 0], [0, 0.75, 0]]]])


def test_integer_gradient_does_not_round_or_overflow() -> None:
    grad = np.array([[[[127, 127]]]], dtype=np.int8)
    layer = solution.MaxPool2dBackward((1, 2))
    layer(np.array([[[[1, 2, 1]]]]))
    np.testing.assert_array_equal(layer.backward_input(grad), [[[[0, 254, 0]]]])
    layer = solution.AvgPool2dBackward((1, 2))
    layer(np.array([[[[1, 2, 1]]]]))
    np.testing.assert_array_equal(layer.backward_input(grad), [[[[63.5, 127, 63.5]]]])


@pytest.mark.parametrize("kind", [solution.MaxPool2dBackward, solution.AvgPool2dBackward])
def test_empty_batch(kind: type) -> None:
    layer = kind((3, 3), stride=(2, 2))
    assert layer(np.zeros((0, 2, 5, 7))).shape == (0, 2, 2, 3)
    assert layer.backward_input(np.zeros((0, 2, 2, 3))).shape == (0, 2, 5, 7)


def test_arguments_stay_as_they_are() -> None:
    x = solution.reference_input()
    grad = solution.reference_max_grad()
    layer = solution.MaxPool2dBackward([3, 3], stride=[2, 2])
    layer(x)
    layer.backward_input(grad)
    np.testing.assert_array_equal(x, solution.reference_input())
    np.testing.assert_array_equal(grad, solution.reference_max_grad())


# Schlechte Eingaben

X = np.zeros((1, 1, 4, 5))
BAD_CALLS = {
    "Fenster keine zwei Zahlen": (lambda f: f(X, 3), TypeError, "kernel_size .* 3"),
    "Fenster mit drei Zahlen": (lambda f: f(X, (1, 2, 3)), TypeError, r"kernel_size .*\(1, 2, 3\)"),
    "Fenster als Text": (lambda f: f(X, "33"), TypeError, "kernel_size .*'33'"),
    "Fenster mit Komma": (lambda f: f(X, (2.0, 2)), TypeError, r"kernel_size .*\(2\.0, 2\)"),
    "Fenster aus Wahrheitswerten": (lambda f: f(X, (True, 2)), TypeError, "kernel_size .*True"),
    "leeres Fenster": (lambda f: f(X, (0, 2)), ValueError, r"kernel_size .* 1 .*\(0, 2\)"),
    "zu hohes Fenster": (lambda f: f(X, (5, 2)), ValueError, "Höhe 5, .* nur 4"),
    "zu breites Fenster": (lambda f: f(X, (2, 6)), ValueError, "Breite 6, .* nur 5"),
    "Schrittweite 0": (lambda f: f(X, (2, 2), (0, 1)), ValueError, r"stride .* 1 .*\(0, 1\)"),
    "negative Schrittweite": (lambda f: f(X, (2, 2), (1, -1)), ValueError, "stride .*-1"),
    "Schrittweite kein Paar": (lambda f: f(X, (2, 2), 2), TypeError, "stride .* 2"),
    "Padding": (lambda f: f(X, (2, 2), padding=(1, 0)), ValueError, r"padding \(1, 0\) .*\(0, 0\)"),
    "Dilation": (lambda f: f(X, (2, 2), dilation=(1, 2)), ValueError, r"dilation \(1, 2\) "),
    "drei Achsen": (lambda f: f(X[0], (2, 2)), ValueError, r"input_tensor .*\(1, 4, 5\)"),
    "Liste statt Array": (lambda f: f([[1]], (1, 1)), TypeError, "input_tensor .*list"),
    "PyTorch-Tensor": (lambda f: f(torch.zeros(1, 1, 4, 4), (1, 1)), TypeError, "Tensor"),
    "komplexe Zahlen": (lambda f: f(X.astype(complex), (1, 1)), TypeError, "complex128"),
    "Texte": (lambda f: f(X.astype(str), (1, 1)), TypeError, "input_tensor .*Datentyp"),
}


def by_layer(kind: type):
    """Eine Schicht so aufrufen wie die Funktion ``maxpool2d``."""
    return lambda x, *arguments, **options: kind(*arguments, **options)(x)


@pytest.mark.parametrize("name", BAD_CALLS)
@pytest.mark.parametrize(
    "pool",
    [
        solution.maxpool2d,
        by_layer(solution.MaxPool2dWithPositions),
        by_layer(solution.AvgPool2dBackward),
    ],
    ids=["maxpool2d", "MaxPool2dWithPositions", "AvgPool2dBackward"],
)
def test_bad_calls(name: str, pool) -> None:
    call, error, pattern = BAD_CALLS[name]
    with pytest.raises(error, match=pattern) as caught:
        call(pool)
    demand_one_sentence(str(caught.value))


@pytest.mark.parametrize("function", [solution.max_pool_torch, solution.avg_pool_torch])
def test_bad_torch_calls(function) -> None:
    grad = np.zeros((1, 1, 3, 4))
    for arguments, pattern in (
        ((X, grad, 2), "kernel_size"),
        ((X, grad, (2, 2), (0, 1)), "stride"),
        ((X, grad, (5, 5)), "passt nicht in die Eingabe"),
        ((X, grad[:, :, 1:], (2, 2)), r"output_array_grad .*\(1, 1, 3, 4\).*\(1, 1, 2, 4\)"),
        ((X[0], grad, (2, 2)), "input_array"),
        ((X, [1], (2, 2)), "output_array_grad"),
    ):
        with pytest.raises((TypeError, ValueError), match=pattern) as caught:
            function(*arguments)
        demand_one_sentence(str(caught.value))


@pytest.mark.parametrize("kind", [solution.MaxPool2dBackward, solution.AvgPool2dBackward])
def test_bad_gradients(kind: type) -> None:
    layer = kind((2, 2))
    with pytest.raises(RuntimeError, match="forward") as caught:
        layer.backward_input(X)
    demand_one_sentence(str(caught.value))
    layer(X)
    with pytest.raises(ValueError, match=r"\(1, 1, 3, 4\).*\(1, 1, 4, 5\)") as caught:
        layer.backward_input(X)
    demand_one_sentence(str(caught.value))
    with pytest.raises(TypeError, match="output_tensor_grad"):
        layer.backward_input([1])


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        (((5,), (3, 3)), "input_shape"),
        (((5, -1), (3, 3)), "input_shape"),
        (((5, 5), (3, 3), (1, 1), (-1, 0)), "padding"),
        (((5, 5), (3, 3), (1, 1), (0, 0), (0, 1)), "dilation"),
        (((5, 5), (3, 3), (1, 1), (0, 0), (3, 1)), "Höhe 7, .* nur 5"),
    ],
)
def test_bad_output_shapes(arguments: tuple, pattern: str) -> None:
    with pytest.raises((TypeError, ValueError), match=pattern) as caught:
        solution.get_output_shape(*arguments)
    demand_one_sentence(str(caught.value))


def demand_one_sentence(text: str) -> None:
    """Eine Fehlermeldung ist ein Satz in einer Zeile."""
    assert text.endswith(".")
    assert "\n" not in text
    assert not re.search(r"[.!?] [A-ZÄÖÜ]", text)


# Prüffälle und bekannte Fehler


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Ein Urteil im eigenen Prozess, ohne Sandkasten: Alle Fehler sind unsere."""
    torch.set_num_threads(1)
    given_cases = cases()

    def run(tree, numbers):
        # Verkehrte Fenster sind manchmal leer; ihre Warnungen sind hier gewollt.
        with np.errstate(all="ignore"):
            return list(observe(tree, [given_cases[number] for number in numbers]))

    return Judge(load("pooling", ROOT), given_cases, MISTAKES, run)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("number", range(1, 32))
def test_mistakes_differ_from_the_solution_and_each_other(judge: Judge, number: int) -> None:
    gap = judge.exercise.gaps[number - 1]
    related = [i for i, case in enumerate(judge.cases) if case.part == gap.part]
    right = judge.run(judge._solution, related)
    seen: list[tuple[Mistake, list]] = []
    for mistake in (m for m in MISTAKES if m.gap == number):
        values = judge.run(judge.mistaken(mistake), related)
        assert not judge._same(related, right, values), mistake.code
        for other, theirs in seen:
            assert not judge._same(related, theirs, values), (mistake.code, other.code)
        seen.append((mistake, values))
    assert len(seen) >= 2
    assert len({mistake.message for mistake, _ in seen}) == len(seen)


@pytest.mark.parametrize("part", ["maxpool2d", "MaxPool2dWithPositions", "AvgPool2d"])
def test_a_changed_dtype_is_noticed(judge: Judge, part: str) -> None:
    head, body = re.split(rf"(?<=\n)(?=(?:def|class) {part}\W)", judge.exercise.source)
    changed = body.replace("return output_tensor\n", "return output_tensor.astype(np.float64)\n", 1)
    assert any(v.status != "correct" for v in judge.judge(head + changed, parts=[part]))


def test_numpy_parts_need_no_torch() -> None:
    program = (
        "import ast, sys\n"
        "from faltwerk.run.observe import observe\n"
        "from pooling.checks import cases\n"
        "import pooling.mistakes\n"
        "tree = ast.parse(open('pooling/solution.py', encoding='utf-8').read())\n"
        "own = [case for case in cases() if not case.part.endswith('_torch')]\n"
        "assert all(seen[0] != 'raises' for seen in observe(tree, own))\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
