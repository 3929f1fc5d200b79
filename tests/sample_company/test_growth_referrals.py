"""Invitations: planted rates come back from the rows, and each fraud rule finds what was planted and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from orchestration.estimators.intervals import wilson
from orchestration.estimators.virality import k_factor
from sample_company.clock import instant
from sample_company.growth import frauds
from sample_company.growth.referrals import PROGRAMMES, WINDOW, sent_by
from sample_company.growth.states import Programme, User, World
from sample_company.truth.growth_referrals import bursts, mailbox, rings
from tests.sample_company.growth_files import export, truth

SEEDS, USERS = 100, 400


@pytest.fixture(scope="module")
def draws() -> dict[str, list[tuple[int, int]]]:
    """By programme, for each of 100 seeds: invitations of 400 active users, and how many converted within the window."""
    active = instant(2025, 3, 1, 12, 0, 0)
    users = [User(f"t{number}", f"t{number}@mail.example", active, number, activated=active) for number in range(USERS)]
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for seed in range(SEEDS):
        sent, converted = Counter(), Counter()
        for user in users:
            for one, activated in sent_by(user, seed):
                sent[one.programme.id] += 1
                converted[one.programme.id] += activated is not None and activated <= one.sent + WINDOW
        for programme in PROGRAMMES:
            found[programme.id].append((sent[programme.id], converted[programme.id]))
    return found


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda one: one.id)
def test_planted_rates_lie_inside_their_intervals(programme: Programme, draws: dict[str, list[tuple[int, int]]]) -> None:
    """Of 100 intervals of 95% at least 90 hold the planted c (Wilson) and i (normal; a Poisson mean's variance is the mean)."""
    pairs = draws[programme.id]
    assert len(pairs) == SEEDS
    low, high = wilson([converted for _, converted in pairs], [sent for sent, _ in pairs])
    assert sum((low <= programme.c) & (programme.c <= high)) >= 90
    half = [1.96 * sqrt(sent / USERS / USERS) for sent, _ in pairs]
    assert sum(abs(sent / USERS - programme.i) <= width for (sent, _), width in zip(pairs, half, strict=True)) >= 90


def test_planted_k_lies_inside_its_interval() -> None:
    """K over all programmes is the sum of i x c. Of 100 intervals of 95 % at least 90 hold it: 95 are expected, and 90 or more are
    found in 98.9 of 100 such trials (binomial). Every invitation is old enough, so sent and matured are the same."""
    active = instant(2025, 3, 1, 12, 0, 0)
    users = [User(f"t{number}", f"t{number}@mail.example", active, number, activated=active) for number in range(USERS)]
    sums = []
    for seed in range(SEEDS):
        sent, converted = np.zeros(USERS), np.zeros(USERS)
        for place, user in enumerate(users):
            for one, activated in sent_by(user, seed):
                sent[place] += 1
                converted[place] += activated is not None and activated <= one.sent + WINDOW
        squares, crossed = (sent * sent).sum(), (sent * converted).sum()
        counts = (USERS, sent.sum(), sent.sum(), converted.sum())
        sums.append((*counts, squares, squares, crossed, squares, crossed, (converted * converted).sum()))
    found = k_factor(*np.array(sums).T)
    planted = sum(programme.i * programme.c for programme in PROGRAMMES)
    assert np.sum((found.low <= planted) & (planted <= found.high)) >= 90


def test_an_alias_is_the_same_mailbox() -> None:
    assert mailbox("Ada.Falk+one@Gmail.com") == mailbox("adafalk@gmail.com") == "adafalk@gmail.com"
    # Only gmail ignores dots.
    assert mailbox("ada.falk+one@mail.example") == "ada.falk@mail.example"
    assert mailbox("") == ""
    assert mailbox(frauds.alias_of("ada.falk@gmail.com", 1)) == "adafalk@gmail.com" != frauds.alias_of("ada.falk@gmail.com", 1)


def test_a_ring_is_a_closed_chain_of_two_to_four() -> None:
    chain = [("a", "b"), ("b", "c"), ("c", "d")]
    assert rings(chain) == set()
    assert rings([*chain, ("d", "a"), ("x", "a")]) == {*chain, ("d", "a")}
    assert rings([*chain, ("d", "e"), ("e", "a")]) == set()  # five
    assert rings([("a", "b"), ("b", "a"), ("a", "a")]) == {("a", "b"), ("b", "a")}


def test_a_burst_is_more_than_twenty_in_an_hour() -> None:
    begin = instant(2025, 1, 1, 9, 0, 0)
    twenty = [(begin + timedelta(minutes=3 * number), f"i{number:02d}") for number in range(20)]
    assert bursts(twenty) == set()
    # The 21st, an hour after the first, makes all of them a burst; one a minute later leaves twenty in each hour.
    assert bursts([*twenty, (begin + timedelta(minutes=60), "i20")]) == {key for _, key in twenty} | {"i20"}
    assert bursts([*twenty, (begin + timedelta(minutes=61), "i20")]) == set()


def test_every_planted_fraud_is_found_and_hardly_anything_else(world: World, written: Path) -> None:
    planted = {f"referrals:{one.id}": one.planted for one in world.invitations}
    found = {row["invitation_id"]: row["fraud_kinds"] for row in truth(written, "invitations")}
    for invitation_id, kinds in found.items():
        name = planted[invitation_id].replace("ring_", "ring ").split()
        if name:
            assert name[0] in kinds, (invitation_id, kinds)
    assert {kind.partition("_")[0] if kind.startswith("ring") else kind for kind in planted.values()} == {
        "", "self_device", "self_card", "self_address", "self_alias", "ring", "burst",
    }  # fmt: skip
    # An honest invitation that happens to be sent amid a burst is one of the burst.
    honest = [kinds for invitation_id, kinds in found.items() if kinds and not planted[invitation_id]]
    assert set(honest) <= {"burst"}
    assert len(honest) < 10


def test_k_comes_back_from_the_rows(written: Path) -> None:
    """The truth's K table counted again from the exported rows, for users who count and invitations that are no fraud."""
    users = {row["user_id"].removeprefix("segment:"): row for row in truth(written, "users")}
    honest = {row["invitation_id"].removeprefix("referrals:") for row in truth(written, "invitations") if row["is_fraud"] == "false"}
    first: dict[str, datetime] = {}
    for row in export(written, "segment", "tracks"):
        if row["event"] == "activated":
            at = datetime.fromisoformat(row["timestamp"])
            if row["user_id"] in users and at <= datetime.fromisoformat(users[row["user_id"]]["signed_up_at"]) + timedelta(days=14):
                first[row["user_id"]] = min(at, first.get(row["user_id"], at))
    ripe = instant(2026, 6, 1, 4, 0, 0)  # midnight in New York: what was sent before is 30 days old at the end of June 2026
    sent = matured = converted = 0
    for row in export(written, "referrals", "invitations", "id"):
        begin = first.get(row["inviter_user_id"])
        at = datetime.fromisoformat(row["sent_at"])
        if row["id"] in honest and row["inviter_user_id"] in users and begin and begin <= at < begin + timedelta(days=30):
            sent += 1
            matured += at < ripe
            active = first.get(row["invitee_user_id"])
            converted += at < ripe and active is not None and active <= at + timedelta(days=30)
    months = [row for row in truth(written, "k_monthly") if row["programme_id"] == "all"]
    assert [sum(int(row[name]) for row in months) for name in ("invitations", "matured", "converted")] == [sent, matured, converted]
    assert sum(int(row["active_users"]) for row in months) == len(first)
    assert sent > matured
    for name in ("invitations", "matured", "converted"):
        assert sum(int(row[f"{name}_with_fraud"]) for row in months) > sum(int(row[name]) for row in months)


def test_planted_shares_of_the_company_are_near(written: Path) -> None:
    """Not an interval of one programme but of all five: each planted c within 3.3 standard errors (one miss in a thousand)."""
    rows = [row for row in truth(written, "invitations") if row["is_fraud"] == "false" and row["is_matured"] == "true"]
    for programme in PROGRAMMES:
        own = [row["is_converted"] == "true" for row in rows if row["programme_id"] == f"referrals:{programme.id}"]
        assert len(own) > 100
        assert abs(sum(own) / len(own) - programme.c) < 3.3 * sqrt(programme.c * (1 - programme.c) / len(own))


def test_rewards_are_paid_reversed_and_awaited(written: Path) -> None:
    rewards = export(written, "referrals", "rewards", "id")
    by_status = Counter(row["status"] for row in rewards)
    assert by_status["granted"] > by_status["reversed"] > 20
    assert all(bool(row["granted_at"]) == (row["status"] != "pending") for row in rewards)
    assert {(row["currency"], row["party"], row["amount"]) for row in rewards} == {
        ("USD", "referrer", "20.00"), ("USD", "referee", "20.00"), ("EUR", "referrer", "15.00"), ("EUR", "referee", "10.00"),
    }  # fmt: skip
