"""Everything that goes wrong with files, planted beside the good exports and listed with its right outcome.

Belongs here: one small file per fault of the Files table, with how many of its rows are accepted, quarantined or duplicates. The
company's true numbers stay as they are: bad rows are additional and belong to nobody (shop customers without orders, coupons that
nobody has, lines of an order that does not exist), re-exports repeat what is known, and files that must fail are additional files.
Does not belong here: faults of APIs, of runs and of readers, and a file that is still being written, which needs two looks.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sample_company.exports import HEADERS, csv_bytes, write_file

_TIME = "2024-03-04 10:20:30 -0500"
_UTC = "2024-03-04 15:20:30"


@dataclass(frozen=True)
class Fault:
    """One planted file. `outcome` is accept, quarantine, duplicate, noop or fail; the three counts add up to `rows_in`."""

    source: str
    table: str
    name: str
    fault: str
    outcome: str
    content: bytes
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    detail: str = ""

    @property
    def rows_in(self) -> int:
        return self.accepted + self.quarantined + self.duplicates


def shopper(number: int, **values: str) -> list[str]:
    """A row of shop customers who never order; values by header replace the good ones."""
    row = dict(zip(HEADERS["shop", "customers"], (f"9{number:07d}", f"mess{number}@mail.example", "US", _TIME, _TIME), strict=True))
    return list((row | values).values())


def coupon(number: int, **values: str) -> list[str]:
    """A row of coupons that nobody has; values by column replace the good ones."""
    good = (f"MESS{number:04d}", "Unused", "", "usd", "500", "forever", "", _UTC)
    row = dict(zip(HEADERS["stripe", "coupons"], good, strict=True))
    return list((row | values).values())


def line(number: int, **values: str) -> list[str]:
    """A line, worth nothing, of an order that does not exist; values by header replace the good ones."""
    good = (f"9{number:012d}", "99999999999", "MUG-001", "Mug, speckled", "1", "USD", "0.00", "0.00", _TIME)
    row = dict(zip(HEADERS["shop", "order_lines"], good, strict=True))
    return list((row | values).values())


def _customers(rows: Sequence[Sequence[str]], line_end: str = "\n") -> bytes:
    return csv_bytes(HEADERS["shop", "customers"], [tuple(row) for row in rows], line_end)


def _shop(name: str, fault: str, outcome: str, content: bytes, accepted: int = 0, bad: int = 0, twice: int = 0, detail: str = "") -> Fault:
    return Fault("shop", "customers", f"mess_{name}", fault, outcome, content, accepted, bad, twice, detail)


def _rows(source: str, table: str, name: str, fault: str, outcome: str, rows: list[list[str]], bad: int = 0, detail: str = "") -> Fault:
    content = csv_bytes(HEADERS[source, table], [tuple(row) for row in rows])
    return Fault(source, table, f"mess_{name}.csv", fault, outcome, content, len(rows) - bad, bad, 0, detail)


def bomb(megabytes: int = 256) -> bytes:
    """A gzip of about that many megabytes of one row again and again, less than a 250th of it in size: the same member, repeated."""
    row = _customers([shopper(5, Email="")]).split(b"\n")[1] + b"\n"
    return gzip.compress(_customers([]), mtime=0) + gzip.compress(row * (1_048_576 // len(row)), mtime=0) * megabytes


def encodings() -> list[Fault]:
    """Faults of bytes, compression and line ends."""
    good = [shopper(number) for number in range(1, 4)]
    text = _customers(good)
    packed = gzip.compress(_customers([shopper(number) for number in range(100, 300)]), mtime=0)
    wrong_sum = bytearray(packed)
    wrong_sum[-8] ^= 0xFF
    mixed = _customers([shopper(11)]) + _customers([shopper(12)], "\r\n").split(b"\r\n", 1)[1]
    quoted = [shopper(21, Email='say "hi"\n, twice@mail.example'), shopper(22, Email="a,b@mail.example")]
    accented = _customers([shopper(31, Email="zoë@mail.example")])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("../../escaped.csv"), text)
    opened = _customers([shopper(1)])
    return [
        _shop("bom_crlf.csv", "BOM; CRLF", "accept", b"\xef\xbb\xbf" + _customers(good, "\r\n"), 3),
        _shop("mixed_newlines.csv", "mixed newlines", "accept", mixed, 2),
        _shop("quotes.csv", "quotes and newlines inside fields", "accept", _customers(quoted), 2),
        _shop("utf16.csv", "UTF-16 not declared", "fail", text.decode().encode("utf-16"), detail="byte 0"),
        _shop("latin1.csv", "Latin-1 not declared", "fail", accented.decode().encode("latin-1"), detail="byte offset of the letter"),
        _shop("truncated.csv.gz", "truncated gzip", "fail", packed[: len(packed) // 2]),
        _shop("wrong_crc.csv.gz", "gzip with a wrong CRC", "fail", bytes(wrong_sum)),
        _shop("bomb.csv.gz", "gzip bomb", "fail", bomb(), detail="ratio of more than 250"),
        _shop("path_traversal.csv.zip", "path traversal in an archive", "fail", archive.getvalue(), detail="../../escaped.csv"),
        _shop("unterminated.csv", "unterminated quote", "fail", opened + b'90000099,"never closed,US,,\n', detail="line 3"),
        _shop("empty.csv", "0 bytes", "fail", b"", detail="empty export"),
        _shop("header_only.csv", "header alone", "accept", _customers([]), detail="0 rows, volume warning"),
        _shop("nul.csv", "NUL bytes", "quarantine", _customers([shopper(41), shopper(42, Email="a\0b@mail.example")]), 1, 1),
    ]


def headers() -> list[Fault]:
    """Faults of headers and of the number of fields."""
    header = HEADERS["shop", "customers"]
    rows = [shopper(51), shopper(52)]
    renamed = tuple("Customer Id No" if name == "Customer ID" else name for name in header)
    reordered = [tuple(reversed(row)) for row in rows]
    widened = [(*row, "gold") for row in rows]
    narrowed = [tuple(row[1:]) for row in rows]
    short, long = tuple(shopper(54)[:3]), (*shopper(55), "", "surplus")
    return [
        _shop("ragged.csv", "ragged rows", "quarantine", csv_bytes(header, [tuple(shopper(53)), short, long]), 1, 2, detail="5 expected"),
        _shop("renamed.csv", "header renamed", "fail", csv_bytes(renamed, rows), detail="Customer ID missing; Customer Id No found"),
        _shop("missing.csv", "header missing", "fail", csv_bytes(header[1:], narrowed), detail="Customer ID missing"),
        _shop("twice.csv", "header twice", "fail", csv_bytes((*header, header[1]), [(*row, row[1]) for row in rows]), detail="Email twice"),
        _shop("reordered.csv", "header reordered", "accept", csv_bytes(tuple(reversed(header)), reordered), 2),
        _shop("new_column.csv", "new column", "accept", csv_bytes((*header, "Loyalty Tier"), widened), 2, detail="kept in _extra"),
    ]


def values() -> list[Fault]:
    """Faults of single values: numbers, money, times, keys, nulls."""
    bad_times = ("04/03/2024", "45355", "2024-03-04T15:20:30", "2024-03-04 10:20:30", "2024-13-04 10:20:30 -0500", "NULL")
    times = [shopper(60), *(shopper(61 + n, **{"Updated At": value}) for n, value in enumerate(bad_times))]
    overlap = [shopper(71 + n, **{"Updated At": f"2024-11-03 01:30:00 {offset}"}) for n, offset in enumerate(("-0400", "-0500"))]
    texts = [shopper(81 + n, Email=value) for n, value in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "NA", "NULL", "None"))]
    zeros = [shopper(0, **{"Customer ID": "00000000000000000042"})]
    keyless = [shopper(91, **{"Customer ID": ""}), shopper(92)]
    money = [
        coupon(1, currency="xxx"), coupon(2, currency=""), coupon(3, currency="jpy", amount_off="1200"),
        coupon(4, currency="kwd", amount_off="1234"), coupon(5, amount_off="-5"), coupon(6, amount_off="1,234"),
        coupon(7, amount_off="12.50"), coupon(8, amount_off="$5"), coupon(9, currency="", amount_off="", percent_off="20%"),
        coupon(10, currency="", amount_off="", percent_off="12,5"), coupon(11, duration="sometimes"),
    ]  # fmt: skip
    whole = [line(1 + n, **{"Lineitem quantity": value}) for n, value in enumerate(("9007199254740993", "9223372036854775808", "1e3", "4"))]
    return [
        _rows(
            "stripe", "coupons", "money", "money: currency unknown or none, JPY, KWD, negative, separators, signs", "quarantine", money, 9
        ),
        _rows("shop", "order_lines", "integers", "integers over 2^53, over 2^63; orphan keys", "quarantine", whole, 2, "2^53+1 exact"),
        _shop("times.csv", "dd/mm, Excel serial, other format, no zone, no such month, NULL", "quarantine", _customers(times), 1, 6),
        _shop("overlap.csv", "daylight-saving overlap with offsets", "accept", _customers(overlap), 2, detail="05:30 and 06:30 UTC"),
        _shop("texts.csv", "formula text; NA, NULL, None as text", "accept", _customers(texts, "\r\n"), 9, detail="stored as is"),
        _shop("null_key.csv", "null key", "quarantine", _customers(keyless), 1, 1),
        _shop("leading_zeros.csv", "ids with leading zeros", "accept", _customers(zeros), 1),
    ]


def repeats(inbox: Path) -> list[Fault]:
    """Duplicates: in a file, the same file again, and a re-export with a later `updated`."""
    twin = shopper(95)
    found = [_shop("duplicates.csv", "exact duplicate", "duplicate", _customers([twin, shopper(96), twin]), 2, 0, 1)]
    invoices = sorted((inbox / "stripe" / "invoices").glob("invoices_*.csv"))
    if invoices:
        content = invoices[0].read_bytes()
        with io.StringIO(content.decode(), newline="") as file:
            rows = [dict(row) for row in csv.DictReader(file)]
        name = "mess_same_again.csv"
        found.append(Fault("stripe", "invoices", name, "same file again", "noop", content, detail=f"as {invoices[0].name}"))
        again = [row | {"updated": f"{row['updated'][:17]}59"} for row in rows[:50] if row["updated"][17:] != "59"]
        table = [list(row.values()) for row in again]
        found.append(_rows("stripe", "invoices", "overlap", "overlapping re-export, later updated", "accept", table, 0, "merged by key"))
    return found


def write_mess(inbox: Path, truth: Path, until: date) -> dict[str, int]:
    """Write the faulty files and `truth/mess.csv` (file, fault, outcome, rows_in, accepted, quarantined, duplicates, detail); rows of
    the good kind by file."""
    written = {}
    lines = []
    for fault in (*encodings(), *headers(), *values(), *repeats(inbox)):
        path = inbox / fault.source / fault.table / fault.name
        write_file(path, fault.content, until)
        relative = path.relative_to(inbox).as_posix()
        written[relative] = fault.rows_in
        counts = (fault.rows_in, fault.accepted, fault.quarantined, fault.duplicates)
        lines.append((relative, fault.fault, fault.outcome, *counts, fault.detail))
    with (truth / "mess.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "fault", "outcome", "rows_in", "accepted", "quarantined", "duplicates", "detail"))
        writer.writerows(lines)
    return written
