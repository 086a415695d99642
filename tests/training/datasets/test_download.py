"""Das Herunterladen: fortsetzen, prüfen, im Cache behalten."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from dataset_files import (
    Server,
    assert_is_cifar,
    assert_is_fashion,
    binary_files,
    packed,
    sha256,
)

from resnet.training.datasets import fashion_mnist
from resnet.training.datasets.cifar10 import CIFAR_BINARY, load_cifar10
from resnet.training.datasets.download import cache_folder, download
from resnet.training.datasets.fashion_mnist import (
    load_fashion_full,
)
from resnet.training.errors import DataError

CONTENT = np.random.default_rng(0).bytes(300_000)


def expect_content(path: Path) -> None:
    if path.read_bytes() != CONTENT:
        raise DataError("falsch")


def test_an_interrupted_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.files["datei"] = CONTENT
    server.cut_after = [100_000, 50_000]
    seen = []
    target = tmp_path / "neu" / "datei"
    download(server.url + "datei", target, expect_content, lambda *step: seen.append(step))
    assert target.read_bytes() == CONTENT
    assert server.requests == [None, "bytes=100000-", "bytes=150000-"]
    assert seen[-1] == (300_000, 300_000)
    assert [path.name for path in target.parent.iterdir()] == ["datei"]


def test_a_second_call_goes_on_too(server: Server, tmp_path: Path) -> None:
    server.files["datei"] = CONTENT
    server.cut_after = [100_000, 0, 0, 0]
    target = tmp_path / "datei"
    with pytest.raises(DataError, match=r"0,1 MB sind da.*setzt den Download fort"):
        download(server.url + "datei", target, expect_content)
    assert not target.exists()
    download(server.url + "datei", target, expect_content)
    assert target.read_bytes() == CONTENT
    assert server.requests[-1] == "bytes=100000-"


def test_a_server_without_ranges_starts_again(server: Server, tmp_path: Path) -> None:
    server.files["datei"] = CONTENT
    server.ranges = False
    server.cut_after = [100_000]
    download(server.url + "datei", tmp_path / "datei", expect_content)
    assert (tmp_path / "datei").read_bytes() == CONTENT


def test_a_complete_partial_file_is_only_checked(server: Server, tmp_path: Path) -> None:
    server.files["datei"] = CONTENT
    (tmp_path / "datei.teil").write_bytes(CONTENT)
    download(server.url + "datei", tmp_path / "datei", expect_content)
    assert (tmp_path / "datei").read_bytes() == CONTENT


def test_wrong_content_is_thrown_away(server: Server, tmp_path: Path) -> None:
    server.files["datei"] = CONTENT[:-1] + b"?"
    with pytest.raises(DataError, match=r"nicht die erwartete Datei.*--mirror"):
        download(server.url + "datei", tmp_path / "datei", expect_content)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_downloaded_is_one_sentence(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"HTTP 404.*--mirror"):
        download(server.url + "nichts", tmp_path / "datei", expect_content)
    with pytest.raises(DataError, match="nur solche mit http"):
        download("file:///etc/hostname", tmp_path / "datei", expect_content)
    with pytest.raises(DataError, match="nicht zu bekommen"):
        download("http://127.0.0.1:1/datei", tmp_path / "datei", expect_content)
    server.files["datei"] = CONTENT
    (tmp_path / "belegt").write_bytes(b"")
    with pytest.raises(DataError, match="lässt sich nicht schreiben"):
        download(server.url + "datei", tmp_path / "belegt" / "datei", expect_content)


@pytest.fixture
def mirror(
    server: Server, fashion: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Server:
    """Ein Server mit beiden Datensätzen, und nirgends sonst liegt einer."""
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FASHION", tmp_path / "nichts")
    server.files = {f"{name}.gz": gzip.compress(content) for name, content in fashion.items()}
    server.files[CIFAR_BINARY] = packed(binary_files())
    return server


def test_datasets_come_from_a_mirror_and_stay_in_the_cache(mirror: Server) -> None:
    sums = {CIFAR_BINARY: sha256(mirror.files[CIFAR_BINARY])}
    for _ in range(2):
        assert_is_fashion(load_fashion_full(mirror=mirror.url))
        assert_is_cifar(load_cifar10(mirror=mirror.url, sums=sums))
    assert len(mirror.requests) == 5


def test_two_programs_that_want_the_same_file_share_one_download(mirror: Server) -> None:
    sums = {CIFAR_BINARY: sha256(mirror.files[CIFAR_BINARY])}
    # Nach jedem Stück reißt die Verbindung; so hätten beide Zeit, einander zu stören.
    mirror.cut_after = [50_000] * 5
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(load_cifar10, mirror=mirror.url, sums=sums) for _ in range(3)]
    for call in calls:
        assert_is_cifar(call.result())
    assert sum(span is None for span in mirror.requests) == 1


def test_a_damaged_file_in_the_cache_is_fetched_again(mirror: Server) -> None:
    archive = mirror.files[CIFAR_BINARY]
    sums = {CIFAR_BINARY: sha256(archive)}
    labels = cache_folder() / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    labels.parent.mkdir(parents=True)
    labels.write_bytes(mirror.files[labels.name][:-20])
    kept = cache_folder() / CIFAR_BINARY
    kept.write_bytes(archive[: len(archive) // 2])
    assert_is_fashion(load_fashion_full(mirror=mirror.url))
    assert_is_cifar(load_cifar10(mirror=mirror.url, sums=sums))
    assert kept.read_bytes() == archive
    # Ohne Netz bleibt es bei einem Satz, und die beschädigte Datei wird nicht gelesen.
    kept.write_bytes(archive[: len(archive) // 2])
    del mirror.files[CIFAR_BINARY]
    with pytest.raises(DataError, match="nicht zu bekommen"):
        load_cifar10(mirror=mirror.url, sums=sums)
