"""Every story of delivery is in the exports, at every scale, and the truth comes back from the rows by plain counting."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest

from sample_company.clock import instant, local_day
from sample_company.engineering.states import ROLLBACK, SEQUENCE, SHIP, UNIT
from sample_company.write import simulate_accounts
from tests.sample_company.engineering_files import by, one_by, when
from tests.sample_company.growth_files import export, truth

END = instant(2026, 7, 1, 4)  # midnight in New York


class Deliveries:
    """Production deployments that succeeded, as the rows have them: tag and first success by id."""

    def __init__(self, folder: Path) -> None:
        self.states = by(export(folder, "github", "deployment_statuses"), "deployment_id")
        self.rows = one_by(export(folder, "github", "deployments"), "id")
        # A bare commit has no tag.
        self.tags = {key: row["ref"] if len(row["ref"]) < 40 else "" for key, row in self.rows.items()}
        self.at: dict[str, datetime] = {}
        for key, row in self.rows.items():
            successes = [when(one["created_at"]) for one in self.states[key] if one["state"] == "success"]
            if row["environment"].lower() == "production" and successes:
                self.at[key] = min(successes)
        self.records = export(folder, "decisions", "releases", "release_tag")
        self.incidents = export(folder, "pagerduty", "incidents", "id")
        self.mended = {row["mends_release_tag"] for row in self.records if row["release_kind"] in ("hotfix", "rollback")}
        self.broken = {row["deployment_id"] for row in self.incidents} - {""}


@pytest.fixture(scope="module")
def deliveries(folder: Path) -> Deliveries:
    return Deliveries(folder)


def test_deployments_and_their_failures_come_back(folder: Path, deliveries: Deliveries) -> None:
    expected = {
        (
            f"github:{key}",
            deliveries.tags[key],
            str(at),
            str(key in deliveries.broken or deliveries.tags[key] in deliveries.mended).lower(),
        )
        for key, at in deliveries.at.items()
    }
    assert {tuple(row.values()) for row in truth(folder, "deployments")} == expected
    assert 20 < sum(row[3] == "true" for row in expected) < 40


def test_the_four_figures_come_back(folder: Path, deliveries: Deliveries) -> None:
    first: dict[str, datetime] = {}
    for key, at in sorted(deliveries.at.items(), key=lambda one: one[1]):
        first.setdefault(deliveries.tags[key], at)
    tags = {row["id"]: row["tag_name"] for row in export(folder, "github", "releases")}
    commits = one_by(export(folder, "github", "commits"), "sha")
    begun = {
        number: min(when(row["authored_at"]) for row in rows)
        for number, rows in by(list(commits.values()), "pull_number").items()
        if number
    }
    arrived: dict[str, datetime] = {}
    for row in export(folder, "github", "release_commits"):
        at, number = first.get(tags[row["release_id"]]), commits[row["sha"]]["pull_number"]
        if at is not None and number:
            arrived[number] = min(at, arrived.get(number, at))
    leads: dict[str, list[int]] = defaultdict(list)
    for number, at in arrived.items():
        leads[str(local_day(at))[:7]].append(int((at - begun[number]).total_seconds()) // 60)
    restores: dict[str, list[int]] = defaultdict(list)
    for row in deliveries.incidents:
        if row["deployment_id"] and row["resolved_at"]:
            begin, end = when(row["created_at"]), when(row["resolved_at"])
            # Whatever day one counts it on, the month is the same.
            assert begin.month == end.month == deliveries.at[row["deployment_id"]].month
            restores[str(local_day(end))[:7]].append(int((end - begin).total_seconds()) // 60)
    counted = Counter(str(local_day(at))[:7] for at in deliveries.at.values())
    for row in truth(folder, "dora_monthly"):
        month = row["month"][:7]
        assert int(row["deployment_count"]) == counted.pop(month)
        assert Decimal(row["median_lead_minutes"]) == Decimal(str(median(leads[month])))
        assert (row["median_restore_minutes"] == "") == (month not in restores)
        if month in restores:
            assert Decimal(row["median_restore_minutes"]) == Decimal(str(median(restores[month])))
    assert not counted


def test_every_way_to_fail_and_not_to_fail_is_there(folder: Path, deliveries: Deliveries) -> None:
    kinds = by(deliveries.records, "mends_release_tag")
    caused = Counter(row["deployment_id"] for row in deliveries.incidents if row["deployment_id"])
    ways = Counter()
    for key in deliveries.at:
        tag = deliveries.tags[key]
        mended = {row["release_kind"] for row in kinds.get(tag, [])} if tag else set()
        ways[min(caused[key], 2), *sorted(mended)] += 1
    assert set(ways) == {(0,), (1,), (2,), (0, "hotfix"), (0, "rollback"), (1, "hotfix")}
    assert min(ways.values()) > 2
    # A rollback deploys what ran before once more; nothing that was mended is ever deployed a second time.
    deployed = Counter(deliveries.tags[key] for key in deliveries.at)
    assert sum(count == 2 for tag, count in deployed.items() if tag) > 8
    assert all(deployed[tag] == 1 for tag in deliveries.mended)
    assert deployed[""] == 2
    assert not any(tag.endswith("-rollback") for tag in deployed)


def test_statuses_environments_and_hands(folder: Path, deliveries: Deliveries) -> None:
    histories = Counter()
    for key, row in deliveries.rows.items():
        states = tuple(
            one["state"] for one in sorted(deliveries.states[key], key=lambda one: one["created_at"]) if one["state"] != "inactive"
        )
        histories[row["environment"].lower(), states] += 1
    failed_once = ("queued", "in_progress", "failure", "in_progress", "success")
    assert histories["production", failed_once] > 3
    assert histories["production", ("queued", "in_progress", "error")] > 3
    assert histories["staging", ("queued", "in_progress", "success")] > 150
    assert {row["environment"] for row in deliveries.rows.values()} == {"production", "Production", "staging"}
    assert Counter(deliveries.rows[key]["creator_type"] for key in deliveries.at)["User"] > 15
    live = sorted(deliveries.at, key=lambda key: deliveries.at[key])
    inactive = [any(one["state"] == "inactive" for one in deliveries.states[key]) for key in live if deliveries.tags[key]]
    assert all(inactive[:-1])
    assert not inactive[-1]


def test_every_kind_of_change_is_there(folder: Path, deliveries: Deliveries) -> None:
    pulls = one_by(export(folder, "github", "pull_requests", "number"), "number")
    commits = one_by(export(folder, "github", "commits"), "sha")
    releases = one_by(export(folder, "github", "releases"), "id")
    assert sum(row["pull_number"] == "" for row in commits.values()) > 20
    states = Counter((bool(row["merged_at"]), bool(row["closed_at"])) for row in pulls.values())
    assert states[False, True] > 20
    assert states[False, False] > 8
    assert set(states) == {(True, True), (False, True), (False, False)}
    in_releases: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in export(folder, "github", "release_commits"):
        release = releases[row["release_id"]]
        if release["prerelease"] == "false":
            in_releases[commits[row["sha"]]["pull_number"]].add(release["tag_name"])
            holders[row["sha"]].add(release["tag_name"])
    unmerged = {number for number, row in pulls.items() if not row["merged_at"]}
    assert not unmerged & set(in_releases)
    # A request whose commits come in two releases, and commits that the release after a held one has again.
    assert sum(len(tags) > 1 for number, tags in in_releases.items() if number) > 20
    assert sum(len(tags) > 1 for tags in holders.values()) > 10
    early = [row["tag_name"] for row in releases.values() if row["prerelease"] == "true"]
    assert len(early) > 20
    assert {row["environment"] for row in deliveries.rows.values() if row["ref"] in early} == {"staging"}
    labels = [set(row["labels"].split(",")) for row in pulls.values()]
    assert sum(any(label.startswith("decision:D-") for label in found) for found in labels) > 100
    assert sum(sum(label.startswith("team:") for label in found) == 2 for found in labels) > 20
    issues = [set(row["labels"].split(",")) for row in export(folder, "github", "issues", "number")]
    for label in ("bug", "feature", "debt", "chore", "planned", "unplanned", "points:3"):
        assert sum(label in found for found in issues) > 20
    assert sum(any(label.startswith("release:v") for label in found) for found in issues) > 60
    assert sum(not found & {"bug", "feature", "debt", "chore"} for found in issues) > 20


def test_every_answer_is_missing_somewhere(folder: Path, deliveries: Deliveries) -> None:
    expected = []
    ordinary = [row for row in deliveries.records if row["release_kind"] in ("feature", "fix")]
    missing = Counter()
    for row in deliveries.records:
        steps = [f"sequence_{step}_at" for step in SEQUENCE]
        counts = [sum(row[name] != "" for name in names) for names in (UNIT, ROLLBACK, steps, SHIP)]
        triple = {"billing", "permissions", "user_data"} <= set(row["areas"].split(",")) and row["has_migration_plan"] == "false"
        expected.append((row["release_tag"], *map(str, counts), str(triple).lower(), str(row["owner"] != "").lower()))
        if row in ordinary:
            missing.update(name for name in (*UNIT, *ROLLBACK, *SHIP, *steps) if not row[name])
    assert sorted(expected) == [tuple(row.values()) for row in truth(folder, "releases")]
    assert set(missing) == {*UNIT, *ROLLBACK, *SHIP, *steps}
    assert Counter(row[5] for row in expected)["true"] == 3
    areas = [set(row["areas"].split(",")) for row in ordinary if row["has_migration_plan"] == "true"]
    assert sum({"billing", "permissions", "user_data"} <= found for found in areas) == 3
    assert sum(row[6] == "false" for row in expected) > 5
    calls = Counter(row["owner_call"] for row in deliveries.records)
    assert min(calls[call] for call in ("go", "hold", "rollback", "")) > 3
    tuesdays = {row["tag_name"] for row in export(folder, "github", "releases") if "-" not in row["tag_name"]}
    assert len(tuesdays - {row["release_tag"] for row in ordinary}) > 3
    held = {row["release_tag"] for row in ordinary if row["owner_call"] == "hold"}
    assert not held & {deliveries.tags[key] for key in deliveries.at}


def test_rings_changelog_and_evidence_have_gaps(folder: Path, deliveries: Deliveries) -> None:
    deployed = {deliveries.tags[key] for key in deliveries.at if not deliveries.tags[key].endswith("hotfix1")} - {""}
    rings = {tag: {row["ring"] for row in rows} for tag, rows in by(export(folder, "decisions", "rollouts"), "release_tag").items()}
    names = {"internal", "beta", "small_percent", "plan_based", "everyone"}
    lacking = Counter(ring for tag in deployed for ring in names - rings.get(tag, set()))
    assert min(lacking[ring] for ring in names - {"internal"}) > 5
    assert lacking["internal"] > 2
    assert sum(rings.get(tag) == names for tag in deployed) > 100
    told = {row["release_tag"] for row in export(folder, "decisions", "changelog")}
    assert len(deployed - told) > 20
    evidence = by(export(folder, "decisions", "evidence"), "release_tag")
    windows = Counter(tuple(sorted(int(row["window_hours"]) for row in evidence.get(tag, []))) for tag in deployed)
    assert min(windows[found] for found in ((), (24,), (24, 72))) > 8
    assert {row["verdict"] for rows in evidence.values() for row in rows} == {"keep", "change", "fix", "stop"}


def test_decisions_stop_at_every_stage_and_loops_close_or_not(folder: Path) -> None:
    decisions = export(folder, "decisions", "decisions", "id")
    stages = ("opened", "decided", "shipped", "validated", "learned")
    reached = Counter(sum(row[f"{stage}_at"] != "" for stage in stages) for row in decisions)
    assert set(reached) == {1, 2, 3, 4, 5}
    months: dict[str, Counter[str]] = defaultdict(Counter)
    for row in decisions:
        moments = [when(row[f"{stage}_at"]) for stage in stages if row[f"{stage}_at"]]
        assert moments == sorted(moments)
        for stage in stages:
            if row[f"{stage}_at"]:
                months[f"{str(local_day(when(row[f'{stage}_at'])))[:7]}-01"][stage] += 1
    expected = {on: tuple(str(found[stage]) for stage in stages) for on, found in months.items()}
    assert {row["month"]: tuple(row[f"{stage}_count"] for stage in stages) for row in truth(folder, "decisions_monthly")} == expected
    learned = [row for row in decisions if row["learned_at"]]
    assert {row["outcome"] for row in learned} == {"keep", "change", "fix", "stop"}
    assert all(not row["outcome"] for row in decisions if not row["learned_at"])
    signals = {row["id"] for row in export(folder, "decisions", "signals")}
    assert signals - {row["signal_id"] for row in decisions}
    releases = by(export(folder, "decisions", "releases", "release_tag"), "decision_id")
    seen = {row["release_tag"] for row in export(folder, "decisions", "evidence")}
    loops = Counter(
        (
            row["signal_id"] in signals,
            row["id"] in releases,
            any(one["release_tag"] in seen for one in releases.get(row["id"], [])),
        )
        for row in learned
    )
    assert min(loops[kind] for kind in ((True, True, True), (False, True, True), (True, False, False), (True, True, False))) > 3
    assert sum(row["metric"] == "" for row in decisions) > 3
    assert sum(int(row["meetings"]) > 3 for row in decisions) > 3
    assert {row["made_by"] for row in decisions} == {"founder", "team"}


def test_flags_are_stale_in_both_ways(folder: Path) -> None:
    flags = export(folder, "flags", "flags", "key")
    limit = END - timedelta(days=60)
    kinds: dict[tuple[bool, bool], set[str]] = defaultdict(set)
    for row in flags:
        if not row["archived_at"]:
            on = row["rolled_out_at"] != "" and when(row["rolled_out_at"]) < limit
            kinds[on, when(row["last_evaluated_at"]) < limit].add(row["key"])
        for moment in filter(None, (row["rolled_out_at"], row["last_evaluated_at"])):
            # None is sixty days old within a day of it, so that days and hours say the same.
            assert abs(when(moment) - limit) > timedelta(days=1)
    assert min(len(kinds[kind]) for kind in ((True, False), (False, True), (True, True), (False, False))) > 1
    stale = {f"flags:{key}" for kind, keys in kinds.items() if any(kind) for key in keys}
    assert {row["flag_id"] for row in truth(folder, "stale_flags")} == stale
    assert {row["kind"] for row in flags} == {"release", "experiment", "operational", "permission"}
    assert sum(row["archived_at"] != "" for row in flags) > 10
    assert sum(row["owner"] == "" for row in flags) > 3
    core = {row["key"] for row in flags if row["core"] == "true"}
    exposures = export(folder, "flags", "exposures")
    experiments = {row["key"] for row in flags if row["experiment_id"]}
    assert {row["flag_key"] for row in exposures} >= experiments - {row["key"] for row in flags if row["created_at"] > "2026-06-20"}
    assert sum(row["flag_key"] in core & experiments for row in exposures) > 50
    arms = Counter(row["variation"] for row in exposures if row["flag_key"] in experiments)
    assert set(arms) == {"control", "treatment"}
    assert 0.8 < arms["control"] / arms["treatment"] < 1.25
    segments = {account.id: account.versions[0].segment for account in simulate_accounts(0.25, 7)}
    assert {segments[row["account_id"]] for row in exposures if row["account_id"] in segments} == {"smb", "mid_market", "enterprise"}
    assert any(row["account_id"] == "" for row in exposures)


def test_incidents_of_every_kind(folder: Path, deliveries: Deliveries) -> None:
    with_cause = [row for row in deliveries.incidents if row["deployment_id"]]
    assert len(with_cause) > 15
    assert len(deliveries.incidents) - len(with_cause) > 30
    assert all(deliveries.tags[row["deployment_id"]] == row["release_tag"] for row in with_cause)
    assert sum(row["resolved_at"] == "" for row in deliveries.incidents) == 1
    assert sum(row["runbook"] == "" for row in deliveries.incidents) > 10
    assert {row["severity"] for row in deliveries.incidents} == {"sev1", "sev2", "sev3"}
    pages = export(folder, "pagerduty", "log_entries")
    assert {row["incident_id"] for row in pages} == {row["id"] for row in deliveries.incidents} | {""}
    services = export(folder, "pagerduty", "services")
    assert {row["service"] for row in deliveries.incidents} <= {row["service"] for row in services}
    assert [row["service"] for row in services if row["runbook"] == ""] == ["search"]
    for name in ("has_logs", "has_traces", "has_metrics"):
        assert {row[name] for row in services} == {"true", "false"}
