"""The files that the vendors drop into the inbox.

Belongs here: names, CSV text, compression and times of files. One file per table and year in which a row was first written
(`charges_2024.csv.gz`); an increment is one file per table (`charges_2026_changes_2026-06-30_2026-06-30.csv`), named so that it
sorts behind the files it changes. Tables without a row are not written.
Does not belong here: rows (`stripe_rows`, `shop_rows`, `growth.rows`, `service.rows`, `engineering.rows`).
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from datetime import UTC, date, timedelta
from pathlib import Path

from sample_company import shop_rows, stripe_rows
from sample_company.changes import ChangeLog, Row
from sample_company.clock import day_begins
from sample_company.engineering import rows as engineering_rows
from sample_company.growth import rows as growth_rows
from sample_company.service import rows as service_rows

HEADERS = {("stripe", table): header for table, header in stripe_rows.HEADERS.items()}
HEADERS |= {("shop", table): header for table, header in shop_rows.HEADERS.items()} | growth_rows.HEADERS
HEADERS |= engineering_rows.HEADERS
UNDIVIDED = (
    frozenset({("stripe", "products"), ("stripe", "prices"), ("stripe", "price_tiers"), ("stripe", "coupons")}) | growth_rows.UNDIVIDED
)
HEADERS |= service_rows.HEADERS
UNDIVIDED |= engineering_rows.UNDIVIDED | service_rows.UNDIVIDED
GZIPPED = frozenset({"charges_2024.csv", "order_lines_2024.csv"})


def csv_bytes(header: tuple[str, ...], rows: list[Row], line_end: str = "\n") -> bytes:
    """A CSV file with its header, quoted where needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def write_file(path: Path, content: bytes, until: date) -> None:
    """Write whole and then rename, dated six hours into the day after `until`, so that the same run makes the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    moment = (day_begins(until + timedelta(days=1)) + timedelta(hours=6)).replace(tzinfo=UTC).timestamp()
    os.utime(part, (moment, moment))
    part.replace(path)


def write_exports(log: ChangeLog, inbox: Path, until: date, since: date | None = None) -> dict[str, int]:
    """Write every table as it stood at the end of `until` (or what changed since `since`); rows by file, relative to the inbox."""
    written: dict[str, int] = {}
    for (source, table), header in HEADERS.items():
        files = log.known(source, table, until, since)
        if files and (source, table) in UNDIVIDED and since is None:
            files = {0: [row for rows in files.values() for row in rows]}
        for year, rows in files.items():
            name = f"{table}_{year}.csv" if year else f"{table}.csv"
            if since is not None:
                name = f"{table}_{year}_changes_{since}_{until}.csv"
            content = csv_bytes(header, rows)
            if name in GZIPPED:
                name, content = f"{name}.gz", gzip.compress(content, 6, mtime=0)
            path = inbox / source / table / name
            write_file(path, content, until)
            written[path.relative_to(inbox).as_posix()] = len(rows)
    return written
