"""``tools/requirements.lock`` erneuern: ``python -m tools.lock``.

Die Datei nennt zu jedem Paket, auch zu den mittelbar gebrauchten, eine Version und die Prüfsummen
aller seiner Dateien, für jedes Betriebssystem. Nur torch fehlt: Seine Dateien unterscheiden sich je
nach Quelle (mit und ohne CUDA). Aufgelöst wird mit uv in einer Umgebung, die danach verschwindet.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tools.environment import LOCK, REQUIREMENTS, SECTIONS, venv_python

_HEAD = """\
# Von »make lock« aus requirements.txt erzeugt; bitte nicht von Hand ändern.
# requirements.txt: {digest}
"""
_LEFT_OUT = "torch"
# Womit Pakete gebaut werden, die es für ein System nur als Quelltext gibt.
_BUILD = {"setuptools", "wheel", "packaging"}
# Was torch nur mit CUDA braucht; installiert wird es bloß neben einem solchen torch.
_CUDA = re.compile(r"nvidia-|cuda-|triton$")


def requirements_digest(text: str) -> str:
    """Fingerabdruck der direkten Abhängigkeiten."""
    return hashlib.sha256(text.encode()).hexdigest()


def blocks(text: str) -> dict[str, str]:
    """Zerlegt die Ausgabe von uv: je Paket und Bedingung ein Block mit seinen Prüfsummen."""
    found = re.findall(r"^[A-Za-z0-9][^\n]*\n(?:[ \t]+--hash=[^\n]*\n?)*", text, re.MULTILINE)
    return {block.split("\\")[0].strip(): block for block in found}


def arranged(text: str, requirements: str) -> str:
    """Ordnet die Blöcke in die Abschnitte, in denen sie installiert werden."""
    sections: dict[str, list[str]] = {name: [] for name in SECTIONS}
    for head, block in blocks(text).items():
        name = re.split(r"[\s=;\[]", head)[0]
        if name == _LEFT_OUT:
            continue
        place = "build" if name in _BUILD else "cuda" if _CUDA.match(name) else "all"
        sections[place].append(block)
    body = "".join(f"\n{SECTIONS[name]}\n{''.join(found)}" for name, found in sections.items())
    return _HEAD.format(digest=requirements_digest(requirements)) + body


def main() -> int:
    """Löst die Abhängigkeiten auf und schreibt die Datei."""
    print("Die Versionen werden festgelegt; dafür wird uv geholt.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = venv_python(folder)
        commands = [
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"],
            [
                python, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes",
                "--python-version", "3.11", "--no-header", "--no-annotate",
                "--no-emit-index-url", "--no-emit-find-links",
                "--output-file", str(Path(folder, "lock")), REQUIREMENTS,
            ],
        ]  # fmt: skip
        for command in commands:
            if subprocess.run(command, check=False).returncode:
                print(
                    "Die Versionen ließen sich nicht festlegen; bitte prüfen Sie die Verbindung "
                    "zum Netz und requirements.txt. Die bisherige Datei bleibt, wie sie ist.",
                    file=sys.stderr,
                )
                return 1
        text = Path(folder, "lock").read_text(encoding="utf-8")
    result = arranged(text, Path(REQUIREMENTS).read_text(encoding="utf-8"))
    Path(LOCK).write_text(result, encoding="utf-8")
    print("tools/requirements.lock ist neu; »make setup« richtet die Umgebung danach ein.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
