"""Files that benchmarks and other tools write, read into plain numpy.

    mat.py          MATLAB files, v5 and v7.3, into one and the same plain form
    points.py       head points, one function a label structure
    roi.py          ROIs: polygon corners of roi.mat, pixel masks
    perspective.py  perspective maps

Pixel coordinates leave this room 0-based with (0, 0) the centre of the top left pixel, so a picture
reaches from -0.5 to width - 0.5. Files are taken as hostile: what they announce is held against
limits before memory is asked for. All errors are ``DatasetError``.
"""
