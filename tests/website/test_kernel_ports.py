"""Zwei Kerne, die zugleich starten, bekommen nie denselben Anschluss."""

from __future__ import annotations

import json
import multiprocessing
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from site_builds import run_build

from website.cells.kernel_ports import ReservedPorts

# Ab hier nehmen Linux, macOS und Windows Anschlüsse für ausgehende Verbindungen.
OUTGOING = 32768
PAGE = """\
---
file_format: mystnb
kernelspec:
  name: python3
---

# Seite

```{code-cell} ipython3
from ipykernel.connect import get_connection_info

info = get_connection_info(unpack=True)
print([value for name, value in info.items() if name.endswith("_port")])
```
"""


def draw(ports: ReservedPorts, barrier: multiprocessing.Barrier, queue: multiprocessing.Queue):
    drawn = [ports.find_available_port("127.0.0.1") for _ in range(5)]
    # Bis alle gezogen haben, belegt keiner einen; so lange ist ein Kern beim Starten.
    barrier.wait(60)
    queue.put(drawn)


@pytest.mark.parametrize("before", [0, 5])
def test_processes_draw_different_ports(before: int):
    ports = ReservedPorts()
    taken = [ports.find_available_port("127.0.0.1") for _ in range(before)]
    context = multiprocessing.get_context("fork")
    barrier, queue = context.Barrier(3), context.Queue()
    workers = [context.Process(target=draw, args=(ports, barrier, queue)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for _ in workers:
        taken += queue.get(timeout=60)
    for worker in workers:
        worker.join()
    assert len(set(taken)) == len(taken) == before + 15


def test_cells_run_behind_reserved_ports(scratch: Callable[..., Path]):
    root = scratch((), {"seite.md": PAGE})
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    html = (root / "build" / "html" / "seite.html").read_text(encoding="utf-8")
    used = json.loads(re.findall(r"\[\d+(?:, \d+){4}\]", html)[0])
    assert max(used) < OUTGOING
