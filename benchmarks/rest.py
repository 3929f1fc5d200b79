"""Extract and land over REST against a bare client, side by side, at 1x and 10x the rows.

Run by hand: python -m benchmarks.rest [--rows 100000] [--page 1000] [--runs 3]. The server is a process of its own that serves prepared
pages on loopback. Each measurement is a process of its own; the two take turns, the medians' ratios are printed. Memory is the process's
peak.

The floor asks page by page with `requests`, writes each record as a line of NDJSON, and lets DuckDB convert the file to typed Parquet.
Extract and land besides keep each page compressed, hashed and synced before the next is asked for, watch deadlines, origins and cursors,
check every spelling, keep numbers as written, find duplicate keys and profile every column.

Belongs here: the measurement. Does not belong here: a test; nothing fails by being slow.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.landing import peak_mib

TYPES = {
    "id": "varchar",
    "customer": "varchar",
    "currency": "varchar",
    "amount": "decimal(18,4)",
    "quantity": "bigint",
    "status": "varchar",
    "description": "varchar",
    "created": "timestamp",
    "updated": "timestamp",
    "is_active": "boolean",
}
TARGET_RATIO = 2.5


def serve(page: int) -> None:
    """Serve /<rows>/charges?cursor=<start>, `page` records at a time, until the process is ended; says its port first."""
    made: dict[int, bytes] = {}

    def body(rows: int, start: int) -> bytes:
        # The same records under other ids would compress and parse alike: few distinct pages are prepared.
        kept = made.setdefault(start % (20 * page), _records(start % (20 * page), page))
        following = str(start + page) if start + page < rows else None
        records = kept.replace(b'"id":"ch_', b'"id":"ch_%06d_' % (start // (20 * page)))
        return b'{"object":"list","data":[%s],"next":%s}' % (records, json.dumps(following).encode())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else a head and a body in two writes wait 40 ms for each other.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            content = body(int(parts.path.split("/")[1]), int(parse_qs(parts.query).get("cursor", ["0"])[0]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def _records(start: int, count: int) -> bytes:
    records = [
        {
            "id": f"ch_{number:012d}",
            "customer": f"cus_{number * 7919 % 50_000:08d}",
            "currency": ("usd", "eur", "gbp", "jpy")[number % 4],
            "amount": (number * 104_729 % 900_000) / 100,
            "quantity": number % 500,
            "status": ("succeeded", "failed", "pending")[number % 3],
            "description": f"Payment for order {number}",
            "created": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T12:{number % 60:02d}:00Z",
            "updated": f"2026-{number % 5 + 1:02d}-{number % 28 + 1:02d}T09:{number % 60:02d}:00Z",
            "is_active": number % 2 == 0,
        }
        for number in range(start, start + count)
    ]
    return ",".join(json.dumps(record, separators=(",", ":")) for record in records).encode()


def land(url: str, folder: Path) -> int:
    """Fetch and land as the pipeline does; returns the rows accepted."""
    from orchestration.contracts import build_contract
    from orchestration.land.fetched import land_rest

    meta = {
        "transport": "rest",
        "key": ["id"],
        "cursor": "updated",
        "null_tokens": [""],
        "timestamp_format": "%Y-%m-%dT%H:%M:%S%z",
        "rest": {
            "client": {
                "base_url": url,
                "auth": {"type": "bearer", "token_env": "BENCH_TOKEN"},
                "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
            },
            "endpoint": {"path": "charges", "data_selector": "data"},
            "incremental": {"cursor_field": "updated", "format": "iso8601"},
        },
    }
    contract = build_contract("bench", "charges", meta, [{"name": name, "data_type": kind} for name, kind in TYPES.items()])
    (result,) = land_rest(contract, folder / "lake", folder / "quarantine", lambda _: "bench-token-bench")
    if result.error:
        raise SystemExit(result.error)
    return result.accepted


def copy_bare(url: str, folder: Path) -> int:
    """The floor: requests, NDJSON, DuckDB; returns the rows written."""
    import duckdb
    import requests

    session, cursor = requests.Session(), None
    lines = folder / "charges.ndjson"
    with lines.open("w") as file:
        while True:
            document = session.get(f"{url}/charges", params={"cursor": cursor} if cursor else None, timeout=60).json()
            for record in document["data"]:
                file.write(json.dumps(record) + "\n")
            cursor = document["next"]
            if not cursor:
                break
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{folder}'")
        return connection.execute(
            f"copy (from read_json('{lines}', columns = {{{columns}}}, format = 'newline_delimited', "
            "timestampformat = '%Y-%m-%dT%H:%M:%SZ')) "
            f"to '{folder / 'charges.parquet'}' (format parquet, compression lz4)"
        ).fetchall()[0][0]


WAYS = {"land": land, "bare": copy_bare}


def measure_here(way: str, url: str) -> dict[str, float]:
    """One measurement in this process: rows, wall and CPU seconds, peak MiB."""
    import duckdb  # noqa: F401  imports are not part of the work
    import requests  # noqa: F401

    import orchestration.land.fetched  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        rows = WAYS[way](url, Path(folder))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"rows": rows, "wall": wall, "cpu": cpu, "mib": peak_mib()}


def compare(url: str, runs: int) -> None:
    """Take turns `runs` times and print medians and ratios."""
    seen: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way in WAYS:
            command = [sys.executable, "-m", "benchmarks.rest", "--way", way, "--url", url]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seen[way].append(json.loads(done.stdout))
    middle = {way: {key: statistics.median(one[key] for one in found) for key in found[0]} for way, found in seen.items()}
    print(f"{middle['land']['rows']:,.0f} rows")
    for way, values in middle.items():
        rate = values["rows"] / values["wall"]
        print(f"  {way:5} wall {values['wall']:7.2f} s   CPU {values['cpu']:7.2f} s   {rate:9,.0f} rows/s   peak {values['mib']:6.0f} MiB")
    print(f"  ratio wall {middle['land']['wall'] / middle['bare']['wall']:.2f}   (target {TARGET_RATIO})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="rows of 1x")
    parser.add_argument("--page", type=int, default=1000, help="records a page")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.page)
    if options.way:
        return print(json.dumps(measure_here(options.way, options.url)))
    command = [sys.executable, "-m", "benchmarks.rest", "--serve", "--page", str(options.page)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = int(server.stdout.readline())
            for times in (1, 10):
                compare(f"http://127.0.0.1:{port}/{options.rows * times}", options.runs)
        finally:
            server.terminate()
    return None


if __name__ == "__main__":
    main()
