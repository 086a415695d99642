"""Die Übungen auf den Seiten: Teile, Kästen, Editoren, Fortschritt, Dateien."""
