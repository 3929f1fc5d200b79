"""The planted faults: listed with counts that add up, of the kind they say, and harmless to the truth."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pytest

from sample_company.mess import bomb
from sample_company.write import write


def listed(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "truth" / "mess.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def content(folder: Path, name: str) -> bytes:
    return (folder / "inbox" / "shop" / "customers" / f"mess_{name}").read_bytes()


def test_the_list_and_the_files_are_the_same(written: Path) -> None:
    planted = {path.relative_to(written / "inbox").as_posix() for path in (written / "inbox").rglob("mess_*")}
    assert planted == set(listed(written))
    assert len(planted) >= 25


def test_counts_add_up_and_outcomes_are_known(written: Path) -> None:
    for row in listed(written).values():
        rows_in, accepted, quarantined, duplicates = (int(row[name]) for name in ("rows_in", "accepted", "quarantined", "duplicates"))
        assert rows_in == accepted + quarantined + duplicates
        assert row["outcome"] in ("accept", "quarantine", "duplicate", "noop", "fail")
        assert (quarantined > 0) == (row["outcome"] == "quarantine")
        assert (duplicates > 0) == (row["outcome"] == "duplicate")
        assert row["outcome"] not in ("fail", "noop") or rows_in == 0


def test_listed_rows_are_the_records_of_the_file(written: Path) -> None:
    counted = 0
    for name, row in listed(written).items():
        if row["outcome"] in ("accept", "quarantine", "duplicate"):
            text = (written / "inbox" / name).read_bytes().decode("utf-8-sig")
            records = list(csv.reader(io.StringIO(text, newline="")))
            assert len(records) - 1 == int(row["rows_in"]), name
            counted += 1
    assert counted >= 14


def test_the_bytes_are_as_broken_as_they_say(written: Path) -> None:
    with pytest.raises(EOFError):
        gzip.decompress(content(written, "truncated.csv.gz"))
    with pytest.raises((gzip.BadGzipFile, zlib.error), match="CRC"):
        gzip.decompress(content(written, "wrong_crc.csv.gz"))
    assert content(written, "empty.csv") == b""
    assert content(written, "bom_crlf.csv").startswith(b"\xef\xbb\xbfCustomer ID,")
    assert b"\r\n" in content(written, "bom_crlf.csv")
    for name in ("utf16.csv", "latin1.csv"):
        with pytest.raises(UnicodeDecodeError):
            content(written, name).decode("utf-8")
    assert b"\0" in content(written, "nul.csv")
    assert content(written, "unterminated.csv").count(b'"') % 2 == 1
    with zipfile.ZipFile(io.BytesIO(content(written, "path_traversal.csv.zip"))) as archive:
        assert archive.namelist() == ["../../escaped.csv"]


def test_a_bomb_is_small_and_grows_more_than_two_hundred_and_fifty_fold() -> None:
    small = bomb(4)
    assert 4 * 1_048_000 < len(gzip.decompress(small)) < 4 * 1_048_576 + 200
    assert len(bomb(64)) * 251 < 64 * 1_048_000


def test_mess_changes_no_good_file_and_no_true_number(tmp_path: Path) -> None:
    clean, messy = tmp_path / "clean", tmp_path / "messy"
    write(clean / "inbox", clean / "truth", scale=0.05)
    write(messy / "inbox", messy / "truth", scale=0.05, mess=True)
    good = [path for path in sorted(clean.rglob("*")) if path.is_file()]
    assert len(good) > 50
    for path in good:
        assert (messy / path.relative_to(clean)).read_bytes() == path.read_bytes()


def test_the_overlapping_re_export_repeats_what_is_known_but_its_update_time(written: Path) -> None:
    folder = written / "inbox" / "stripe" / "invoices"
    with (folder / "invoices_2023.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    with (folder / "mess_overlap.csv").open(encoding="utf-8", newline="") as file:
        again = list(csv.DictReader(file))
    assert len(again) > 30
    for row in again:
        assert row["updated"] > known[row["id"]]["updated"]
        assert {**row, "updated": ""} == {**known[row["id"]], "updated": ""}
