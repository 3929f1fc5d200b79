"""Great Expectations over a frame of profiles: bad data, good data, and expectations that are themselves broken."""

from __future__ import annotations

from checks.expectations import Equal, Within, judge

RULES = (Within("no_nulls", "nulls", at_most=0), Equal("types", "declared", "actual"))


def row(nulls: float, declared: str, actual: str | None) -> dict[str, object]:
    return {"nulls": nulls, "declared": declared, "actual": actual}


def test_good_rows_pass_and_bad_ones_are_named_by_their_place() -> None:
    verdicts = judge([row(0, "date", "date"), row(3, "date", "date"), row(0, "date", "varchar"), row(1, "date", "bigint")], RULES)
    assert verdicts["no_nulls"].failing == {1, 3}
    assert verdicts["types"].failing == {2, 3}
    assert not verdicts["no_nulls"].broken


def test_an_empty_cell_is_not_judged() -> None:
    verdicts = judge([row(float("nan"), "date", None), row(0, "date", "date")], RULES)
    assert [verdict.failing for verdict in verdicts.values()] == [frozenset(), frozenset()]
    assert [verdict.broken for verdict in verdicts.values()] == ["", ""]
    only_empty = judge([row(float("nan"), "date", "date")], RULES)
    assert (only_empty["no_nulls"].failing, only_empty["no_nulls"].broken) == (frozenset(), "")


def test_no_rows_fail_nothing() -> None:
    assert judge([], RULES)["no_nulls"].failing == frozenset()


def test_a_broken_expectation_is_broken_and_not_bad_data_and_the_others_still_judge() -> None:
    verdicts = judge(
        [row(2, "date", "date")], (*RULES, Within("lost", "no_such_column", at_most=0), Within("mixed", "declared", at_most=0))
    )
    assert 'The column "no_such_column" in BatchData does not exist' in verdicts["lost"].broken
    assert verdicts["lost"].failing == frozenset()
    assert verdicts["no_nulls"].failing == {0}


def test_many_columns_are_judged_in_one_validation() -> None:
    verdicts = judge([row(number % 2, "date", "date") for number in range(2000)], RULES)
    assert verdicts["no_nulls"].failing == frozenset(range(1, 2000, 2))
