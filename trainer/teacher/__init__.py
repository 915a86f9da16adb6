"""A larger network that also knows other pictures, and teaches SSR-HEF its features.

A network memorises a few hundred labelled crowds before it learns what a head is. The teacher starts with
features from the million pictures of ImageNet. It is trained to count like any other network here
(``model: teacher``). Then SSR-HEF learns its features in addition to the labels (``guide``)::

    lite.py     EfficientNet-Lite0, fast in training on processors too, and ImageNet's weights from a package
    network.py  joins the features at 1/4 to 1/32 at 1/8, and predicts the density there
    guide.py    what a step of SSR-HEF learns from the teacher
"""
