"""Sign-ups, activation, identified share and conflicts over a handful of users, worked out on paper.

Belongs here: what the semantic definitions of users count. Does not belong here: matching (tests beside the models), the compiler.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.semantic import publish_metrics

AS_OF = date(2026, 6, 30)
MODELS = ("users", "identity_conflicts")
# user, account, rule, signed up, activated, mature, excluded
USERS = [
    ("u1", "a", "shared_id", "2026-05-01", "2026-05-02", True, False),
    ("u2", "a", "domain", "2026-05-02", None, True, False),
    ("u3", None, None, "2026-05-31", "2026-06-01", True, False),
    ("x1", "t", "shared_id", "2026-05-03", "2026-05-04", True, True),
    ("u4", "b", "shared_id", "2026-06-01", "2026-06-02", True, False),
    ("u5", None, None, "2026-06-29", "2026-06-30", False, False),
]
# conflict, kind, arisen, excluded
CONFLICTS = [
    ("c1", "user_account", "2026-05-01", False),
    ("c2", "visitor_user", "2026-05-02", False),
    ("c3", "user_account", "2026-05-03", True),
]


@pytest.fixture(scope="module")
def published(
    manifest: dict[str, Any], semantic_manifest: dict[str, Any], manifest_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The metrics of users, published from the rows above; the other metrics are left out to save their compilation."""
    folder = tmp_path_factory.mktemp("identity_metrics")
    models = [model for model in semantic_manifest["semantic_models"] if model["name"] in MODELS]
    names = {item["name"] for item in manifest["metrics"].values() if item["original_file_path"].endswith("_product__semantic_users.yml")}
    metrics = [metric for metric in semantic_manifest["metrics"] if metric["name"] in names]
    reduced = folder / "semantic_manifest.json"
    reduced.write_text(json.dumps(semantic_manifest | {"semantic_models": models, "metrics": metrics}), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("create schema product")
        for mart in ("dim_users", "fct_identity_conflicts"):
            node = next(node for node in manifest["nodes"].values() if node["name"] == mart and node["resource_type"] == "model")
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in node["columns"].values())
            connection.execute(f"create table product.{mart} ({columns})")
        connection.executemany(
            "insert into product.dim_users (user_id, account_id, account_match_rule, signed_up_on, activated_at, is_mature, is_excluded) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            USERS,
        )
        connection.executemany(
            "insert into product.fct_identity_conflicts (conflict_id, kind, arisen_on, is_excluded) values (?, ?, ?, ?)", CONFLICTS
        )
        concepts = {"users": ["web"], "product_events": ["web"], "accounts": ["books"]}
        publish_metrics(
            connection, reduced, manifest_path, concepts, AS_OF, reporting_currency="USD", time_zone="UTC", cache=folder / "cache"
        )
        yield connection


def value(connection: duckdb.DuckDBPyConnection, metric: str, month: str, segment: str = "all") -> tuple[Any, Any, bool]:
    """(numerator, denominator, is_complete) of a metric's month."""
    rows = connection.execute(
        "select numerator, denominator, is_complete from published.metrics "
        "where period_grain = 'month' and metric = ? and period_on = ? and segment = ?",
        [metric, month, segment],
    ).fetchall()
    assert len(rows) == 1, (metric, month, segment, rows)
    return rows[0]


@pytest.mark.parametrize(
    ("metric", "may", "june"),
    [
        # x1 is a test account's and counts nowhere: u1, u2, u3 in May, u4, u5 in June.
        ("sign_ups", (3, None, True), (2, None, True)),
        # u5's window is open until 13 July: June is not over for activation, and u5 is not in the rate although it is active.
        ("mature_sign_ups", (3, None, True), (1, None, True)),
        ("immature_sign_ups", (0, None, True), (1, None, True)),
        # u1 and u3 of three; u3 in May, its month of sign-up, though it was active on 1 June.
        ("activated_users", (2, None, True), (1, None, False)),
        ("activation_rate", (2, 3, True), (1, 1, False)),
        # u1 and u2 of three; u4 of two.
        ("identified_users", (2, None, True), (1, None, True)),
        ("identified_user_share", (2, 3, True), (1, 2, True)),
    ],
)
def test_a_month_of_sign_ups(published: duckdb.DuckDBPyConnection, metric: str, may: tuple, june: tuple) -> None:
    assert value(published, metric, "2026-05-01") == tuple(Decimal(part) if type(part) is int else part for part in may)
    assert value(published, metric, "2026-06-01") == tuple(Decimal(part) if type(part) is int else part for part in june)


def test_users_without_an_account_are_a_part_of_their_own(published: duckdb.DuckDBPyConnection) -> None:
    """May: u1 by shared_id, u2 by domain, u3 by none."""
    assert [value(published, "sign_ups", "2026-05-01", rule)[0] for rule in ("shared_id", "domain", "none")] == [1, 1, 1]


def test_conflicts_of_excluded_accounts_do_not_count(published: duckdb.DuckDBPyConnection) -> None:
    """c1 and c2 count, c3 does not."""
    assert value(published, "identity_conflicts", "2026-05-01")[0] == 2
    assert value(published, "identity_conflicts", "2026-05-01", "user_account")[0] == 1
