"""Data: benchmarks, sources, crops and labels."""
