"""Ein ganzer Schritt als CUDA-Graph, damit eine schnelle GPU nicht auf Python wartet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

# Beim ersten Mal sucht cuDNN noch den schnellsten Weg; das darf nicht in den Graphen.
_WARM_UP = 3


def captured(
    function: Callable[..., Tensor], inputs: Sequence[Tensor], network: nn.Module
) -> Callable[..., Tensor]:
    """Eine Rechnung als CUDA-Graph: Jeder Aufruf startet alle ihre Kernel auf einmal.

    Args:
        function: Die Rechnung; sie wird beim Aufzeichnen einige Male ausgeführt.
        inputs: Eingaben der Formen, die jeder Aufruf hat, auf der GPU.
        network: Das Netz, mit dem sie im Trainingsmodus rechnet; seine Gewichte und Puffer
            bleiben, wie sie sind.

    Returns:
        Dieselbe Rechnung, oder ``function`` selbst, wenn sie sich nicht aufzeichnen lässt, etwa
        weil das Netz Werte auf die CPU holt.
    """
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    network.train()
    try:
        return _record(function, [tensor.clone() for tensor in inputs])
    except RuntimeError:
        torch.cuda.synchronize()
        return function
    finally:
        for name, buffer in network.named_buffers():
            buffer.copy_(buffers[name])


def _record(function: Callable[..., Tensor], fixed: list[Tensor]) -> Callable[..., Tensor]:
    graph, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream()
    current = torch.cuda.current_stream()
    stream.wait_stream(current)
    with torch.cuda.stream(stream):
        for _ in range(_WARM_UP):
            function(*fixed)
    current.wait_stream(stream)
    # Scheitert das Aufzeichnen, bliebe sonst dessen Strom der laufende.
    with torch.cuda.stream(current), torch.cuda.graph(graph):
        result = function(*fixed)

    def replay(*inputs: Tensor) -> Tensor:
        for place, tensor in zip(fixed, inputs, strict=True):
            place.copy_(tensor)
        graph.replay()
        # Der nächste Aufruf schreibt an dieselbe Stelle.
        return result.clone()

    return replay
