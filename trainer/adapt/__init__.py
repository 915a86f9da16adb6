"""Fits weights to one camera from a few labelled frames, and adopts nothing that is not better."""
