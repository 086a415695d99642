"""Die Schleife: Epochen, Schritte und was in jedem geschieht; sie druckt und schreibt nichts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet.training.arithmetic import CPU, Arithmetic
from resnet.training.augmentation import Changes, changed, mixed_cross_entropy
from resnet.training.checkpoint import Checkpoint
from resnet.training.cuda_graph import captured
from resnet.training.distillation import Lessons
from resnet.training.errors import TrainingError
from resnet.training.images import Data, Images
from resnet.training.processes import ALONE, Processes
from resnet.training.results import Epoch, Step
from resnet.training.schedule import new_optimizer, one_cycle
from resnet.training.settings import Settings

# Eine GPU bekommt wenige große Stapel, weil jeder Stapel alle Kernel neu startet; auf einer CPU
# belegten sie nur mehr Speicher.
_EVALUATION_BATCH = {"cpu": 500}
_EVALUATION_BATCH_ELSEWHERE = 2500
# Wer einer GPU nach jedem Schritt ein Ergebnis abverlangt, lässt sie jedes Mal warten.
_STEPS_PER_REPORT = {"cpu": 1}
_STEPS_PER_REPORT_ELSEWHERE = 10
# Mehr Schritte als diese hat kein Training; so teilen sich zwei Startwerte keine Zufallszahlen.
_SEED_STRIDE = 1 << 30


class Stopped(Exception):
    """Das Training wurde zwischen zwei Schritten angehalten; der Zustand ist vollständig."""


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
        self.steps = _steps(len(data.train), settings.batch_size, processes.size)
        self._arithmetic = Arithmetic(device, settings.precision, settings.memory_format)
        self.network = self._arithmetic.placed(network)
        self.data = data.to(device)
        self.settings = settings
        self.history: list[Epoch] = []
        self.losses: list[float] = []
        self._lessons = None if teacher is None else Lessons(teacher, settings, self._arithmetic)
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
        self._optimizer = new_optimizer(self.network, settings)
        self._scheduler = one_cycle(self._optimizer, settings, self.steps)
        self._gradients: Callable[..., Tensor] = self._compute_gradients
        if device.type == "cuda" and processes.size == 1:
            self._gradients = captured(self._compute_gradients, self._example(), self.network)

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
                float(self._scheduler.get_last_lr()[0]),
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
            inputs = (self.data.normalised(batch) for batch in batches)
            return torch.cat([self._arithmetic.logits(self.network, x) for x in inputs])

    def state(self) -> Checkpoint:
        """Alles, was das Training zum Fortsetzen braucht."""
        return Checkpoint(
            settings=self.settings,
            data=self.data.name,
            history=list(self.history),
            losses=list(self.losses),
            step=self._step,
            correct=self._correct,
            network=self.network.state_dict(),
            optimizer=self._optimizer.state_dict(),
            scheduler=self._scheduler.state_dict(),
            generator=self._epoch_start,
        )

    def restore(self, saved: Checkpoint) -> None:
        """Stellt einen Zustand von :meth:`state` wieder her.

        Raises:
            TrainingError: Wenn der Zustand zu anderen Einstellungen, anderen Daten oder einem
                anderen Netz gehört.
        """
        different = [
            f"{name} ist {value}, im Zwischenstand aber {getattr(saved.settings, name)}"
            for name, value in vars(self.settings).items()
            if value != getattr(saved.settings, name)
        ]
        if different:
            raise TrainingError(
                f"Der Zwischenstand hat andere Einstellungen, und fortsetzen lässt er sich nur mit "
                f"seinen eigenen: {'; '.join(different)}."
            )
        if saved.data != self.data.name:
            raise TrainingError(
                f"Der Zwischenstand gehört zu den Daten »{saved.data}«, verlangt sind aber "
                f"»{self.data.name}«."
            )
        try:
            self.network.load_state_dict(saved.network)
            self._optimizer.load_state_dict(saved.optimizer)
        except (RuntimeError, ValueError) as error:
            raise TrainingError("Der Zwischenstand gehört zu einem anderen Netz.") from error
        self._scheduler.load_state_dict(saved.scheduler)
        self._epoch_start = saved.generator
        self._generator.set_state(self._epoch_start)
        self._step, self._correct = saved.step, saved.correct
        self.losses, self.history = list(saved.losses), list(saved.history)

    def _train_epoch(
        self, number: int, progress: Callable[[Step], None], stop: Callable[[], bool]
    ) -> None:
        self._trained.train()
        size = self.settings.batch_size
        drawn = self._draw(number)
        results = []
        for step in range(self._step + 1, self.steps + 1):
            views = [tensor[self._own_part(step)] for tensor in drawn]
            wanted = self._wanted(number, step, views)
            self._seed_network(number, step)
            results.append(self._gradients(wanted, *views))
            self._optimizer.step()
            self._scheduler.step()
            if step % self._report == 0 or step == self.steps:
                halt = self._collect(results, number, stop())
                results = []
                self._step = step
                loss = sum(self.losses[-step:]) / step
                progress(Step(number, step, self.steps, loss, self._correct / (step * size)))
                if halt:
                    raise Stopped

    def _draw(self, number: int) -> tuple[Tensor, ...]:
        """Zieht für eine Epoche die Reihenfolge der Bilder und ihre Veränderungen.

        Returns:
            Nummern der Bilder, Nummern der Bilder für CutMix und die :attr:`Changes.tensors`;
            alle haben die Form ``(Bilder der Epoche,)``.
        """
        if self._lessons and self._lessons.begin_again(number):
            self._generator.manual_seed(self.settings.seed)
        order = torch.randperm(len(self.data.train), generator=self._generator)
        order = order[: self.steps * self.settings.batch_size].to(self._device)
        # In zufälliger Reihenfolge ist das Nachbarbild ein zufälliges anderes Bild.
        others = order.roll(1)
        changes = Changes.draw(len(order), self._generator, self.settings.augmentation)
        return order, others, *changes.to(self._device).tensors

    def _own_part(self, step: int) -> slice:
        """Welche Bilder der Epoche dieser Prozess in einem Schritt nimmt."""
        own_size = self.settings.batch_size // self._processes.size
        begin = (step - 1) * self.settings.batch_size + self._processes.rank * own_size
        return slice(begin, begin + own_size)

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

    def _compute_gradients(self, wanted: Tensor, *views: Tensor) -> Tensor:
        """Die Gradienten eines Schritts; Kreuzentropie und Trefferzahl bleiben auf dem Gerät.

        Args:
            wanted: Die Logits des Lehrers, Form ``(N, Klassen)``; ohne Lehrer leer.
            views: Wie von :meth:`_draw`, aber nur für diesen Schritt.
        """
        settings = self.settings
        order, others, *tensors = views
        labels, other_labels = self.data.train.labels[order], self.data.train.labels[others]
        share = Changes(*tensors, limits=settings.augmentation).share
        logits = self._arithmetic.logits(self._trained, self._inputs(*views))

        def entropy(smoothing: float) -> Tensor:
            if settings.cutmix:
                return mixed_cross_entropy(logits, labels, other_labels, share, smoothing)
            return F.cross_entropy(logits, labels, label_smoothing=smoothing)

        if self._lessons is None:
            loss = entropy(settings.label_smoothing)
        else:
            loss = self._lessons.loss(logits, wanted)
        self._optimizer.zero_grad()
        loss.backward()
        if settings.max_norm:
            nn.utils.clip_grad_norm_(self.network.parameters(), settings.max_norm)
        with torch.no_grad():
            larger = torch.where(share >= 0.5, labels, other_labels)
            correct = (logits.argmax(dim=1) == larger).sum()
            return torch.stack([entropy(0.0), correct])

    def _inputs(self, order: Tensor, others: Tensor, *tensors: Tensor) -> Tensor:
        """Die veränderten Bilder eines Schritts, wie das Netz sie bekommt."""
        pixels = self.data.train.pixels
        changes = Changes(*tensors, limits=self.settings.augmentation)
        return self.data.normalised(changed(pixels[order], pixels[others], changes))

    def _wanted(self, number: int, step: int, views: list[Tensor]) -> Tensor:
        """Die Logits des Lehrers zu den Bildern eines Schritts; ohne Lehrer leer."""
        if self._lessons is None:
            return torch.empty(0, device=self._device)
        return self._lessons.answers(number, step, lambda: self._inputs(*views))

    def _example(self) -> tuple[Tensor, ...]:
        """Argumente für :meth:`_compute_gradients`, wie sie jeder Schritt hat."""
        number = torch.arange(self.settings.batch_size, device=self._device)
        changes = Changes.draw(len(number), torch.Generator(), self.settings.augmentation)
        answers = (len(number), len(self.data.classes)) if self._lessons else 0
        wanted = torch.zeros(answers, device=self._device)
        return wanted, number, number, *changes.to(self._device).tensors

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
        return bool(stops)


def _steps(images: int, batch_size: int, processes: int) -> int:
    """Schritte je Epoche."""
    if batch_size > images:
        raise TrainingError(
            f"batch_size ist {batch_size}; erlaubt sind höchstens so viele, wie es "
            f"Trainingsbilder gibt, also {images}."
        )
    if batch_size % processes:
        raise TrainingError(
            f"batch_size ist {batch_size}; bei {processes} Prozessen ist nur ein "
            "Vielfaches davon erlaubt."
        )
    return images // batch_size
