"""Sessions, touches and the six ways to share out the credit for a conversion.

Belongs here: page views cut into sessions, the look-back, and weights with ten digits that sum to exactly one. The channel is the one
planted with the page, not read from its address.
Does not belong here: what the channels cost (`growth_costs`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from sample_company.clock import local_day
from sample_company.growth.states import PageView, World
from sample_company.growth.visits import SITE
from sample_company.truth.growth_identity import Identity
from sample_company.truth.mrr import Timeline

MODELS = ("first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay")
PAID_CHANNELS = frozenset({"paid_search", "paid_social", "display"})
GAP = timedelta(minutes=30)
LOOK_BACK_DAYS = 90
HALF_LIFE_DAYS = 7
_STEP = Decimal("0.0000000001")


@dataclass(frozen=True)
class Touch:
    """The first page view of a session."""

    at: datetime
    session_id: str
    visitor_id: str
    channel: str
    campaign_key: str


@dataclass(frozen=True)
class Conversion:
    """An account's first paid day with the touches of its look-back, in order; none when nothing is known."""

    account_id: str
    on: date
    touches: tuple[Touch, ...]

    def weights(self, model: str) -> list[tuple[Touch | None, Decimal]]:
        """Every touch with its share by a model; the last has what the others leave of one. Without a touch: nobody, 1."""
        if not self.touches:
            return [(None, Decimal(1))]
        days = [(self.on - local_day(touch.at)).days for touch in self.touches]
        shares = share_out(model, [touch.channel for touch in self.touches], days)
        rounded = [share.quantize(_STEP, ROUND_HALF_UP) for share in shares[:-1]]
        return list(zip(self.touches, [*rounded, 1 - sum(rounded)], strict=True))

    @property
    def credited(self) -> Touch | None:
        """The last touch that is not direct, else the last."""
        return next((touch for touch in reversed(self.touches) if touch.channel != "direct"), self.touches[-1] if self.touches else None)

    @property
    def channel(self) -> str:
        return self.credited.channel if self.credited else "unattributed"


def share_out(model: str, channels: Sequence[str], ages: Sequence[int]) -> list[Decimal]:
    """Shares of n touches in order, before rounding; `ages` are whole days before the conversion."""
    count = len(channels)
    if model == "linear":
        return [Decimal(1) / count] * count
    if model == "position_based" and count > 1:
        end = Decimal("0.4") if count > 2 else Decimal("0.5")
        return [end, *[Decimal("0.2") / (count - 2) for _ in range(count - 2)], end]
    if model == "time_decay":
        with localcontext() as context:
            context.prec = 40
            powers = [Decimal(2) ** (Decimal(-age) / HALF_LIFE_DAYS) for age in ages]
            return [power / sum(powers) for power in powers]
    last = count - 1
    if model == "last_non_direct":
        last = next((place for place in range(count - 1, -1, -1) if channels[place] != "direct"), count - 1)
    elif model in ("first_touch", "position_based"):
        last = 0
    return [Decimal(place == last) for place in range(count)]


def sessions(pages: Iterable[PageView]) -> Iterator[Touch]:
    """Sessions of the site: views of one visitor with less than half an hour between them."""
    by_visitor: dict[str, list[PageView]] = defaultdict(list)
    for page in pages:
        if page.host == SITE:
            by_visitor[page.visitor_id].append(page)
    for visitor_id, views in by_visitor.items():
        before = None
        for page in sorted(views, key=lambda page: (page.at, page.id)):
            if before is None or page.at - before >= GAP:
                yield Touch(page.at, page.id, visitor_id, page.tags.channel, page.tags.campaign_key)
            before = page.at


def conversions(world: World, identity: Identity, timelines: Sequence[Timeline]) -> list[Conversion]:
    """Every account that ever paid, with its touches; `timelines` are without the excluded."""
    touches: dict[str, list[Touch]] = defaultdict(list)
    for touch in sessions(page for page in world.pages if page.received < identity.cut):
        account_id = identity.account_of(identity.visitors.get(touch.visitor_id, ""))
        if account_id:
            touches[account_id].append(touch)
    found = []
    for timeline in timelines:
        on = timeline.first_paid_on
        if on is not None:
            own = sorted(touches[timeline.account.id], key=lambda touch: (touch.at, touch.session_id))
            inside = tuple(touch for touch in own if on - timedelta(days=LOOK_BACK_DAYS) <= local_day(touch.at) <= on)
            found.append(Conversion(timeline.account.id, on, inside))
    return found
