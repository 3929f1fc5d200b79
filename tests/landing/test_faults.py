"""The Files table of the fault list as one parametrised test: bytes in, outcome out."""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
import io
import stat
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from orchestration.extract import Limits
from tests.landing.house import Lander, make_contract

KEY = {"id": ("varchar", {"required": True})}
NOTE = {**KEY, "note": "varchar"}
PAIR = b"id,note\na,1\nb,2\n"


def money(unit: str = "minor", currency: str = "currency", negative: str = "refuse") -> dict[str, Any]:
    amount = ("decimal(18,4)", {"money": {"unit": unit, "currency": currency, "negative": negative}})
    return {**KEY, "amount": amount} | ({} if currency.startswith("'") else {"currency": "varchar"})


moment = dt.datetime.fromisoformat


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def special(name: str, kind: int) -> zipfile.ZipInfo:
    item = zipfile.ZipInfo(name)
    item.external_attr = (kind | 0o644) << 16
    return item


def wrong_checksum(content: bytes) -> bytes:
    broken = bytearray(gzip.compress(content))
    broken[-8] ^= 0xFF
    return bytes(broken)


@dataclass(frozen=True)
class Fault:
    """name; the export's bytes; the contract; then what must come of it. bad: (row, line, column, value, words of the reason)."""

    name: str
    content: bytes
    columns: dict[str, Any] = field(default_factory=lambda: NOTE)
    meta: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[Any, ...]] | None = None
    bad: list[tuple[int, int, str | None, str | None, str]] = field(default_factory=list)
    duplicates: int = 0
    error: tuple[str, ...] = ()
    warning: str = ""
    file: str = "things.csv"
    options: dict[str, Any] = field(default_factory=dict)
    is_link: bool = False


AB = [("a", "1"), ("b", "2")]
TIGHT = {"limits": Limits(max_bytes=1 << 40, max_ratio=50, ratio_from_bytes=10_000)}

FAULTS = [
    # Encodings and line ends.
    Fault("byte order mark", codecs.BOM_UTF8 + PAIR, rows=AB),
    Fault("CRLF", PAIR.replace(b"\n", b"\r\n"), rows=AB),
    Fault("CR alone", PAIR.replace(b"\n", b"\r"), rows=AB),
    Fault("mixed newlines", b"id,note\r\na,1\nb,2\r\nc,3\rd,4", rows=[*AB, ("c", "3"), ("d", "4")]),
    Fault("no last line end", b"id,note\na,1\nb,2", rows=AB),
    Fault("blank lines", b"id,note\n\na,1\n\n\nb,2\n\n", rows=AB, warning="4 blank lines"),
    Fault(
        "quotes and newlines in fields",
        b'id,note\na,"say ""hi"", x\nsecond line"\nb,2\n',
        rows=[("a", 'say "hi", x\nsecond line'), ("b", "2")],
    ),
    Fault("quote inside an unquoted field", b'id,note\na,5" pipe\nb,2\n', rows=[("a", '5" pipe'), ("b", "2")]),
    Fault("text after a closing quote", b'id,note\na,"x"y\nb,2\n', rows=[("b", "2")], bad=[(1, 2, None, None, "after its closing quote")]),
    Fault("UTF-16 declared", PAIR.decode().encode("utf-16"), meta={"format": {"encoding": "utf-16"}}, rows=AB),
    Fault("UTF-16 not declared", PAIR.decode().encode("utf-16"), error=("byte 0", "utf-16", "format.encoding")),
    Fault("Latin-1 declared", "id,note\na,café\n".encode("latin-1"), meta={"format": {"encoding": "latin-1"}}, rows=[("a", "café")]),
    # id,note\n is 8 bytes, a,caf 5 more: the é is byte 13.
    Fault("Latin-1 not declared", "id,note\na,café\n".encode("latin-1"), error=("byte 13", "0xe9", "format.encoding", "latin-1")),
    Fault("semicolons, single quotes", b"id;note\na;'x;y'\n", meta={"format": {"delimiter": ";", "quote": "'"}}, rows=[("a", "x;y")]),
    Fault("escape character", b'id,note\na,"say \\"hi\\", x"\n', meta={"format": {"escape": "\\"}}, rows=[("a", 'say "hi", x')]),
    Fault("tabs without quoting", b'id\tnote\na\t"5\n', meta={"format": {"delimiter": "\t", "quote": ""}}, rows=[("a", '"5')]),
    Fault("delimiter of two characters", b"id||note\na||1|2\n", meta={"format": {"delimiter": "||"}}, rows=[("a", "1|2")]),
    # Broken files.
    Fault("truncated inside a row", b"id,note\na,1\nb", error=("truncated", "row 2", "line 3")),
    Fault("truncated inside a character", "id,note\na,é".encode()[:-1], error=("truncated inside a character", "byte 10")),
    Fault("unterminated quote", b'id,note\na,1\nb,"2\nc,3\n', error=("unterminated quote", "line 3", "row 2")),
    Fault("good gzip", gzip.compress(PAIR), rows=AB),
    Fault("truncated gzip", gzip.compress(PAIR)[:-6], error=("truncated gzip",)),
    Fault("gzip with a wrong checksum", wrong_checksum(PAIR), error=("bad gzip", "CRC")),
    Fault("gzip bomb", gzip.compress(PAIR + b"c,3\n" * 100_000), options=TIGHT, error=("bomb", "50 times")),
    Fault("gzip over the size cap", gzip.compress(PAIR), options={"limits": Limits(max_bytes=10)}, error=("bomb", "10 bytes")),
    Fault("zip of two files", packed(("a.csv", PAIR), ("b.csv", b"note,id\n3,c\n")), rows=[*AB, ("c", "3")]),
    Fault("zip bomb", packed(("a.csv", PAIR + b"c,3\n" * 100_000)), options=TIGHT, error=("bomb", "a.csv")),
    Fault("truncated zip", packed(("a.csv", PAIR))[:-10], error=("bad or truncated zip",)),
    Fault("empty zip", packed(), error=("empty archive",)),
    Fault("path traversal in an archive", packed(("../a.csv", PAIR)), error=("path traversal", "../a.csv")),
    Fault("absolute path in an archive", packed(("/etc/a.csv", PAIR)), error=("absolute path", "/etc/a.csv")),
    Fault("drive letter in an archive", packed(("C:/a.csv", PAIR)), error=("absolute path",)),
    Fault("symbolic link in an archive", packed((special("a.csv", stat.S_IFLNK), b"/etc/passwd")), error=("symbolic link", "a.csv")),
    Fault("device in an archive", packed((special("a.csv", stat.S_IFCHR), b"")), error=("device",)),
    Fault("0 bytes", b"", error=("empty export", "0 bytes")),
    Fault("0 bytes in gzip", gzip.compress(b""), error=("empty export",)),
    Fault("only line ends", b"\n\n\n", error=("empty export", "no header")),
    Fault("header alone", b"id,note\n", rows=[], warning="0 rows"),
    # Shape of rows and header.
    Fault(
        "ragged rows",
        b"id,note\na,1\nb\nc,3,x\nd,4\n",
        rows=[("a", "1"), ("d", "4")],
        bad=[(2, 3, None, None, "expected 2 fields, found 1"), (3, 4, None, None, "expected 2 fields, found 3")],
    ),
    Fault("header missing", b"id\na\n", error=("lacks 'note'",)),
    Fault("header renamed", b"id,notes\na,1\n", error=("lacks 'note'", "'notes'", "did you mean 'notes'")),
    Fault("header reordered", b"note,id\n1,a\n2,b\n", rows=AB),
    Fault("header twice", b"id,note,note\na,1,2\n", error=("'note' more than once",)),
    Fault("new column kept", b'id,new,note\na,"x ""y""",1\n', rows=[("a", "1")], warning="new columns kept as text in _extra: new"),
    Fault("new column refused", b"id,note,new\na,1,x\n", meta={"on_new_column": "fail"}, error=("new column 'new'", "on_new_column")),
    # Numbers.
    Fault("leading zeros and long ids", b"id\n007\n9007199254740993\n", columns=KEY, rows=[("007",), ("9007199254740993",)]),
    Fault(
        "integers over 2^53 and 2^63",
        b"id,n\na,9007199254740993\nb,9223372036854775807\nc,9223372036854775808\nd,-9223372036854775808\n",
        columns={**KEY, "n": "bigint"},
        rows=[("a", 9007199254740993), ("b", 9223372036854775807), ("d", -9223372036854775808)],
        bad=[(3, 4, "n", "9223372036854775808", "does not fit a 64-bit integer")],
    ),
    Fault(
        "numbers in another spelling",
        'id,n\na,12.5\nb,"1,234.5"\nc,"12,5"\nd,$5\ne,5%\nf,1e3\ng, 5\nh,٣\ni,+5\nj,1.23456\nk,1.5000000\n'.encode(),
        columns={**KEY, "n": "decimal(18,4)"},
        rows=[("a", Decimal("12.5")), ("k", Decimal("1.5"))],
        bad=[
            (row, row + 1, "n", value, "expected a number with up to 4 decimals")
            for row, value in enumerate(["1,234.5", "12,5", "$5", "5%", "1e3", " 5", "٣", "+5", "1.23456"], start=2)
        ],
    ),
    Fault(
        "declared thousands and decimal comma",
        b"id;n\na;1.234,50\nb;1234,5\nc;12.34,5\n",
        columns={**KEY, "n": "decimal(18,2)"},
        meta={"format": {"delimiter": ";"}, "decimal_separator": ",", "thousands_separator": "."},
        rows=[("a", Decimal("1234.50")), ("b", Decimal("1234.50"))],
        bad=[(3, 4, "n", "12.34,5", "thousands '.'")],
    ),
    Fault(
        "declared percent",
        b"id,n\na,12.5%\nb,12.5\n",
        columns={**KEY, "n": ("decimal(9,4)", {"percent": True})},
        rows=[("a", Decimal("12.5"))],
        bad=[(2, 3, "n", "12.5", "followed by %")],
    ),
    Fault(
        "decimal overflow",
        b"id,n\na,99.99\nb,100.00\n",
        columns={**KEY, "n": "decimal(4,2)"},
        rows=[("a", Decimal("99.99"))],
        bad=[(2, 3, "n", "100.00", "does not fit decimal(4,2)")],
    ),
    # Dates and times.
    Fault(
        "dates in another spelling",
        b"id,on\na,31/01/2024\nb,01/31/2024\nc,2024-01-31\nd,45322\ne,30/02/2024\nf,1/2/2024\n",
        columns={**KEY, "on": ("date", {"format": "%d/%m/%Y"})},
        rows=[("a", dt.date(2024, 1, 31))],
        bad=[
            (2, 3, "on", "01/31/2024", "a real date as %d/%m/%Y"),
            (3, 4, "on", "2024-01-31", "expected date as %d/%m/%Y"),
            (4, 5, "on", "45322", "expected date as %d/%m/%Y"),
            (5, 6, "on", "30/02/2024", "a real date"),
            (6, 7, "on", "1/2/2024", "expected date as %d/%m/%Y"),
        ],
    ),
    # New York before 1883: 4:56:02 behind UTC (IANA time zone database). Its last seconds of 9999 fall in the year 10000 of UTC.
    Fault(
        "years 0 and 10000",
        b"id,on,at\na,0000-01-01,\nb,,0000-12-31 00:00:00\nc,0001-01-01,0001-01-02 00:00:00\nd,,9999-12-31 23:59:59\n",
        columns={**KEY, "on": "date", "at": ("timestamp", {"format": "%Y-%m-%d %H:%M:%S", "time_zone": "America/New_York"})},
        rows=[("c", dt.date(1, 1, 1), moment("0001-01-02 04:56:02"))],
        bad=[
            (1, 2, "on", "0000-01-01", "a real date"),
            (2, 3, "at", "0000-12-31 00:00:00", "a real timestamp"),
            (4, 5, "at", "9999-12-31 23:59:59", "9999-12-31"),
        ],
    ),
    Fault(
        "2-digit years",
        b"id,on\na,31/01/2024\nb,01/02/24\n",
        columns={**KEY, "on": ("date", {"format": "%d/%m/%Y"})},
        error=("2-digit year", "row 2", "line 3", "column on", "'01/02/24'"),
    ),
    # London: clocks go from 01:00 to 02:00 on 2024-03-31, and from 02:00 back to 01:00 (British Summer Time, UTC+1, first) on 2024-10-27.
    Fault(
        "daylight-saving gap and overlap",
        b"id,at\na,2024-03-31 01:30:00\nb,2024-10-27 01:30:00\nc,2024-07-01 12:00:00\n",
        columns={**KEY, "at": "timestamp"},
        rows=[("b", moment("2024-10-27 00:30")), ("c", moment("2024-07-01 11:00"))],
        bad=[(1, 2, "at", "2024-03-31 01:30:00", "does not exist in Europe/London")],
        warning="1 local times fall in the hour that clocks repeat",
    ),
    Fault(
        "time with its own offset",
        b"id,at\na,2024-01-01 10:00:00 -0500\nb,2024-01-01 10:00:00 Z\nc,2024-01-01 10:00:00\n",
        columns={**KEY, "at": ("timestamp", {"format": "%Y-%m-%d %H:%M:%S %z"})},
        rows=[("a", moment("2024-01-01 15:00")), ("b", moment("2024-01-01 10:00"))],
        bad=[(3, 4, "at", "2024-01-01 10:00:00", "expected timestamp as")],
    ),
    Fault(
        "seconds and fractions out of the format",
        b"id,at\na,2024-01-01 10:00:60\nb,2024-01-01 10:00:00.5\nc,2024-01-01T10:00:00\nd,2024-01-01 10:00:00\n",
        columns={**KEY, "at": "timestamp"},
        rows=[("d", moment("2024-01-01 10:00"))],
        bad=[
            (n, n + 1, "at", v, "expected")
            for n, v in enumerate(["2024-01-01 10:00:60", "2024-01-01 10:00:00.5", "2024-01-01T10:00:00"], 1)
        ],
    ),
    # Money. 1250 minor units: 12.50 USD (2 decimals), 1250 JPY (0), 1.250 KWD (3), 0.1250 CLF (4).
    Fault(
        "minor units by currency",
        b"id,amount,currency\na,1250,usd\nb,1250,JPY\nc,1250,KWD\nd,1250,CLF\ne,,\n",
        columns=money(),
        rows=[
            ("a", Decimal("12.5"), "usd"),
            ("b", Decimal(1250), "JPY"),
            ("c", Decimal("1.25"), "KWD"),
            ("d", Decimal("0.125"), "CLF"),
            ("e", None, None),
        ],
    ),
    Fault(
        "money without currency, unknown, negative, broken",
        b"id,amount,currency\na,100,\nb,100,XYZ\nc,-100,usd\nd,12.5,usd\ne,1,uSd\n",
        columns=money(),
        rows=[],
        bad=[
            (1, 2, "amount", "100", "money without a currency: currency is null"),
            (2, 3, "amount", "100", "unknown currency: currency says 'XYZ'"),
            (3, 4, "amount", "-100", "negative"),
            (4, 5, "amount", "12.5", "whole number of minor units"),
            (5, 6, "amount", "1", "unknown currency"),
        ],
    ),
    Fault("negative where allowed", b"id,amount,currency\na,-100,usd\n", columns=money(negative="allow"), rows=[("a", Decimal(-1), "usd")]),
    Fault(
        "major units",
        b"id,amount,currency\na,12.5,usd\nb,12.5,\nc,12.5,XYZ\n",
        columns=money("major"),
        rows=[("a", Decimal("12.5"), "usd")],
        bad=[(2, 3, "amount", "12.5", "without a currency"), (3, 4, "amount", "12.5", "unknown currency")],
    ),
    Fault("currency by contract", b"id,amount\na,1250\n", columns=money(currency="'JPY'"), rows=[("a", Decimal(1250))]),
    # Nulls, values, booleans.
    Fault(
        "null key and null in a required column",
        b"id,note\n,1\nb,\n",
        columns={"id": "varchar", "note": ("varchar", {"required": True})},
        meta={"key": ["id"]},
        rows=[],
        bad=[(1, 2, "id", "", "null in a key column"), (2, 3, "note", "", "null in a required column")],
    ),
    Fault("orphan key", b"id,note\na,no-such-parent\n", rows=[("a", "no-such-parent")]),
    Fault(
        "NA, NULL, None as text",
        b"id,note,n\na,NA,1\nb,NULL,2\nc,None,NA\n",
        columns={**NOTE, "n": "bigint"},
        rows=[("a", "NA", 1), ("b", "NULL", 2)],
        bad=[(3, 4, "n", "NA", "expected a whole number")],
    ),
    Fault(
        "declared null tokens", b"id,note\na,NA\nb,\nc,-\n", meta={"null_tokens": ["NA", "-"]}, rows=[("a", None), ("b", ""), ("c", None)]
    ),
    Fault("NUL bytes", b"id,note\na,1\nb,\x002\n", rows=[("a", "1")], bad=[(2, 3, None, None, "NUL byte")]),
    Fault(
        "value outside the list",
        b"id,note\na,on\nb,ON\n",
        columns={**KEY, "note": ("varchar", {"values": ["on", "off"]})},
        rows=[("a", "on")],
        bad=[(2, 3, "note", "ON", "expected one of on, off")],
    ),
    Fault(
        "booleans",
        b"id,flag\na,true\nb,FALSE\nc,yes\nd,1\n",
        columns={**KEY, "flag": "boolean"},
        rows=[("a", True), ("b", False)],
        bad=[(3, 4, "flag", "yes", "expected true"), (4, 5, "flag", "1", "expected true")],
    ),
    Fault(
        "formula text",
        b'id,note\na,=1+1\nb,+1\nc,-1\nd,@x\ne,"\t1"\n',
        rows=[("a", "=1+1"), ("b", "+1"), ("c", "-1"), ("d", "@x"), ("e", "\t1")],
    ),
    # Duplicates.
    Fault("exact duplicate", b"id,note\na,1\na,1\nb,2\na,1\n", rows=[("b", "2"), ("a", "1")], duplicates=2),
    Fault(
        "one key, other content: latest by cursor",
        b"id,note,at\na,new,2024-02-01 00:00:00\na,old,2024-01-01 00:00:00\nb,first,2024-01-01 00:00:00\nb,last,2024-01-01 00:00:00\n",
        columns={**NOTE, "at": "timestamp"},
        meta={"key": ["id"], "cursor": "at"},
        rows=[("a", "new", moment("2024-02-01 00:00")), ("b", "last", moment("2024-01-01 00:00"))],
        duplicates=2,
    ),
    # Files that must not be opened.
    Fault("symbolic link in the inbox", PAIR, file="link.csv", error=("symbolic link",), is_link=True),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_file_fault(lander: Lander, fault: Fault) -> None:
    contract = make_contract(fault.columns, **fault.meta)
    if fault.is_link:
        lander.put("target", fault.content).rename(lander.inbox / "target")
        (lander.folder / fault.file).symlink_to(lander.inbox / "target")
    else:
        lander.put(fault.file, fault.content)

    (result,) = lander.land(contract, **fault.options)

    if fault.error:
        assert result.status == "failed"
        assert [words for words in fault.error if words not in result.error] == [], result.error
        assert lander.loads(contract) == []
        assert [path.name for path in lander.quarantine.rglob("*") if path.is_file()] == []
        return
    assert (result.status, result.error) == ("committed", "")
    rejected = lander.rejected(contract).select("row_number", "line", "column", "value", "reason").rows()
    assert [row[:4] for row in rejected] == [bad[:4] for bad in fault.bad]
    assert [bad[4] for bad, row in zip(fault.bad, rejected, strict=True) if bad[4] not in row[4]] == [], rejected
    assert lander.rows(contract) == fault.rows
    assert result.duplicates == fault.duplicates
    assert result.rows_in == len(fault.rows) + len(fault.bad) + fault.duplicates
    assert (result.accepted, result.quarantined) == (len(fault.rows), len(fault.bad))
    assert any(fault.warning in words for words in (*result.warnings, ""))
    assert bool(fault.warning) == bool(result.warnings)
    # The same file again changes nothing.
    assert [again.status for again in lander.land(contract)] == ["unchanged"]
    assert len(lander.loads(contract)) == 1
