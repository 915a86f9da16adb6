"""Other papers' networks have the published sizes."""

import torch

from crowdmon.counting.network import parameters
from crowdmon.counting.peers import MCNN, CSRNet


def test_mcnn_has_the_published_size_and_stride() -> None:
    assert 0.12e6 < parameters(MCNN()) < 0.14e6
    assert MCNN()(torch.zeros(1, 3, 32, 64)).shape == (1, 1, 8, 16)


def test_csrnet_has_the_published_size_and_stride() -> None:
    network = CSRNet()
    assert 16.2e6 < parameters(network) < 16.3e6
    assert network(torch.zeros(1, 3, 32, 64)).shape == (1, 1, 4, 8)
