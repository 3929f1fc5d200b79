"""Numbers of the gates that a company may change, by `seeds.thresholds` (columns name, value).

Belongs here: each threshold's name, default and reason. Does not belong here: the rules that use them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import duckdb


@dataclass(frozen=True)
class Thresholds:
    """Defaults. A row of seeds.thresholds with a field's name replaces its value.

    quarantined_error_ratio: share of a load's rows in quarantine from which it blocks. A twentieth is far above the odd broken row and far
        below a renamed format, which loses a whole column.
    failed_files_block: 1 lets a file that could not be landed stop the publish, because rows are missing; 0 tells it, and the other
        files are published.
    volume_minimum_history: loads or versions needed before a volume is judged by its spread; with eight, one outlier is not the median.
    volume_z: robust z from which a volume is told. Six median absolute deviations: a normal week passes, a half-empty export does not.
    volume_shrink_ratio: share by which a published table may shrink between versions before it is told, while history is short.
    volume_may_empty: 1 lets a published table become empty (a source was switched off); 0 blocks.
    null_share_change: change of a column's share of nulls, in parts of 1, from which it is told.
    null_share_minimum_rows: rows below which a share of nulls says nothing.
    exact_reconcile_rows: accepted rows of a source table up to which raw rows are recounted by key; above, they are bounded.
    """

    quarantined_error_ratio: float = 0.05
    failed_files_block: float = 1
    volume_minimum_history: float = 8
    volume_z: float = 6.0
    volume_shrink_ratio: float = 0.2
    volume_may_empty: float = 0
    null_share_change: float = 0.2
    null_share_minimum_rows: float = 100
    exact_reconcile_rows: float = 5_000_000


DEFAULTS = Thresholds()


def read_thresholds(connection: duckdb.DuckDBPyConnection, table: str = "seeds.thresholds") -> Thresholds:
    """Thresholds with the company's values; the defaults where the seed, or a row of it, is missing."""
    try:
        rows = connection.execute(f"select name, value from {table}").fetchall()
    except duckdb.CatalogException:
        rows = []
    known = {each.name for each in fields(Thresholds)}
    return Thresholds(**{name: float(value) for name, value in rows if name in known})
