"""Das Protokoll für TensorBoard."""

from __future__ import annotations

import contextlib
import copy
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from resnet.training.errors import CallError
from resnet.training.images import Data
from resnet.training.results import Epoch
from resnet.training.wording import percent, reason

_ROWS, _COLUMNS = 2, 4


class Logbook:
    """Schreibt Kurven, Netz und Bilder in einen Ordner, den TensorBoard anzeigt.

    Args:
        folder: Der Ordner.
        done: Zahl der Epochen, die schon darin stehen; was darüber hinaus von einem
            abgebrochenen Training stammt, verwirft TensorBoard.

    Raises:
        CallError: Wenn sich nicht schreiben lässt; das gilt für alle Methoden.
    """

    def __init__(self, folder: Path, done: int = 0) -> None:
        self._folder = folder
        with self._writing():
            self._writer = SummaryWriter(folder, purge_step=done + 1)

    def __enter__(self) -> Logbook:
        return self

    def __exit__(self, *exception: object) -> None:
        if exception[0] is None:
            with self._writing():
                self._writer.close()
            return
        # Der eigentliche Fehler soll nicht hinter dem beim Schließen verschwinden.
        with contextlib.suppress(OSError):
            self._writer.close()

    def graph(self, network: nn.Module) -> None:
        """Das Netz als Graph; ein Netz, das sich nicht nachzeichnen lässt, fehlt."""
        trial = copy.deepcopy(network).cpu().eval()
        with warnings.catch_warnings(), self._writing():
            warnings.simplefilter("ignore")
            try:
                with contextlib.redirect_stdout(None):
                    self._writer.add_graph(trial, torch.zeros(1, 3, 32, 32))
            except OSError:
                raise
            except Exception:
                # Das Netz ist vielleicht ein eigenes; für das Training zählt nur, dass es rechnet.
                pass
            self._writer.flush()

    def epoch(self, epoch: Epoch) -> None:
        """Verlust, Trefferquote und Lernrate einer Epoche."""
        with self._writing():
            for name in ("loss", "accuracy"):
                for part in ("train", "validation"):
                    value = getattr(epoch, f"{part}_{name}")
                    self._writer.add_scalar(f"{name}/{part}", value, epoch.number)
            self._writer.add_scalar("learning_rate", epoch.learning_rate, epoch.number)
            self._writer.flush()

    def predictions(self, data: Data, logits: Tensor, epoch: int) -> None:
        """Einige Validierungsbilder mit dem, was das Netz in ihnen sieht.

        Args:
            data: Die Bilder.
            logits: Ausgabe des Netzes für die ersten Validierungsbilder.
            epoch: Nummer der Epoche.
        """
        with self._writing():
            self._writer.add_figure("predictions", prediction_figure(data, logits), epoch)
            self._writer.flush()

    def test(self, loss: float, accuracy: float, epoch: int) -> None:
        """Das Ergebnis auf den Testbildern."""
        with self._writing():
            self._writer.add_scalar("loss/test", loss, epoch)
            self._writer.add_scalar("accuracy/test", accuracy, epoch)
            self._writer.flush()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CallError(
                f"Das Protokoll in {self._folder} lässt sich nicht schreiben ({reason(error)})."
            ) from error


@contextlib.contextmanager
def one_report() -> Iterator[None]:
    """Verhindert, dass ein Schreibfehler des Protokolls zweimal auf dem Bildschirm steht.

    TensorBoard schreibt in einem Thread. Dessen Fehler wirft die nächste Methode noch einmal; der
    Thread selbst muss ihn nicht auch noch ausgeben.
    """
    before = threading.excepthook

    def report(error: threading.ExceptHookArgs) -> None:
        if not issubclass(error.exc_type, OSError):
            before(error)

    threading.excepthook = report
    try:
        yield
    finally:
        threading.excepthook = before


def prediction_figure(data: Data, logits: Tensor) -> Figure:
    """Zeichnet richtig und falsch erkannte Validierungsbilder.

    Args:
        data: Die Bilder.
        logits: Ausgabe des Netzes für die ersten ``N`` Validierungsbilder, Form ``(N, Klassen)``.

    Returns:
        Oben richtig erkannte Bilder, unten falsch erkannte, soweit es sie gibt.
    """
    probability, guess = logits.cpu().softmax(dim=1).max(dim=1)
    labels = data.validation.labels[: len(guess)].cpu()
    figure = Figure(figsize=(1.8 * _COLUMNS, 2.4 * _ROWS), layout="constrained")
    for row, wanted in enumerate((guess == labels, guess != labels)):
        chosen = wanted.nonzero().flatten()[:_COLUMNS].tolist()
        for column, index in enumerate(chosen):
            axes = figure.add_subplot(_ROWS, _COLUMNS, row * _COLUMNS + column + 1)
            pixels = data.validation.pixels[index].cpu().permute(1, 2, 0).squeeze()
            axes.imshow(pixels.numpy(), cmap="gray")
            axes.axis("off")
            text = f"{data.classes[guess[index]]} ({percent(probability[index].item(), 0)})"
            if row == 1:
                text += f"\nrichtig: {data.classes[labels[index]]}"
            axes.set_title(text, color="tab:green" if row == 0 else "tab:red", fontsize=9)
    return figure
