"""The truth of the engineering side on lives small enough to work by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sample_company.clock import instant
from sample_company.engineering.states import (
    ROLLBACK,
    SHIP,
    UNIT,
    Charge,
    Commit,
    Deployment,
    Engineering,
    Flag,
    Incident,
    JobRun,
    LimitEvent,
    PullRequest,
    Record,
    Release,
    Usage,
    WebhookAttempt,
)
from sample_company.growth.rates import DayRates
from sample_company.growth.states import JournalLine, World
from sample_company.truth import engineering_costs as costs
from sample_company.truth import engineering_delivery as delivery
from sample_company.truth.engineering_alerts import BUCKET, Alert, Bucket, alerts, burns_faster
from sample_company.truth.engineering_limits import Outcome, outcomes

JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)
LATER = instant(2024, 3, 1)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return instant(2024, 1, day, hour, minute, second)


def pull(*authored: datetime) -> PullRequest:
    one = PullRequest("dev", authored[0], None, None, 1, 0, 1, ("editor",), ("core",))
    one.commits = [Commit(f"{when:%d%H%M%S}", when, one) for when in authored]
    return one


def deployment(tag: str, *states: tuple[datetime, str], environment: str = "production") -> Deployment:
    return Deployment(tag, environment, "Bot", states[0][0], list(states))


def record(tag: str, kind: str = "feature", mends: str = "") -> Record:
    return Record(tag, kind, mends, "", "ada", (), False, "", {}, {})


def delivered() -> Engineering:
    """Two Tuesdays and a hotfix. The first needs two attempts, and two things break after it; its request has one more commit in the
    second release, which also holds a direct push, and is mended."""
    twice, once, mending, forgotten = pull(at(1, 9, 0, 30), at(5, 8)), pull(at(1, 20)), pull(at(11, 6)), pull(at(3))
    pushed = Commit("pushed", at(8, 3))
    made = Engineering(pulls=[twice, once, mending, forgotten], commits=[pushed])
    made.releases = [
        Release("v1", "feature", at(2, 9), commits=[twice.commits[0], once.commits[0]], records=[(at(1), record("v1"))]),
        Release("v2", "feature", at(9, 9), commits=[twice.commits[1], pushed], records=[(at(8), record("v2"))]),
        Release("v2-hotfix1", "hotfix", at(11, 9), commits=mending.commits, records=[(at(11, 8), record("v2-hotfix1", "hotfix", "v2"))]),
    ]
    made.deployments = [
        deployment("v1", (at(2, 8), "success"), environment="staging"),
        deployment("v1", (at(2, 9), "queued"), (at(2, 9, 5), "error")),
        deployment("v1", (at(2, 10), "queued"), (at(2, 10, 30), "failure"), (at(2, 11), "success"), (at(9, 10), "inactive")),
        deployment("v2", (at(9, 10), "success")),
        deployment("v2-hotfix1", (at(11, 9, 30), "success")),
        deployment("v2-hotfix1", (at(12, 9, 30), "success"), environment="Production"),
    ]
    caused = made.deployments[2]
    made.incidents = [
        Incident("api", "sev1", caused, "", at(2, 12), at(2, 12, 5), at(2, 12, 45, 59)),
        Incident("api", "sev2", caused, "", at(3, 12), at(3, 12, 5), at(3, 14)),
        Incident("api", "sev3", caused, "", at(4, 12), at(4, 12, 5), None),
        Incident("mailer", "sev3", None, "", at(4, 12), at(4, 12, 5), at(4, 13)),
    ]
    return made


def test_a_deployment_counts_once_it_succeeded_in_production_and_fails_once() -> None:
    found = delivery.judge(delivered(), LATER)
    # Staging and the attempt that ended in an error are none. v1 broke three times and v2 was mended: each failed once.
    assert [(one.deployment.tag, one.deployed, one.is_failed) for one in found] == [
        ("v1", at(2, 11), True),
        ("v2", at(9, 10), True),
        ("v2-hotfix1", at(11, 9, 30), False),
        ("v2-hotfix1", at(12, 9, 30), False),
    ]


def test_only_what_was_known_counts() -> None:
    made = delivered()
    assert [one.is_failed for one in delivery.judge(made, at(2, 12))] == [False]
    # The hotfix's record was written at 08:00 on the eleventh.
    assert [one.is_failed for one in delivery.judge(made, at(11, 8))] == [True, False]
    assert [one.is_failed for one in delivery.judge(made, at(11, 8, 0, 1))] == [True, True]


def test_a_change_leads_from_its_first_commit_to_its_first_release() -> None:
    made = delivered()
    found = delivery.lead_times(made, delivery.judge(made, LATER))
    # 09:00:30 on the first to 11:00:00 on the second is 25 h 59 min 30 s = 1559 whole minutes, though a commit came with v2 too;
    # 20:00 to 11:00 is 15 h = 900; 06:00 to 09:30 is 210. The direct push is nobody's request, the fourth was never released.
    assert sorted(found) == [(at(2, 11), 900), (at(2, 11), 1559), (at(11, 9, 30), 210)]


def test_the_four_figures_of_a_month() -> None:
    (on, month), *others = delivery.dora_months(delivered(), LATER).items()
    assert (on, others, month.deployments, month.failed) == (JANUARY, [], 4, 2)
    # Leads 210, 900, 1559: the middle is 900. Restored after 45 min 59 s and 120 min: (45 + 120) / 2; one is open, one nobody deployed.
    assert (delivery.middle(month.leads), delivery.middle(month.restores)) == ("900.0", "82.5")
    assert delivery.middle([]) == ""


def test_a_month_is_that_of_the_reporting_zone() -> None:
    made = Engineering(deployments=[deployment("v1", (instant(2024, 2, 1, 4, 59), "success"))])
    # Four in the morning UTC is still the last evening of January in New York.
    assert list(delivery.dora_months(made, LATER)) == [JANUARY]


def test_answers_are_counted_as_the_record_stood() -> None:
    first = replace(record("v1"), answers={UNIT[0]: "a", ROLLBACK[0]: "b", ROLLBACK[1]: "c", SHIP[5]: "d"}, sequence={"owner": at(1)})
    second = replace(first, sequence={"owner": at(1), "evidence": at(5)}, areas=("billing", "permissions", "user_data"))
    made = Engineering(releases=[Release("v1", "feature", at(2), records=[(at(1), first), (at(5), second)])])
    assert [delivery.answer_counts(one) for one in delivery.records(made, at(5))] == [(1, 2, 1, 1)]
    (known,) = delivery.records(made, at(5, 0, 0, 1))
    assert delivery.answer_counts(known) == (1, 2, 2, 1)
    assert delivery.is_triple_risk(known)
    assert not delivery.is_triple_risk(replace(known, has_plan=True))
    assert not delivery.is_triple_risk(replace(known, areas=("billing", "permissions")))
    assert delivery.records(made, at(1)) == []


def test_stale_is_fully_on_or_unread_for_more_than_sixty_days() -> None:
    plain = Flag("f", "release", "publishing", True, "", "v1", "ada", at(1), None, None, None)
    cut = at(1) + timedelta(days=100)
    sixty = cut - timedelta(days=60)
    cases = {
        plain: False,
        replace(plain, rolled_out=sixty): False,
        replace(plain, rolled_out=sixty - timedelta(seconds=1)): True,
        replace(plain, unread_from=sixty): False,
        replace(plain, unread_from=sixty - timedelta(seconds=1)): True,
        replace(plain, rolled_out=at(2), archived=at(9)): False,
        replace(plain, rolled_out=at(2), archived=cut): True,
        replace(plain, created=cut): False,
    }
    assert {flag: delivery.is_stale(flag, cut) for flag in cases} == cases


def series(*groups: tuple[int, int, int]) -> list[Bucket]:
    """Buckets from midnight on; groups are (how many, bad, total)."""
    found: list[Bucket] = []
    for count, bad, total in groups:
        found += [Bucket(at(1) + BUCKET * (len(found) + turn), total - bad, total) for turn in range(count)]
    return found


def end_of(number: int) -> datetime:
    """The end of the bucket of that number, 1 for the first."""
    return at(1) + timedelta(minutes=5 * number)


def test_an_alert_fires_and_clears_at_the_minutes_of_the_rule() -> None:
    # Six quiet hours (72 buckets), five buckets in which a tenth fails (a burn rate of 100 at 99.9 %), then quiet for nine hours.
    found = list(alerts(series((72, 0, 1000), (5, 100, 1000), (108, 0, 1000)), 999_000))
    assert found == [
        # Over one hour 100 of 12,000 burn at 8.3 and 200 of 12,000 at 16.7 > 14.4: the second bucket. The first quiet one clears.
        Alert("page_fast", end_of(74), end_of(78)),
        # Over six hours 400 of 72,000 burn at 5.6 and 500 at 6.9 > 6: the fifth. Half an hour holds none of them after six quiet ones.
        Alert("page_slow", end_of(77), end_of(83)),
        # Over six hours the first 100 of 72,000 burn at 1.4 > 1, over what there is of three days 100 of 73,000 at 1.4 too. The last bad
        # bucket, the 77th, leaves the six hours with the 149th: 149 - 72 = 77.
        Alert("ticket", end_of(73), end_of(149)),
    ]


def test_an_alert_that_never_clears_has_no_end() -> None:
    assert list(alerts(series((72, 0, 1000), (1, 100, 1000)), 999_000)) == [Alert("ticket", end_of(73), None)]


@pytest.mark.parametrize(("bad", "burns"), [(1728, False), (1729, True)])
def test_exactly_the_factor_does_not_fire(bad: int, burns: bool) -> None:
    # 14.4 x 0.1 % of 120,000 events of an hour are 1728 bad ones.
    assert burns_faster(bad, 120_000, 999_000, 144) is burns
    found = list(alerts(series((72, 0, 10_000), (1, bad, 10_000)), 999_000))
    assert (Alert("page_fast", end_of(73), None) in found) is burns


def test_a_window_without_events_burns_nothing() -> None:
    # The hour burns at 100 x 2 / 12, but nobody came in the last five minutes.
    found = list(alerts(series((70, 0, 1000), (2, 100, 1000), (1, 0, 0)), 999_000))
    assert [one for one in found if one.rule == "page_fast"] == [Alert("page_fast", end_of(72), end_of(73))]
    assert list(alerts(series((100, 0, 0)), 999_000)) == []


def limit_event(account: int, kind: str, on: datetime) -> LimitEvent:
    return LimitEvent(f"{account}{kind}{on}", f"cus_{account:06d}", "seats", kind, on)


def test_an_overage_is_a_surprise_unless_a_warning_went_out_in_the_week_before() -> None:
    plan = {
        1: [("warned", at(1)), ("warned", at(18)), ("overage_billed", at(21))],  # twenty days after the first warning
        2: [("overage_billed", at(21))],
        3: [("warned", at(14)), ("overage_billed", at(21))],  # the seventh day before is inside the week
        4: [("warned", at(13, 23, 59, 59)), ("overage_billed", at(21))],
        5: [("warned", at(1)), ("reached", at(11)), ("blocked", at(12))],
        6: [("reached", at(11)), ("blocked", at(12))],
        7: [("warned", at(1))],
        13: [("overage_billed", at(21))],  # an excluded account
    }
    made = Engineering(limit_events=[limit_event(account, *one) for account, events in plan.items() for one in events])
    assert outcomes(made, LATER) == [
        Outcome("cus_000001", "seats", "warned", 20),
        Outcome("cus_000002", "seats", "surprise", None),
        Outcome("cus_000003", "seats", "warned", 7),
        Outcome("cus_000004", "seats", "surprise", None),
        Outcome("cus_000005", "seats", "warned", 10),
    ]
    assert outcomes(made, at(11)) == []


def charge(day: date, service: str, effective: int, kind: str = "Usage", currency: str = "USD", **more: str) -> Charge:
    return Charge(f"{day}{service}{kind}{more}", day, currency, 0, effective, service, "Any", kind, **more)


def test_a_drivers_month_is_split_by_quantity_and_idle_cost_stands_apart() -> None:
    made = Engineering()
    made.charges = [
        charge(JANUARY, "GPU Inference", 30_000),
        charge(date(2024, 1, 2), "GPU Inference", 9000),
        charge(date(2024, 1, 2), "GPU Inference", 70_000, "Tax"),
        charge(date(2024, 1, 2), "GPU Inference", -5000, "Credit"),
        charge(date(2024, 1, 2), "GPU Inference", 800, commitment="Unused"),
        charge(date(2024, 1, 3), "Compute Reserve", 400, capacity="Unused"),
        charge(date(2024, 1, 3), "Compute Reserve", 7000, commitment="Used"),
        charge(JANUARY, "Mail Delivery", 10_001, currency="EUR"),
        charge(FEBRUARY, "GPU Inference", 100),
    ]
    made.usage = [
        Usage("cus_000001", JANUARY, "ai_calls", 1),
        Usage("cus_000001", date(2024, 1, 2), "ai_calls", 1),
        Usage("cus_000002", date(2024, 1, 2), "ai_calls", 4),
        Usage("cus_000002", JANUARY, "email", 3),
        Usage("cus_000001", JANUARY, "third_party_apis", 1),
        Usage("cus_000002", JANUARY, "third_party_apis", 2),
    ]
    world = World(lines=[JournalLine("j", 1, date(2024, 1, 31), "5010", "engineering", "software", "USD", 100, 0, "")])
    found = costs.account_costs(made, world, DayRates([]), date(2024, 1, 31))
    assert found == [
        # 3.9000 dollars of used service for six calls, 0.6500 each; neither taxes, credits nor what lay idle.
        (JANUARY, "cus_000001", "ai_calls", 2, 13_000),
        # One dollar in the ledger for three calls: 0.3333 and 0.6667.
        (JANUARY, "cus_000001", "third_party_apis", 1, 3333),
        (JANUARY, "cus_000002", "ai_calls", 4, 26_000),
        # 1.0001 euros at the reference rate of 1.08 are 1.080108 dollars.
        (JANUARY, "cus_000002", "email", 3, 10_801),
        (JANUARY, "cus_000002", "third_party_apis", 2, 6667),
    ]
    assert costs.idle_months(made, DayRates([]), date(2024, 2, 28)) == {JANUARY: 1200, FEBRUARY: 0}


def test_meters_of_three_months_are_kept() -> None:
    days = (date(2024, 1, 31), date(2024, 2, 1), date(2024, 4, 9), date(2024, 4, 10))
    made = Engineering(usage=[Usage("cus_000001", day, "jobs", 5) for day in days])
    found = costs.account_costs(made, World(), DayRates([]), date(2024, 4, 9))
    assert [(month, quantity) for month, _, _, quantity, _ in found] == [(date(2024, 2, 1), 5), (date(2024, 4, 1), 5)]


def test_runs_count_when_they_end_and_a_delivery_by_its_last_attempt() -> None:
    def run(key: str, account: int, attempt: int, status: str, queued: datetime, ends: datetime | None) -> JobRun:
        return JobRun(key, "sync", "wf", f"cus_{account:06d}" if account else "", "v1", attempt, status, queued, queued, ends)

    def attempt(delivery_id: str, number: int, code: int | None, when: datetime, account: int = 1) -> WebhookAttempt:
        return WebhookAttempt(f"{delivery_id}{number}", delivery_id, f"cus_{account:06d}", number, code, when)

    made = Engineering()
    made.runs = [
        run("a", 1, 1, "failed", at(31, 18), at(31, 18, 5)),
        run("b", 1, 2, "succeeded", at(31, 18, 6), instant(2024, 2, 1, 13)),  # queued in January, over in February
        run("c", 0, 1, "timed_out", at(3), at(3, 1)),
        run("d", 2, 1, "running", at(3), None),
        run("e", 13, 1, "failed", at(3), at(3, 1)),  # an excluded account
    ]
    made.attempts = [
        attempt("x", 1, 500, at(5)),
        attempt("x", 2, 204, at(5, 0, 1)),
        attempt("y", 1, 500, at(6)),
        attempt("y", 2, None, at(6, 0, 1)),
        attempt("z", 1, 301, at(7)),
        attempt("e", 1, 500, at(7), 13),
    ]
    january, february = costs.JobMonth(2, 2, 0, 5, 2), costs.JobMonth(1, 0, 1, 0, 0)
    assert costs.job_months(made, LATER) == {JANUARY: january, FEBRUARY: february}
    # A minute earlier the second attempt at x was still to come: x was failing.
    assert costs.job_months(made, at(5, 0, 1))[JANUARY].failed_deliveries == 1
