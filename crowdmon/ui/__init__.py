"""The window. :mod:`crowdmon.ui.bridge` is the only door to the engine; every other file draws."""
