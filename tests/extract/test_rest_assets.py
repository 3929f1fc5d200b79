"""The raw assets of a source that comes over REST: order, metadata, failures that are remembered."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.assets.raw import build_raw_assets
from orchestration.land.failures import remembered_failures
from orchestration.settings import Settings
from tests.extract.house import CANARY, make_contract
from tests.extract.server import Asked, Reply, Server

ID = {"id": ("varchar", {"required": True})}
META = {"domain": "revenue", "owner": "finance"}


def test_a_source_over_rest_lands_children_after_parents_and_one_failure_stops_no_other(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named so that the child would come first by name: attachments belong to things."""
    monkeypatch.setenv("SCALEHOUSE_DATA", str(tmp_path))
    monkeypatch.setenv("VENDOR_TOKEN", CANARY)
    server.says("/things", Reply({"data": [{"id": "a"}, {"id": "b"}]}))
    server.says("/broken", Reply({}, 400))

    def attachments(asked: Asked) -> Reply:
        return Reply({"data": [{"id": f"of {asked.params['thing']}"}]})

    server.route("/attachments", attachments)
    contracts = [
        make_contract(
            server.url,
            ID,
            table="attachments",
            meta=META,
            endpoint={"path": "attachments", "params": {"thing": "{thing}"}},
            parent={"table": "things", "field": "id", "param": "thing"},
        ),
        make_contract(server.url, ID, table="broken", meta=META, endpoint={"path": "broken"}),
        make_contract(server.url, ID, meta=META),
    ]
    settings = Settings()
    settings.__dict__["company"] = settings.company.model_copy(update={"providers": {"customers": ["vendor"]}})
    assets = build_raw_assets({(each.source, each.table): each for each in contracts}, settings, lambda *_: [])

    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize(assets, instance=instance)

    metadata = {event.asset_key.path[-1]: event.materialization.metadata for event in done.get_asset_materialization_events()}
    assert {table: found["accepted"].value for table, found in metadata.items()} == {"attachments": 2, "broken": 0, "things": 2}
    assert [asked.params["thing"] for asked in server.asked if asked.path == "/attachments"] == ["a", "b"]
    (failure,) = remembered_failures(contracts[1], settings.paths.lake)
    assert "HTTP 400" in failure["error"]
