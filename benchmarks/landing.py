"""Landing a clean CSV against DuckDB's typed CSV-to-Parquet with rejects, side by side, at 1x and 10x the file.

Run by hand: python -m benchmarks.landing [--rows 1000000] [--runs 3] [--folder DIR]. Each measurement is a process of its own; the two
take turns, the medians' ratios are printed. CPU and wall seconds cover the work without the imports; memory is the process's peak.

The floor types the columns, keeps rejects and writes the same compression; landing besides keeps and hashes the raw bytes, checks every
spelling, numbers rows and lines, finds duplicate keys and profiles every column.

Belongs here: the measurement. Does not belong here: a test; nothing fails by being slow.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TYPES = {
    "id": "varchar",
    "customer_id": "varchar",
    "currency": "varchar",
    "amount": "decimal(18,4)",
    "quantity": "bigint",
    "status": "varchar",
    "description": "varchar",
    "created": "timestamp",
    "updated": "timestamp",
    "is_active": "boolean",
}
TARGET_RATIO, TARGET_MIB = 1.3, 512


def write_export(path: Path, rows: int) -> None:
    """A clean export of `rows` payments, about 123 bytes each, made in blocks."""
    import numpy as np
    import polars as pl

    generator = np.random.default_rng(7)
    with path.open("wb") as file:
        for start in range(0, rows, 500_000):
            count = min(500_000, rows - start)
            seconds = generator.integers(1_600_000_000, 1_750_000_000, (2, count)) * 1_000_000
            frame = pl.DataFrame(
                {
                    "id": [f"ch_{number:012d}" for number in range(start, start + count)],
                    "customer_id": [f"cus_{number:08d}" for number in generator.integers(0, 50_000, count)],
                    "currency": generator.choice(["usd", "eur", "gbp", "jpy"], count),
                    "amount": generator.integers(100, 900_000, count) / 100,
                    "quantity": generator.integers(1, 500, count),
                    "status": generator.choice(["succeeded", "failed", "pending"], count),
                    "description": [f"Payment for order {number}" for number in generator.integers(0, 1_000_000, count)],
                    "created": pl.Series(seconds[0]).cast(pl.Datetime("us")),
                    "updated": pl.Series(seconds[1]).cast(pl.Datetime("us")),
                    "is_active": generator.choice([True, False], count),
                }
            )
            file.write(frame.write_csv(include_header=start == 0, datetime_format="%Y-%m-%d %H:%M:%S").encode())


def land(export: Path, folder: Path) -> int:
    """Land the export as the pipeline does; returns the rows accepted."""
    from orchestration.contracts import build_contract
    from orchestration.land import land_table

    inbox = folder / "inbox" / "bench" / "payments"
    inbox.mkdir(parents=True)
    os.link(export, inbox / "payments.csv")
    meta = {
        "key": ["id"],
        "cursor": "updated",
        "null_tokens": [""],
        "time_zone": "UTC",
        "timestamp_format": "%Y-%m-%d %H:%M:%S",
        "file_pattern": "*.csv",
    }
    contract = build_contract("bench", "payments", meta, [{"name": name, "data_type": kind} for name, kind in TYPES.items()])
    (result,) = land_table(contract, folder / "inbox", folder / "lake", folder / "quarantine")
    if result.error:
        raise SystemExit(result.error)
    return result.accepted


def copy_by_duckdb(export: Path, folder: Path) -> int:
    """The floor: typed read with rejects to Parquet, nothing else; returns the rows written."""
    import duckdb

    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{folder}'")
        return connection.execute(
            f"copy (from read_csv('{export}', columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', quote = '\"', "
            "escape = '\"', timestampformat = '%Y-%m-%d %H:%M:%S', store_rejects = true)) "
            f"to '{folder / 'payments.parquet'}' (format parquet, compression lz4)"
        ).fetchall()[0][0]


WAYS = {"land": land, "duckdb": copy_by_duckdb}


def measure_here(way: str, export: Path) -> dict[str, float]:
    """One measurement in this process: rows, wall and CPU seconds, peak MiB."""
    import duckdb  # noqa: F401  imports are not part of the work
    import polars  # noqa: F401

    import orchestration.land  # noqa: F401

    with tempfile.TemporaryDirectory(dir=export.parent) as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        rows = WAYS[way](export, Path(folder))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"rows": rows, "wall": wall, "cpu": cpu, "mib": peak_mib()}


def peak_mib() -> float:
    """Peak resident memory of this process. Not ru_maxrss: that one is inherited from the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(way: str, export: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.landing", "--way", way, "--export", str(export)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def compare(export: Path, runs: int) -> None:
    """Take turns `runs` times and print medians and ratios."""
    seen: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way in WAYS:
            seen[way].append(measure(way, export))
    middle = {way: {key: statistics.median(one[key] for one in found) for key in found[0]} for way, found in seen.items()}
    print(f"{export.stat().st_size / 1e6:,.0f} MB, {middle['land']['rows']:,.0f} rows")
    for way, values in middle.items():
        print(f"  {way:7} wall {values['wall']:7.2f} s   CPU {values['cpu']:7.2f} s   peak {values['mib']:6.0f} MiB")
    for clock in ("wall", "cpu"):
        print(f"  ratio {clock:4} {middle['land'][clock] / middle['duckdb'][clock]:.2f}   (target {TARGET_RATIO})")
    print(f"  peak memory {middle['land']['mib']:.0f} MiB   (target {TARGET_MIB})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the 1x file")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where the files go; a temporary folder by default")
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure_here(options.way, options.export)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for times in (1, 10):
            export = Path(folder) / f"payments_{times}x.csv"
            write_export(export, options.rows * times)
            # The inbox must not take the file for one still being written.
            os.utime(export, (time.time() - 3600,) * 2)
            compare(export, options.runs)
            export.unlink()


if __name__ == "__main__":
    main()
