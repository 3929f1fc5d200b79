"""How far each metric's sources came: by hand, over a chain of three nodes."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from orchestration.contracts import TableContract, build_contract
from orchestration.publish.loads import LoadRecord
from orchestration.semantic.staleness import Reach, reach_of_metrics

AS_OF = date(2026, 6, 30)


def contract(table: str, days: int | None) -> TableContract:
    meta: dict[str, Any] = {"time_zone": "UTC", "timestamp_format": "%Y-%m-%d %H:%M:%S", "cursor": "at"}
    if days is not None:
        meta["freshness"] = {"warn_after_days": days}
    return build_contract("shop", table, meta, [{"name": "at", "data_type": "timestamp"}])


def load(table: str, to: str | None) -> LoadRecord:
    moment = datetime.combine(date.fromisoformat(to), time(5)) if to else None
    return LoadRecord("shop", table, "1", "f", "h", 1, 1, 0, 0, cursor_to_at=moment)


MANIFEST = {
    "metrics": {"metric.p.revenue": {"name": "revenue", "depends_on": {"nodes": ["semantic_model.p.orders"]}}},
    "semantic_models": {"semantic_model.p.orders": {"depends_on": {"nodes": ["model.p.fct"]}, "config": {"meta": {}}}},
    "nodes": {
        "model.p.fct": {
            "resource_type": "model",
            "checksum": {"checksum": "x"},
            "depends_on": {"nodes": ["source.p.shop.orders", "source.p.shop.refunds", "source.p.shop.countries"]},
        }
    },
    "sources": {f"source.p.shop.{name}": {"source_name": "shop", "name": name} for name in ("orders", "refunds", "countries")},
}
CONTRACTS = [contract("orders", 2), contract("refunds", 10), contract("countries", None)]


@pytest.mark.parametrize(
    "loads, expected",
    [
        # Within their limits, 2 and 10 days: as of today, whichever is older. Countries declare none and may rest since 2001.
        ([("orders", "2026-06-28"), ("refunds", "2026-06-20"), ("countries", "2001-01-01")], Reach(AS_OF, ())),
        # 30 June less 27 June is 3 days, over the 2 that orders may take.
        ([("orders", "2026-06-27"), ("refunds", "2026-06-25")], Reach(date(2026, 6, 27), ("shop.orders",))),
        # Both late: the older one holds it.
        ([("orders", "2026-06-27"), ("refunds", "2026-06-19")], Reach(date(2026, 6, 19), ("shop.orders", "shop.refunds"))),
        # The newest load counts, in whichever order they come.
        ([("orders", "2026-06-30"), ("orders", "2026-06-01"), ("refunds", "2026-06-30")], Reach(AS_OF, ())),
        # What comes from the future makes nothing fresher; what never came is stale.
        ([("orders", "2026-07-04")], Reach(AS_OF, ("shop.refunds",))),
        ([("orders", None)], Reach(None, ("shop.orders", "shop.refunds"))),
    ],
)
def test_a_metric_reaches_as_far_as_its_slowest_watched_table(loads: list[tuple[str, str | None]], expected: Reach) -> None:
    assert reach_of_metrics(MANIFEST, CONTRACTS, [load(*each) for each in loads], AS_OF) == {"revenue": expected}
