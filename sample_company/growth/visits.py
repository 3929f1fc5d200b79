"""Visitors of the site: how accounts came, and everybody who came and did not stay.

Belongs here: page views with where they came from, browsers of an account's users, and the calls by which a browser becomes known.
Planted: accounts with no touch at all, with direct ones alone, outside the look-back, in the same second, led by an invitation or a
partner; pauses of 1799 and of 1800 seconds; browsers that two users share; visits of the app, which are none of the site.
Does not belong here: sessions, look-back and weights (`truth.growth_attribution`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sample_company.clock import local_day
from sample_company.growth.campaigns import running
from sample_company.growth.states import Identify, PageView, Tags, User
from sample_company.life import BEGIN, END

SITE, APP = "www.scalehouse.example", "app.scalehouse.example"
KINDS = ("mixed",) * 60 + ("none",) * 8 + ("direct",) * 10 + ("invitation",) * 12 + ("partner",) * 10
_CHANNELS = (
    ("paid_search",) * 26 + ("organic_search",) * 20 + ("direct",) * 18 + ("paid_social",) * 12 + ("email",) * 8 + ("referral_site",) * 6
    + ("organic_social",) * 6 + ("display",) * 9
)  # fmt: skip
_PATHS = ("/", "/pricing", "/features", "/blog/retention", "/blog/unit-economics", "/customers", "/docs/start")
_PARTNERS = ("northwind-agency", "atlas-consulting", "peak-resellers")
_SEARCH = ("https://www.google.com/", "https://www.google.de/", "https://www.bing.com/", "https://duckduckgo.com/")
_SOCIAL = ("https://www.linkedin.com/", "https://t.co/", "https://www.reddit.com/", "https://www.facebook.com/")
_SITES = ("https://compare-tools.example/best", "https://founders-weekly.example/list")
_PLATFORM = {"google_ads": ("google", "cpc", "gclid"), "meta_ads": ("facebook", "paid_social", "fbclid")}
_INTERNAL = Tags("direct", referrer=f"https://{SITE}/")
INVITATION = Tags("invitation", source="referral", medium="invitation")


def tags_of(channel: str, at: datetime, rng: Random) -> Tags:
    """Where a visit through a channel came from; organic search when no campaign of the channel runs that day."""
    if channel in ("paid_search", "paid_social", "display"):
        campaigns = running(channel, local_day(at))
        if not campaigns:
            return Tags("organic_search", referrer=rng.choice(_SEARCH))
        campaign = rng.choice(campaigns)
        source, medium, click = _PLATFORM.get(campaign.source, ("linkedin", "paid_social", "li_fat_id"))
        referrer = {"google": "https://www.google.com/", "facebook": "https://l.facebook.com/"}.get(source, "")
        if channel == "paid_search" and rng.random() < 0.06:
            # Tagged by the platform alone: the channel is known, the campaign is not.
            return Tags(channel, click=click, referrer=referrer)
        if channel == "display":
            medium, referrer = "display", "https://news.example/"
        return Tags(channel, campaign.key, source, medium, campaign.name, f"ad-{rng.randint(1, 4)}", referrer, click)
    if channel == "email":
        return Tags(channel, source="newsletter", medium="email", campaign=f"letter-{at:%Y-%m}")
    if channel == "partner":
        return Tags(channel, source=rng.choice(_PARTNERS), medium="partner", campaign="partner-programme")
    if channel == "invitation":
        return INVITATION
    referrers = {"organic_search": _SEARCH, "organic_social": _SOCIAL, "referral_site": _SITES}.get(channel)
    return Tags(channel, referrer=rng.choice(referrers) if referrers else "")


def late(rng: Random) -> timedelta:
    """How long a call is under way; one in a hundred waits for its device to be online again."""
    return timedelta(seconds=rng.randint(0, 2) if rng.random() < 0.99 else rng.randint(3600, 2 * 86_400))


class Browser:
    """One visitor and its page views."""

    def __init__(self, visitor_id: str, seed: int, pages: list[PageView]) -> None:
        self.id = visitor_id
        self.rng = Random(f"{seed}/growth/visitor/{visitor_id}")
        self.pages = pages
        self._count = 0

    def view(self, at: datetime, tags: Tags, host: str = SITE, path: str = "", user_id: str = "") -> None:
        if BEGIN <= at < END:
            self._count += 1
            page_id = f"pg-{self.id}-{self._count:03d}"
            where = path or self.rng.choice(_PATHS)
            self.pages.append(PageView(page_id, self.id, user_id, at, at + late(self.rng), host, where, tags))

    def visit(self, at: datetime, tags: Tags) -> None:
        """Come from somewhere and look at up to four pages."""
        self.view(at, tags)
        for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3))):
            pause = self.rng.choice((1799, 1800)) if self.rng.random() < 0.01 else self.rng.randint(8, 600)
            at += timedelta(seconds=pause)
            self.view(at, _INTERNAL)


def strangers(slot: int, seed: int, pages: list[PageView]) -> None:
    """Visitors who never become anybody: several for every account."""
    rng = Random(f"{seed}/growth/strangers/{slot}")
    for number in range(rng.randint(5, 11)):
        browser = Browser(f"s{slot:06d}{number:02d}", seed, pages)
        at = (BEGIN + (END - BEGIN) * rng.random() ** 0.7).replace(microsecond=0)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            browser.visit(at, tags_of(rng.choice(_CHANNELS), at, rng))
            at += timedelta(seconds=rng.randint(7200, 40 * 86_400))


def known_browser(user: User, seed: int, pages: list[PageView], identifies: list[Identify], name: str = "a") -> Browser:
    """A browser on which the user signed in at sign-up."""
    browser = Browser(f"{user.id}{name}", seed, pages)
    at = user.signed_up + timedelta(seconds=browser.rng.randint(0, 20))
    identify(browser.id, user, at, browser.rng, identifies)
    return browser


def identify(visitor_id: str, user: User, at: datetime, rng: Random, identifies: list[Identify]) -> None:
    if at < END:
        call = f"id-{visitor_id}-{user.id}"
        identifies.append(Identify(call, visitor_id, user.id, user.email, at, at + late(rng)))


def story(users: list[User], bought: datetime, kind: str, seed: int, pages: list[PageView], identifies: list[Identify]) -> list[Browser]:
    """How an account came: the visits of its first users before `bought`, by kind of story. The users' browsers, one or more of each."""
    first = users[0]
    rng = Random(f"{seed}/growth/story/{first.id}")
    browsers = [known_browser(user, seed, pages, identifies) for user in users]
    phone = known_browser(first, seed, pages, identifies, "b") if rng.random() < 0.35 else None
    count = rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8))
    touches = []
    for _ in range(0 if kind == "none" else count):
        at = bought - timedelta(seconds=int(min(rng.expovariate(1 / 28), 120) * 86_400) + rng.randint(60, 7200))
        touches.append((at, "direct" if kind == "direct" else rng.choice(_CHANNELS)))
    if kind == "partner":
        touches.append((first.signed_up - timedelta(minutes=rng.randint(5, 50)), "partner"))
    if kind == "mixed" and rng.random() < 0.06:
        # Everything that led here lies before the look-back.
        touches = [(at - timedelta(days=95), channel) for at, channel in touches]
    touches.sort()
    for number, (at, channel) in enumerate(touches):
        browser = phone if phone and rng.random() < 0.3 else (browsers[-1] if rng.random() < 0.15 else browsers[0])
        browser.visit(at, tags_of(channel, at, rng))
        if phone and number == len(touches) - 1 and rng.random() < 0.4:
            other = browsers[0] if browser is phone else phone
            other.visit(at, tags_of(rng.choice(_CHANNELS), at, rng))
    return [*browsers, *([phone] if phone else [])]


def app_pages(user: User, browser: Browser) -> None:
    """Pages of the app beside one core action in eight: signed in, and no visit of the site."""
    for at, name in user.events:
        if name == "core_action" and browser.rng.random() < 0.12:
            browser.view(at, _INTERNAL, APP, "/home", user.id)
