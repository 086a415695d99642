"""Übung »ResNet«: Residualblöcke, das Netz daraus und sein Training."""
