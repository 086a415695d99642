"""Die Prüfung der Skripte: Sie findet Fehler, erfasst jedes Skript und überspringt nichts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools import javascript

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "website" / "vendor"
# Dort antwortet niemand.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Wie vor jedem »make test«; ist alles da, geschieht nichts."""
    javascript.install()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Die Skripte mit ihrer Prüfung, ohne installierte Pakete."""
    skip = shutil.ignore_patterns("__pycache__", "vendor")
    for name in ("faltwerk", "tools", "website"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    return tmp_path


def lint(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Ruft die Prüfung auf, wie es »make lint« tut, aber ohne Netz."""
    nowhere = {"npm_config_registry": NOWHERE, "npm_config_cache": str(project / "npm")}
    return subprocess.run(
        [sys.executable, "-m", "tools.javascript", *options],
        cwd=project, env=os.environ | nowhere, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def ready(project: Path) -> Path:
    """Die Skripte mit ihrer Prüfung und den schon installierten Paketen."""
    (project / ".venv").mkdir()
    (project / ".venv" / "javascript").symlink_to(javascript.INSTALLED)
    return project


# Skript → was darin ersetzt wird, wodurch, und woran man die Meldung dazu erkennt.
ERRORS = {
    "static/solve/cards.js": ("const show", "let show", "useConst"),
    "static/solve/code-editor.js": ("setIgnoreTab(true)", 'setIgnoreTab("ja")', "TS2345"),
    "static/solve/editors.js": ("new Python()", "new Python(2)", "TS2554"),
    "static/solve/python.js": ("this.#running = true", 'this.#running = "ja"', "TS2322"),
    "static/motion.js": ("image.src = ", "image.source = ", "TS2339"),
    "static/toggles.js": ("  const setAll", "    const setAll", "format"),
    "static/regions.js": ("const start", "debugger; const start", "noDebugger"),
    "static/python-cache.js": ("scope.skipWaiting()", "document.title", "TS2584"),
    "runtime/worker.js": ('kind: "running"', 'kind: "runing"', "TS2820"),
}


@pytest.mark.slow
def test_errors_are_found_and_named(ready: Path):
    for name, (old, new, _) in ERRORS.items():
        path = ready / "website" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        path.write_text(text.replace(old, new), encoding="utf-8")
    result = lint(ready)
    assert result.returncode == 1
    for name, (*_, problem) in ERRORS.items():
        found = re.search(rf"{re.escape(name)}\b[^\n]*{problem}", result.stdout + result.stderr)
        assert found, (name, problem)


@pytest.mark.slow
def test_clean_scripts_pass_and_form_is_repaired(ready: Path):
    assert lint(ready).returncode == 0
    path = ready / "website" / "static" / "theme.js"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace('"', "'"), encoding="utf-8")
    assert lint(ready).returncode == 1
    assert lint(ready, "--fix").returncode == 0
    assert path.read_text(encoding="utf-8") == right


def test_without_network_the_first_run_fails_with_one_sentence(project: Path):
    result = lint(project)
    assert result.returncode == 1
    assert "waren nicht zu holen (ECONNREFUSED)" in result.stderr
    assert result.stderr.count("\n") == 1
    # Der nächste Aufruf hält nichts Halbes für fertig.
    assert lint(project).returncode == 1


def test_every_script_is_checked():
    own = {
        path
        for suffix in ("js", "mjs")
        for path in (ROOT / "website").rglob(f"*.{suffix}")
        if VENDOR not in path.parents
    }
    assert len(own) > 20
    assert own <= javascript.checked_files()


def test_types_belong_to_the_delivered_files():
    package = json.loads((javascript.FOLDER / "package.json").read_text(encoding="utf-8"))
    manifest = tomllib.loads((VENDOR / "manifest.toml").read_text(encoding="utf-8"))
    for name in ("prism-code-editor", "pyodide"):
        assert package["devDependencies"][name] == manifest[name]["version"]


def test_lock_fixes_every_package():
    lock = json.loads((javascript.FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    package = json.loads((javascript.FOLDER / "package.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    for name, entry in lock["packages"].items():
        assert not name or entry["integrity"].startswith("sha512-"), name
