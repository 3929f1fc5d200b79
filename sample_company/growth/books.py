"""The general ledger: a chart of accounts and balanced entries month by month.

Belongs here: what is posted, in cents. Planted: third-party usage and payment fees are fixed shares of the software's revenue, hosting and
payroll in the cost of revenue grow with the accounts in service, so that the gross margin rises as accounts pay more. Advertising is
the media spend of the ad exports at the day's rate. Agencies bill in euros and are paid in the month after.
Does not belong here: categories and margins (`truth.growth_books`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sample_company.clock import ENDS_ON, STARTS_ON, local_day, month_start
from sample_company.growth.rates import DayRates
from sample_company.growth.states import AdDay, JournalLine, LedgerAccount
from sample_company.money import minor_to_reporting
from sample_company.shop import Shopper
from sample_company.truth.mrr import Timeline

CHART = tuple(
    LedgerAccount(number, name, kind)
    for kind, accounts in (
        ("asset", (("1000", "Cash"),)),
        ("liability", (("2000", "Accounts payable"),)),
        ("equity", (("3000", "Equity"),)),
        ("revenue", (("4000", "Subscription revenue"), ("4100", "Shop revenue"))),
        ("cost_of_revenue", (("5000", "Hosting"), ("5010", "Third-party usage"), ("5020", "Payment fees"))),
        ("cost_of_revenue", (("5100", "Support payroll"), ("5110", "Customer success payroll"))),
        ("operating_expense", (("6000", "Advertising"), ("6010", "Agencies"), ("6020", "Sales and marketing tools"))),
        ("operating_expense", (("6100", "Sales and marketing payroll"), ("6110", "Commission"))),
        ("operating_expense", (("6200", "Research and development"), ("6300", "General and administrative"))),
    )
    for number, name in accounts
)
THIRD_PARTY_PERCENT, FEE_PERMILLE, SHOP_FEE_PERMILLE = 4, 29, 30
HOSTING_FIXED, HOSTING_PER_ACCOUNT = 30_000, 750
SUPPORT_PER_ACCOUNT, SUCCESS_PER_ACCOUNT = 3000, 1200
COMMISSION_PERCENT = 8
OPENING_CASH = 30_000_000
ROUNDS = ((date(2024, 2, 15), 130_000_000, "Seed round"), (date(2025, 9, 10), 150_000_000, "Series A"))
_AGENCIES_FROM, _AGENCY_CENTS = date(2024, 1, 1), 180_000


class Journal:
    """Entries in the order of their posting; an entry is two lines of one amount and currency."""

    def __init__(self) -> None:
        self.lines: list[JournalLine] = []
        self._count = 0

    def post(
        self,
        day: date,
        debit: str,
        credit: str,
        cents: int,
        memo: str,
        department: str = "general",
        product: str = "",
        currency: str = "USD",
    ) -> None:
        """Nothing is posted for nothing; department and product go with the account that is not cash, payable or equity."""
        if cents <= 0:
            return
        self._count += 1
        entry = f"JE-{self._count:05d}"
        for number, (account, sides) in enumerate(((debit, (cents, 0)), (credit, (0, cents))), start=1):
            own = account[0] in "456"
            tags = (department if own else "", product if own else "")
            self.lines.append(JournalLine(entry, number, day, account, *tags, currency, *sides, memo))


def _cents(ten_thousandths: int) -> int:
    return (ten_thousandths + 50) // 100


def advertising(ads: Iterable[AdDay], rates: DayRates) -> dict[date, int]:
    """Media spend by month in ten-thousandths of the reporting currency, each day and campaign converted and rounded by itself."""
    months: dict[date, int] = defaultdict(int)
    for row in ads:
        months[month_start(row.day)] += rates.to_reporting(row.cost * 100, row.campaign.currency, row.day)
    return months


def shop_revenue(shoppers: Iterable[Shopper]) -> dict[date, int]:
    """Goods of orders by month of the order, in ten-thousandths of the reporting currency at the reference rates; orders that were never
    paid count nothing."""
    months: dict[date, int] = defaultdict(int)
    for shopper in shoppers:
        for order in shopper.orders:
            if order.cancelled is None and order.statuses[-1][1] not in ("pending", "voided", "authorized"):
                months[month_start(local_day(order.placed))] += minor_to_reporting(order.subtotal, order.currency)
    return months


def journal(timelines: Sequence[Timeline], shoppers: Iterable[Shopper], media: dict[date, int], scale: float) -> list[JournalLine]:
    """Every line of the simulated years; fixed amounts grow with the scale. `timelines` and `shoppers` are without the excluded."""
    book = Journal()
    shop = shop_revenue(shoppers)
    book.post(STARTS_ON, "1000", "3000", round(OPENING_CASH * scale), "Opening balance")
    month, owed = STARTS_ON, 0
    while month <= ENDS_ON:
        following = month_start(month, 1)
        for day, cents, memo in ROUNDS:
            if month <= day < following:
                book.post(day, "1000", "3000", round(cents * scale), memo)
        if owed:
            book.post(month.replace(day=15), "2000", "1000", owed, "Agency invoice paid", currency="EUR")
        owed = _month(book, timelines, month, following - timedelta(days=1), shop.get(month, 0), media.get(month, 0), scale)
        month = following
    return book.lines


def _month(book: Journal, timelines: Sequence[Timeline], month: date, last: date, shop: int, media: int, scale: float) -> int:
    """Post a month; euro cents that are owed to agencies at its end."""
    days = [timeline.at(last) for timeline in timelines]
    revenue, accounts = _cents(sum(day.mrr for day in days)), sum(bool(day.items) for day in days)
    won = _cents(sum(t.at(last).mrr for t in timelines if t.first_paid_on is not None and month <= t.first_paid_on <= last))
    age = (month.year - STARTS_ON.year) * 12 + month.month - STARTS_ON.month
    sold, hosting = _cents(shop), round(HOSTING_FIXED * scale) + HOSTING_PER_ACCOUNT * accounts
    book.post(last, "1000", "4000", revenue, "Subscriptions", product="software")
    book.post(last, "1000", "4100", sold, "Orders", product="shop")
    book.post(last, "5000", "1000", hosting, "Hosting", "engineering", "software")
    book.post(last, "5000", "1000", round(6000 * scale), "Hosting of the shop", "engineering", "shop")
    if month.month % 3 == 0:
        book.post(last, "1000", "5000", hosting // 50, "Hosting credit note", "engineering", "software")
    book.post(last, "5010", "1000", revenue * THIRD_PARTY_PERCENT // 100, "Third-party usage", "engineering", "software")
    book.post(last, "5020", "1000", revenue * FEE_PERMILLE // 1000, "Payment fees", "general", "software")
    book.post(last, "5020", "1000", sold * SHOP_FEE_PERMILLE // 1000, "Payment fees", "general", "shop")
    book.post(last, "5100", "1000", SUPPORT_PER_ACCOUNT * accounts, "Payroll", "support", "software")
    book.post(last, "5110", "1000", SUCCESS_PER_ACCOUNT * accounts, "Payroll", "success", "software")
    book.post(last, "6000", "1000", _cents(media), "Advertising", "marketing")
    agencies = round(_AGENCY_CENTS * scale) if month >= _AGENCIES_FROM else 0
    book.post(last - timedelta(days=8), "6010", "2000", agencies, "Agency retainer", "marketing", currency="EUR")
    book.post(last, "6020", "1000", round((90_000 + 4000 * age) * scale), "Sales and marketing tools", "marketing")
    book.post(last, "6100", "1000", round((500_000 + 15_000 * age) * scale), "Payroll", "sales")
    book.post(last, "6100", "1000", round((400_000 + 10_000 * age) * scale), "Payroll", "marketing")
    book.post(last, "6110", "1000", won * 12 * COMMISSION_PERCENT // 100, "Commission", "sales")
    book.post(last, "6200", "1000", round((2_400_000 + 320_000 * age) * scale), "Payroll", "engineering")
    book.post(last, "6300", "1000", round((900_000 + 35_000 * age) * scale), "Offices, payroll and advisers", "general")
    return agencies
