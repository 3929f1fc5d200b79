"""The command line: `python -m sample_company write --inbox DIR --truth DIR [--scale 1.0] [--seed 7] [--until DAY] [--from DAY] [--mess]`.

Belongs here: arguments and what is printed.
Does not belong here: anything that a program would call (`sample_company.write`).
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from sample_company.clock import ENDS_ON
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
    options = parser.parse_args(arguments)
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
