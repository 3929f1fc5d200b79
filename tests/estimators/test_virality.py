"""K and its projection: sums worked by hand, the published example, K of exactly 1, and coverage under fixed seeds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from orchestration.estimators.virality import k_factor, project_users


def sums_of(sent: NDArray, matured: NDArray, converted: NDArray) -> list[NDArray]:
    """The ten columns of k_factor for cohorts in the rows and users in the columns of three arrays of one shape."""
    pairs = [(sent, sent), (sent, matured), (sent, converted), (matured, matured), (matured, converted), (converted, converted)]
    users = np.full(sent.shape[0], sent.shape[1])
    return [users, sent.sum(1), matured.sum(1), converted.sum(1), *((left * right).sum(1) for left, right in pairs)]


def test_dropbox_invites_five_of_whom_a_fifth_convert() -> None:
    # The article's example: 5 invitations per user x 20 % = 1.0; here 10 users, 50 invitations, all old enough, 10 converted.
    found = k_factor(10, 50, 50, 10, 250, 250, 50, 250, 50, 10)
    assert (float(found.invitations_per_user), float(found.conversion)) == (5.0, 0.2)
    assert float(found.k) == 1.0
    # Each user sent five and brought one: nothing varies.
    assert (float(found.low), float(found.high)) == (1.0, 1.0)


def test_interval_of_a_mature_cohort_is_that_of_a_plain_mean() -> None:
    # Three users sent 2, 1, 0 invitations, all old enough; one converted. K = 1/3, the sample variance of (1, 0, 0) is 1/3,
    # standard error sqrt(1/9), times 1.9599640 = 0.6533213; the lower bound would be below 0.
    sent = np.array([[2, 1, 0]])
    converted = np.array([[1, 0, 0]])
    found = k_factor(*sums_of(sent, sent, converted))
    assert float(found.k[0]) == pytest.approx(1 / 3)
    assert float(found.low[0]) == 0.0
    assert float(found.high[0]) == pytest.approx(1 / 3 + 0.6533213, abs=1e-6)


def test_invitations_too_young_are_in_i_and_not_in_c() -> None:
    # Users sent (4, 2, 0), of which (2, 2, 0) are old enough and (1, 1, 0) converted: i = 6/3, c = 2/4, K = 1.
    # a = 0.5, b = 1.5, d = 0.75, e = 1: psi = (1, 0, -1), var = 2 / (3 x 2), half = 1.9599640 x 0.5773503 = 1.1315857.
    found = k_factor(*sums_of(np.array([[4, 2, 0]]), np.array([[2, 2, 0]]), np.array([[1, 1, 0]])))
    assert (float(found.invitations_per_user[0]), float(found.conversion[0]), float(found.k[0])) == (2.0, 0.5, 1.0)
    assert float(found.high[0]) == pytest.approx(2.1315857, abs=1e-6)


def test_k_is_blank_where_it_cannot_be_known() -> None:
    # No users; one user; two users whose invitations are all too young; two users who sent none.
    found = k_factor([0, 1, 2, 2], [0, 1, 2, 0], [0, 1, 0, 0], 0, [0, 1, 2, 0], [0, 1, 0, 0], 0, [0, 1, 0, 0], 0, 0)
    assert np.isnan(found.k).tolist() == [True, False, True, False]
    assert np.isnan(found.low).tolist() == [True, True, True, False]
    assert float(found.k[3]) == 0.0


@pytest.mark.parametrize(("users", "sent", "matured", "converted"), [(-1, 1, 1, 1), (1, 1, 2, 1), (1, 2, 1, 2), (1, 1, 1, -1)])
def test_k_refuses_counts_that_contradict(users: int, sent: int, matured: int, converted: int) -> None:
    with pytest.raises(ValueError, match="converted <= matured <= sent"):
        k_factor(users, sent, matured, converted, 1, 1, 1, 1, 1, 1)


@pytest.mark.parametrize("young", [0.0, 0.4], ids=["mature", "censored"])
def test_interval_covers_a_planted_k_about_as_often_as_it_says(young: float) -> None:
    # Users differ in how much they invite and in how persuasive they are: invitations of one user are not independent.
    generator = np.random.default_rng(20261121)
    shape = (4_000, 300)
    eager = generator.gamma(1.0, 2.0, size=shape)
    sent = generator.poisson(eager)
    matured = generator.binomial(sent, 1 - young)
    converted = generator.binomial(matured, generator.beta(2.0, 8.0, size=shape))
    # Planted: 2 invitations per user x 2/(2+8).
    found = k_factor(*sums_of(sent, matured, converted))
    covered = float(np.mean((found.low <= 0.4) & (found.high >= 0.4)))
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize(
    ("k", "cycles", "users"),
    [
        # 100 (0.5^4 - 1) / (0.5 - 1) = 100 x 1.875; 100 (2^4 - 1) / (2 - 1); at K = 1: 100 x (3 + 1); at 0 nobody comes.
        (0.5, 3, 187.5),
        (2.0, 3, 1500.0),
        (1.0, 3, 400.0),
        (0.0, 3, 100.0),
    ],
)
def test_projection_is_the_formula(k: float, cycles: int, users: float) -> None:
    found = project_users(100, k, 1.0, cycle_days=10, horizon_days=10 * cycles + 9)
    assert found.cycle.tolist() == list(range(cycles + 1))
    assert found.users[-1] == pytest.approx(users)
    assert found.new_users.sum() == pytest.approx(users)


def test_projection_at_k_of_exactly_one_grows_by_the_start_each_cycle() -> None:
    found = project_users(40, 5, 0.2, cycle_days=14, horizon_days=56)
    assert found.users.tolist() == [40.0, 80.0, 120.0, 160.0, 200.0]
    assert found.new_users.tolist() == [40.0] * 5
    assert found.day.tolist() == [0.0, 14.0, 28.0, 42.0, 56.0]


def test_projection_keeps_its_digits_beside_one() -> None:
    # At K = 1 + e the sum of 11 terms is 11 + 55 e; dividing by K - 1 would be left with four digits.
    assert project_users(1, 1 + 1e-12, 1.0, 1, 10).users[-1] == pytest.approx(11 + 55e-12, abs=1e-13)


def test_projection_stops_at_the_ceiling() -> None:
    found = project_users(100, 2, 1.0, cycle_days=1, horizon_days=4, ceiling=650)
    # Without the ceiling: 100, 300, 700.
    assert found.users.tolist() == [100.0, 300.0, 650.0, 650.0, 650.0]
    assert found.new_users.tolist() == [100.0, 200.0, 350.0, 0.0, 0.0]


def test_projection_of_no_cycle_is_the_start() -> None:
    assert project_users(100, 2, 0.5, cycle_days=30, horizon_days=29).users.tolist() == [100.0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cycle_days": 0}, "cycle_days is 0"),
        ({"conversion": 1.2}, "conversion is 1.2"),
        ({"users_at_start": -1}, "users_at_start is -1"),
        ({"invitations_per_user": float("nan")}, "invitations_per_user is nan"),
        ({"ceiling": 99}, "ceiling 99 is below"),
        ({"invitations_per_user": 1e9, "horizon_days": 1_000}, "give a ceiling"),
    ],
)
def test_projection_says_which_number_is_wrong(changes: dict[str, float], told: str) -> None:
    given = {"users_at_start": 100, "invitations_per_user": 2, "conversion": 0.5, "cycle_days": 10, "horizon_days": 30} | changes
    with pytest.raises(ValueError, match=told):
        project_users(**given)
