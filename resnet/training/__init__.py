"""Das Training des ResNet; in dieser Reihenfolge liest es sich in einem Zug.

Der Kern, der rechnet:

1. ``images``: Bilder mit Klassen, geteilt in Training, Validierung und Test
2. ``augmentation``: was mit den Trainingsbildern geschieht und was das für den Verlust heißt
3. ``settings``: womit trainiert wird; ``recipes``: die Werte, wenn man nichts angibt
4. ``arithmetic``: Gerät, Genauigkeit und Speicherformat
5. ``schedule``: Optimierer und Lernrate
6. ``loop``: die Schleife; was sie meldet, steht in ``results``
7. ``evaluation``: Trefferquote, Konfusionsmatrix, zehn Ansichten

``quick`` setzt das zu einem Training in einer halben Minute zusammen. Ohne das Folgende versteht
man die Schleife auch: ``distillation`` (Lernen von Lehrern; ``teacher`` ist das Netz dafür),
``cuda_graph`` (ein Schritt auf der GPU als Ganzes) und ``processes`` (mehrere Prozesse).

Was daraus ein Programm macht: ``command`` beginnt bei ``options`` und ``preparation``, ein ``run``
besitzt seinen Ordner mit ``checkpoint`` und ``logbook``, und ``provenance`` zeichnet ihn auf.
Daneben ``hardware``, ``cpu_name``, ``network_file``, ``interruption``, ``terminal``, ``disk``,
``errors`` und ``wording``. Woher die Bilder kommen, steht in ``datasets``.
"""
