"""Calibrating the floor of a camera: points, a grid of metres, and somebody who stands at the pointer."""
