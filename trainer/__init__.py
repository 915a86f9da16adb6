"""The trainer: the paper's method, its benchmarks, and the recipe behind the bundled weights."""
