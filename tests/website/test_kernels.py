"""Kerne: viele zugleich, lange Pfade, und nichts bleibt liegen."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from site_builds import run_build

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
print(info["transport"], info["ip"])
```
"""


def sockets(build: Path) -> list[str]:
    """Die Pfade, unter denen die Kerne der gebauten Seiten zu erreichen waren."""
    pages = sorted((build / "html").glob("seite*.html"))
    assert pages
    return [re.findall(r"\bipc (\S+)", page.read_text(encoding="utf-8"))[0] for page in pages]


def test_many_builds_and_kernels_at_once(scratch: Callable[..., Path], tmp_path: Path):
    root = scratch((), {f"seite{number}.md": PAGE for number in range(3)})
    system = tmp_path / "tmp"
    system.mkdir()
    builds = [tmp_path / f"build{number}" for number in range(2)]
    with ThreadPoolExecutor() as pool:
        results = pool.map(
            lambda build: run_build(root, FALTWERK_BUILD=str(build), TMPDIR=str(system)), builds
        )
    for result in results:
        assert result.returncode == 0, result.stderr
    found = [path for build in builds for path in sockets(build)]
    assert len(set(found)) == len(found) == 6
    assert list(system.iterdir()) == []


def test_long_paths_with_spaces_and_umlauts(scratch: Callable[..., Path]):
    """Weder der Ordner des Projekts noch der des Systems macht einen Socket zu lang."""
    root = scratch((), {"seite.md": PAGE})
    long = root / ("Bäume und Übungsblätter " * 4).strip() / "noch ein Ordner"
    long.mkdir(parents=True)
    assert len(str(long)) > 108
    result = run_build(root, FALTWERK_BUILD=str(long / "build"), TMPDIR=str(long))
    assert result.returncode == 0, result.stderr
    (path,) = sockets(long / "build")
    assert not Path(path).parent.exists()
