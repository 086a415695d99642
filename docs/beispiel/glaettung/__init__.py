"""Übung: ein Signal mit dem gleitenden Mittelwert glätten."""
