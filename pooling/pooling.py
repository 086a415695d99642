# Erzeugt aus solution.py; Änderungen gehören dorthin. Danach schreibt
# »python -m faltwerk stubs pooling« diese Datei neu.
# ruff: noqa
"""Pooling: vorwärts und rückwärts, erst mit NumPy, am Ende mit PyTorch.

Alle Tensoren haben die Anordnung NCHW: Beispiele, Kanäle, Höhe, Breite. Paare wie
``kernel_size`` nennen immer zuerst die Höhe (vertikal) und dann die Breite (horizontal).

An jeder mit ``Lücke (n)`` bezeichneten Stelle gehört die Lösung zur Aufgabe mit dieser Nummer.
"""

from __future__ import annotations

import numpy as np


def reference_input() -> np.ndarray:
    """Die Eingabe, mit der auf dem Übungsblatt gerechnet wird.

    Returns:
        Ein Beispiel mit zwei Kanälen zu je 5×5 Werten, Form ``(1, 2, 5, 5)``, ``float64``.
    """
    return np.array(
        [
            [
                [
                    [1, 2, 3, 4, 5],
                    [2, 3, 5, 4, 4],
                    [5, 1, 2, 3, 1],
                    [4, 6, 0, 2, 1],
                    [1, 2, 1, 0, 1],
                ],
                [
                    [1, 2, 3, 4, 1],
                    [0, 3, 1, 2, 3],
                    [5, 4, 7, 0, 1],
                    [1, 6, 2, 2, 1],
                    [0, 2, 3, 4, 5],
                ],
            ]
        ],
        dtype=np.float64,
    )


def reference_max_grad() -> np.ndarray:
    """Der Gradient am Ausgang des Max-Poolings auf dem Übungsblatt.

    Returns:
        Form ``(1, 2, 2, 2)``, ``float64``.
    """
    return np.array([[[[3, 1], [2, 6]], [[1, 2], [5, 8]]]], dtype=np.float64)


def reference_average_grad() -> np.ndarray:
    """Der Gradient am Ausgang des Average-Poolings auf dem Übungsblatt.

    Returns:
        Form ``(1, 2, 2, 2)``, ``float64``.
    """
    return np.array([[[[18, 9], [0, -9]], [[9, 9], [0, -9]]]], dtype=np.float64)


def get_output_shape(
    input_shape: tuple[int, int],
    kernel_size: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
) -> tuple[int, int]:
    """Berechnet Höhe und Breite der Ausgabe einer Faltung oder eines Poolings.

    Quelle: die Formel in der Dokumentation von :class:`torch.nn.MaxPool2d`, abgerundet.

    Args:
        input_shape: Höhe und Breite der Eingabe.
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.
        padding: Zeilen, die oben und unten je angefügt werden, und Spalten links und rechts.
        dilation: Vertikaler und horizontaler Abstand der Fensterelemente.

    Returns:
        Höhe und Breite der Ausgabe als zwei ganze Zahlen.

    Raises:
        TypeError: Wenn ein Argument kein Paar ganzer Zahlen ist.
        ValueError: Wenn eine Zahl zu klein ist oder das Fenster nicht in die Eingabe passt.
    """
    _demand_pair("input_shape", input_shape, minimum=0)
    _demand_pair("kernel_size", kernel_size, minimum=1)
    _demand_pair("stride", stride, minimum=1)
    _demand_pair("padding", padding, minimum=0)
    _demand_pair("dilation", dilation, minimum=1)
    _demand_fit(input_shape, kernel_size, padding, dilation)
    input_h, input_w = input_shape
    kernel_h, kernel_w = kernel_size
    stride_h, stride_w = stride
    padding_h, padding_w = padding
    dilation_h, dilation_w = dilation
    output_h = ...  # Lücke (1)
    output_w = ...  # Lücke (2)
    return output_h, output_w


def maxpool2d(
    input_tensor: np.ndarray,
    kernel_size: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
) -> np.ndarray:
    """Bestimmt das Maximum jedes Fensters.

    Zeilen und Spalten am Rand, für die kein ganzes Fenster mehr bleibt, fallen weg. Enthält ein
    Fenster NaN, so ist sein Maximum NaN.

    Args:
        input_tensor: Eingabe der Form ``(N, C, H, W)``, ganze Zahlen oder Gleitkommazahlen.
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.
        padding: Nur ``(0, 0)`` ist erlaubt.
        dilation: Nur ``(1, 1)`` ist erlaubt.

    Returns:
        Ausgabe der Form ``(N, C, H', W')`` mit dem Datentyp der Eingabe.

    Raises:
        TypeError: Wenn ein Argument den falschen Typ hat.
        ValueError: Wenn Form, Fenster, Schrittweite, Padding oder Dilation nicht erlaubt sind.
    """
    _demand_tensor("input_tensor", input_tensor)
    _demand_window(kernel_size, stride, padding, dilation)
    n_samples, n_channels = input_tensor.shape[:2]
    input_shape = input_tensor.shape[2:]
    kernel_h, kernel_w = kernel_size
    stride_h, stride_w = stride
    output_h, output_w = ...  # Lücke (3)
    output_tensor = np.zeros((n_samples, n_channels, output_h, output_w), input_tensor.dtype)
    # np.ndindex durchläuft alle Indizes wie vier ineinander geschachtelte Schleifen.
    for sample, channel, row, col in np.ndindex(output_tensor.shape):
        vertical = ...  # Lücke (4)
        horizontal = ...  # Lücke (5)
        window = input_tensor[sample, channel, vertical, horizontal]
        ...  # Lücke (6)
    return output_tensor


def maxpool2d_example() -> np.ndarray:
    """Wendet ``maxpool2d`` auf die Eingabe des Übungsblatts an: 3×3-Fenster, Schrittweite 2.

    Returns:
        Ausgabe der Form ``(1, 2, 2, 2)``.
    """
    input_tensor = reference_input()
    output_tensor = ...  # Lücke (7)
    return output_tensor


class Pooling2d:
    """Was Max- und Average-Pooling gemeinsam haben: Fenster, Schrittweite, Aufruf.

    Attributes:
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.
    """

    def __init__(
        self,
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        dilation: tuple[int, int] = (1, 1),
    ) -> None:
        """Merkt sich Fenster und Schrittweite.

        Args:
            kernel_size: Höhe und Breite des Fensters.
            stride: Vertikale und horizontale Schrittweite.
            padding: Nur ``(0, 0)`` ist erlaubt.
            dilation: Nur ``(1, 1)`` ist erlaubt.

        Raises:
            TypeError: Wenn ein Argument kein Paar ganzer Zahlen ist.
            ValueError: Wenn eine Zahl zu klein oder Padding oder Dilation nicht erlaubt ist.
        """
        _demand_window(kernel_size, stride, padding, dilation)
        self.kernel_size = kernel_size
        self.stride = stride

    def __call__(self, input_tensor: np.ndarray) -> np.ndarray:
        """Ruft ``forward`` auf."""
        return self.forward(input_tensor)

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        """Berechnet die Ausgabe; jede Unterklasse legt fest, wie.

        Raises:
            NotImplementedError: Immer, denn diese Klasse selbst rechnet nichts.
        """
        raise NotImplementedError(f"{type(self).__name__} legt forward nicht fest.")


class MaxPool2dWithPositions(Pooling2d):
    """Max-Pooling, das sich auch merkt, wo das Maximum jedes Fensters steht.

    Stehen gleich große Maxima in einem Fenster, so gilt das mit der kleinsten Zeile, unter
    diesen das mit der kleinsten Spalte. Enthält ein Fenster NaN, so ist sein Maximum NaN; von
    mehreren zählt, wie in PyTorch, das letzte.

    Attributes:
        positions: Nach ``forward`` ein Array ganzer Zahlen der Form ``(N, C, H', W', 2)``. Die
            fünfte Achse enthält die Stelle des Maximums als (y, x), also Zeile und Spalte,
            gezählt ab der linken oberen Ecke des Fensters.
    """

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        """Bestimmt Maximum und Stelle des Maximums in jedem Fenster.

        Args:
            input_tensor: Eingabe der Form ``(N, C, H, W)``, ganze Zahlen oder Gleitkommazahlen.

        Returns:
            Ausgabe der Form ``(N, C, H', W')`` mit dem Datentyp der Eingabe.

        Raises:
            TypeError: Wenn die Eingabe kein Array aus Zahlen ist.
            ValueError: Wenn sie nicht vier Achsen hat oder kleiner als das Fenster ist.
        """
        _demand_tensor("input_tensor", input_tensor)
        n_samples, n_channels = input_tensor.shape[:2]
        input_shape = input_tensor.shape[2:]
        kernel_h, kernel_w = self.kernel_size
        stride_h, stride_w = self.stride
        output_h, output_w = ...  # Lücke (8)
        output_tensor = np.zeros((n_samples, n_channels, output_h, output_w), input_tensor.dtype)
        positions = np.zeros((n_samples, n_channels, output_h, output_w, 2), dtype=np.int64)
        for sample, channel, row, col in np.ndindex(output_tensor.shape):
            vertical = ...  # Lücke (9)
            horizontal = ...  # Lücke (10)
            window = input_tensor[sample, channel, vertical, horizontal]
            index = ...  # Lücke (11)
            index = _last_nan(window, otherwise=index)
            y, x = ...  # Lücke (12)
            ...  # Lücke (13)
            ...  # Lücke (14)
        self.positions = positions
        return output_tensor


def maxpool2d_positions_example() -> tuple[np.ndarray, np.ndarray]:
    """Wendet die Schicht auf die Eingabe des Übungsblatts an: 3×3-Fenster, Schrittweite 2.

    Returns:
        Ausgabe der Form ``(1, 2, 2, 2)`` und Stellen der Maxima, Form ``(1, 2, 2, 2, 2)``.
    """
    input_tensor = reference_input()
    layer = MaxPool2dWithPositions((3, 3), stride=(2, 2))
    output_tensor = ...  # Lücke (15)
    return output_tensor, layer.positions


class MaxPool2dBackward(MaxPool2dWithPositions):
    """Max-Pooling mit Rückwärtsschritt.

    Attributes:
        input_shape: Nach ``forward`` die Form ``(N, C, H, W)`` der Eingabe.
    """

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        """Rechnet wie ``MaxPool2dWithPositions.forward`` und merkt sich die Form der Eingabe."""
        output_tensor = super().forward(input_tensor)
        self.input_shape = input_tensor.shape
        return output_tensor

    def backward_input(self, output_tensor_grad: np.ndarray) -> np.ndarray:
        """Leitet den Gradienten jeder Ausgabe an die Stelle ihres Maximums.

        Überlappen sich Fenster, so addieren sich die Gradienten.

        Args:
            output_tensor_grad: Gradient der Ausgabe, Form ``(N, C, H', W')``.

        Returns:
            Gradient der Eingabe, Form ``(N, C, H, W)``. Der Datentyp ist der von
            ``output_tensor_grad``, bei ganzen Zahlen ``float64``.

        Raises:
            RuntimeError: Wenn ``forward`` noch nicht aufgerufen wurde.
            TypeError: Wenn der Gradient kein Array aus Zahlen ist.
            ValueError: Wenn seine Form nicht die der Ausgabe ist.
        """
        output_tensor_grad = _checked_grad(self, output_tensor_grad)
        kernel_h, kernel_w = self.kernel_size
        stride_h, stride_w = self.stride
        input_tensor_grad = np.zeros(self.input_shape, output_tensor_grad.dtype)
        for sample, channel, row, col in np.ndindex(output_tensor_grad.shape):
            vertical = ...  # Lücke (16)
            horizontal = ...  # Lücke (17)
            # Ein Ausschnitt ist in NumPy eine Sicht: Wer hineinschreibt, ändert input_tensor_grad.
            window_grad = input_tensor_grad[sample, channel, vertical, horizontal]
            y, x = self.positions[sample, channel, row, col]
            ...  # Lücke (18)
        return input_tensor_grad


def maxpool2d_backward_example() -> tuple[np.ndarray, np.ndarray]:
    """Rechnet das Max-Pooling des Übungsblatts vorwärts und rückwärts.

    Returns:
        Ausgabe der Form ``(1, 2, 2, 2)`` und Gradient der Eingabe, Form ``(1, 2, 5, 5)``.
    """
    input_tensor = reference_input()
    output_tensor_grad = reference_max_grad()
    layer = MaxPool2dBackward((3, 3), stride=(2, 2))
    output_tensor = ...  # Lücke (19)
    input_tensor_grad = ...  # Lücke (20)
    return output_tensor, input_tensor_grad


class AvgPool2d(Pooling2d):
    """Average-Pooling: Jede Ausgabe ist der Mittelwert ihres Fensters."""

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        """Bestimmt den Mittelwert jedes Fensters.

        Zeilen und Spalten am Rand, für die kein ganzes Fenster mehr bleibt, fallen weg.

        Args:
            input_tensor: Eingabe der Form ``(N, C, H, W)``, ganze Zahlen oder Gleitkommazahlen.

        Returns:
            Ausgabe der Form ``(N, C, H', W')``. Der Datentyp ist der der Eingabe, bei ganzen
            Zahlen ``float64``.

        Raises:
            TypeError: Wenn die Eingabe kein Array aus Zahlen ist.
            ValueError: Wenn sie nicht vier Achsen hat oder kleiner als das Fenster ist.
        """
        _demand_tensor("input_tensor", input_tensor)
        n_samples, n_channels = input_tensor.shape[:2]
        input_shape = input_tensor.shape[2:]
        kernel_h, kernel_w = self.kernel_size
        stride_h, stride_w = self.stride
        output_h, output_w = ...  # Lücke (21)
        dtype = _floating_dtype(input_tensor)
        output_tensor = np.zeros((n_samples, n_channels, output_h, output_w), dtype)
        for sample, channel, row, col in np.ndindex(output_tensor.shape):
            vertical = ...  # Lücke (22)
            horizontal = ...  # Lücke (23)
            window = input_tensor[sample, channel, vertical, horizontal]
            ...  # Lücke (24)
        return output_tensor


class AvgPool2dBackward(AvgPool2d):
    """Average-Pooling mit Rückwärtsschritt.

    Attributes:
        input_shape: Nach ``forward`` die Form ``(N, C, H, W)`` der Eingabe.
    """

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        """Rechnet wie ``AvgPool2d.forward`` und merkt sich die Form der Eingabe."""
        output_tensor = super().forward(input_tensor)
        self.input_shape = input_tensor.shape
        return output_tensor

    def backward_input(self, output_tensor_grad: np.ndarray) -> np.ndarray:
        """Verteilt den Gradienten jeder Ausgabe gleichmäßig auf ihr Fenster.

        Überlappen sich Fenster, so addieren sich die Gradienten.

        Args:
            output_tensor_grad: Gradient der Ausgabe, Form ``(N, C, H', W')``.

        Returns:
            Gradient der Eingabe, Form ``(N, C, H, W)``. Der Datentyp ist der von
            ``output_tensor_grad``, bei ganzen Zahlen ``float64``.

        Raises:
            RuntimeError: Wenn ``forward`` noch nicht aufgerufen wurde.
            TypeError: Wenn der Gradient kein Array aus Zahlen ist.
            ValueError: Wenn seine Form nicht die der Ausgabe ist.
        """
        output_tensor_grad = _checked_grad(self, output_tensor_grad)
        kernel_h, kernel_w = self.kernel_size
        stride_h, stride_w = self.stride
        input_tensor_grad = np.zeros(self.input_shape, output_tensor_grad.dtype)
        for sample, channel, row, col in np.ndindex(output_tensor_grad.shape):
            vertical = ...  # Lücke (25)
            horizontal = ...  # Lücke (26)
            window_grad = input_tensor_grad[sample, channel, vertical, horizontal]
            ...  # Lücke (27)
        return input_tensor_grad


def avgpool2d_example(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rechnet das Average-Pooling des Übungsblatts mit zufälliger Eingabe vor- und rückwärts.

    Args:
        rng: Zufallsgenerator, der die Eingabe zieht; derselbe Startwert gibt dieselbe Eingabe.

    Returns:
        Ausgabe der Form ``(1, 2, 2, 2)`` und Gradient der Eingabe, Form ``(1, 2, 5, 5)``.
    """
    input_tensor = rng.standard_normal((1, 2, 5, 5))
    output_tensor_grad = reference_average_grad()
    layer = AvgPool2dBackward((3, 3), stride=(2, 2))
    output_tensor = ...  # Lücke (28)
    input_tensor_grad = ...  # Lücke (29)
    return output_tensor, input_tensor_grad


def max_pool_torch(
    input_array: np.ndarray,
    output_array_grad: np.ndarray,
    kernel_size: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
) -> tuple[np.ndarray, np.ndarray]:
    """Rechnet Max-Pooling mit PyTorch vorwärts und mit Autograd rückwärts.

    Args:
        input_array: Eingabe der Form ``(N, C, H, W)``.
        output_array_grad: Gradient der Ausgabe, Form ``(N, C, H', W')``.
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.

    Returns:
        Ausgabe und Gradient der Eingabe als Arrays in ``float64``.

    Raises:
        TypeError: Wenn ein Argument den falschen Typ hat.
        ValueError: Wenn Formen, Fenster oder Schrittweite nicht zusammenpassen.
    """
    # Erst hier geladen, damit alle anderen Teile ohne PyTorch auskommen.
    import torch
    from torch.nn import functional as F

    _demand_torch_call(input_array, output_array_grad, kernel_size, stride)
    input_tensor = torch.tensor(input_array, dtype=torch.float64, requires_grad=True)
    output_tensor_grad = torch.tensor(output_array_grad, dtype=torch.float64)
    output_tensor = ...  # Lücke (30)
    _demand_grad_shape("output_array_grad", output_array_grad, tuple(output_tensor.shape))
    output_tensor.backward(output_tensor_grad)
    return output_tensor.detach().numpy(), input_tensor.grad.numpy()


def avg_pool_torch(
    input_array: np.ndarray,
    output_array_grad: np.ndarray,
    kernel_size: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
) -> tuple[np.ndarray, np.ndarray]:
    """Rechnet Average-Pooling mit PyTorch vorwärts und mit Autograd rückwärts.

    Args:
        input_array: Eingabe der Form ``(N, C, H, W)``.
        output_array_grad: Gradient der Ausgabe, Form ``(N, C, H', W')``.
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.

    Returns:
        Ausgabe und Gradient der Eingabe als Arrays in ``float64``.

    Raises:
        TypeError: Wenn ein Argument den falschen Typ hat.
        ValueError: Wenn Formen, Fenster oder Schrittweite nicht zusammenpassen.
    """
    import torch
    from torch.nn import functional as F

    _demand_torch_call(input_array, output_array_grad, kernel_size, stride)
    input_tensor = torch.tensor(input_array, dtype=torch.float64, requires_grad=True)
    output_tensor_grad = torch.tensor(output_array_grad, dtype=torch.float64)
    output_tensor = ...  # Lücke (31)
    _demand_grad_shape("output_array_grad", output_array_grad, tuple(output_tensor.shape))
    output_tensor.backward(output_tensor_grad)
    return output_tensor.detach().numpy(), input_tensor.grad.numpy()


# Ab hier nur Hilfen, die Eingaben prüfen und Sonderfälle regeln; hier ist nichts zu lösen.


def _demand_pair(name: str, value: object, minimum: int) -> None:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(
            f"{name} muss ein Paar ganzer Zahlen (vertikal, horizontal) sein, "
            f"übergeben wurde {value!r}."
        )
    for number in value:
        if isinstance(number, (bool, np.bool_)) or not isinstance(number, (int, np.integer)):
            raise TypeError(f"{name} muss aus ganzen Zahlen bestehen, übergeben wurde {value!r}.")
        if number < minimum:
            raise ValueError(
                f"{name} darf keine Zahl unter {minimum} enthalten, übergeben wurde {value!r}."
            )


def _demand_fit(
    input_shape: tuple[int, int],
    kernel_size: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    for name, size, kernel, pad, gap in zip(
        ("Höhe", "Breite"), input_shape, kernel_size, padding, dilation, strict=True
    ):
        extent = gap * (kernel - 1) + 1
        if extent > size + 2 * pad:
            raise ValueError(
                f"kernel_size {tuple(kernel_size)} passt nicht in die Eingabe: Das Fenster "
                f"braucht die {name} {extent}, die Eingabe samt Padding hat nur {size + 2 * pad}."
            )


def _demand_window(
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    _demand_pair("kernel_size", kernel_size, minimum=1)
    _demand_pair("stride", stride, minimum=1)
    _demand_pair("padding", padding, minimum=0)
    _demand_pair("dilation", dilation, minimum=1)
    if tuple(padding) != (0, 0):
        raise ValueError(
            f"padding {tuple(padding)} wird hier nicht unterstützt, erlaubt ist nur (0, 0)."
        )
    if tuple(dilation) != (1, 1):
        raise ValueError(
            f"dilation {tuple(dilation)} wird hier nicht unterstützt, erlaubt ist nur (1, 1)."
        )


def _demand_tensor(name: str, value: object) -> None:
    if not isinstance(value, np.ndarray):
        raise TypeError(
            f"{name} muss ein NumPy-Array sein, übergeben wurde ein Wert vom Typ "
            f"{type(value).__name__}."
        )
    if value.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} muss ganze Zahlen oder Gleitkommazahlen enthalten, "
            f"übergeben wurde der Datentyp {value.dtype}."
        )
    if value.ndim != 4:
        raise ValueError(
            f"{name} muss die vier Achsen (N, C, H, W) haben, übergeben wurde die Form "
            f"{value.shape}."
        )


def _demand_grad_shape(name: str, grad: np.ndarray, shape: tuple[int, ...]) -> None:
    if grad.shape != shape:
        raise ValueError(
            f"{name} muss die Form {shape} der Ausgabe haben, übergeben wurde {grad.shape}."
        )


def _checked_grad(layer: Pooling2d, output_tensor_grad: np.ndarray) -> np.ndarray:
    if not hasattr(layer, "input_shape"):
        raise RuntimeError("Vor backward_input muss forward aufgerufen werden.")
    _demand_tensor("output_tensor_grad", output_tensor_grad)
    output_shape = get_output_shape(layer.input_shape[2:], layer.kernel_size, layer.stride)
    shape = (*layer.input_shape[:2], *output_shape)
    _demand_grad_shape("output_tensor_grad", output_tensor_grad, shape)
    return output_tensor_grad.astype(_floating_dtype(output_tensor_grad))


def _demand_torch_call(
    input_array: np.ndarray,
    output_array_grad: np.ndarray,
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
) -> None:
    _demand_tensor("input_array", input_array)
    _demand_tensor("output_array_grad", output_array_grad)
    _demand_window(kernel_size, stride, (0, 0), (1, 1))
    _demand_fit(input_array.shape[2:], kernel_size, (0, 0), (1, 1))


def _floating_dtype(array: np.ndarray) -> np.dtype:
    return array.dtype if array.dtype.kind == "f" else np.dtype(np.float64)


def _last_nan(window: np.ndarray, otherwise: int) -> int:
    """Flacher Index des letzten NaN im Fenster; gibt es keins, der Index ``otherwise``."""
    found = np.flatnonzero(np.isnan(window))
    return found[-1] if found.size else otherwise
