"""The command line.

`python -m sample_company write --inbox DIR --truth DIR [--scale 1.0] [--seed 7] [--until DAY] [--from DAY] [--mess]`
`python -m sample_company serve --inbox DIR [--settings FILE] [--seed 7] [--fault-every 0] [--rate 0]`

Belongs here: arguments and what is printed.
Does not belong here: anything that a program would call (`sample_company.write`).
"""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import date
from pathlib import Path

from sample_company.clock import ENDS_ON
from sample_company.server.serve import Double, Plan
from sample_company.write import CannotWrite, write


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when written, 2 when an argument cannot be used."""
    parser = argparse.ArgumentParser(prog="sample_company", description="Write the sample company's exports and its true numbers.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("write", help="write exports and truth")
    command.add_argument("--inbox", type=Path, required=True, help="folder that gets <source>/<table>/<files>")
    command.add_argument("--truth", type=Path, help="folder that gets the true numbers; without it none are written")
    command.add_argument("--scale", type=float, default=1.0, help="1.0 is 450 accounts and 4000 shoppers")
    command.add_argument("--seed", type=int, default=7, help="the same seed writes the same bytes")
    command.add_argument("--until", type=date.fromisoformat, default=ENDS_ON, help="last day that the exports know (YYYY-MM-DD)")
    command.add_argument("--from", dest="since", type=date.fromisoformat, help="write only what was made or changed from this day on")
    command.add_argument("--mess", action="store_true", help="also plant every fault of a file, listed in truth/mess.csv")
    server = commands.add_parser("serve", help="serve an inbox's exports as the vendors' APIs would, on loopback, until interrupted")
    server.add_argument("--inbox", type=Path, required=True, help="folder that has <source>/<table>/<files>")
    server.add_argument("--settings", type=Path, help="file that gets the hosts and the credentials they accept, once they listen (JSON)")
    server.add_argument("--seed", type=int, default=7, help="the same seed fails the same requests")
    server.add_argument("--fault-every", type=int, default=0, help="of so many requests one fails; 0 is none")
    server.add_argument("--rate", type=int, default=0, help="requests a second that each vendor takes; 0 is any number")
    options = parser.parse_args(arguments)
    if options.command == "serve":
        return _serve(options)
    try:
        written = write(
            options.inbox,
            options.truth,
            scale=options.scale,
            seed=options.seed,
            until=options.until,
            since=options.since,
            mess=options.mess,
        )
    except CannotWrite as error:
        print(f"sample_company: {error}", file=sys.stderr)
        return 2
    print(f"{sum(written.exports.values()):,} rows in {len(written.exports)} files under {options.inbox}")
    if options.truth:
        print(f"{sum(written.truth.values()):,} rows of truth in {len(written.truth)} files under {options.truth}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    double = Double(options.inbox, Plan(options.seed, options.fault_every, options.rate))
    if not double.hosts:
        print(f"sample_company: nothing to serve under {options.inbox}; write exports there first", file=sys.stderr)
        return 2
    for source, host in double.hosts.items():
        print(f"{source}: {host}", flush=True)
    if options.settings:
        # Whole or not at all: whoever waits for the file reads it as soon as it is there.
        part = options.settings.with_name(f".{options.settings.name}.part")
        part.write_text(double.settings, encoding="utf-8")
        part.replace(options.settings)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        double.close()
    return 0
