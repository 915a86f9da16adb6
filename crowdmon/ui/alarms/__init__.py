"""Alarms in the window: the strip, the list, acknowledging, the sound, and the way to their moment."""
