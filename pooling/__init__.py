"""Die Übung »Pooling«: Rumpf, Musterlösung, Prüffälle und bekannte Fehler."""
