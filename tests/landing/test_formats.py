"""Formats other than CSV: their values, their breakages, their outcomes."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest

from orchestration.land.blocks import Position
from orchestration.land.json_reader import JsonArrayReader, NdjsonReader
from tests.landing.house import Lander, make_contract

COLUMNS: dict[str, Any] = {"id": ("varchar", {"required": True}), "n": "decimal(18,4)", "flag": "boolean", "at": "timestamp", "on": "date"}
moment = dt.datetime.fromisoformat
# London in July is UTC+1.
ROW = ("7", Decimal("12.5"), True, moment("2024-07-01 09:00"), dt.date(2024, 7, 1))


def contract(kind: str, columns: dict[str, Any] | None = None, **given: Any):
    return make_contract(columns or COLUMNS, format={"type": kind}, **given)


def typed_frame() -> pl.DataFrame:
    return pl.DataFrame(
        {"id": ["7"], "n": [12.5], "flag": [True], "at": [moment("2024-07-01 10:00")], "on": [dt.date(2024, 7, 1)]},
        schema={"id": pl.String, "n": pl.Float64, "flag": pl.Boolean, "at": pl.Datetime("us"), "on": pl.Date},
    )


def parquet(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def workbook(rows: list[list[Any]], sheet: str = "Data") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


HEADER = ["id", "n", "flag", "at", "on"]
SHEET_ROW = ["7", 12.5, True, moment("2024-07-01 10:00"), dt.date(2024, 7, 1)]
RECORD = '{"id":"7","n":12.5,"flag":true,"at":"2024-07-01 10:00:00","on":"2024-07-01"}'


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("ndjson", RECORD.encode()),
        ("ndjson", gzip.compress(b"\n" + RECORD.encode() + b"\n\n")),
        ("json", b" [\n" + RECORD.encode() + b"\n] \n"),
        ("parquet", parquet(typed_frame())),
        ("xlsx", workbook([[], HEADER, SHEET_ROW])),
    ],
    ids=["ndjson", "ndjson in gzip", "json", "parquet", "xlsx"],
)
def test_the_same_row_in_every_format(lander: Lander, kind: str, content: bytes) -> None:
    result = lander.land_one(contract(kind), content)
    assert (result.status, result.error, result.warnings) == ("committed", "", ())
    assert lander.rows(contract(kind)) == [ROW]


@pytest.mark.parametrize("kind", ["ndjson", "json"])
def test_json_numbers_keep_their_spelling_and_nested_values_their_text(lander: Lander, kind: str) -> None:
    columns = {"id": "varchar", "n": "decimal(38,4)", "deep": "varchar"}
    records = ['{"id":9007199254740993,"n":12345678901234567890.1,"deep":{"a":[1.10,null,"é"]}}', '{"id":null,"n":null,"new":[1.50]}']
    content = "\n".join(records) if kind == "ndjson" else f"[{','.join(records)}]"
    result = lander.land_one(contract(kind, columns), content.encode())
    assert result.warnings == ("new columns kept as text in _extra: new; add them to the contract to use them",)
    rows = lander.rows(contract(kind, columns), "id", "n", "deep", "_extra")
    assert rows[0][:2] == ("9007199254740993", Decimal("12345678901234567890.1"))
    assert json.loads(rows[0][2]) == {"a": [1.1, None, "é"]}
    assert "1.10" in rows[0][2]
    assert rows[1] == (None, None, None, '{"new":[1.50]}')


def test_ndjson_quarantines_what_is_no_object(lander: Lander) -> None:
    one = contract("ndjson", {"id": "varchar", "n": "bigint"})
    lines = [
        '{"id":"a","n":1}',
        "<html>",
        "[1]",
        '{"id":"b","id":"c","n":2}',
        '{"id":"\\u0000","n":3}',
        '{"id":"\\ud800","n":4}',
        '{"id":"d","n":1.5}',
    ]
    result = lander.land_one(one, "\n".join([*lines, ""]).encode())
    assert (result.accepted, result.quarantined) == (1, 6)
    reasons = lander.rejected(one).select("line", "reason").rows()
    expected = ["not JSON", "expected a JSON object, got list", "more than once", "NUL byte", "surrogate", "expected a whole number"]
    assert [line for line, _ in reasons] == [2, 3, 4, 5, 6, 7]
    assert [words for words, (_, reason) in zip(expected, reasons, strict=True) if words not in reason] == []


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("ndjson", b'{"id":"a","n":1}\n{"id":"b"', ["truncated", "line 2"]),
        ("ndjson", b'{"id":"a"}\n{"id":"b"}\n', ["lacks 'n'"]),
        ("json", b'[{"id":"a","n":1},{"id":"b"', ["truncated", "row 2"]),
        ("json", b'[{"id":"a","n":1}', ["truncated", "expected ',' or ']'"]),
        ("json", b'[{"id":"a","n":1} {"id":"b"}]', ["expected ',' or ']'", "byte 18"]),
        ("json", b'[{"id":"a","n":1}] x', ["text after the end"]),
        ("json", b'{"data":[]}', ["expected a JSON array", "ndjson"]),
        ("json", b"", ["empty export"]),
        ("parquet", parquet(pl.DataFrame({"id": ["a"], "n": [1]}))[:-8], ["bad or truncated Parquet"]),
        ("parquet", parquet(pl.DataFrame({"id": ["a"]})), ["lacks 'n'"]),
        ("xlsx", workbook([["id", "n"], ["a", 1]])[:-30], ["bad or truncated Excel"]),
        ("xlsx", workbook([]), ["empty export"]),
        ("xlsx", workbook([["id", "m"]]), ["lacks 'n'"]),
    ],
    # Numbers, as the bytes of an archive differ from process to process.
    ids=range(13),
)
def test_broken_files_fail_whole(lander: Lander, kind: str, content: bytes, words: list[str]) -> None:
    one = contract(kind, {"id": "varchar", "n": "bigint"})
    result = lander.land_one(one, content)
    assert result.status == "failed"
    assert [word for word in words if word not in result.error] == [], result.error
    assert lander.loads(one) == []


def test_an_empty_json_array_is_no_rows(lander: Lander) -> None:
    result = lander.land_one(contract("json"), b"[ ]")
    assert (result.status, result.rows_in) == ("committed", 0)


def test_json_arrays_are_decoded_as_they_come() -> None:
    seen = []

    def endless() -> Iterator[bytes]:
        yield b"["
        while True:
            seen.append(1)
            yield b'{"id":"a","n":1},' * 100

    one = contract("json", {"id": "varchar", "n": "bigint"})
    blocks = JsonArrayReader(one, endless(), "file", Position(), block_bytes=5_000).blocks()
    for _ in range(3):
        assert next(blocks).frame.height > 0
    # A piece holds 1,700 bytes, three blocks 15,000: nine pieces, and never more than as much again ahead.
    assert len(seen) < 40


def test_ndjson_lines_may_be_cut_anywhere() -> None:
    content = f"{RECORD}\n{RECORD.replace('7', '8')}\n".encode()
    pieces = (content[start : start + 3] for start in range(0, len(content), 3))
    (block,) = NdjsonReader(contract("ndjson"), pieces, "file", Position()).blocks()
    assert block.frame["id"].to_list() == ["7", "8"]
    assert block.frame["_line_number"].to_list() == [1, 2]


def test_parquet_values_are_judged_by_the_contract(lander: Lander) -> None:
    columns = {
        "id": "varchar",
        "n": "bigint",
        "amount": ("decimal(18,4)", {"money": {"unit": "minor", "currency": "'KWD'"}}),
        "on": "date",
        "at": "timestamp",
    }
    one = contract("parquet", columns)
    frame = pl.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "n": [1.0, 1.5, 3.0, 4.0],
            "amount": [1250, 1, -1, 1],
            "on": [moment("2024-01-01"), moment("2024-01-01"), moment("2024-01-01"), moment("2024-01-01 10:00")],
            "at": pl.Series([moment("2024-07-01 10:00")] * 4).dt.replace_time_zone("America/New_York"),
            "tags": [["x"], [], None, ["y", "z"]],
        }
    )
    result = lander.land_one(one, parquet(frame))
    assert (result.accepted, result.quarantined) == (0, 4)
    whole = frame.with_columns(pl.Series("n", [1, 2, 3, 4]))
    result = lander.land_one(one, parquet(whole))
    assert [row[:2] for row in lander.rejected(one).filter(pl.col("load_id") == result.load_id).select("row_number", "column").rows()] == [
        (3, "amount"),
        (4, "on"),
    ]
    # 10:00 in New York in July is 14:00 UTC; 1,250 minor units of KWD are 1.25.
    assert lander.rows(one)[0] == ("1", 1, Decimal("1.25"), dt.date(2024, 1, 1), moment("2024-07-01 14:00"))
    assert json.loads(lander.rows(one, "_extra")[0][0]) == {"tags": '["x"]'}


def test_excel_serials_errors_and_rounded_ids_are_refused(lander: Lander) -> None:
    one = contract("xlsx", {"id": "varchar", "on": "date", "n": "bigint"})
    rows = [
        ["id", "on", "n"],
        ["007", dt.date(2024, 1, 31), 5],
        [17850, 45322, 5],
        ["b", dt.date(2024, 1, 31), "#N/A"],
        [12345678901234567, None, 5],
    ]
    result = lander.land_one(one, workbook(rows))
    assert result.status == "committed", result.error
    assert lander.rows(one) == [("007", dt.date(2024, 1, 31), 5)]
    assert lander.rejected(one).select("line", "column", "value").rows() == [(3, "on", "45322"), (4, None, None), (5, None, None)]


def test_the_declared_sheet_is_read_or_the_file_fails(lander: Lander) -> None:
    one = make_contract({"id": "varchar"}, format={"type": "xlsx", "sheet": "Orders"})
    assert lander.land_one(one, workbook([["id"], ["a"]], "Orders")).accepted == 1
    failed = lander.land_one(one, workbook([["id"], ["a"]], "Other"))
    assert "expected a sheet 'Orders', got 'Other'" in failed.error
