"""Cameras: the list, and the dialog that opens a source."""
