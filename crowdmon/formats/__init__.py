"""Files that benchmarks and other tools write, read into plain numpy.

    mat.py          MATLAB files, v5 and v7.3, in the same plain form
    points.py       head points, one function for each label structure
    roi.py          ROIs: polygon corners of roi.mat, pixel masks
    perspective.py  perspective maps

Pixel coordinates are 0-based, and (0, 0) is the centre of the top left pixel. So a picture reaches
from -0.5 to width - 0.5. Files may be hostile: the sizes they announce are compared with limits
before memory is allocated. All errors are ``DatasetError``.
"""
