"""Counting: a picture in, people per cell out.

``network.py`` is SSR-HEF, ``preprocess.py`` the only code that knows how pixels become a tensor,
``weights.py`` the file that carries both, ``backends.py`` what runs the network and
``counter.py`` what all others use. ``graph.py`` writes the network as ONNX, which OpenVINO and
ONNX Runtime run: on a CPU, counting never loads torch.
"""
