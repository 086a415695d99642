"""Prüffälle der Übung: erst die Schichten, dann Formen, Werte und Gradienten.

Wie die Schichten heißen, in welcher Reihenfolge sie angelegt und wie sie gruppiert sind, steht
den Studierenden frei. Deshalb sprechen die Prüffälle Gewichte über die Reihenfolge an, in der die
Vorwärtsrechnung sie benutzt: Unter Gewichten gleicher Form ist sie durch die Rechnung festgelegt.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from faltwerk.cases import Case

BLOCK = "ResidualBlock"
NET = "ResNet"

_CONV_ARGUMENTS = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")


class Watcher(TorchFunctionMode):
    """Hält fest, welche Gewichte und Faltungen eine Vorwärtsrechnung der Reihe nach benutzt."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.own = {id(tensor) for tensor in (*module.parameters(), *module.buffers())}
        self.used: dict[int, Tensor] = {}
        self.convolutions: list[dict[str, Any]] = []

    def __torch_function__(
        self, func: Callable, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        # Ein Attribut wie dtype nur abzufragen zählt nicht als Benutzung.
        if isinstance(result, Tensor):
            for value in (*args, *kwargs.values()):
                if isinstance(value, Tensor) and id(value) in self.own:
                    self.used.setdefault(id(value), value)
        if func is torch.conv2d:
            names = _CONV_ARGUMENTS[: len(args)]
            self.convolutions.append(dict(zip(names, args, strict=True)) | kwargs)
        return result


def watch(module: nn.Module, x: Tensor) -> Watcher:
    """Rechnet einmal vorwärts, ohne dass sich dabei ein Puffer ändert, und sieht dabei zu."""
    training = module.training
    watcher = Watcher(module.eval())
    with torch.no_grad(), watcher:
        module(x.to(next(module.parameters()).dtype))
    module.train(training)
    return watcher


def convolution_text(call: dict[str, Any]) -> str:
    """Beschreibt eine Faltung in Worten."""
    outputs, inputs, height, width = call["weight"].shape
    stride = call.get("stride", 1)
    vertical, horizontal = (stride, stride) if isinstance(stride, int) else (*stride, *stride)[:2]
    stride_text = str(vertical) if vertical == horizontal else f"({vertical}, {horizontal})"
    text = f"{height}×{width}, {inputs} → {outputs} Kanäle, Schrittweite {stride_text}"
    # Ob die 7×7-Faltung am Anfang einen Bias hat, ist frei.
    if height == 7:
        return text
    return text + (", ohne Bias" if call.get("bias") is None else ", mit Bias")


def free_bias(watcher: Watcher) -> Tensor | None:
    """Der Bias der 7×7-Faltung, auf den es nicht ankommt, falls es ihn gibt."""
    for call in watcher.convolutions:
        if call["weight"].shape[2] == 7:
            return call.get("bias")
    return None


def in_order(tensors: list[Tensor], watcher: Watcher) -> dict[str, Tensor]:
    """Ordnet Tensoren nach Form und Benutzung, mit Namen wie ``(3, 2, 3, 3) Nr. 1``."""
    unused = [tensor for tensor in tensors if id(tensor) not in watcher.used]
    mine = {id(tensor) for tensor in tensors}
    used = [tensor for key, tensor in watcher.used.items() if key in mine]
    groups: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
    for tensor in used + unused:
        groups[tuple(tensor.shape)].append(tensor)
    return {
        f"{shape} Nr. {number}": tensor
        for shape, group in sorted(groups.items())
        for number, tensor in enumerate(group, 1)
    }


def parameters(module: nn.Module, watcher: Watcher) -> dict[str, Tensor]:
    """Die Gewichte, auf die es ankommt, nach Form und Benutzung."""
    free = free_bias(watcher)
    return in_order([tensor for tensor in module.parameters() if tensor is not free], watcher)


def buffers(module: nn.Module, watcher: Watcher) -> dict[str, Tensor]:
    """Die laufenden Mittelwerte und Varianzen, nach Form und Benutzung."""
    return in_order([t for t in module.buffers() if t.is_floating_point()], watcher)


def layers(module: nn.Module, x: Tensor) -> dict[str, object]:
    """Die Faltungen beider Wege der Reihe nach, und wie oft es welche Form gibt."""
    watcher = watch(module, x)
    shortcut = [call["weight"].shape[2:] == (1, 1) for call in watcher.convolutions]
    texts = list(zip(shortcut, map(convolution_text, watcher.convolutions), strict=True))
    weights, running = parameters(module, watcher), buffers(module, watcher)
    return {
        "Hauptweg": [text for is_shortcut, text in texts if not is_shortcut],
        "Shortcuts": [text for is_shortcut, text in texts if is_shortcut],
        "Formen der Gewichte": Counter(str(tuple(t.shape)) for t in weights.values()),
        "Formen der Puffer": Counter(str(tuple(t.shape)) for t in running.values()),
    }


@functools.cache
def _noise_table() -> Tensor:
    return torch.randn(250_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _noise(tensor: Tensor, place: int) -> Tensor:
    """Ein Ausschnitt der Zufallszahlen; Millionen neue zu ziehen, dauerte länger als das Netz."""
    noise = _noise_table()[7 * place :][: tensor.numel()]
    # Das richtige Netz kommt mit der Tabelle aus, ein falsches darf größer sein.
    noise = noise.repeat(-(-tensor.numel() // max(noise.numel(), 1)))
    return noise[: tensor.numel()].view(tensor.shape)


def fill(module: nn.Module, x: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Setzt feste, unregelmäßige Gewichte und Puffer in float64 und gibt beide zurück."""
    watcher = watch(module.double(), x)
    weights, running = parameters(module, watcher), buffers(module, watcher)
    with torch.no_grad():
        bias = free_bias(watcher)
        if bias is not None:
            bias.zero_()
        for place, tensor in enumerate(weights.values()):
            values = _noise(tensor, place)
            one_dimensional = tensor.ndim == 1
            scale = 0.25 if one_dimensional else tensor[0].numel() ** -0.5
            torch.mul(values, scale, out=tensor.data)
            if one_dimensional:
                tensor.abs_().add_(0.25)
        for place, tensor in enumerate(running.values(), 1000):
            tensor.copy_(_noise(tensor, place).abs() + 0.5)
    return weights, running


def evaluate(module: nn.Module, x: Tensor) -> Tensor:
    """Die Ausgabe im Auswertungsmodus, mit festen Gewichten und Puffern."""
    fill(module, x)
    with torch.no_grad():
        return module.eval()(x)


def train_step(module: nn.Module, x: Tensor) -> dict[str, object]:
    """Einmal auswerten, dann ein Trainingsschritt, beides mit denselben Gewichten."""
    weights, running = fill(module, x)
    with torch.no_grad():
        evaluated = module.eval()(x[:1])
    x = x.clone().requires_grad_()
    y = module.train()(x)
    (y * torch.linspace(-1, 2, y.numel(), dtype=y.dtype).reshape(y.shape)).sum().backward()
    return {
        "Ausgabe im Auswertungsmodus": evaluated,
        "Ausgabe im Trainingsmodus": y,
        "Puffer danach": summaries(running),
        "Gradient der Eingabe": x.grad,
        "Gradienten der Gewichte": summaries({k: t.grad for k, t in weights.items()}),
    }


def summaries(tensors: dict[str, Tensor | None]) -> dict[str, Tensor | None]:
    """Große Tensoren als gewichtete Summe, denn verglichen wird eine Kopie von jedem."""
    return {
        name: tensor
        if tensor is None or tensor.numel() < 5000
        else tensor.flatten() @ torch.linspace(-1, 2, tensor.numel(), dtype=tensor.dtype)
        for name, tensor in tensors.items()
    }


def layer(network: type, *sizes: int) -> nn.Module:
    """Ruft ``make_layer`` auf, ohne dass dafür die übrigen Schichten da sein müssen."""
    bare = network.__new__(network)
    nn.Module.__init__(bare)
    try:
        return bare.make_layer(*sizes)
    except AttributeError:
        # Eine Abgabe darf in make_layer benutzen, was ihr __init__ angelegt hat.
        return network().make_layer(*sizes)


def images(*shape: int) -> Tensor:
    """Feste Bilder mit positiven und negativen Werten, in float64.

    Die Werte sind so groß, dass auch eine nach oben begrenzte Aktivierung wie ReLU6 auffällt.
    """
    generator = torch.Generator().manual_seed(7)
    return 10 * torch.randn(shape, generator=generator, dtype=torch.float64)


HELPERS = {"layers": layers, "evaluate": evaluate, "train_step": train_step, "layer": layer}


def _case(part: str, name: str, code: str, x: Tensor) -> Case:
    return Case(part=part, name=name, code=code, given=HELPERS | {"x": x}, dtype=True)


def _block_cases() -> list[Case]:
    small = torch.tensor([[[[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]]]], dtype=torch.float64)
    variants = (
        ("gleiche Form", "2, 2", images(2, 2, 3, 4)),
        ("halbe Größe", "2, 2, stride=2", images(2, 2, 5, 4)),
        ("mehr Kanäle", "2, 3", images(2, 2, 4, 3)),
        ("weniger Kanäle", "3, 2", images(2, 3, 4, 3)),
        ("mehr Kanäle, ein Drittel der Größe", "2, 3, stride=3", images(2, 2, 7, 4)),
    )
    described = (
        ("Schichten", "layers({}, x)"),
        ("Form der Ausgabe", "tuple({}.double()(x).shape)"),
        ("Ausgabe im Auswertungsmodus", "evaluate({}, x)"),
        ("ein Trainingsschritt", "train_step({}, x)"),
    )
    cases = [
        _case(BLOCK, f"{what}, ein Kanal", code.format("ResidualBlock(1, 1)"), small)
        for what, code in described[:3]
    ]
    cases += [
        _case(BLOCK, f"{what}, {variant}", code.format(f"ResidualBlock({sizes})"), x)
        for what, code in described
        for variant, sizes, x in variants
    ]
    return cases


def _layer_cases() -> list[Case]:
    x = images(2, 2, 6, 5)
    variants = (
        ("1 Block, gleiche Form", "2, 2, 1, 1"),
        ("3 Blöcke mit Schrittweite 2", "2, 4, 3, 2"),
        ("4 Blöcke mit Schrittweite 1 und mehr Kanälen", "2, 3, 4, 1"),
        ("2 Blöcke, gleiche Kanäle, Schrittweite 3", "2, 2, 2, 3"),
    )
    described = (
        ("Schichten", "layers(layer(ResNet, {}), x)"),
        ("Ausgabe im Auswertungsmodus", "evaluate(layer(ResNet, {}), x)"),
    )
    return [
        _case(NET, f"make_layer, {variant}: {what}", code.format(sizes), x)
        for what, code in described
        for variant, sizes in variants
    ]


def _net_cases() -> list[Case]:
    x = images(2, 3, 32, 32)
    return [
        _case(NET, "Schichten des Netzes", "layers(ResNet(), x)", x),
        _case(NET, "ein Trainingsschritt mit 7 Klassen", "train_step(ResNet(num_classes=7), x)", x),
    ]


def cases() -> list[Case]:
    """Alle Prüffälle, je Teil von den Schichten über die Werte zu den Gradienten."""
    return [*_block_cases(), *_layer_cases(), *_net_cases()]
