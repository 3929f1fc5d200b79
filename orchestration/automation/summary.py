"""The short table that ends a run, read from the published file.

Belongs here: laying out what the published tables say.
Does not belong here: any formula; every number is a cell of a published table.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb

# What a founder looks at first; a metric that the company cannot have is left out.
HEADLINES = ("mrr", "nrr", "logo_churn", "arpa", "aov")


def headline_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, Decimal, Decimal | None, str]]:
    """Last complete month of each headline metric: (label, month, value, value a month before or None, unit)."""
    found = connection.execute(
        """
        with months as (
            select m.metric, d.label, d.unit, m.period_on, m.value,
                lag(m.value) over (partition by m.metric order by m.period_on) as before,
                row_number() over (partition by m.metric order by m.period_on desc) as newest
            from published.metrics as m
            inner join published.metric_definitions as d on m.metric = d.metric
            where m.period_grain = 'month' and m.segment_kind = 'total' and m.is_complete and m.value is not null
                and m.metric in (select unnest(?))
        )
        select metric, label, strftime(period_on, '%Y-%m'), value, before, unit from months where newest = 1
        """,
        [list(HEADLINES)],
    ).fetchall()
    order = {name: place for place, name in enumerate(HEADLINES)}
    return [row[1:] for row in sorted(found, key=lambda row: order[row[0]])]


def accounting_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int, int, int, int]]:
    """Row accounting of everything landed, by source: (source, rows in, accepted, quarantined, duplicates)."""
    return connection.execute(
        """
        select source, sum(rows_in)::bigint, sum(accepted)::bigint, sum(quarantined)::bigint, sum(duplicates)::bigint
        from published.loads group by source order by source
        """
    ).fetchall()


def check_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return dict(connection.execute("select status, count(*) from published.quality_results group by status").fetchall())


def format_value(value: Decimal, unit: str, currency: str) -> str:
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit in ("currency", currency):
        return f"{value:,.2f} {currency}"
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def summary(published: Path, currency: str) -> str:
    """The closing table of a nightly run as text."""
    with duckdb.connect(str(published), read_only=True) as connection:
        accounting, checks, headlines = accounting_rows(connection), check_counts(connection), headline_rows(connection)
        as_of = connection.execute("select max(as_of) from published.publications").fetchall()[0][0]
    lines = ["", f"{'source':<16}{'rows in':>12}{'accepted':>12}{'quarantined':>13}{'duplicates':>12}"]
    for source, rows_in, accepted, quarantined, duplicates in accounting:
        lines.append(f"{source:<16}{rows_in:>12,}{accepted:>12,}{quarantined:>13,}{duplicates:>12,}")
    told = sum(count for status, count in checks.items() if status != "passed")
    lines += ["", f"checks: {checks.get('passed', 0)} passed, {told} told (not blocking)", ""]
    lines.append(f"{'metric':<28}{'month':<10}{'value':>20}{'change':>12}")
    for label, month, value, before, unit in headlines:
        lines.append(f"{label:<28}{month:<10}{format_value(value, unit, currency):>20}{_change(value, before, unit):>12}")
    lines += [
        "",
        f"published as of {as_of}: {published}",
        f"open it:  duckdb -readonly {published}   (or: duckdb.connect('{published}', read_only=True))",
        "          select * from published.metrics where metric = 'mrr' and period_grain = 'month' and segment_kind = 'total';",
        "",
    ]
    return "\n".join(lines)


def _change(value: Decimal, before: Decimal | None, unit: str) -> str:
    if before is None:
        return "-"
    if unit == "ratio":
        return f"{(value - before) * 100:+.1f} pp"
    return f"{(value / before - 1) * 100:+.1f} %" if before else "-"
