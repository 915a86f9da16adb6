"""Tests of fitting weights to one camera."""
