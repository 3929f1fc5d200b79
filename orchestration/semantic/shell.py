"""The semantic manifest where MetricFlow's own command, `mf`, looks for it.

Belongs here: that one file. Does not belong here: a command of our own; `mf list metrics` and `mf query` are used as they are.

`mf` reads `target/semantic_manifest.json` under DBT_PROJECT_DIR, whatever DBT_TARGET_PATH says, and the profile under
DBT_PROFILES_DIR; it opens the database that SCALEHOUSE_WAREHOUSE names.
"""

from __future__ import annotations

import json
from pathlib import Path

from orchestration.semantic.clones import relation_of


def offer_to_shell(semantic_manifest: Path, project: Path) -> Path:
    """Write `project`/target/semantic_manifest.json for `mf`, atomically, from dbt's own; returns its path.

    Relations are named without the database, so that `mf` answers from the published file as well as from the working one.
    """
    content = json.loads(semantic_manifest.read_text(encoding="utf-8"))
    spines = content["project_configuration"]["time_spines"]
    for item in [*content["semantic_models"], *spines]:
        node = item["node_relation"]
        item["node_relation"] = relation_of(node["schema_name"], node["alias"])
    target = project / "target" / "semantic_manifest.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(target)
    return target
