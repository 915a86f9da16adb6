"""Counting: a picture in, people per cell out.

``network.py`` is SSR-HEF, ``preprocess.py`` the only code that knows how pixels become a tensor,
``weights.py`` the file that carries both, ``backends.py`` what runs the network and
``counter.py`` what everybody else uses. Nothing here is imported until it is needed, because torch
takes over a second to load.
"""
