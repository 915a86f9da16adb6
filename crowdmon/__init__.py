"""crowdmon: a live video crowd monitor.

Importing this package loads neither Qt, nor torch, nor a video library; each of those
has a room of its own (see ``docs/architecture.md``).
"""

__version__ = "0.1.0"
