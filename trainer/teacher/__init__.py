"""A larger network that knows other pictures too, and teaches SSR-HEF what it sees.

A few hundred labelled crowds are learned by heart before they teach what a head is. The teacher begins
with features of ImageNet's million pictures, is trained to count like any other network here
(``model: teacher``), and SSR-HEF then learns its features beside the labels (``guide``)::

    lite.py       EfficientNet-Lite0, and ImageNet's weights from a package
    depthwise.py  its depthwise convolutions, quick in training on processors too
    network.py    the features at 1/4 to 1/32 joined at 1/8, and the density there
    guide.py      what a step of SSR-HEF learns from it
"""
