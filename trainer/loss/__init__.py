"""Losses, and the overall objective."""
