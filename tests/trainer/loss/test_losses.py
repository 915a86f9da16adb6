"""Every loss against a value worked out by hand, and against its numerical gradient."""

import math

import pytest
import torch

from crowdmon.counting.peers import MCNN
from trainer.loss import terms as losses


def t(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).reshape(1, 1, 1, -1)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_dice_by_hand() -> None:
    # p = 0.5 twice, labels 1 and 0: 1 - (2 * 0.5 + 1) / (0.25 + 0.25 + 1 + 1)
    assert losses.dice(t(0, 0), t(1, 0)).item() == pytest.approx(1 - 2 / 2.5)


def test_dice_of_a_perfect_answer_is_nearly_zero() -> None:
    assert losses.dice(t(50, -50, 50), t(1, 0, 1)).item() == pytest.approx(0, abs=1e-6)


def test_dice_of_an_empty_patch_rewards_silence_and_punishes_noise() -> None:
    silent, loud = losses.dice(t(*[-50] * 100), t(*[0] * 100)), losses.dice(t(*[0] * 100), t(*[0] * 100))
    assert silent.item() == pytest.approx(0, abs=1e-6)
    assert loud.item() == pytest.approx(1 - 1 / (25 + 1))


def test_dice_is_a_mean_over_pictures_not_pixels() -> None:
    logits = torch.cat([t(0, 0), t(50, -50)])
    labels = torch.cat([t(1, 0), t(1, 0)])
    assert losses.dice(logits, labels).item() == pytest.approx((1 - 2 / 2.5) / 2, abs=1e-6)


def test_dice_is_blind_outside_of_the_mask() -> None:
    inside = losses.dice(t(0, 0), t(1, 0))
    masked = losses.dice(t(0, 0, 9, -9), t(1, 0, 0, 1), t(1, 1, 0, 0))
    assert masked.item() == pytest.approx(inside.item())


def test_hef_by_hand() -> None:
    expected = ((1 - sigmoid(1)) ** 2 * (1 - 3) ** 2 + (1 - sigmoid(0)) ** 2 * (0 - 2) ** 2) / 2
    assert losses.hef(t(1, 0), t(3, 2)).item() == pytest.approx(expected)


def test_hef_of_small_densities_is_a_quarter_of_l2() -> None:
    predicted, target = t(1e-4, 2e-4), t(3e-4, 0)
    assert losses.hef(predicted, target).item() == pytest.approx(
        losses.l2(predicted, target, factor=0.25).item(), rel=1e-3
    )


def test_hef_pushes_a_gross_over_estimate_further_up_unless_detached() -> None:
    # Turning point: D - T = 1 / sigmoid(D), so 8 above the target lies beyond it.
    for detach, sign in ((False, -1), (True, 1)):
        predicted = t(8.0).requires_grad_()
        losses.hef(predicted, t(0), detach=detach).backward()
        assert math.copysign(1, predicted.grad.item()) == sign


def test_hef_pulls_a_slight_over_estimate_down() -> None:
    predicted = t(0.6).requires_grad_()
    losses.hef(predicted, t(0)).backward()
    assert predicted.grad.item() > 0


def test_hef_wakes_an_output_that_is_zero_everywhere() -> None:
    predicted = t(0, 0).requires_grad_()
    losses.hef(predicted, t(1, 2)).backward()
    # -2 * w * T / n + w' * T^2 / n, with w = 1/4 and w' = -1/4 at zero
    assert predicted.grad.flatten().tolist() == pytest.approx([(-0.5 - 0.25) / 2, (-1 - 1) / 2])


def test_hef_s_unit_scales_only_the_weight() -> None:
    expected = (1 - sigmoid(0.1 * 5)) ** 2 * (5 - 3) ** 2
    assert losses.hef(t(5), t(3), unit=0.1).item() == pytest.approx(expected)


def test_l2_and_its_quarter() -> None:
    assert losses.l2(t(1, 0), t(3, 2)).item() == pytest.approx(4)
    assert losses.l2(t(1, 0), t(3, 2), factor=0.25).item() == pytest.approx(1)


def test_masked_means_are_over_the_known_part() -> None:
    assert losses.l2(t(1, 9), t(3, 0), mask=t(1, 0)).item() == pytest.approx(4)
    assert losses.l2(t(1, 9), t(3, 0), mask=t(0, 0)).item() == 0


def test_the_pyramid_by_hand() -> None:
    difference = torch.tensor([[1.0, -1.0], [2.0, 0.0]]).reshape(1, 1, 2, 2)
    zero = torch.zeros_like(difference)
    # Side 1: mean of 1, 1, 4, 0. Side 2: 2 squared / 8. A side that does not fit is the whole map.
    assert losses.pyramid(difference, zero, blocks=(1,)).item() == pytest.approx(1.5)
    assert losses.pyramid(difference, zero, blocks=(1, 2)).item() == pytest.approx(2.0)
    assert losses.pyramid(difference, zero, blocks=(32,)).item() == pytest.approx(0.5)


def test_the_pyramid_weighs_maps_and_leaves_out_what_is_unknown() -> None:
    difference = torch.stack([torch.ones(1, 2, 2), 3 * torch.ones(1, 2, 2)])
    zero = torch.zeros_like(difference)
    weights = torch.tensor([3.0, 1.0]).reshape(2, 1, 1, 1)
    assert losses.pyramid(difference, zero, blocks=(1,), weights=weights).item() == pytest.approx(3.0)
    mask = torch.ones_like(difference)
    mask[:, :, 0] = 0
    assert losses.pyramid(difference, zero, blocks=(2,), mask=mask).item() == pytest.approx(2.5)


def test_only_maps_without_people_are_held_to_be_empty() -> None:
    predicted = torch.stack([torch.full((1, 2, 2), 0.5), torch.full((1, 2, 2), 3.0)])
    target = torch.zeros_like(predicted)
    target[1, 0, 0, 0] = 1
    assert losses.empty(predicted, target).item() == pytest.approx(0.25)


def test_a_miscount_is_of_whole_maps_and_not_squared() -> None:
    predicted, target = torch.cat([t(1, 2, 4), t(0, 0, 1)]), torch.cat([t(2, 2, 0), t(2, 2, 0)])
    assert losses.miscount(predicted, target).item() == pytest.approx((3 + 3) / 2)
    assert losses.miscount(predicted, target, mask=t(1, 1, 0)).item() == pytest.approx((1 + 4) / 2)


@pytest.mark.parametrize("detach", [False])
def test_gradients_are_the_numerical_ones(detach: bool) -> None:
    torch.manual_seed(0)
    predicted = (torch.rand(2, 1, 3, 4, dtype=torch.float64) * 2).requires_grad_()
    target = torch.rand(2, 1, 3, 4, dtype=torch.float64)
    labels = (target > 0.5).double()
    assert torch.autograd.gradcheck(lambda p: losses.hef(p, target, detach=detach), (predicted,))
    assert torch.autograd.gradcheck(lambda p: losses.l2(p, target), (predicted,))
    assert torch.autograd.gradcheck(lambda p: losses.pyramid(p, target, blocks=(1, 3)), (predicted,))
    assert torch.autograd.gradcheck(lambda p: losses.miscount(p, target), (predicted,))
    logits = (predicted.detach() - 1).float().double().requires_grad_()
    assert torch.autograd.gradcheck(lambda p: _dice64(p, labels), (logits,))


def _dice64(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    # The loss itself works in float32; its formula is checked in float64.
    p = torch.sigmoid(logits)
    both, each = (p * labels).sum((1, 2, 3)), (p**2).sum((1, 2, 3)) + (labels**2).sum((1, 2, 3))
    value = (1 - (2 * both + losses.EPSILON) / (each + losses.EPSILON)).mean()
    assert value.item() == pytest.approx(losses.dice(logits.detach(), labels).item(), abs=1e-5)
    return value


def test_hef_trains_mcnn_too() -> None:
    torch.manual_seed(1)
    network = MCNN()
    picture, target = torch.rand(2, 3, 32, 32), torch.rand(2, 1, 8, 8)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    values = []
    for _ in range(25):
        loss = losses.hef(network(picture), target)
        values.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert values[-1] < 0.7 * values[0]


def test_a_map_s_share_falls_with_its_count() -> None:
    counts = torch.tensor([0.0, 2.0, 6.0]).reshape(3, 1, 1, 1)
    assert losses.share(counts, half=2).flatten().tolist() == pytest.approx([1, 1 / 2, 1 / 4])


def test_the_people_of_a_map_are_between_its_truth_and_its_estimate() -> None:
    for predicted, target in ((t(1, 3), t(0, 0)), (t(0, -5), t(4, 0))):
        assert losses.people(predicted, target).item() == 2
    assert losses.people(t(1, 9), t(1, 9), mask=t(1, 0)).item() == 1
    assert not losses.people(t(1, 3).requires_grad_(), t(1, 1)).requires_grad
