"""Counting: a picture in, people per cell out.

``network.py`` is SSR-HEF. ``preprocess.py`` is the only code that knows how pixels become a tensor.
``weights.py`` reads the file that holds both. ``backends.py`` chooses what runs the network, and all other
rooms use ``counter.py``. ``graph.py`` writes the network as ONNX, which OpenVINO and ONNX Runtime run. So
counting on a CPU never loads torch.
"""
