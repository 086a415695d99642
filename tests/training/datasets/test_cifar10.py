"""Die ganzen Datensätze: ihre Formate, geprüfte Summen und das Herunterladen."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import pickle
import tarfile
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from resnet.training.datasets import cifar10 as datasets
from resnet.training.datasets.cifar10 import (
    CIFAR_BINARY,
    CIFAR_PYTHON,
    load_cifar10,
    load_fashion_full,
)
from resnet.training.datasets.download import cache_folder, download
from resnet.training.images import DataError

BATCH = 1200
NAMES = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kleinere Dateien als die echten, und nichts landet im Cache des Benutzers."""
    monkeypatch.setattr(datasets, "BATCH_IMAGES", BATCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def batch(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Bilder, deren Farbe ihre Klasse und deren oberste Zeile ihre Datei verrät."""
    labels = (np.arange(BATCH) % 10).astype(np.uint8)
    pixels = np.zeros((BATCH, 3, 32, 32), np.uint8)
    pixels[:] = labels[:, None, None, None] * np.array([20, 5, 1], np.uint8)[:, None, None]
    pixels[:, :, 0] = number
    return pixels, labels


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def binary_files() -> dict[str, bytes]:
    files = {}
    for number, name in enumerate(NAMES):
        pixels, labels = batch(number)
        records = np.concatenate([labels[:, None], pixels.reshape(BATCH, -1)], axis=1)
        files[f"cifar-10-batches-bin/{name}.bin"] = records.tobytes()
    return files


def python_files() -> dict[str, bytes]:
    files = {}
    for number, name in enumerate(NAMES):
        pixels, labels = batch(number)
        content = {b"data": pixels.reshape(BATCH, -1), b"labels": labels.tolist()}
        files[f"cifar-10-batches-py/{name}"] = pickle.dumps(content)
    return files


def assert_is_cifar(data: datasets.Data, tolerance: int = 0) -> None:
    assert (len(data.train), len(data.validation), len(data.test)) == (4000, 2000, 1200)
    for images in (data.train, data.validation, data.test):
        colour = images.pixels[:, :, 16, 16].long()
        expected = images.labels[:, None] * torch.tensor([20, 5, 1])
        assert (colour - expected).abs().max() <= tolerance
    # Jede Trainingsdatei ist dabei, die Testdatei nicht, und gemischt ist auch.
    files = data.train.pixels[:, 0, 0, 16].unique().tolist()
    if not tolerance:
        assert files == [0, 1, 2, 3, 4]
        assert data.test.pixels[:, 0, 0, 16].unique().tolist() == [5]
    assert len(data.mean) == len(data.std) == 3
    x = data.normalised(data.train.pixels)
    assert x.mean((0, 2, 3)).abs().max() < 1e-4
    assert (x.std((0, 2, 3)) - 1).abs().max() < 1e-3


def test_cifar10_from_both_archives_and_the_folder(tmp_path: Path) -> None:
    for name, files in ((CIFAR_BINARY, binary_files()), (CIFAR_PYTHON, python_files())):
        content = packed(files)
        (tmp_path / name).write_bytes(content)
        data = load_cifar10(tmp_path / name, sums={name: sha256(content)})
        assert data.name == "CIFAR-10"
        assert_is_cifar(data)
    for name, content in binary_files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert_is_cifar(load_cifar10(tmp_path / "cifar-10-batches-bin"))
    assert_is_cifar(load_cifar10(tmp_path))


def test_a_jpeg_copy_is_named_as_one(tmp_path: Path) -> None:
    arrays: dict[str, np.ndarray] = {"classes": np.array(datasets._CIFAR_ENGLISH)}
    for part, numbers in (("train", range(5)), ("test", range(5, 6))):
        images = []
        for number in numbers:
            for pixels in batch(number)[0]:
                buffer = io.BytesIO()
                Image.fromarray(pixels.transpose(1, 2, 0)).save(buffer, "JPEG")
                images.append(buffer.getvalue())
        arrays[f"{part}_jpeg"] = np.frombuffer(b"".join(images), np.uint8)
        arrays[f"{part}_offsets"] = np.cumsum([0, *map(len, images)])
        arrays[f"{part}_labels"] = np.tile(batch(0)[1], len(numbers))
    np.savez(tmp_path / "kopie.npz", **arrays)
    data = load_cifar10(tmp_path / "kopie.npz")
    assert data.name == "CIFAR-10 in einer JPEG-komprimierten Kopie"
    assert_is_cifar(data, tolerance=12)


class Trap:
    """Ein Pickle, der beim Lesen eine Datei anlegt."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self._path,)


def test_no_pickle_is_read_before_its_sum_is_checked(tmp_path: Path) -> None:
    trace = tmp_path / "ausgeführt"
    files = {f"cifar-10-batches-py/{name}": pickle.dumps(Trap(trace)) for name in NAMES}
    (tmp_path / CIFAR_PYTHON).write_bytes(packed(files))
    with pytest.raises(DataError, match="SHA-256-Summe"):
        load_cifar10(tmp_path / CIFAR_PYTHON)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match="Pickle"):
        load_cifar10(folder)
    assert not trace.exists()
    # Die Falle ist echt: Wer liest, löst sie aus.
    pickle.loads(files["cifar-10-batches-py/test_batch"])
    assert trace.exists()


def test_damaged_cifar10_is_one_sentence(tmp_path: Path) -> None:
    content = packed(binary_files())
    short = tmp_path / CIFAR_BINARY
    short.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="SHA-256-Summe"):
        load_cifar10(short)
    # Selbst wenn die Summe zu stimmen scheint.
    with pytest.raises(DataError, match="beschädigt"):
        load_cifar10(short, sums={CIFAR_BINARY: sha256(short.read_bytes())})
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for name, records in binary_files().items():
        # Genau an einer Bildgrenze abgeschnitten.
        (tmp_path / name).write_bytes(records[: 3073 * 1000])
    with pytest.raises(DataError, match="beschädigt"):
        load_cifar10(folder)
    (folder / "test_batch.bin").unlink()
    with pytest.raises(DataError, match="gibt es nicht"):
        load_cifar10(folder)
    (tmp_path / "kopie.npz").write_bytes(b"PK nichts")
    with pytest.raises(DataError, match="beschädigt"):
        load_cifar10(tmp_path / "kopie.npz")
    with pytest.raises(DataError, match="gibt es nicht"):
        load_cifar10(tmp_path / "nichts.tar.gz")


def fashion_files() -> dict[str, bytes]:
    """Vier kleine Dateien im Format von Fashion-MNIST."""
    files = {}
    for prefix, count in (("train", 6000), ("t10k", 1100)):
        labels = (np.arange(count) // (count // 10)).clip(max=9).astype(np.uint8)
        pixels = np.broadcast_to(labels[:, None, None] * 20, (count, 28, 28))
        files[f"{prefix}-images-idx3-ubyte"] = bytes(16) + pixels.tobytes()
        files[f"{prefix}-labels-idx1-ubyte"] = bytes(8) + labels.tobytes()
    return files


def assert_is_fashion(data: datasets.Data) -> None:
    assert data.name == "Fashion-MNIST"
    assert (len(data.train), len(data.validation), len(data.test)) == (4000, 2000, 1100)
    assert torch.equal(data.train.pixels[:, 0, 16, 16].long(), data.train.labels * 20)
    # Die Datei ist sortiert; ungemischt fehlten in der Validierung Klassen.
    assert torch.bincount(data.validation.labels, minlength=10).min() > 150


@pytest.fixture
def fashion(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    files = fashion_files()
    sums = {name: sha256(content) for name, content in files.items()}
    monkeypatch.setattr(datasets, "FASHION_SHA256", sums)
    return files


def test_full_fashion_packed_and_unpacked(fashion: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    assert_is_fashion(load_fashion_full(tmp_path))
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").unlink()
        (tmp_path / name).write_bytes(content)
    assert_is_fashion(load_fashion_full(tmp_path))


def test_damaged_fashion_is_one_sentence(fashion: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gibt es nicht"):
        load_fashion_full(tmp_path)
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    labels.write_bytes(labels.read_bytes()[:-20])
    with pytest.raises(DataError, match="beschädigt"):
        load_fashion_full(tmp_path)
    # Entpackt größer als jede Datei des Datensatzes: Gelesen wird nur deren Länge.
    labels.write_bytes(gzip.compress(bytes(1 << 28), 1))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="SHA-256-Summe"):
            load_fashion_full(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 27
    finally:
        tracemalloc.stop()
    labels.write_bytes(gzip.compress(bytes(1108)))
    with pytest.raises(DataError, match="SHA-256-Summe"):
        load_fashion_full(tmp_path)


def test_full_fashion_is_found_where_debian_puts_it(
    fashion: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(datasets, "DEBIAN_FASHION", tmp_path)
    # Unter der Adresse antwortet niemand; gebraucht wird sie auch nicht.
    assert_is_fashion(load_fashion_full(mirror="http://127.0.0.1:1/"))


def test_a_file_instead_of_the_fashion_folder_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "train-images-idx3-ubyte.gz"
    file.write_bytes(b"")
    with pytest.raises(DataError, match="ist eine Datei"):
        load_fashion_full(file)


class Server(http.server.ThreadingHTTPServer):
    """Ein Dateiserver, der auf Wunsch mitten in einer Antwort auflegt."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut_after: list[int] = []
        self.ranges = True
        self.requests: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        content = self.server.files.get(self.path.lstrip("/"))
        span = self.headers.get("Range")
        self.server.requests.append(span)
        if content is None:
            self.send_error(404)
            return
        begin = int(span.removeprefix("bytes=").rstrip("-")) if span and self.server.ranges else 0
        if begin and begin >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        end = begin + self.server.cut_after.pop(0) if self.server.cut_after else len(content)
        self.wfile.write(content[begin:end])

    def log_message(self, *message: object) -> None:
        """Schweigt."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


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
    monkeypatch.setattr(datasets, "DEBIAN_FASHION", tmp_path / "nichts")
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
