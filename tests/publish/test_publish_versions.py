"""What stands after publishes: the swapped file, kept versions, going back, Parquet, the registers, and readers meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import PublishedFileDamaged, PublishError, PublishRefused, audit, open_published, publish, rollback
from orchestration.publish.files import sha256
from orchestration.publish.swap import kept_versions, version_path
from orchestration.settings import Paths
from tests.publish.publishing import AS_OF, CHARGES, build, passing, publish_all, required, set_up, write_load, write_warehouse


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return set_up(tmp_path / "company")


def query(paths: Paths, sql: str) -> list[tuple]:
    with open_published(paths.published) as connection:
        return connection.execute(sql).fetchall()


def publish_version(paths: Paths, number: int) -> None:
    """Publish the charges plus one of April (an open month) worth `number`."""
    write_warehouse(paths, [*CHARGES, ("c9", f"{number}.0000", "2026-04-02")])
    assert publish_all(paths, f"r{number}").version == number


def april(paths: Paths) -> list[tuple]:
    return query(paths, "select cast(amount as integer) from published.fct_charges where charge_id = 'c9'")


def test_the_live_file_has_every_table_flat_and_described(paths: Paths) -> None:
    publish_all(paths)
    tables = query(paths, "select table_name from duckdb_tables() where schema_name = 'published' order by 1")
    assert [name for (name,) in tables] == [
        "dim_days",
        "fct_charges",
        "loads",
        "metric_definitions",
        "metrics",
        "publications",
        "quality_history",
        "quality_results",
        "restatements",
    ]
    assert query(paths, "select count(*), sum(amount)::varchar from published.fct_charges") == [(3, "60.0000")]
    comments = dict(query(paths, "select column_name, comment from duckdb_columns() where table_name = 'fct_charges'"))
    assert comments == {"charge_id": "The charge_id.", "amount": "The amount.", "charged_on": "The charged_on."}
    ((undescribed,),) = query(
        paths, "select count(*) from duckdb_columns() where schema_name = 'published' and table_name = 'loads' and comment is null"
    )
    assert undescribed == 0


def test_a_publication_says_as_of_when_from_which_loads(paths: Paths) -> None:
    publish_all(paths)
    columns = "version, as_of, load_count, newest_loads, row_count, rows_by_table"
    # 3 charges, 3 days, 3 months of one metric, 1 definition, 1 load.
    assert query(paths, f"select {columns} from published.publications") == [
        (
            1,
            AS_OF,
            1,
            '{"billing.charges": "000001-00000001"}',
            11,
            '{"dim_days": 3, "fct_charges": 3, "loads": 1, "metric_definitions": 1, "metrics": 3}',
        )
    ]


def test_other_check_results_over_the_same_content_are_published_as_the_same_version(paths: Paths) -> None:
    publish_all(paths, "r1")
    told = [{**each, "status": "failed", "severity": "warn"} if each["check"] == "freshness" else each for each in passing()]
    again = publish(paths, audit(paths, build(paths, "r2"), told, required()), required())
    assert (again.version, again.swapped) == (1, True)
    assert query(paths, "select status from published.quality_results where check_name = 'freshness'") == [("failed",)]
    assert query(paths, "select version, run_id from published.publications") == [(1, "r1")]
    assert kept_versions(paths) == [1]


def test_the_same_content_again_leaves_the_file_as_it_is_to_the_byte(paths: Paths) -> None:
    assert publish_all(paths, "r1").swapped
    first = sha256(paths.published)
    again = publish_all(paths, "r2")
    assert (again.version, again.swapped) == (1, False)
    assert sha256(paths.published) == first
    assert list(paths.published.parent.glob(".candidate*")) == []
    assert publish_all(paths, "r3", as_of=AS_OF.replace(day=30)).version == 2


def test_seven_versions_are_kept_with_their_records(paths: Paths) -> None:
    for number in range(1, 10):
        publish_version(paths, number)
    assert kept_versions(paths) == [3, 4, 5, 6, 7, 8, 9]
    assert sorted(int(record.name[:6]) for record in paths.audits.glob("*.json")) == [3, 4, 5, 6, 7, 8, 9]
    assert version_path(paths, 9).samefile(paths.published)


def test_rollback_brings_the_version_before_back_and_the_next_publish_has_a_new_number(paths: Paths) -> None:
    for number in (1, 2, 3):
        publish_version(paths, number)
    assert rollback(paths).version == 2
    assert april(paths) == [(2,)]
    assert duckdb.sql(f"select max(amount)::integer from '{paths.parquet}/fct_charges.parquet' where charge_id = 'c9'").fetchall() == [(2,)]
    assert rollback(paths).version == 1
    assert rollback(paths, 3).version == 3
    assert april(paths) == [(3,)]
    assert rollback(paths, 1).version == 1
    publish_version(paths, 4)
    assert [row for (row,) in query(paths, "select version from published.publications order by 1")] == [1, 4]


def test_rollback_without_an_earlier_version_is_refused(paths: Paths) -> None:
    publish_all(paths)
    with pytest.raises(PublishRefused, match="no earlier version to bring back; kept versions: 1"):
        rollback(paths)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]), "does not read back|not as it was published"),
        (lambda file: file.write_bytes(b"x" * 4096), "is no DuckDB file"),
        (lambda file: file.write_bytes(file.read_bytes()[:-1] + b"!"), "not as it was published"),
        (lambda file: file.unlink(), "is missing"),
    ],
    ids=["cut off", "overwritten", "one byte", "removed"],
)
def test_damage_is_found_at_open_and_rollback_mends_it(paths: Paths, damage, said: str) -> None:
    for number in (1, 2):
        publish_version(paths, number)
    # The live file and its version are one file on disk; what is damaged in place is damaged under both names.
    paths.published.chmod(0o644)
    damage(paths.published)
    with pytest.raises(PublishedFileDamaged, match=said) as found:
        open_published(paths.published)
    assert "make rollback" in str(found.value)
    back = rollback(paths)
    assert april(paths) == [(back.version,)]


def test_a_damaged_version_is_passed_over(paths: Paths) -> None:
    for number in (1, 2, 3):
        publish_version(paths, number)
    version_path(paths, 2).chmod(0o644)
    version_path(paths, 2).write_bytes(b"nothing")
    assert rollback(paths).version == 1
    with pytest.raises(PublishRefused, match=r"000002\.duckdb is no DuckDB file"):
        rollback(paths, 2)


def test_readers_connections_reach_no_other_file(paths: Paths, tmp_path: Path) -> None:
    publish_all(paths)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_published(paths.published) as connection:
        with pytest.raises(duckdb.Error, match="disabled"):
            connection.execute(f"select * from '{tmp_path}/secret.csv'")
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("create table published.mine as select 1")


READER = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    query = "select max(version), sum(amount)::integer from published.publications, published.fct_charges where charge_id = 'c9'"
    print(connection.execute(query).fetchall()[0], flush=True)
    sys.stdin.readline()
    print(connection.execute(query).fetchall()[0], flush=True)
"""


def test_a_reader_that_holds_the_file_keeps_its_answer_while_new_readers_see_the_new_one(paths: Paths) -> None:
    publish_version(paths, 1)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(paths.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout and reader.stdin
    assert reader.stdout.readline() == "(1, 1)\n"
    publish_version(paths, 2)
    reader.stdin.write("go on\n")
    reader.stdin.flush()
    assert reader.stdout.readline() == "(1, 1)\n"
    assert reader.wait(timeout=30) == 0
    assert april(paths) == [(2,)]


def test_parquet_has_every_table_and_follows_the_version(paths: Paths) -> None:
    publish_version(paths, 1)
    publish_version(paths, 2)
    assert len(list(paths.parquet.glob("*.parquet"))) == 9
    assert duckdb.sql(f"select sum(amount)::integer from '{paths.parquet}/fct_charges.parquet'").fetchall() == [(62,)]
    assert [path.name for path in paths.published.parent.glob(".parquet-*")] == [paths.parquet.readlink().name]


def test_parquet_that_cannot_be_written_publishes_nothing(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_version(paths, 1)
    before = sha256(paths.published)
    write_warehouse(paths, CHARGES)
    record = audit(paths, build(paths, "r2"), passing(), required())

    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("orchestration.publish.parquet.sync", fail)
    with pytest.raises(PublishError, match=r"nothing was published: .*No space left on device"):
        publish(paths, record, required())
    monkeypatch.undo()
    assert sha256(paths.published) == before
    assert duckdb.sql(f"select sum(amount)::integer from '{paths.parquet}/fct_charges.parquet'").fetchall() == [(61,)]


def test_a_folder_of_parquet_from_elsewhere_is_replaced(paths: Paths) -> None:
    paths.parquet.mkdir(parents=True)
    (paths.parquet / "old.parquet").write_bytes(b"")
    publish_all(paths)
    assert not (paths.parquet / "old.parquet").exists()
    assert (paths.parquet / "fct_charges.parquet").exists()


def test_loads_account_for_rows_and_say_which_are_still_seen(paths: Paths) -> None:
    write_load(paths, 2, 5, "2026-03-01T00:00:00", "2026-03-20T00:00:00", visible=4)
    publish_all(paths)
    rows = query(paths, "select load_id, rows_in, accepted, visible_rows, source_file from published.loads order by 1")
    assert rows == [("000001-00000001", 3, 3, 3, "charges_1.csv"), ("000002-00000002", 5, 5, 4, "charges_2.csv")]
