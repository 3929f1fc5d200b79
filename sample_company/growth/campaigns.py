"""Campaigns and what they spend.

Belongs here: the list of campaigns in three ad accounts' currencies, and their days. A campaign's name is the `utm_campaign` of its
visits. `li-brand-burst` buys nobody; display stops at the end of 2025 while its visitors go on buying.
Does not belong here: the visits (`visits`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import cos, exp, pi
from random import Random

from sample_company.clock import ENDS_ON
from sample_company.growth.states import AdDay, Campaign

WITHOUT_CUSTOMERS = frozenset({"4003"})
PAUSED_SHARE = 0.02
LINGER_DAYS = 75


def _google(number: str, name: str, kind: str, currency: str, countries: str, starts: date, ends: date | None, daily: int, click: int):
    channel = "paid_search" if kind == "Search" else "display"
    return Campaign("google_ads", number, name, kind, currency, tuple(countries.split()), starts, ends, daily, click, channel)


def _meta(number: str, name: str, kind: str, currency: str, countries: str, starts: date, ends: date | None, daily: int, click: int):
    return Campaign("meta_ads", number, name, kind, currency, tuple(countries.split()), starts, ends, daily, click, "paid_social")


def _linkedin(number: str, name: str, currency: str, starts: date, ends: date | None, daily: int, click: int):
    return Campaign("linkedin_ads", number, name, "SPONSORED_UPDATES", currency, ("",), starts, ends, daily, click, "paid_social")


CAMPAIGNS = (
    _google("2001", "search-brand-us", "Search", "USD", "US", date(2023, 8, 1), None, 9, 90),
    _google("2002", "search-generic-us", "Search", "USD", "US CA", date(2023, 8, 15), None, 22, 310),
    _google("2003", "search-generic-eu", "Search", "EUR", "DE FR NL", date(2023, 11, 1), None, 9, 240),
    _google("2004", "search-generic-uk", "Search", "GBP", "GB", date(2023, 10, 1), None, 12, 260),
    _google("2005", "display-remarketing-us", "Display", "USD", "US", date(2024, 2, 1), date(2025, 12, 31), 7, 60),
    _google("2006", "video-launch-eu", "Video", "EUR", "DE IE", date(2025, 3, 1), date(2025, 8, 31), 10, 45),
    _google("2007", "search-competitor-us", "Search", "USD", "US", date(2025, 1, 15), None, 25, 520),
    _meta("3001", "social-smb-us", "OUTCOME_LEADS", "USD", "US", date(2023, 9, 1), date(2025, 6, 30), 14, 130),
    _meta("3002", "social-smb-uk", "OUTCOME_LEADS", "GBP", "GB", date(2024, 3, 1), None, 9, 120),
    _meta("3003", "social-retarget-eu", "OUTCOME_TRAFFIC", "EUR", "DE FR", date(2024, 6, 1), date(2025, 5, 31), 7, 70),
    _meta("3004", "social-video-us", "OUTCOME_AWARENESS", "USD", "US", date(2025, 9, 1), None, 16, 80),
    _linkedin("4001", "li-enterprise-us", "USD", date(2023, 10, 1), None, 24, 870),
    _linkedin("4002", "li-midmarket-emea", "EUR", date(2024, 9, 1), date(2025, 8, 31), 18, 790),
    _linkedin("4003", "li-brand-burst", "USD", date(2024, 11, 10), date(2024, 12, 20), 60, 640),
)


def running(channel: str, day: date) -> list[Campaign]:
    """Campaigns of a channel that bring visitors on a day. Banners stay where they were for weeks after the last spend."""
    asked = [day, day - timedelta(days=LINGER_DAYS)] if channel == "display" else [day]
    return [one for one in CAMPAIGNS if one.channel == channel and one.id not in WITHOUT_CUSTOMERS and any(one.runs_on(on) for on in asked)]


def ad_days(scale: float, seed: int) -> Iterator[AdDay]:
    """Every day of every campaign and country; money, impressions and clicks grow with the scale, and with the years."""
    for campaign in CAMPAIGNS:
        for country in campaign.countries:
            rng = Random(f"{seed}/growth/ads/{campaign.id}/{country}")
            day = campaign.starts
            while day <= min(campaign.ends or ENDS_ON, ENDS_ON):
                noise, paused, rate = exp(rng.gauss(0, 0.25)), rng.random() < PAUSED_SHARE, rng.uniform(0.008, 0.05)
                if not paused:
                    years = (day - campaign.starts).days / 365
                    season = 1 + 0.15 * cos(2 * pi * (day.timetuple().tm_yday - 20) / 365)
                    weekday = 0.7 if day.weekday() >= 5 else 1.0
                    cost = round(campaign.daily * 100 * (1 + 0.25 * years) * season * weekday * noise * scale)
                    clicks = round(cost / campaign.click)
                    yield AdDay(campaign, day, country, round(clicks / rate), clicks, cost, round(clicks * rng.uniform(0, 9)))
                day += timedelta(days=1)
