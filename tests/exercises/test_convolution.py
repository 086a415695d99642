"""Die Übung Faltung: Referenzwerte, PyTorch, schlechte Eingaben, Gradientenprüfung."""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from convolution.checks import filled_empty, overflow_raises, ready_made_forbidden
from convolution.mistakes import MISTAKES
from convolution.module import Parameter
from convolution.solution import (
    ELU,
    Conv2d,
    MaxPool2d,
    Module,
    ReLU,
    convolution1d,
    cross_correlation1d,
    gradient_check,
    multi_channel_convolution2d,
    sig2col,
)
from faltwerk.exercise import load
from faltwerk.run.judging import judging

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = json.loads((ROOT / "convolution" / "reference.json").read_text(encoding="utf-8"))
FUNCTIONS = {
    "cross_correlation1d": cross_correlation1d,
    "convolution1d": convolution1d,
    "multi_channel_convolution2d": multi_channel_convolution2d,
}

sizes = st.integers(1, 4)
extras = st.integers(0, 4)
seeds = st.integers(0, 2**32 - 1)


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.array(array), requires_grad=True)


# Referenzwerte


def test_sig2col_1d_reference():
    reference = REFERENCE["sig2col_1d"]
    columns = sig2col(np.array(reference["signal"]), reference["kernel_shape"])
    np.testing.assert_array_equal(columns, reference["columns"])


def test_sig2col_2d_reference():
    reference = REFERENCE["sig2col_2d"]
    columns = sig2col(np.array(reference["signal"]), reference["kernel_shape"])
    assert columns.shape == (2, 3, 3, 2)
    np.testing.assert_array_equal(columns.reshape(6, 6), reference["columns_flat"])


@pytest.mark.parametrize("entry", REFERENCE["shapes"], ids=lambda e: str(e.get("function")))
def test_reference_shapes(entry):
    x = np.zeros(entry["x"])
    if "function" in entry:
        outputs = FUNCTIONS[entry["function"]](x, np.zeros(entry["k"]))
    elif entry["module"] == "Conv2d":
        size = tuple(entry["kernel_size"])
        outputs = Conv2d(entry["in_channels"], entry["out_channels"], size).forward(x)
    else:
        outputs = MaxPool2d(tuple(entry["kernel_size"])).forward(x)
    assert outputs.shape == tuple(entry["output"])


# Gegebenes Material


@given(
    st.lists(st.tuples(sizes, extras, sizes), min_size=1, max_size=4),
    st.lists(sizes, max_size=2),
    seeds,
)
def test_sig2col_cuts_every_window(axes, leading, seed):
    kernel = tuple(size for size, _, _ in axes)
    stride = tuple(step for _, _, step in axes)
    shape = (*leading, *(size + extra for size, extra, _ in axes))
    x = np.random.default_rng(seed).normal(size=shape)
    columns = sig2col(x, kernel, stride)
    positions = tuple(extra // step + 1 for _, extra, step in axes)
    assert columns.shape == (*leading, *positions, *kernel)
    assert np.shares_memory(columns, x)
    for place in np.ndindex(positions):
        window = tuple(
            slice(i * step, i * step + size)
            for i, step, size in zip(place, stride, kernel, strict=True)
        )
        np.testing.assert_array_equal(
            columns[(..., *place, *(slice(None),) * len(kernel))], x[(..., *window)]
        )


def test_parameter_carries_a_gradient_and_computes_plain_arrays():
    p = Parameter([1, 2])
    assert p.dtype == np.float64
    np.testing.assert_array_equal(p.grad, [0, 0])
    assert type(2 * p) is np.ndarray
    p += 1
    assert type(p) is Parameter
    np.testing.assert_array_equal(p, [2, 3])
    p.grad = np.array([5, 6])
    p.grad += 1
    np.testing.assert_array_equal(p.grad, [6, 7])


def test_module_names_its_parameters_and_zeroes_their_gradients():
    conv = Conv2d(1, 1, 1)
    assert [name for name, _ in conv.named_parameters()] == ["w", "b"]
    conv.backward(np.ones(conv.forward(np.ones((1, 1, 2, 2))).shape))
    assert conv.w.grad.sum() == 4 and conv.b.grad.sum() == 4
    conv.zero_grad()
    assert conv.w.grad.sum() == 0 and conv.b.grad.sum() == 0
    conv.w = np.full((1, 1, 1, 1), 7.0)
    assert dict(conv.named_parameters())["w"] is conv.w and type(conv.w) is Parameter


def test_two_calls_keep_their_caches_apart():
    relu = ReLU()
    _, first = relu.compute_outputs(np.array([1.0, -1.0]))
    _, second = relu.compute_outputs(np.array([-1.0, 1.0]))
    np.testing.assert_array_equal(relu.compute_grads(np.ones(2), first), [1, 0])
    np.testing.assert_array_equal(relu.compute_grads(np.ones(2), second), [0, 1])


class _Wrong(Conv2d):
    """Verfälscht nach der richtigen Rechnung einen einzelnen Wert eines Gradienten."""

    broken = "x"

    def compute_grads(self, grads, cache):
        dx = super().compute_grads(grads, cache)
        if self.broken == "x":
            dx[1, 0, 2, 1] += 0.25
        else:
            getattr(self, self.broken).grad[(0, *(-1,) * 3)] += 0.25
        return dx


@pytest.mark.parametrize(
    ("broken", "place"), [("x", "[1, 0, 2, 1]"), ("w", "[0, 1, 1, 2]"), ("b", "[0, 2, 0, 0]")]
)
def test_gradient_check_names_gradient_index_and_amount(broken, place):
    rng = np.random.default_rng(0)
    conv = _Wrong(2, 3, (2, 3), rng=rng)
    conv.broken = broken
    weights = conv.w.copy()
    with pytest.raises(AssertionError) as error:
        gradient_check(conv, rng.normal(size=(2, 2, 4, 5)))
    assert f"Der Gradient von {broken} weicht an der Stelle {place} um 0.25 ab" in str(error.value)
    np.testing.assert_array_equal(conv.w, weights)


def test_gradient_check_finds_nan_and_wrong_shape():
    class Nan(ReLU):
        def compute_grads(self, grads, cache):
            return np.full(grads.shape, np.nan)

    class Summed(ReLU):
        def compute_grads(self, grads, cache):
            return grads.sum(axis=0)

    x = np.array([[1.0, -2.0]])
    with pytest.raises(AssertionError, match=r"an der Stelle \[0, 0\] um nan"):
        gradient_check(Nan(), x)
    with pytest.raises(AssertionError, match=r"hat die Form \(2,\) statt \(1, 2\)"):
        gradient_check(Summed(), x)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2d(2, 3, (3, 2), rng=np.random.default_rng(0)), (2, 2, 4, 5)),
        (Conv2d(2, 1, 2, use_bias=False, rng=np.random.default_rng(0)), (2, 2, 3, 3)),
        (ReLU(), (3, 4)),
        (ELU(2.5), (3, 4)),
        (MaxPool2d((2, 3)), (2, 2, 5, 7)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_gradient_check_accepts_every_layer(layer, shape):
    gradient_check(layer, np.random.default_rng(1).normal(size=shape))


# Vergleich mit NumPy und PyTorch


@given(sizes, extras, seeds)
def test_signals_agree_with_numpy(length, extra, seed):
    rng = np.random.default_rng(seed)
    x, k = rng.normal(size=length + extra), rng.normal(size=length)
    np.testing.assert_allclose(cross_correlation1d(x, k), np.correlate(x, k, "valid"))
    np.testing.assert_allclose(convolution1d(x, k), np.convolve(x, k, "valid"))


@settings(deadline=None)
@given(st.integers(0, 3), sizes, sizes, st.tuples(sizes, extras), st.tuples(sizes, extras), seeds)
def test_conv2d_agrees_with_torch(n, ci, co, height, width, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, ci, sum(height), sum(width)))
    for use_bias in (True, False):
        conv = Conv2d(ci, co, (height[0], width[0]), use_bias, rng=rng)
        if use_bias:
            conv.b[...] = rng.normal(size=conv.b.shape)
        outputs = conv.forward(x)
        grads = rng.normal(size=outputs.shape)
        dx = conv.backward(grads)
        xt, wt = _tensor(x), _tensor(conv.w)
        bt = _tensor(conv.b.ravel()) if use_bias else None
        expected = F.conv2d(xt, wt, bt)
        expected.backward(torch.tensor(grads))
        np.testing.assert_allclose(outputs, expected.detach(), atol=1e-12)
        np.testing.assert_allclose(dx, xt.grad, atol=1e-12)
        np.testing.assert_allclose(conv.w.grad, wt.grad, atol=1e-12)
        if use_bias:
            np.testing.assert_allclose(conv.b.grad.ravel(), bt.grad, atol=1e-12)
            assert conv.b.grad.shape == conv.b.shape


@given(st.lists(st.integers(0, 4), max_size=4), st.integers(0, 40).map(lambda n: n / 10), seeds)
def test_activations_agree_with_torch(shape, alpha, seed):
    rng = np.random.default_rng(seed)
    # Ganze Zahlen darunter, damit die 0 vorkommt.
    x = np.round(rng.normal(scale=2, size=shape), rng.integers(0, 3))
    grads = rng.normal(size=shape)
    for layer, function in ((ReLU(), F.relu), (ELU(alpha), lambda t: F.elu(t, alpha))):
        tensor = _tensor(x)
        expected = function(tensor)
        expected.backward(torch.tensor(grads))
        np.testing.assert_allclose(layer.forward(x), expected.detach(), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(layer.backward(grads), tensor.grad, rtol=1e-12, atol=1e-12)


@settings(deadline=None)
@given(st.integers(1, 3), sizes, st.tuples(sizes, extras), st.tuples(sizes, extras), seeds)
def test_maxpool2d_agrees_with_torch(n, c, height, width, seed):
    rng = np.random.default_rng(seed)
    # Wenige verschiedene Werte, damit gleiche Maxima vorkommen.
    x = rng.integers(-4, 3, size=(n, c, sum(height), sum(width))).astype(float)
    pool = MaxPool2d((height[0], width[0]))
    outputs = pool.forward(x)
    grads = rng.normal(size=outputs.shape)
    tensor = _tensor(x)
    expected = F.max_pool2d(tensor, pool.kernel_size)
    expected.backward(torch.tensor(grads))
    np.testing.assert_array_equal(outputs, expected.detach())
    np.testing.assert_allclose(pool.backward(grads), tensor.grad)


def test_maxpool2d_spreads_nan_like_torch():
    x = np.arange(24.0).reshape(1, 1, 4, 6)
    x[0, 0, 1, 2] = np.nan
    expected = F.max_pool2d(torch.tensor(x), (2, 3))
    np.testing.assert_array_equal(MaxPool2d((2, 3)).forward(x), expected)


def test_empty_batches_have_empty_outputs_and_zero_gradients():
    conv = Conv2d(2, 3, 2)
    assert conv.forward(np.zeros((0, 2, 4, 5))).shape == (0, 3, 3, 4)
    assert conv.backward(np.zeros((0, 3, 3, 4))).shape == (0, 2, 4, 5)
    assert not conv.w.grad.any() and not conv.b.grad.any()
    pool = MaxPool2d(2)
    assert pool.forward(np.zeros((0, 2, 4, 5))).shape == (0, 2, 2, 2)
    assert pool.backward(np.zeros((0, 2, 2, 2))).shape == (0, 2, 4, 5)


def test_mixed_and_small_number_types_do_not_overflow():
    x = np.array([200, 100, 50], dtype=np.uint8)
    np.testing.assert_array_equal(cross_correlation1d(x, np.array([2, 3], np.int8)), [700, 350])
    assert cross_correlation1d(np.ones(3, np.float32), np.ones(2)).dtype == np.float64
    images = np.ones((1, 1, 2, 2), np.float32)
    assert ReLU().forward(images).dtype == ELU().forward(images).dtype == np.float32
    assert MaxPool2d(2).forward(images).dtype == np.float32


def test_elu_warns_about_nothing():
    elu = ELU(3)
    x = np.array([-1e300, -1000.0, 0.0, 1000.0, 1e300])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(elu.forward(x), [-3, -3, 0, 1000, 1e300])
        np.testing.assert_array_equal(elu.backward(np.ones(5)), [0, 0, 3, 1, 1])


def test_initial_weights_come_from_the_generator():
    first = Conv2d(3, 4, (2, 5), rng=np.random.default_rng(7))
    second = Conv2d(3, 4, (2, 5), rng=np.random.default_rng(7))
    np.testing.assert_array_equal(first.w, second.w)
    assert np.abs(first.w).max() <= 1 / np.sqrt(3 * 2 * 5)
    assert not first.b.any()
    assert [name for name, _ in Conv2d(1, 1, 1, use_bias=False).named_parameters()] == ["w"]


# Schlechte Eingaben: ein deutscher Satz, der Argument, Wert und Erlaubtes nennt

_ONES = np.ones
_CACHE = ReLU().compute_outputs(_ONES(3))[1]
_BAD = [
    (lambda: cross_correlation1d(_ONES(3), _ONES(4)), ValueError, "k hat die Größe 4"),
    (lambda: convolution1d(_ONES(3), _ONES(0)), ValueError, "k hat die Größe 0"),
    (lambda: convolution1d(_ONES(0), _ONES(1)), ValueError, "x hat die Größe 0"),
    (lambda: convolution1d(_ONES((3, 1)), _ONES(1)), ValueError, "x hat die Form (3, 1)"),
    (lambda: cross_correlation1d([1, 2], _ONES(1)), TypeError, "x ist vom Typ list"),
    (lambda: cross_correlation1d(_ONES(2), np.array(["a"])), TypeError, "k ist ein Array"),
    (lambda: cross_correlation1d(_ONES(2, bool), _ONES(1)), TypeError, "Datentyp bool"),
    (
        lambda: multi_channel_convolution2d(_ONES((1, 2, 3, 3)), _ONES((1, 3, 2, 2))),
        ValueError,
        "k mit der Form (1, 3, 2, 2)",
    ),
    (
        lambda: multi_channel_convolution2d(_ONES((1, 1, 3, 3)), _ONES((1, 1, 2, 4))),
        ValueError,
        "k hat in der 2. räumlichen Achse die Größe 4",
    ),
    (
        lambda: multi_channel_convolution2d(_ONES((3, 3)), _ONES((1, 1, 2, 2))),
        ValueError,
        "x hat die Form (3, 3)",
    ),
    (lambda: Conv2d(0, 1, 2), ValueError, "in_channels ist 0"),
    (lambda: Conv2d(1, 2.0, 2), TypeError, "out_channels ist 2.0"),
    (lambda: Conv2d(1, True, 2), TypeError, "out_channels ist True"),
    (lambda: Conv2d(1, 1, (1, 2, 3)), ValueError, "kernel_size ist (1, 2, 3)"),
    (lambda: Conv2d(1, 1, "3"), TypeError, "kernel_size ist '3'"),
    (lambda: Conv2d(1, 1, (2, 0)), ValueError, "kernel_size[1] ist 0"),
    (lambda: Conv2d(2, 1, 2).forward(_ONES((1, 1, 3, 3))), ValueError, "in_channels = 2"),
    (lambda: Conv2d(1, 1, 3).forward(_ONES((1, 1, 3, 2))), ValueError, "kernel_size hat in der 2."),
    (lambda: Conv2d(1, 1, 1).forward(_ONES((1, 2, 2))), ValueError, "x hat die Form (1, 2, 2)"),
    (lambda: ReLU().forward(None), TypeError, "x ist None"),
    (lambda: ReLU().backward(_ONES(2)), RuntimeError, "rufen Sie zuerst forward auf"),
    (lambda: ReLU().compute_grads(_ONES(2), _CACHE), ValueError, "grads hat die Form (2,)"),
    (lambda: ReLU().compute_grads(_ONES(3), None), TypeError, "cache ist None"),
    (lambda: ReLU().compute_grads("1", _CACHE), TypeError, "grads ist '1'"),
    (lambda: ELU(-0.5), ValueError, "alpha ist -0.5"),
    (lambda: ELU(float("nan")), ValueError, "alpha ist nan"),
    (lambda: ELU("1"), TypeError, "alpha ist '1'"),
    (lambda: MaxPool2d((2, -1)), ValueError, "kernel_size[1] ist -1"),
    (lambda: MaxPool2d(4).forward(_ONES((1, 1, 3, 9))), ValueError, "kernel_size hat in der 1."),
    (lambda: sig2col(_ONES((3, 3)), (4, 2)), ValueError, "kernel_shape hat in der 1."),
    (lambda: sig2col(_ONES(3), (1, 1)), ValueError, "kernel_shape (1, 1)"),
    (lambda: sig2col(_ONES(3), ()), ValueError, "kernel_shape ist leer"),
    (lambda: sig2col(_ONES(3), 2, stride=0), ValueError, "stride ist 0"),
    (lambda: sig2col(_ONES((3, 3)), (2, 2), stride=(1, 1.5)), TypeError, "stride[1] ist 1.5"),
    (lambda: sig2col(_ONES((3, 3)), (2, 2), stride=(1,)), ValueError, "stride (1,)"),
    (lambda: sig2col([1, 2], 1), TypeError, "x ist vom Typ list"),
    (lambda: setattr(Conv2d(1, 2, 1).b, "grad", _ONES(2)), ValueError, "grad hat die Form (2,)"),
]


@pytest.mark.parametrize(("call", "kind", "text"), _BAD, ids=[entry[2] for entry in _BAD])
def test_bad_input_is_one_german_sentence(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    message = str(error.value)
    assert text in message
    assert message.endswith(".") and "\n" not in message
    assert any(word in message for word in ("erlaubt", "müssen", "rufen Sie"))


def test_forgotten_cache_is_named():
    class Forgetful(Module):
        def compute_outputs(self, x):
            return x

    with pytest.raises(TypeError, match=r"Paar \(outputs, cache\)"):
        Forgetful().forward(np.ones(2))


# Prüffälle und Abbildungen


def test_every_gap_has_named_traps():
    by_gap = {gap: [m for m in MISTAKES if m.gap == gap] for gap in range(1, 13)}
    assert all(len(found) >= 2 for found in by_gap.values())
    for mistake in MISTAKES:
        ast.parse(f"def gap():\n    {mistake.code.replace(chr(10), chr(10) + '    ')}")
        assert mistake.message.endswith((".", "?"))


def test_uninitialised_memory_is_always_seen():
    original = np.empty
    with filled_empty():
        assert np.isnan(np.empty(3)).all() and np.isnan(np.empty_like(np.ones(2))).all()
        assert (np.empty(2, int) == 77).all()
    assert np.empty is original


def test_overflow_is_seen_without_floating_point_flags():
    with overflow_raises(), np.errstate(over="ignore"):
        with pytest.raises(FloatingPointError):
            np.exp(np.array([1000.0]))
        assert np.exp(np.inf) == np.inf
    with np.errstate(over="ignore"):
        assert np.exp(1000.0) == np.inf


def test_ready_made_functions_are_refused():
    originals = np.correlate, np.convolve
    program: dict[str, object] = {}
    exec("from numpy import convolve as fold\ndef own(x, k): return fold(x, k)", program)
    with ready_made_forbidden(program["own"]):
        for function in (np.correlate, np.convolve, program["own"]):
            with pytest.raises(RuntimeError, match="nicht erlaubt"):
                function(np.ones(3), np.ones(2))
    assert (np.correlate, np.convolve) == originals
    assert program["fold"] is np.convolve


_CHANGED = {
    "verändert die Bilder der Faltungsschicht": (
        5,
        "        outputs = multi_channel_convolution2d(x, self.w)\n",
        "        outputs, x[...] = multi_channel_convolution2d(x, self.w), 0\n",
    ),
    "verändert die Bilder des Max-Poolings": (
        11,
        "        index = flat.argmax(axis=-1, keepdims=True)\n",
        "        index = flat.argmax(axis=-1, keepdims=True)\n"
        "        flat, x[...] = flat.copy(), 0\n",
    ),
    "Maximum beginnt bei einer festen Zahl": (
        11,
        "return np.take_along_axis(flat, index, axis=-1)[..., 0], (",
        "return flat.max(axis=-1, initial=-1e20), (",
    ),
    "Maximum nimmt nur ganze Zahlen auf": (
        11,
        "return np.take_along_axis(flat, index, axis=-1)[..., 0], (",
        "return np.nan_to_num(flat.max(axis=-1)).astype(int), (",
    ),
    "zu kleine Startwerte": (
        4,
        "initial_weights(shape, rng))\n",
        "rng.normal(size=shape) / 100)\n",
    ),
    "nur positive Startwerte": (4, "initial_weights(shape, rng))\n", "rng.random(shape) / 6)\n"),
}


@pytest.fixture(scope="module")
def judge():
    with judging(load("convolution", ROOT)) as judge:
        yield judge


@pytest.mark.parametrize("name", _CHANGED)
def test_wrong_programs_without_a_named_trap_are_noticed(judge, name):
    gap, old, new = _CHANGED[name]
    source = judge.exercise.source
    assert source.count(old) == 1
    verdicts = judge.judge(source.replace(old, new))
    assert [v.gap for v in verdicts if v.status == "wrong"] == [gap]
