"""The wall: all cameras at once, as tiles."""
