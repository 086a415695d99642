"""Die Zellen der Seiten: ausführen, wiederverwenden, ihre Ausgaben zeigen."""
