"""Reading CSV: what the csv module writes comes back, the fast path never differs from the exact one, memory stays bounded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from orchestration.contracts import TableContract
from orchestration.extract import ExportError
from orchestration.land import csv_reader, csv_records
from orchestration.land.blocks import Position
from orchestration.land.conform import Conformer
from orchestration.land.csv_reader import CsvReader
from orchestration.land.text import as_utf8
from tests.landing.house import Lander, make_contract

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
TEXTS = {width: make_contract({f"c{number}": "varchar" for number in range(width)}, null_tokens=[]) for width in (1, 2, 3)}


def read(contract: TableContract, content: bytes, *, fast: bool = True, block_bytes: int = 0, piece: int = 1 << 20) -> object:
    """(rows with row and line numbers, rejects), or the error's text."""
    pieces = (content[start : start + piece] for start in range(0, len(content), piece))
    reader = CsvReader(contract, pieces, "file", Position(), block_bytes=block_bytes)
    reader._can_be_fast = fast
    rows, rejects = [], []
    names = [*(column.name for column in contract.columns), "_row_number", "_line_number"]
    try:
        for block in reader.blocks():
            rows += block.frame.select(names).rows()
            rejects += block.rejects
    except ExportError as error:
        return str(error)
    return rows, rejects


@st.composite
def csv_files(draw: st.DrawFn) -> tuple[list[list[str]], bytes, int]:
    """Rows, the file that the csv module writes of them, and their width."""
    width = draw(st.sampled_from([1, 2, 3]))
    text = st.text(
        alphabet=st.one_of(st.sampled_from("ab,;\"\n\r' é€😀="), st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
    )
    rows = draw(st.lists(st.lists(text, min_size=width, max_size=width), max_size=8))
    target = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
    # Where it quotes only what it must, the csv module leaves a lone CR bare, and a bare CR ends a record: there is no right answer.
    assume(quoting != csv.QUOTE_MINIMAL or not any("\r" in value for row in rows for value in row))
    writer = csv.writer(target, quoting=quoting, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerow([f"c{number}" for number in range(width)])
    writer.writerows(rows)
    return rows, target.getvalue().encode(), width


@QUICK
@given(csv_files(), st.sampled_from([1, 7, 1 << 20]), st.sampled_from([16, 8 << 20]))
def test_whatever_the_csv_module_writes_lands_with_the_same_values(
    made: tuple[list[list[str]], bytes, int], piece: int, block: int
) -> None:
    rows, content, width = made
    outcome = read(TEXTS[width], content, piece=piece, block_bytes=block)
    assert not isinstance(outcome, str), outcome
    landed, rejects = outcome
    assert rejects == []
    assert [list(row[:width]) for row in landed] == rows
    assert [row[width] for row in landed] == list(range(1, len(rows) + 1))


MESSY = st.lists(st.sampled_from(["a", "b", ",", ",", '"', '"', '""', '","', "\n", "\n", "\r\n", "\r", " ", "é", "\0"]), max_size=30).map(
    "".join
)


@QUICK
@given(st.sampled_from([1, 2, 3]), MESSY)
def test_the_fast_path_says_what_the_exact_one_says_or_nothing(width: int, body: str) -> None:
    content = (",".join(f"c{number}" for number in range(width)) + "\n" + body).encode()
    exact = read(TEXTS[width], content, fast=False)
    assert read(TEXTS[width], content) == exact
    assert read(TEXTS[width], content, block_bytes=8, piece=3) == exact


@settings(QUICK, max_examples=40)
@given(st.binary(max_size=200), st.booleans())
def test_arbitrary_bytes_are_all_accounted_for_or_refused_whole(lander: Lander, noise: bytes, has_header: bool) -> None:
    contract = make_contract({"id": ("varchar", {"required": True}), "n": "bigint"}, key=["id"], format={"encoding": "latin-1"})
    result = lander.land_one(contract, b"id,n\n" * has_header + noise, "noise.csv")
    assert result.status in ("committed", "failed", "unchanged")
    assert bool(result.error) == (result.status == "failed")
    assert result.rows_in == result.accepted + result.quarantined + result.duplicates
    assert sum(load.accepted for load in lander.loads(contract)) >= len(lander.rows(contract))


def endless(seen: list[int]) -> Iterator[bytes]:
    yield b"c0,c1\n"
    while True:
        seen.append(1)
        yield b"a,b\n" * 1000


def test_the_reader_takes_no_more_than_a_block_ahead() -> None:
    seen: list[int] = []
    blocks = CsvReader(TEXTS[2], endless(seen), "file", Position(), block_bytes=40_000).blocks()
    # A piece is 4,000 bytes, a block 40,000: after n blocks at most 10 n pieces and one block more have been read.
    for number in range(1, 6):
        block = next(blocks)
        assert len(seen) <= 10 * number + 11
        assert block.frame.height <= 20_000


def test_an_unclosed_quote_is_refused_long_before_the_end_of_a_huge_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "MAX_RECORD_BYTES", 100_000)
    seen: list[int] = []

    def broken() -> Iterator[bytes]:
        yield b'c0,c1\na,b\n"oops,c\n'
        yield from endless(seen)

    with pytest.raises(ExportError, match=r"unterminated quote: the field opened on line 3 \(row 2\)"):
        list(CsvReader(TEXTS[2], broken(), "file", Position(), block_bytes=40_000).blocks())
    assert len(seen) < 200


def test_one_bad_row_in_a_large_block_costs_only_its_neighbourhood(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [b"a,%d\n" % number for number in range(200_000)]
    rows[100_000] = b"short\n"
    exact_bytes = []
    scan = csv_records.RecordScanner.scan

    def counted(self: csv_records.RecordScanner, data: bytes, start: int, at_end: bool) -> object:
        record = scan(self, data, start, at_end)
        exact_bytes.append(record.end - start if record else 0)
        return record

    monkeypatch.setattr(csv_records.RecordScanner, "scan", counted)
    landed, rejects = read(TEXTS[2], b"c0,c1\n" + b"".join(rows))
    assert [(reject.row_number, reject.line_number) for reject in rejects] == [(100_001, 100_002)]
    assert len(landed) == 199_999
    assert landed[100_000] == ("a", "100001", 100_002, 100_003)
    assert sum(exact_bytes) < 3 * csv_reader.LEAST_BYTES


def test_lines_are_counted_through_fields_with_line_ends() -> None:
    landed, _ = read(TEXTS[2], b'c0,c1\na,"1\n2\n3"\nb,"4\r\n5"\nc,6\n')
    assert [row[2:] for row in landed] == [(1, 2), (2, 5), (3, 7)]


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_decoding_does_not_depend_on_where_pieces_are_cut(encoding: str, piece: int) -> None:
    text = "id,näme\n1,é\n" if encoding == "latin-1" else "id,näme\n1,é€😀\n"
    content = text.encode(encoding)
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    pieces = (content[start : start + piece] for start in range(0, len(content), piece))
    assert b"".join(as_utf8(pieces, declared, "file", "format.encoding")).decode() == text


def test_duplicates_are_found_across_parts_and_slices(lander: Lander, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.land.duplicates.HASHES_AT_ONCE", 700)
    monkeypatch.setattr("orchestration.land.duplicates.COMPARED_BYTES", 4_000)
    contract = make_contract({"id": "varchar", "n": "bigint"}, key=["id"], cursor="n")
    # 2,000 ids, then every third of them once more with a greater cursor: 667 superseded rows (0, 3, ..., 1998).
    rows = [(f"k{number}", number) for number in range(2000)] + [(f"k{number}", number + 10_000) for number in range(0, 2000, 3)]
    content = "id,n\n" + "".join(f"{key},{number}\n" for key, number in rows)
    result = lander.land_one(contract, content.encode(), block_bytes=4_000, part_bytes=8_000)
    assert (result.rows_in, result.accepted, result.duplicates) == (2667, 2000, 667)
    (load,) = lander.loads(contract)
    assert len(load.parts) > 1
    landed = dict(lander.rows(contract))
    assert landed == {f"k{number}": number + (10_000 if number % 3 == 0 else 0) for number in range(2000)}
    # The profile is of the rows that stayed: k0 was landed with 0 and stayed with 10,000, so the least is k1's.
    assert load.profile["n"] == {"nulls": 0, "distinct": 2000, "min": "1", "max": "11998"}


@pytest.mark.parametrize("part_bytes", [1, 1 << 20])
def test_equal_hashes_of_different_keys_remove_nothing(lander: Lander, monkeypatch: pytest.MonkeyPatch, part_bytes: int) -> None:
    monkeypatch.setattr(
        "orchestration.land.duplicates._key_hashes", lambda contract, frame: pl.repeat(7, frame.height, dtype=pl.UInt64, eager=True)
    )
    contract = make_contract({"id": "varchar"}, key=["id"])
    result = lander.land_one(contract, b"id\na\nb\na\n", part_bytes=part_bytes)
    assert (result.accepted, result.duplicates) == (2, 1)


def test_the_sample_of_distinct_values_is_near_the_truth(lander: Lander) -> None:
    contract = make_contract({"id": "varchar", "kind": "varchar", "mail": ("varchar", {"personal": True})}, key=["id"])
    content = "id,kind,mail\n" + "".join(f"k{number},{number % 7},m{number}\n" for number in range(30_000))
    lander.land_one(contract, content.encode(), block_bytes=50_000)
    (load,) = lander.loads(contract)
    assert load.profile["kind"]["distinct"] == 7
    # 2,048 sampled hashes err by about 1 / sqrt(1,024) = 3 % at one standard deviation; 15 % is five of them.
    assert abs(load.profile["id"]["distinct"] - 30_000) < 4_500
    assert (load.profile["mail"]["min"], load.profile["mail"]["max"]) == (None, None)


def test_conforming_says_every_reason_of_a_row_and_keeps_the_row_as_text() -> None:
    contract = make_contract({"id": ("varchar", {"source_name": "Id"}), "n": "bigint", "on": "date"})
    block = next(CsvReader(contract, iter([b"Id,n,on\na,x,y\n"]), "file", Position()).blocks())
    (reject,) = Conformer(contract, "file").conform(block).rejects
    assert (reject.column, reject.value, reject.raw) == ("n", "x", '{"Id":"a","n":"x","on":"y"}')
    assert reject.reason == "n: expected a whole number such as 1250, got 'x'; on: expected date as %Y-%m-%d, got 'y'"
