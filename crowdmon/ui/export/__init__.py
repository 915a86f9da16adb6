"""Exporting readings, and the daily CSV log."""
