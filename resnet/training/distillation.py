"""Was das Training klein macht, wo die gewöhnliche Kreuzentropie nicht reicht."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def mixed_cross_entropy(
    logits: Tensor, labels: Tensor, others: Tensor, share: Tensor, smoothing: float = 0.0
) -> Tensor:
    """Kreuzentropie für Bilder, in denen ein Quadrat aus einem anderen Bild liegt.

    Quelle: Yun u. a., „CutMix: Regularization Strategy to Train Strong Classifiers with
    Localizable Features“ (2019), Gleichung 1.

    Args:
        logits: Form ``(N, Klassen)``, ``float32``.
        labels: Klasse jedes Bilds, Form ``(N,)``.
        others: Klasse des Bilds, aus dem das Quadrat stammt, Form ``(N,)``.
        share: Welcher Teil jedes Bilds sein eigener ist, Form ``(N,)``.
        smoothing: Anteil, der gleichmäßig auf alle Klassen verteilt wird.

    Returns:
        Mittelwert über die Bilder, ein Skalar.
    """
    own, other = (
        F.cross_entropy(logits, target, reduction="none", label_smoothing=smoothing)
        for target in (labels, others)
    )
    return (share * own + (1 - share) * other).mean()


def distillation(logits: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Abstand der Wahrscheinlichkeiten von denen eines Lehrers (Kullback-Leibler-Divergenz).

    Mit dem Quadrat der Temperatur bleiben die Gradienten so groß wie die der Kreuzentropie.

    Quelle: Hinton u. a., „Distilling the Knowledge in a Neural Network“ (2015), Abschnitt 2.

    Args:
        logits: Form ``(N, Klassen)``, ``float32``.
        teacher: Die Logits des Lehrers, ebenso.
        temperature: Durch sie werden beide geteilt; größer heißt, dass auch zählt, welche falschen
            Klassen der Lehrer eher für möglich hält.

    Returns:
        Mittelwert über die Bilder, ein Skalar.
    """
    own, wanted = ((x / temperature).log_softmax(dim=1) for x in (logits, teacher))
    divergence = F.kl_div(own, wanted, reduction="batchmean", log_target=True)
    return temperature**2 * divergence
