"""``tools/requirements.lock`` erneuern: ``python -m tools.lock``.

Die Datei nennt zu jedem Paket, auch zu den mittelbar gebrauchten, eine Version und die Prüfsummen
seiner fertigen Dateien, für jedes Betriebssystem. Nur torch fehlt: Seine Dateien unterscheiden sich
je nach Quelle (mit und ohne CUDA).
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from tools.environment import LOCK, PYTHONS, REQUIREMENTS, SECTIONS, TORCH, dotted

_HEAD = """\
# Von »make lock« aus requirements.txt erzeugt; bitte nicht von Hand ändern.
# requirements.txt: {digest}
"""
_INSTALLER = "uv"
# Was torch nur mit CUDA braucht; installiert wird es bloß neben einem solchen torch.
_CUDA = re.compile(r"nvidia-|cuda-|triton$")
# Das älteste Linux, für das torch fertige Dateien anbietet, hat glibc 2.28.
_PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]
_PLATFORMS += [f"manylinux{name}_x86_64" for name in ("2014", "2010", "1")]
_UNCHANGED = "die bisherige Datei bleibt, wie sie ist."

# Ein Paket mit Version, Bedingung und Dateien, wie »pylock.toml« es beschreibt.
Package = dict[str, Any]


class LockError(Exception):
    """Die Versionen lassen sich nicht festlegen; der Text sagt, warum."""


def requirements_digest(text: str) -> str:
    """Fingerabdruck der direkten Abhängigkeiten."""
    return hashlib.sha256(text.encode()).hexdigest()


def resolved() -> list[Package]:
    """Löst die Abhängigkeiten auf, für alle Systeme und jedes Python, das der Kurs unterstützt.

    Raises:
        LockError: Wenn das nicht gelingt; warum, hat uv schon gesagt.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pylock.toml")
        command = [
            sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal",
            "--python-version", dotted(PYTHONS[0]), "--output-file", str(path), REQUIREMENTS,
        ]  # fmt: skip
        if subprocess.run(command, check=False).returncode:
            raise LockError(
                "Die Versionen ließen sich nicht festlegen; bitte prüfen Sie die Verbindung zum "
                f"Netz und requirements.txt; {_UNCHANGED}"
            )
        return tomllib.loads(path.read_text(encoding="utf-8"))["packages"]


def check_wheels(packages: Iterable[Package]) -> None:
    """Verlangt, dass auf Linux nichts aus dem Quelltext gebaut werden muss.

    Raises:
        LockError: Wenn es ein Paket für ein Python nicht fertig gibt.
    """
    missing: dict[str, list[str]] = {}
    for python in PYTHONS:
        tags = _tags(python)
        for package in packages:
            if _needed(package, python) and not any(
                parse_wheel_filename(_file_name(wheel))[3] & tags
                for wheel in package.get("wheels", [])
            ):
                title = f"{package['name']} {package['version']}"
                missing.setdefault(title, []).append(dotted(python))
    if missing:
        named = "; ".join(f"{title} für Python {', '.join(on)}" for title, on in missing.items())
        raise LockError(
            f"Unter Linux nicht als fertiges Paket zu haben ist: {named} – bitte nehmen Sie eine "
            f"andere Version oder ein anderes Paket; {_UNCHANGED}"
        )


def _tags(python: tuple[int, int]) -> set[Tag]:
    interpreter = f"cp{python[0]}{python[1]}"
    return {
        *cpython_tags(python, platforms=_PLATFORMS),
        *compatible_tags(python, interpreter=interpreter, platforms=_PLATFORMS),
    }


def _needed(package: Package, python: tuple[int, int]) -> bool:
    """Ob ein Linux mit diesem Python das Paket braucht."""
    return "marker" not in package or Marker(package["marker"]).evaluate(
        {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            # Die letzte Ziffer ist hoch genug für jede Fassung dieses Pythons.
            "python_full_version": f"{dotted(python)}.99",
            "python_version": dotted(python),
            "sys_platform": "linux",
        }
    )


def _file_name(wheel: dict[str, Any]) -> str:
    return wheel.get("name") or wheel["url"].rsplit("/", 1)[1].replace("%2B", "+")


def block(package: Package) -> str:
    """Ein Paket in der Schreibweise von pip: Version, Bedingung, Prüfsummen."""
    # uv schreibt vor jede Bedingung noch einmal, ab welchem Python alles gilt.
    always = f"python_full_version >= '{dotted(PYTHONS[0])}'"
    marker = package.get("marker", "").removeprefix(always).removeprefix(" and ")
    head = f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "")
    hashes = sorted(wheel["hashes"]["sha256"] for wheel in package["wheels"])
    return " \\\n".join([head, *(f"    --hash=sha256:{digest}" for digest in hashes)]) + "\n"


def arranged(packages: Iterable[Package], requirements: str) -> str:
    """Ordnet die Pakete in die Abschnitte, in denen sie installiert werden."""
    sections: dict[str, list[str]] = {name: [] for name in SECTIONS}
    for package in packages:
        name = package["name"]
        if name != TORCH:
            place = "installer" if name == _INSTALLER else "cuda" if _CUDA.match(name) else "all"
            sections[place].append(block(package))
    body = "".join(f"\n{SECTIONS[name]}\n{''.join(found)}" for name, found in sections.items())
    return _HEAD.format(digest=requirements_digest(requirements)) + body


def main() -> int:
    """Löst die Abhängigkeiten auf und schreibt die Datei."""
    print("Die Versionen werden festgelegt.", flush=True)
    try:
        packages = resolved()
        check_wheels(packages)
    except LockError as error:
        print(error, file=sys.stderr)
        return 1
    text = arranged(packages, Path(REQUIREMENTS).read_text(encoding="utf-8"))
    Path(LOCK).write_text(text, encoding="utf-8")
    print("tools/requirements.lock ist neu; »make setup« richtet die Umgebung danach ein.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
