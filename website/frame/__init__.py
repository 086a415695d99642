"""Was um den Text herum steht: Kopf, Oberfläche, eingebundene Dateien, Verzeichnis der Seiten."""
