"""Mitgelieferte Dateien erneuern: nur, was zum Manifest passt, und nie etwas Halbes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import vendor

ROOT = Path(__file__).resolve().parents[2]
FILES = {"dist/eins.js": b"eins", "dist/mehr/eins.js": b"anderes eins", "LICENSE": b"frei"}


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Manifest, eine veraltete Datei, ein beigelegter Text und eine Datei, die npm nicht hat."""
    (tmp_path / "paket").mkdir()
    contents = {
        "paket/eins.js": b"anderes eins",
        "paket/LICENSE": b"frei",
        "paket/beigelegt.txt": b"von uns",
        "eigen.whl": b"nirgends zu holen",
    }
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    eigen = sums.pop("eigen.whl")
    lines = "\n".join(f'"{path}" = "{value}"' for path, value in sums.items())
    (tmp_path / "manifest.toml").write_text(
        '[paket]\nversion = "1"\nsource = "npm: paket@1"\nadded = ["paket/beigelegt.txt"]\n'
        f"[paket.sha256]\n{lines}\n"
        f'[eigen]\nversion = "2"\nsource = "anderswo"\n[eigen.sha256]\n"eigen.whl" = "{eigen}"\n',
        encoding="utf-8",
    )
    (tmp_path / "paket" / "eins.js").write_bytes(b"alt")
    (tmp_path / "paket" / "beigelegt.txt").write_bytes(b"von uns")
    (tmp_path / "eigen.whl").write_bytes(b"nirgends zu holen")
    return tmp_path


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes]], None]:
    """Legt fest, was npm liefert."""
    return lambda files: monkeypatch.setattr(vendor, "download", lambda source: packed(files))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.toml"
    }


def test_files_are_renewed_by_name_and_sum_and_the_rest_is_kept(folder: Path, offer: Callable):
    offer(FILES)
    told = vendor.renew(folder)
    assert contents(folder) == {
        "paket/eins.js": b"anderes eins",
        "paket/LICENSE": b"frei",
        "paket/beigelegt.txt": b"von uns",
        "eigen.whl": b"nirgends zu holen",
    }
    assert told == [
        "paket 1: 2 Dateien aus npm: paket@1 erneuert.",
        "eigen 2: in keinem Paketverzeichnis, bleibt, wie es ist.",
    ]


@pytest.mark.parametrize(
    ("name", "changed"), [("dist/mehr/eins.js", b"gefaelscht"), ("LICENSE", None)]
)
def test_a_wrong_sum_is_one_sentence_and_changes_nothing(
    folder: Path, offer: Callable, name: str, changed: bytes | None
):
    offer({n: data for n, data in (FILES | {name: changed}).items() if data is not None})
    before = contents(folder)
    with pytest.raises(vendor.VendorError, match=r"keine Datei .* nichts wurde geändert"):
        vendor.renew(folder)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["eigen.whl", "paket/beigelegt.txt"])
def test_a_lost_file_that_npm_does_not_have_is_named(folder: Path, offer: Callable, name: str):
    offer(FILES)
    (folder / name).unlink()
    before = contents(folder)
    with pytest.raises(vendor.VendorError, match=f"{name} fehlt oder ist verändert"):
        vendor.renew(folder)
    assert contents(folder) == before


def test_no_network_is_one_sentence(tmp_path: Path):
    # Die Adresse führt nirgendwohin.
    npm = {"registry": "http://127.0.0.1:9/", "fetch_retries": "0", "cache": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "tools.vendor"],
        cwd=ROOT, env=os.environ | {f"npm_config_{name}": value for name, value in npm.items()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "ließ sich nicht holen" in result.stderr or "»npm«" in result.stderr
    assert result.stderr.count("\n") == 1
