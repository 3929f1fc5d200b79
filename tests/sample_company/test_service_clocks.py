"""The clocks of the truth, worked by hand: every named ticket, at two scales, and business minutes counted one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from sample_company.clock import instant
from sample_company.service.hours import BERLIN, HOLIDAYS, NEW_YORK, ROUND_THE_CLOCK, local
from sample_company.service.states import Schedule
from sample_company.truth.service_clocks import business_minutes, calendar_minutes
from tests.sample_company.service_lives import lives

# First response: minutes of the calendar and of business; resolution: the same two; reopenings; tier. The office in New York is open 9 to
# 17, from 2025-03-03 on 8 to 18; a ticket is solved 30 minutes after the answer unless said.
BY_HAND = {
    # Friday 16:30 to Monday 9:45: 65 h 15; 16:30 to 18:00 and 8:00 to 9:45.
    "weekend": (3915, 90 + 105, 3945, 225, 0, 1),
    # Wednesday 17:00 to Friday 10:30: 41 h 30; an hour on Wednesday, none on Thanksgiving, 8:00 to 10:30.
    "holiday": (2490, 60 + 150, 2520, 240, 0, 1),
    # Friday 17:00 to Monday 9:00 is 64 h, less the hour that the clocks jump; 17 to 18 and 8 to 9.
    "clocks_forward": (3780, 60 + 60, 3810, 150, 0, 1),
    # 22:00 to 6:00 is 8 h, less one.
    "clocks_forward_all_night": (420, 420, 450, 450, 0, 1),
    # 64 h and the hour that comes twice.
    "clocks_back": (3900, 60 + 60, 3930, 150, 0, 1),
    "clocks_back_all_night": (540, 540, 570, 570, 0, 1),
    # Friday 16:00 to Monday 8:30: 64 h 30; until 17:00 under the old hours, from 8:00 under the new.
    "hours_change": (3870, 60 + 30, 3900, 120, 0, 1),
    # 12:00 to 18:30 in Berlin: until 12:30, 13:30 to 18:00; New York, where it was moved, does not count.
    "other_schedule": (390, 30 + 270, 420, 300, 0, 1),
    "outside_hours": (60, 0, 90, 0, 0, 1),
    # 59 seconds; solved after 30 minutes and 59 seconds.
    "seconds": (0, 0, 30, 30, 0, 1),
    # Tuesday 10:00 to Thursday 10:00: 8 h, 10 h and 2 h of business.
    "auto_reply_only": (None, None, 2880, 1200, 0, 1),
    "auto_reply_then_agent": (75, 75, 105, 105, 0, 1),
    "note_before_answer": (40, 40, 40, 40, 0, 1),
    # Answered after four hours and solved half an hour later.
    "agent_created": (None, None, 270, 270, 0, 1),
    # Monday 10:00, solved for the last time on Tuesday 12:00: 26 h; 8 h on Monday and 4 on Tuesday.
    "reopened_once": (60, 60, 1560, 720, 1, 1),
    # Until Wednesday 12:00: 50 h; 8, 10 and 4.
    "reopened_twice": (60, 60, 3000, 1320, 2, 1),
    "reopened_for_good": (60, 60, None, None, 1, None),
    "closed_straight": (None, None, 180, 180, 0, 1),
    "unsolved": (60, 60, None, None, 0, None),
    "tier_two_after_one": (20, 20, 180, 180, 0, 2),
    # Tuesday 10:00, 30 h later: 8 h until 18:00, 8:00 to 16:00 on Wednesday.
    "tier_three": (20, 20, 1800, 960, 0, 3),
    "no_group": (20, 20, 50, 50, 0, None),
    "unclassified": (5, 5, 35, 35, 0, 1),
    "two_kinds": (5, 5, 35, 35, 0, 1),
    "of_a_release": (5, 5, 35, 35, 0, 1),
    "repeat_within": (30, 30, 60, 60, 0, 1),
    "repeat_within_again": (30, 30, 60, 60, 0, 1),
    "repeat_beyond": (30, 30, 60, 60, 0, 1),
    "repeat_beyond_again": (30, 30, 60, 60, 0, 1),
    "unknown_requester": (30, 30, 60, 60, 0, 1),
    # As `weekend`, but every minute counts.
    "no_schedule": (3915, 3915, 3945, 3945, 0, 1),
    "rated_good": (30, 30, 60, 60, 0, 1),
    "rated_anew": (30, 30, 60, 60, 0, 1),
    "rated_bad": (30, 30, 60, 60, 0, 1),
    "chat_bot_then_admin": (25, 25, 40, 40, 0, 1),
    "chat_bot_alone": (None, None, 4, 4, 0, None),
    "chat_reopened": (25, 25, 180, 180, 1, 1),
    "chat_open": (25, 25, None, None, 0, None),
    "session_day_after": (None, None, None, None, 0, None),
    "session_day_within": (None, None, None, None, 0, None),
}


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_every_named_ticket_is_there(scale: float) -> None:
    assert set(lives(scale).stories()) == set(BY_HAND)


@pytest.mark.parametrize("scale", [1.0, 0.25])
@pytest.mark.parametrize("story", sorted(BY_HAND))
def test_a_named_ticket_took_what_the_hand_says(story: str, scale: float) -> None:
    course = lives(scale).stories()[story].course
    found = (
        course.first_response_minutes, course.first_response_business_minutes, course.resolution_minutes,
        course.resolution_business_minutes, course.reopen_count, course.tier,
    )  # fmt: skip
    assert found == BY_HAND[story]
    assert course.is_agent_created == (story == "agent_created")


def test_a_ticket_is_judged_by_what_was_known() -> None:
    """Opened on Monday 2025-04-14, solved that day, opened again on Tuesday and Wednesday: at the end of Monday it was solved after 90
    minutes; on the day before it did not exist."""
    monday = lives(0.25).stories(date(2025, 4, 14))["reopened_twice"].course
    assert (monday.resolution_minutes, monday.reopen_count) == (90, 0)
    tuesday = lives(0.25).stories(date(2025, 4, 15))["reopened_twice"].course
    assert (tuesday.resolution_minutes, tuesday.reopen_count) == (26 * 60, 1)
    assert "reopened_twice" not in lives(0.25).stories(date(2025, 4, 13))


def counted_one_by_one(schedule: Schedule, begin: datetime, end: datetime) -> int:
    """Minutes at whose beginning the schedule's own clock on the wall shows an open hour; for instants without seconds."""
    zone, count = ZoneInfo(schedule.zone), 0
    closed = {day for name, day, _ in HOLIDAYS if name == schedule.name}
    while begin < end:
        wall = begin.replace(tzinfo=UTC).astimezone(zone)
        hours = [version for version in schedule.versions if version.valid_from <= wall.date()]
        if hours and wall.date() not in closed:
            minute = wall.hour * 60 + wall.minute
            count += any(part[0] == wall.isoweekday() and part[1] <= minute < part[2] for part in hours[-1].intervals)
        begin += timedelta(minutes=1)
    return count


@pytest.mark.parametrize("schedule", [NEW_YORK, BERLIN, ROUND_THE_CLOCK], ids=lambda schedule: schedule.name)
def test_business_minutes_are_those_counted_one_by_one(schedule: Schedule) -> None:
    rng = Random(schedule.id)
    turns = [instant(2025, 3, 8, 12), instant(2025, 3, 29, 12), instant(2025, 10, 25, 12), instant(2025, 11, 1, 12), instant(2025, 11, 26)]
    for begin in [turn + timedelta(minutes=rng.randint(0, 1440)) for turn in turns for _ in range(4)]:
        end = begin + timedelta(minutes=rng.randint(1, 6000))
        assert business_minutes(schedule, begin, end) == counted_one_by_one(schedule, begin, end), (begin, end)


def test_stretches_are_added_up_before_minutes_are_counted() -> None:
    """Friday 17:59:30 to Monday 8:00:30 is 30 seconds and 30 seconds of business: one minute."""
    begin, end = local(date(2025, 6, 13), 17, 59, 30), local(date(2025, 6, 16), 8, 0, 30)
    assert business_minutes(NEW_YORK, begin, end) == 1
    assert calendar_minutes(begin, end - timedelta(seconds=1)) == calendar_minutes(begin, end) - 1


def test_before_its_first_hours_a_schedule_is_closed() -> None:
    """Round the clock begins with 2024: of 2023-12-31 23:00 to 2024-01-01 2:00 the last two hours count."""
    assert business_minutes(ROUND_THE_CLOCK, local(date(2023, 12, 31), 23), local(date(2024, 1, 1), 2)) == 120
