"""Fremden Code ausführen: in eigenen Prozessen oder im Browser."""
