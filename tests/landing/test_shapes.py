"""Proofs over whole columns: they hold only where text by text would say the same, and landing with them is landing without them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.contracts import TableContract
from orchestration.extract import ExportError
from orchestration.land import values
from orchestration.land.blocks import Position
from orchestration.land.conform import Conformer
from orchestration.land.csv_reader import CsvReader
from orchestration.land.shapes import shape_of
from tests.landing.house import make_contract

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MINOR = {"unit": "minor", "currency": "'JPY'", "negative": "allow"}
CONTRACT = make_contract(
    {
        "id": "varchar",
        "whole": "bigint",
        "share": "decimal(18,4)",
        "paid": ("decimal(18,4)", {"money": MINOR}),
        "on": "date",
        "at": "timestamp",
        "seen": ("timestamp", {"time_zone": "UTC", "format": "%d/%m/%YT%H:%M:%S%.3f"}),
        "flag": "boolean",
    }
)
WHOLE = ["0", "7", "007", "-3", "-0", "+5", " 5", "5 ", "1e3", "1.0", "", "-", "--1", "1_000", "0x1", "٣", "½", "9223372036854775807"]
WHOLE += ["9223372036854775808", "-9223372036854775808", "9" * 30, "9" * 31, "0" * 40, "1\n2", "1,234", "NA"]
DATES = ["2024-02-29", "2023-02-29", "2024-02-30", "2024-2-3", "24-02-03", "+2024-2-03", "-024-02-03", "2024-13-01", "0000-01-01"]
DATES += ["2024/02/03", "2024-02-03 ", " 2024-2-03", "2024-02-0²", "20240-2-03", "2024-00-10", "9999-12-31", "0001-01-01", ""]
TIMES = ["10:00:00", "23:59:59", "24:00:00", "10:00:60", "10:60:00", "1:00:00", "10:00:0", "01:30:00", " 1:00:00", "+1:00:00", "10:00:-1"]
GOOD = {
    "id": ["a", "b"],
    "whole": ["0", "12", "900"],
    "share": ["1.5", "2", ".25"],
    "paid": ["1", "200"],
    "on": ["2024-02-29", "1999-12-31"],
    "at": ["2024-07-01 12:00:00", "2024-10-27 01:30:00", "2023-01-02 03:04:05"],
    "seen": ["01/02/2024T10:11:12.123", "31/12/1999T23:59:59.000"],
    "flag": ["true", "FALSE"],
}
SHORT = st.text(alphabet="0123456789-+:. T/", max_size=24)
MESSY = {
    "id": st.sampled_from(["a", ""]),
    "whole": st.sampled_from(WHOLE) | SHORT,
    "share": st.sampled_from([*WHOLE, ".", "5.", "1.23456", "1.50000", "1.2.3"]) | SHORT,
    "paid": st.sampled_from(WHOLE) | SHORT,
    "on": st.sampled_from(DATES) | SHORT,
    "at": st.builds("{} {}".format, st.sampled_from([*DATES, "2024-03-31"]), st.sampled_from(TIMES)) | SHORT,
    "seen": st.builds(
        "{}T{}.{}".format, st.sampled_from(["01/02/2024", "1/2/2024"]), st.sampled_from(TIMES), st.sampled_from(["000", "5", "-12"])
    ),
    "flag": st.sampled_from(["true", "True", "yes", "1", "", "TRUE ", "falsE"]),
}


@st.composite
def exports(draw: st.DrawFn) -> list[list[str]]:
    """Rows of right spellings, in some columns of them sometimes a messy one: so that proofs hold for some columns and fail for others."""
    messy = draw(st.sets(st.sampled_from(list(GOOD)), max_size=3))
    cells = {name: st.one_of(st.sampled_from(good), MESSY[name]) if name in messy else st.sampled_from(good) for name, good in GOOD.items()}
    return draw(st.lists(st.tuples(*cells.values()).map(list), min_size=1, max_size=12))


def conform(rows: list[list[str]], *, with_proofs: bool, block_bytes: int) -> object:
    """Accepted rows, rejects and ambiguous times of all blocks, or the error's text."""
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([list(GOOD), *rows])
    conformer = Conformer(CONTRACT, "file")
    if not with_proofs:
        conformer._shapes = {}
    blocks = CsvReader(CONTRACT, iter([target.getvalue().encode()]), "file", Position(), block_bytes=block_bytes).blocks()
    try:
        outcomes = [conformer.conform(block) for block in blocks]
    except ExportError as error:
        return str(error)
    accepted = [row for outcome in outcomes for row in outcome.accepted.rows()]
    return accepted, [reject for outcome in outcomes for reject in outcome.rejects], sum(outcome.ambiguous_times for outcome in outcomes)


@MANY
@given(exports(), st.sampled_from([64, 1 << 20]))
def test_rows_and_quarantine_are_the_same_with_and_without_proofs(rows: list[list[str]], block_bytes: int) -> None:
    careful = conform(rows, with_proofs=False, block_bytes=block_bytes)
    assert conform(rows, with_proofs=True, block_bytes=block_bytes) == careful


def is_real(kind: str, text: str) -> bool:
    """The rule of each type in Python's own words."""
    try:
        match kind:
            case "whole":
                return bool(re.fullmatch("-?[0-9]+", text)) and -(2**63) <= int(text) < 2**63
            case "on":
                return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(dt.date.fromisoformat(text))
            case _:
                is_spelled = re.fullmatch("[0-9]{2}/[0-9]{2}/[0-9]{4}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}", text)
                return bool(is_spelled) and bool(dt.datetime.fromisoformat(f"{text[6:10]}-{text[3:5]}-{text[:2]}{text[10:]}"))
    except ValueError:
        return False


@MANY
@given(st.data(), st.sampled_from(["whole", "on", "seen"]))
def test_one_messy_cell_among_right_ones_is_judged_by_its_spelling(data: st.DataObject, name: str) -> None:
    # A text of 2-digit year fails the whole file, by design.
    cell = data.draw(MESSY[name].filter(lambda text: not re.fullmatch(r"[0-9]{2}[-/][0-9]{2}[-/][0-9]{2}.*", text)))
    rows = [[good[0] for good in GOOD.values()] for _ in range(3)]
    rows[1][list(GOOD).index(name)] = cell
    accepted, rejects, _ = conform(rows, with_proofs=True, block_bytes=1 << 20)
    # An empty text is the declared null, which no column but a key refuses.
    assert [row[-3] for row in accepted] == ([1, 2, 3] if cell == "" or is_real(name, cell) else [1, 3])
    assert [(reject.row_number, reject.column, reject.value) for reject in rejects] == ([] if len(accepted) == 3 else [(2, name, cell)])


PATTERNS = {column.name: pattern for column in CONTRACT.columns if (pattern := values.pattern_of(column))}


@MANY
@given(st.data(), st.sampled_from([name for name, pattern in PATTERNS.items() if shape_of(pattern)]))
def test_a_proof_holds_only_where_every_text_matches(data: st.DataObject, name: str) -> None:
    texts = data.draw(st.lists(st.none() | st.sampled_from(GOOD[name]) | MESSY[name], max_size=6))
    fits = shape_of(PATTERNS[name]).fits(pl.Series(texts, dtype=pl.String))
    assert not fits or all(re.fullmatch(PATTERNS[name][1:-1], text) for text in texts if text is not None)


@pytest.mark.parametrize("name", ["whole", "paid", "on", "at", "seen"])
def test_right_texts_are_proven_however_many_and_one_wrong_byte_anywhere_is_seen(name: str) -> None:
    shape = shape_of(PATTERNS[name])
    # More texts than are looked at together, so that the wrong one lies in the first, a middle and the last piece.
    texts = [*(GOOD[name] * 5_000)[:9_000], None]
    assert shape.fits(pl.Series(texts))
    for place in (0, 4_500, 8_999):
        wrong = texts.copy()
        wrong[place] = wrong[place][:-1] + ":"
        assert not shape.fits(pl.Series(wrong))


def test_what_lengths_would_hide_is_seen() -> None:
    # One text a byte short and the next a byte long: joined, they read like two right ones.
    on = shape_of(PATTERNS["on"])
    assert not on.fits(pl.Series(["2024-01-0", "12024-01-02"]))
    assert not on.fits(pl.Series(["2024-01-01", ""]))
    assert not shape_of(PATTERNS["whole"]).fits(pl.Series(["1", ""]))


def contract_of(**column: object) -> TableContract:
    kind = column.pop("type")
    return make_contract({"c": (kind, column)})


@pytest.mark.parametrize(
    "column",
    [
        {"type": "bigint", "thousands_separator": ","},
        {"type": "bigint", "percent": True},
        {"type": "decimal(18,4)"},
        {"type": "double"},
        {"type": "date", "format": "%-d/%m/%Y"},
        {"type": "timestamp", "format": "%Y-%m-%d %H:%M:%S.%f"},
        {"type": "timestamp", "format": "%Y-%m-%d %I:%M:%S %p"},
        {"type": "timestamp", "format": "%Y-%m-%d %H:%M:%S %z"},
        {"type": "date", "format": "%d %b %Y"},
        {"type": "date", "format": "%Y年%m月%d日"},
    ],
)
def test_patterns_with_several_lengths_or_letters_are_left_to_text_by_text(column: dict[str, object]) -> None:
    (built,) = contract_of(**column).columns
    assert shape_of(values.pattern_of(built)) is None
