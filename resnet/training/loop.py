"""Das Training selbst: rechnet, druckt und schreibt nichts."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet.training.augmentation import CROP_PADDING, Augmentation, Changes, changed
from resnet.training.distillation import distillation, mixed_cross_entropy
from resnet.training.images import Data, Images
from resnet.training.processes import ALONE, Processes

CPU = torch.device("cpu")
# Eine GPU bekommt wenige große Stapel, weil jeder Stapel alle Kernel neu startet; auf einer CPU
# belegten sie nur mehr Speicher.
_EVALUATION_BATCH = {"cpu": 500}
_EVALUATION_BATCH_ELSEWHERE = 2500
# Wer einer GPU nach jedem Schritt ein Ergebnis abverlangt, lässt sie jedes Mal warten.
_STEPS_PER_REPORT = {"cpu": 1}
_STEPS_PER_REPORT_ELSEWHERE = 10
# Mehr Schritte als diese hat kein Training; so teilen sich zwei Startwerte keine Zufallszahlen.
_SEED_STRIDE = 1 << 30
# Beim ersten Mal sucht cuDNN noch den schnellsten Weg; das darf nicht in den Graphen.
_WARM_UP = 3


class TrainingError(RuntimeError):
    """Das Training kann nicht weitergehen; der Text sagt in einem Satz, warum."""


class Stopped(Exception):
    """Das Training wurde zwischen zwei Schritten angehalten; der Zustand ist vollständig."""


@dataclass(frozen=True)
class Settings:
    """Womit trainiert wird.

    Attributes:
        epochs: Wie oft jedes Bild gesehen wird.
        batch_size: Bilder je Schritt, über alle Prozesse zusammen.
        learning_rate: Größte Lernrate des OneCycle-Plans.
        weight_decay: Gewichtszerfall; er trifft Faltungen und lineare Schichten, nicht die
            Batch-Normalisierung und nicht den Bias.
        seed: Startwert aller Zufallszahlen.
        precision: ``"float32"`` oder ``"bfloat16"`` für die Rechnung im Netz.
        memory_format: ``"channels_last"`` oder ``"contiguous"``.
        optimizer: ``"adamw"`` oder ``"sgd"`` (mit Nesterov-Momentum 0,9).
        max_norm: Auf diese Norm werden längere Gradienten gekürzt (Pascanu u. a., „On the
            difficulty of training recurrent neural networks“, 2013); 0: nie.
        label_smoothing: Anteil, der gleichmäßig auf alle Klassen verteilt wird.
        padding: Um höchstens so viele Bildpunkte werden Trainingsbilder verschoben.
        cutout: Seitenlänge des Quadrats, das aus Trainingsbildern geschnitten wird; 0: keines.
        cutmix: Anteil der Trainingsbilder, in die ein Quadrat aus einem anderen gesetzt wird.
        distortion: Anteil der Trainingsbilder, für die eine Verzerrung gezogen wird.
        warmup: Anteil der Schritte, in dem die Lernrate steigt.
        teachers: SHA-256-Summen der Dateien mit den Lehrern; leer: keine.
        temperature: Temperatur, mit der das Netz seinen Lehrern folgt.
        cycle: Nach so vielen Epochen wiederholen sich Reihenfolge und Veränderungen der Bilder,
            wenn es Lehrer gibt. Sie müssen dann nichts mehr ansehen.
    """

    epochs: int = 8
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    seed: int = 0
    precision: str = "float32"
    memory_format: str = "channels_last"
    optimizer: str = "adamw"
    max_norm: float = 0.0
    label_smoothing: float = 0.0
    padding: int = CROP_PADDING
    cutout: int = 0
    cutmix: float = 0.0
    distortion: float = 0.0
    warmup: float = 0.3
    teachers: str = ""
    temperature: float = 4.0
    cycle: int = 80

    @property
    def augmentation(self) -> Augmentation:
        """Wie stark die Trainingsbilder verändert werden."""
        return Augmentation(self.padding, self.cutout, self.cutmix, self.distortion)


@dataclass(frozen=True)
class Epoch:
    """Ergebnis einer Epoche.

    Attributes:
        number: Nummer, ab 1.
        learning_rate: Lernrate nach der Epoche, also die, mit der die nächste beginnt.
        train_loss: Mittlere Kreuzentropie auf den veränderten Trainingsbildern.
        train_accuracy: Anteil richtig erkannter Trainingsbilder; in einem gemischten zählt die
            Klasse mit der größeren Fläche.
        validation_loss: Mittlere Kreuzentropie auf den Validierungsbildern.
        validation_accuracy: Anteil richtig erkannter Validierungsbilder.
    """

    number: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Step:
    """Zwischenstand nach einem Schritt: Epoche, Schritt darin, Schritte je Epoche, Mittelwerte."""

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float


class Trainer:
    """Trainiert ein Netz und kann nach jedem Schritt unterbrochen werden.

    Args:
        network: Das Netz; es wird verändert.
        data: Die Bilder.
        settings: Die Einstellungen.
        device: Wo gerechnet wird und wo die Bilder liegen.
        processes: Die Prozesse, die sich jeden Schritt teilen, schon verbunden.
        teacher: Ein fertiges Netz. Gibt es eines, so zählen statt der Klassen der Bilder seine
            Wahrscheinlichkeiten, und ``label_smoothing`` bleibt ohne Wirkung.

    Attributes:
        history: Die fertigen Epochen.
        losses: Die Kreuzentropie jedes Schritts seit Beginn, ohne Label Smoothing und ohne Lehrer.
        steps: Schritte je Epoche.

    Raises:
        TrainingError: Wenn es weniger Trainingsbilder gibt, als ein Schritt braucht, oder sich ein
            Schritt nicht gleichmäßig auf die Prozesse verteilen lässt.
    """

    def __init__(
        self,
        network: nn.Module,
        data: Data,
        settings: Settings,
        device: torch.device = CPU,
        processes: Processes = ALONE,
        teacher: nn.Module | None = None,
    ) -> None:
        self.steps = len(data.train) // settings.batch_size
        if self.steps == 0:
            raise TrainingError(
                f"batch_size ist {settings.batch_size}; erlaubt sind höchstens so viele, wie es "
                f"Trainingsbilder gibt, also {len(data.train)}."
            )
        if settings.batch_size % processes.size:
            raise TrainingError(
                f"batch_size ist {settings.batch_size}; bei {processes.size} Prozessen ist nur ein "
                "Vielfaches davon erlaubt."
            )
        self._layout = memory_format(settings.memory_format)
        self.network = network.to(device, memory_format=self._layout)
        self.data = data.to(device)
        self.settings = settings
        self.history: list[Epoch] = []
        self.losses: list[float] = []
        self._teacher = teacher
        if teacher is not None:
            teacher.to(device, memory_format=self._layout).eval()
        # Was der Lehrer zu einem Schritt eines Umlaufs gesagt hat.
        self._answers: dict[tuple[int, int], Tensor] = {}
        self._device = device
        self._processes = processes
        self._evaluation_batch = _EVALUATION_BATCH.get(device.type, _EVALUATION_BATCH_ELSEWHERE)
        self._report = _STEPS_PER_REPORT.get(device.type, _STEPS_PER_REPORT_ELSEWHERE)
        # Das Fortsetzen mitten in einer Epoche wiederholt deren Zufallszahlen.
        self._generator = torch.Generator().manual_seed(settings.seed)
        self._epoch_start = self._generator.get_state()
        self._step = 0
        self._correct = 0
        self._trained = processes.wrap(self.network)
        self._gradients = self._compute_gradients
        self._optimizer = _optimizer(self.network, settings)
        total = settings.epochs * self.steps + 1
        self._scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer,
            settings.learning_rate,
            total_steps=total,
            # Endet der Anstieg genau mit dem ersten Schritt, teilt OneCycleLR durch seine Länge 0.
            pct_start=0.0 if settings.warmup * total == 1 else settings.warmup,
            cycle_momentum=settings.optimizer == "adamw",
        )
        if device.type == "cuda" and processes.size == 1:
            self._gradients = self._captured_gradients()

    def epochs(
        self,
        progress: Callable[[Step], None] = lambda step: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Epoch]:
        """Trainiert die Epochen, die noch fehlen.

        Args:
            progress: Wird nach jedem Schritt aufgerufen, auf einer GPU nach jedem zehnten.
            stop: Ob nach diesem Schritt angehalten werden soll; es genügt, dass ein Prozess will.

        Yields:
            Ein :class:`Epoch` nach jeder Epoche.

        Raises:
            TrainingError: Wenn der Verlust keine endliche Zahl mehr ist.
            Stopped: Wenn angehalten wurde; :meth:`state` enthält die angefangene Epoche.
        """
        for number in range(len(self.history) + 1, self.settings.epochs + 1):
            self._train_epoch(number, progress, stop)
            validation_loss, validation_accuracy = self.evaluate(self.data.validation)
            epoch = Epoch(
                number,
                self._scheduler.get_last_lr()[0],
                sum(self.losses[-self.steps :]) / self.steps,
                self._correct / (self.steps * self.settings.batch_size),
                validation_loss,
                validation_accuracy,
            )
            self._epoch_start = self._generator.get_state()
            self._step = self._correct = 0
            self.history.append(epoch)
            yield epoch

    def evaluate(self, images: Images) -> tuple[float, float]:
        """Mittlere Kreuzentropie und Anteil richtig erkannter Bilder im Auswertungsmodus.

        Jeder Prozess wertet seinen Teil der Bilder aus; alle bekommen dasselbe Ergebnis.
        """
        part = images[self._processes.rank :: self._processes.size]
        logits = self.logits(part)
        correct = (logits.argmax(dim=1) == part.labels).sum()
        loss = F.cross_entropy(logits, part.labels, reduction="sum")
        loss, correct = self._processes.total(torch.stack([loss, correct])).tolist()
        return loss / len(images), correct / len(images)

    def logits(self, images: Images) -> Tensor:
        """Die Ausgabe des Netzes im Auswertungsmodus, Form ``(N, Klassen)``, ``float32``."""
        self.network.eval()
        with torch.no_grad():
            batches = images.pixels.split(self._evaluation_batch)
            return torch.cat([self._forward(self.network, batch) for batch in batches])

    def ten_crop(self, images: Images) -> Tensor:
        """Die mittleren Wahrscheinlichkeiten über zehn Ansichten jedes Bilds.

        Das sind das Bild selbst und vier um einen Bildpunkt schräg verschobene, alle auch
        gespiegelt.

        Quelle: He u. a., „Deep Residual Learning for Image Recognition“ (2015), Abschnitt 3.4.

        Returns:
            Form ``(N, Klassen)``, ``float32``.
        """
        height, width = images.pixels.shape[2:]
        padded = F.pad(images.pixels, (1,) * 4)
        total = 0
        for top, left in ((1, 1), (0, 0), (0, 2), (2, 0), (2, 2)):
            view = padded[:, :, top : top + height, left : left + width]
            shifted = Images(view, images.labels)
            for seen in (shifted, shifted.mirrored()):
                total = total + self.logits(seen).softmax(dim=1)
        return total / 10

    def state(self) -> dict[str, Any]:
        """Alles, was zum Fortsetzen gebraucht wird, aus Zahlen, Texten und Tensoren."""
        return {
            "settings": dict(vars(self.settings)),
            "data": self.data.name,
            "history": [dict(vars(epoch)) for epoch in self.history],
            "losses": list(self.losses),
            "step": self._step,
            "correct": self._correct,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "scheduler": self._scheduler.state_dict(),
            "generator": self._epoch_start,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Stellt einen Zustand von :meth:`state` wieder her.

        Raises:
            TrainingError: Wenn der Zustand zu anderen Einstellungen, anderen Daten oder einem
                anderen Netz gehört.
        """
        saved = state["settings"]
        different = [
            f"{name} ist {value}, im Zwischenstand aber {saved.get(name)}"
            for name, value in vars(self.settings).items()
            if value != saved.get(name)
        ]
        if different:
            raise TrainingError(
                f"Der Zwischenstand hat andere Einstellungen, und fortsetzen lässt er sich nur mit "
                f"seinen eigenen: {'; '.join(different)}."
            )
        if state["data"] != self.data.name:
            raise TrainingError(
                f"Der Zwischenstand gehört zu den Daten »{state['data']}«, verlangt sind aber "
                f"»{self.data.name}«."
            )
        try:
            self.network.load_state_dict(state["network"])
        except RuntimeError as error:
            raise TrainingError("Der Zwischenstand gehört zu einem anderen Netz.") from error
        self._optimizer.load_state_dict(state["optimizer"])
        self._scheduler.load_state_dict(state["scheduler"])
        self._epoch_start = state["generator"]
        self._generator.set_state(self._epoch_start)
        self._step = state["step"]
        self._correct = state["correct"]
        self.losses = list(state["losses"])
        self.history = [Epoch(**epoch) for epoch in state["history"]]

    def _train_epoch(
        self, number: int, progress: Callable[[Step], None], stop: Callable[[], bool]
    ) -> None:
        self._trained.train()
        if self._teacher is not None and (number - 1) % self.settings.cycle == 0:
            self._generator.manual_seed(self.settings.seed)
        size, steps = self.settings.batch_size, self.steps
        own_size = size // self._processes.size
        order = torch.randperm(len(self.data.train), generator=self._generator)
        order = order[: steps * size].to(self._device)
        # In zufälliger Reihenfolge ist das Nachbarbild ein zufälliges anderes Bild.
        others = order.roll(1)
        changes = Changes.draw(len(order), self._generator, self.settings.augmentation)
        changes = changes.to(self._device)
        results = []
        for step in range(self._step + 1, steps + 1):
            # Jeder Prozess nimmt seinen Abschnitt desselben Schritts.
            begin = (step - 1) * size + self._processes.rank * own_size
            part = slice(begin, begin + own_size)
            views = (order[part], others[part], *changes[part].tensors)
            wanted = self._wanted(number, step, views)
            self._seed_network(number, step)
            results.append(self._gradients(wanted, *views))
            self._optimizer.step()
            self._scheduler.step()
            if step % self._report == 0 or step == steps:
                halt = self._collect(results, number, stop())
                results = []
                self._step = step
                loss = sum(self.losses[-step:]) / step
                progress(Step(number, step, steps, loss, self._correct / (step * size)))
                if halt:
                    raise Stopped

    def _seed_network(self, epoch: int, step: int) -> None:
        """Stellt die Zufallszahlen, die das Netz selbst zieht, etwa für Dropout.

        Jeder Schritt bekommt eigene, und jeder Prozess andere. So zieht auch ein fortgesetztes
        Training dieselben wie ein ununterbrochenes.
        """
        place = (epoch - 1) * self.steps + step - 1
        place = place * self._processes.size + self._processes.rank
        torch.default_generator.manual_seed(
            ((self.settings.seed + 1) * _SEED_STRIDE + place) % (1 << 63)
        )

    def _wanted(self, number: int, step: int, views: tuple[Tensor, ...]) -> Tensor:
        """Die Logits des Lehrers zu den Bildern eines Schritts; ohne Lehrer leer."""
        if self._teacher is None:
            return torch.empty(0, device=self._device)
        place = (number - 1) % self.settings.cycle, step
        if place not in self._answers:
            order, others, *tensors = views
            pixels = self.data.train.pixels
            changes = Changes(*tensors, self.settings.augmentation)
            with torch.no_grad():
                self._answers[place] = self._forward(
                    self._teacher, changed(pixels[order], pixels[others], changes)
                )
        return self._answers[place]

    def _compute_gradients(
        self, wanted: Tensor, order: Tensor, others: Tensor, *tensors: Tensor
    ) -> Tensor:
        """Die Gradienten eines Schritts; Kreuzentropie und Trefferzahl bleiben auf dem Gerät.

        Args:
            wanted: Die Logits des Lehrers, Form ``(N, Klassen)``; ohne Lehrer leer.
            order: Nummern der Bilder, Form ``(N,)``.
            others: Nummern der Bilder, aus denen die Quadrate für CutMix stammen, ebenso.
            tensors: Wie in :attr:`Changes.tensors`.
        """
        settings = self.settings
        changes = Changes(*tensors, settings.augmentation)
        batch, other = self.data.train[order], self.data.train[others]
        logits = self._forward(self._trained, changed(batch.pixels, other.pixels, changes))
        labels, share = batch.labels, changes.share

        def loss_with(smoothing: float) -> Tensor:
            if settings.cutmix:
                return mixed_cross_entropy(logits, labels, other.labels, share, smoothing)
            return F.cross_entropy(logits, labels, label_smoothing=smoothing)

        if self._teacher is None:
            loss = loss_with(settings.label_smoothing)
        else:
            loss = distillation(logits, wanted, settings.temperature)
        self._optimizer.zero_grad()
        loss.backward()
        if settings.max_norm:
            nn.utils.clip_grad_norm_(self.network.parameters(), settings.max_norm)
        with torch.no_grad():
            entropy = loss_with(0.0)
            larger = torch.where(share >= 0.5, labels, other.labels)
            correct = (logits.argmax(dim=1) == larger).sum()
            return torch.stack([entropy, correct])

    def _captured_gradients(self) -> Callable[..., Tensor]:
        """:meth:`_compute_gradients` als CUDA-Graph; Gewichte und Puffer bleiben, wie sie sind."""
        number = torch.arange(self.settings.batch_size, device=self._device)
        changes = Changes.draw(len(number), torch.Generator(), self.settings.augmentation)
        views = (number, number, *changes.to(self._device).tensors)
        # Nur auf die Form kommt es an: Beim ersten Schritt sehen die Lehrer andere Bilder.
        wanted = self._wanted(1, 1, views)
        self._answers.clear()
        buffers = {name: buffer.clone() for name, buffer in self.network.named_buffers()}
        self.network.train()
        result = captured(self._compute_gradients, (wanted, *views))
        for name, buffer in self.network.named_buffers():
            buffer.copy_(buffers[name])
        return result

    def _collect(self, results: list[Tensor], number: int, stop: bool) -> bool:
        """Zählt die Ergebnisse der letzten Schritte zu denen der Epoche.

        Raises:
            TrainingError: Wenn ein Verlust keine endliche Zahl ist.
        """
        flag = torch.tensor([[float(stop), 0.0]], device=self._device)
        *rows, (stops, _) = self._processes.total(torch.cat([torch.stack(results), flag])).tolist()
        for step, (loss, correct) in enumerate(rows, start=self._step + 1):
            if not math.isfinite(loss):
                raise TrainingError(
                    f"Der Verlust ist in Epoche {number}, Schritt {step}, keine endliche Zahl "
                    "mehr; eine kleinere Lernrate hilft meistens."
                )
            self.losses.append(loss / self._processes.size)
            self._correct += round(correct)
        return stops > 0

    def _forward(self, network: nn.Module, pixels: Tensor) -> Tensor:
        x = self.data.normalised(pixels).contiguous(memory_format=self._layout)
        with autocast(self._device, self.settings.precision):
            return network(x).float()


def memory_format(name: str) -> torch.memory_format:
    """Das Speicherformat zu seinem Namen."""
    return {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}[name]


def autocast(device: torch.device, precision: str) -> contextlib.AbstractContextManager:
    """Der Rahmen, in dem das Netz mit der gewählten Genauigkeit rechnet."""
    # Ein CUDA-Graph darf keine umgewandelten Gewichte von früher wiederverwenden.
    return torch.autocast(
        device.type,
        torch.bfloat16,
        enabled=precision == "bfloat16",
        cache_enabled=device.type != "cuda",
    )


def captured(function: Callable[..., Tensor], inputs: Sequence[Tensor]) -> Callable[..., Tensor]:
    """Eine Rechnung als CUDA-Graph: Jeder Aufruf startet alle ihre Kernel auf einmal.

    Kleine Netze warten sonst die meiste Zeit darauf, dass Python den nächsten Kernel startet.

    Args:
        function: Die Rechnung; sie wird beim Aufzeichnen einige Male ausgeführt.
        inputs: Eingaben der Formen, die jeder Aufruf hat, auf der GPU.

    Returns:
        Dieselbe Rechnung, oder ``function`` selbst, wenn sie sich nicht aufzeichnen lässt, etwa
        weil das Netz Werte auf die CPU holt.
    """
    fixed = [tensor.clone() for tensor in inputs]
    graph, stream, current = (
        torch.cuda.CUDAGraph(),
        torch.cuda.Stream(),
        torch.cuda.current_stream(),
    )
    try:
        stream.wait_stream(current)
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UP):
                function(*fixed)
        current.wait_stream(stream)
        # Scheitert das Aufzeichnen, bliebe sonst dessen Strom der laufende.
        with torch.cuda.stream(current), torch.cuda.graph(graph):
            result = function(*fixed)
    except RuntimeError:
        torch.cuda.synchronize()
        return function

    def replay(*inputs: Tensor) -> Tensor:
        for place, tensor in zip(fixed, inputs, strict=True):
            place.copy_(tensor)
        graph.replay()
        # Der nächste Aufruf schreibt an dieselbe Stelle.
        return result.clone()

    return replay


def _optimizer(network: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {
            "params": [parameter for parameter in parameters if parameter.ndim > 1],
            "weight_decay": settings.weight_decay,
        },
        {
            "params": [parameter for parameter in parameters if parameter.ndim <= 1],
            "weight_decay": 0.0,
        },
    ]
    groups = [group for group in groups if group["params"]]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(groups, settings.learning_rate, 0.9, nesterov=True, fused=True)
    return torch.optim.AdamW(groups, settings.learning_rate, fused=True)
