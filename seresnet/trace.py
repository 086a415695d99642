"""Zwischenergebnisse und Gradienten eines Blocks beobachten, während er rechnet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from torch import Tensor, nn


class Observer:
    """Beobachtet nichts.

    Damit beginnt jeder Block, sodass er in der Regel still rechnet.
    """

    def values(self, **tensors: Tensor) -> None:
        """Nimmt Zwischenergebnisse der Vorwärtsrechnung entgegen.

        Args:
            tensors: Tensoren beliebiger Form unter ihrem Namen.
        """

    def gradients(self, **tensors: Tensor) -> None:
        """Nimmt Tensoren entgegen, deren Gradienten beobachtet werden sollen.

        Args:
            tensors: Tensoren beliebiger Form unter ihrem Namen.
        """


@dataclass
class Trace(Observer):
    """Nimmt auf, was ein Block rechnet, und gibt es auf Wunsch sofort aus.

    Die Gradienten liefert PyTorch während der Rückwärtsrechnung: An jedem beobachteten Tensor
    hängt ein Hook, den PyTorch aufruft, sobald der Gradient dieses Tensors fertig ist. Die
    Reihenfolge der Ausgabe ist deshalb die der Rückwärtsrechnung.

    Args:
        show: Ob jeder Tensor sofort ausgegeben wird, auf zwei Nachkommastellen gerundet.
        prefix: Vorsatz aller Namen; :meth:`attach` setzt ihn für Teile eines Blocks.
        forward: Die aufgenommenen Zwischenergebnisse, in der Reihenfolge der Rechnung.
        backward: Die aufgenommenen Gradienten, zum Beispiel unter dem Namen ``z.grad``.
    """

    show: bool = True
    prefix: str = ""
    forward: dict[str, Tensor] = field(default_factory=dict)
    backward: dict[str, Tensor] = field(default_factory=dict)

    def attach(self, block: nn.Module) -> None:
        """Beobachtet von nun an einen Block und alle Blöcke, die er enthält.

        Die Namen der Tensoren eines enthaltenen Blocks beginnen mit dessen Namen: ``gap_out``
        des Blocks ``se`` heißt ``se_gap_out``.

        Args:
            block: Block, der seine Tensoren dem Attribut ``trace`` meldet.

        Raises:
            TypeError: Wenn ``block`` kein solcher Block ist.
        """
        if not isinstance(block, nn.Module) or not isinstance(
            getattr(block, "trace", None), Observer
        ):
            raise TypeError(
                f"block ist vom Typ {type(block).__name__}; beobachten lässt sich nur ein "
                "BottleneckBlock oder ein SqueezeAndExcitationBlock."
            )
        for path, module in block.named_modules():
            if isinstance(getattr(module, "trace", None), Observer):
                prefix = path.replace(".", "_") + "_" if path else ""
                module.trace = replace(self, prefix=self.prefix + prefix)

    def values(self, **tensors: Tensor) -> None:
        """Nimmt Zwischenergebnisse auf.

        Args:
            tensors: Tensoren beliebiger Form unter ihrem Namen.

        Raises:
            TypeError: Wenn ein Wert noch kein Tensor ist, weil seine Lücke offen ist.
        """
        for name, tensor in tensors.items():
            self._record(self.forward, self.prefix + name, tensor)

    def gradients(self, **tensors: Tensor) -> None:
        """Hängt an jeden Tensor, durch den ein Gradient fließt, einen Hook.

        Args:
            tensors: Tensoren beliebiger Form unter ihrem Namen.

        Raises:
            TypeError: Wenn ein Wert noch kein Tensor ist, weil seine Lücke offen ist.
        """
        for name, tensor in tensors.items():
            _require_tensor(self.prefix + name, tensor)
            if tensor.requires_grad:
                tensor.register_hook(self._hook(f"{self.prefix}{name}.grad"))

    def _hook(self, label: str) -> Callable[[Tensor], None]:
        def hook(grad: Tensor) -> None:
            self._record(self.backward, label, grad)

        return hook

    def _record(self, target: dict[str, Tensor], label: str, tensor: Tensor) -> None:
        _require_tensor(label, tensor)
        # Eine Kopie, denn spätere Rechenschritte dürfen den Tensor an Ort und Stelle ändern.
        target[label] = tensor.detach().clone()
        if self.show:
            from faltwerk import print_tensors

            print_tensors([target[label]], [label])


def _require_tensor(label: str, value: object) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{label} ist kein Tensor, sondern {value!r}: Die Lücke, die diesen Wert berechnet, "
            "muss zuerst ausgefüllt werden."
        )
