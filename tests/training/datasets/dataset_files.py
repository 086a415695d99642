"""Kleine Dateien in den Formaten der Datensätze und ein Server, der sie ausliefert."""

from __future__ import annotations

import hashlib
import http.server
import io
import pickle
import tarfile

import numpy as np
import torch

from resnet.training.images import Data

BATCH = 1200
NAMES = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]


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


def assert_is_cifar(data: Data, tolerance: int = 0) -> None:
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


def fashion_files() -> dict[str, bytes]:
    """Vier kleine Dateien im Format von Fashion-MNIST."""
    files = {}
    for prefix, count in (("train", 6000), ("t10k", 1100)):
        labels = (np.arange(count) // (count // 10)).clip(max=9).astype(np.uint8)
        pixels = np.broadcast_to(labels[:, None, None] * 20, (count, 28, 28))
        files[f"{prefix}-images-idx3-ubyte"] = bytes(16) + pixels.tobytes()
        files[f"{prefix}-labels-idx1-ubyte"] = bytes(8) + labels.tobytes()
    return files


def assert_is_fashion(data: Data) -> None:
    assert data.name == "Fashion-MNIST"
    assert (len(data.train), len(data.validation), len(data.test)) == (4000, 2000, 1100)
    assert torch.equal(data.train.pixels[:, 0, 16, 16].long(), data.train.labels * 20)
    # Die Datei ist sortiert; ungemischt fehlten in der Validierung Klassen.
    assert torch.bincount(data.validation.labels, minlength=10).min() > 150


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
