"""Conforming exports to typed, committed loads, and showing them to the warehouse.

Belongs here: everything between kept bytes and the views that staging reads. Does not belong here: any table by name, Dagster, dbt.
"""

from orchestration.land.load import Options, Progress
from orchestration.land.manifest import Manifest, ManifestError, committed_loads
from orchestration.land.table import LoadResult, land_table, quarantined_rows, replay
from orchestration.land.views import create_views

__all__ = [
    "LoadResult",
    "Manifest",
    "ManifestError",
    "Options",
    "Progress",
    "committed_loads",
    "create_views",
    "land_table",
    "quarantined_rows",
    "replay",
]
