"""Das Training des ResNet: Bilder, Schleife, Läufe mit Zwischenständen und Protokoll."""
