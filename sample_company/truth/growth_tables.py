"""The truth of the growth side as CSV files.

Belongs here: columns and text, as in `tables`: money has four digits, ratios ten; ids carry their source. Excluded accounts and their
users are left out.
Does not belong here: arithmetic but for the ratios.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from sample_company import excluded
from sample_company.clock import ENDS_ON, month_start
from sample_company.growth.rates import DayRates
from sample_company.growth.states import World
from sample_company.money import ratio_text, round_half_away, text
from sample_company.states import Account
from sample_company.truth.growth_attribution import MODELS, PAID_CHANNELS, Conversion, conversions
from sample_company.truth.growth_costs import COST_OF_REVENUE, OPERATING, cac_months, funding_months, ledger_months
from sample_company.truth.growth_identity import Identity
from sample_company.truth.growth_referrals import judge, k_months
from sample_company.truth.growth_voices import activation_months, pmf_months, score_months, won_deals
from sample_company.truth.mrr import Timeline
from sample_company.truth.tables import _flag, _write

Rows = Iterable[Sequence[object]]


def write_growth_truth(folder: Path, world: World, accounts: Sequence[Account], as_of: date) -> dict[str, int]:
    """Write every growth truth file as known at the end of `as_of`; rows by file. `accounts` are all, the excluded too."""
    folder.mkdir(parents=True, exist_ok=True)
    identity = Identity(world, accounts, as_of)
    real = [account for account in accounts if account.number not in excluded.ACCOUNT_NUMBERS]
    rates = DayRates(rate for rate in world.rates if rate.day <= as_of)
    converted = conversions(world, identity, [Timeline(account, as_of) for account in real])
    files: dict[str, tuple[str, Rows]] = {
        "attribution_weights": _weights(converted),
        "acquired_accounts": _acquired(converted),
        "cac_monthly": _cac(world, converted, rates, as_of),
        "users": _users(identity),
        "crm_matches": _crm(identity),
        "identity_conflicts": _conflicts(identity),
        "nps_monthly": _scores(world, identity, "nps", ("responses", "promoters", "passives", "detractors")),
        "csat_monthly": _scores(world, identity, "csat", ("responses", "good", "other")),
        "pmf": _pmf(world, identity, accounts),
        "activation_cohorts": _activation(identity, as_of),
        "sales_cycles": _cycles(world, identity),
        "margins_monthly": _margins(world, rates, as_of),
        "cash_monthly": _cash(world, rates, as_of),
        **_referrals(world, identity, as_of),
    }
    return {f"{name}.csv": _write(folder, f"{name}.csv", header.split(), rows) for name, (header, rows) in files.items()}


def _account(account_id: str) -> str:
    return f"stripe:{account_id}" if account_id else ""


def _weights(converted: Sequence[Conversion]) -> tuple[str, Rows]:
    """Touches with a weight above 0 only."""
    rows = (
        (
            _account(one.account_id), model, number if touch else 0, touch.channel if touch else "unattributed",
            touch.campaign_key if touch else "", f"{weight:.10f}", f"segment:{touch.session_id}" if touch else "",
        )
        for one in converted
        for model in MODELS
        for number, (touch, weight) in enumerate(one.weights(model), start=1)
        if weight
    )  # fmt: skip
    return "account_id attribution_model touch_number channel campaign_id weight session_id", rows


def _acquired(converted: Sequence[Conversion]) -> tuple[str, Rows]:
    rows = (
        (
            _account(one.account_id),
            one.on,
            one.channel,
            one.credited.campaign_key if one.credited else "",
            _flag(one.channel in PAID_CHANNELS),
        )
        for one in converted
    )
    return "account_id acquired_on channel campaign_id is_paid_channel", rows


def _per(amount: Fraction, count: int) -> str:
    """An amount of ten-thousandths for each of a count, as a ratio of major units; empty for none."""
    return ratio_text(amount.numerator, amount.denominator * count * 10_000)


def _cac(world: World, converted: Sequence[Conversion], rates: DayRates, as_of: date) -> tuple[str, Rows]:
    rows = (
        (
            on, channel, text(one.media), text(round_half_away(one.other)), text(round_half_away(one.rewards)), one.accounts,
            one.paid_accounts, _per(Fraction(one.media), one.paid_accounts), _per(Fraction(one.media), one.accounts),
            _per(one.loaded, one.accounts),
        )
        for (on, channel), one in cac_months(world, converted, rates, as_of).items()
    )  # fmt: skip
    header = "month channel media_spend other_costs referral_rewards new_accounts new_paid_accounts cac_paid cac_blended cac_fully_loaded"
    return header, rows


def _users(identity: Identity) -> tuple[str, Rows]:
    rows = []
    for user in identity.users.values():
        match = identity.matches.get(user.id)
        if match is None or not identity.is_excluded(match.account_id):
            activated = user.activated if user.activated and user.activated < identity.cut else None
            rule = match.rule if match else ""
            rows.append((f"segment:{user.id}", _account(identity.account_of(user.id)), rule, user.signed_up, activated or ""))
    return "user_id account_id match_rule signed_up_at activated_at", sorted(rows)


def _crm(identity: Identity) -> tuple[str, Rows]:
    rows = (
        (f"hubspot:{company_id}", _account(match.account_id), match.rule)
        for company_id, match in sorted(identity.companies.items())
        if not identity.is_excluded(match.account_id)
    )
    return "crm_company_id account_id match_rule", rows


def _conflicts(identity: Identity) -> tuple[str, Rows]:
    rows = []
    for one in identity.conflicts:
        is_visitor = one.kind == "visitor_user"
        if not identity.is_excluded(identity.account_of(one.winner_id) if is_visitor else one.winner_id):
            source, named = ("hubspot" if one.kind == "crm_company_account" else "segment", "segment" if is_visitor else "stripe")
            row = (f"{named}:{one.winner_id}", one.winner_rule, f"{named}:{one.other_id}", one.other_rule)
            rows.append((one.kind, f"{source}:{one.id}", *row))
    return "kind left_id winner_id winner_rule other_id other_rule", sorted(rows)


def _scores(world: World, identity: Identity, survey: str, names: tuple[str, ...]) -> tuple[str, Rows]:
    rows = ((on, *(counts[name] for name in names)) for on, counts in score_months(world, identity, survey).items())
    return " ".join(("month", *names)), rows


def _pmf(world: World, identity: Identity, accounts: Sequence[Account]) -> tuple[str, Rows]:
    names = ("responses", "very_disappointed", "active_responses", "active_very_disappointed")
    found = pmf_months(world, identity, accounts)
    return " ".join(("month customer_segment", *names)), ((*key, *(counts[name] for name in names)) for key, counts in found.items())


def _activation(identity: Identity, as_of: date) -> tuple[str, Rows]:
    names = ("signed_up", "activated", "activated_7d", "mature_signed_up", "mature_activated")
    return " ".join(("month", *names)), (
        (on, *(counts[name] for name in names)) for on, counts in activation_months(identity, as_of).items()
    )


def _cycles(world: World, identity: Identity) -> tuple[str, Rows]:
    kinds = {"newbusiness": "new_business", "existingbusiness": "existing_business"}
    rows = (
        (f"hubspot:{deal.id}", kinds[deal.kind], _account(account_id), created, won, (won - created).days)
        for deal, account_id, created, won in won_deals(world, identity)
    )
    return "deal_id deal_type account_id created_on won_on cycle_days", rows


def _months(as_of: date) -> list[date]:
    first, last = month_start(date(2023, 7, 1)), month_start(min(as_of, ENDS_ON))
    return [month_start(first, number) for number in range((last.year - first.year) * 12 + last.month - first.month + 1)]


def _margins(world: World, rates: DayRates, as_of: date) -> tuple[str, Rows]:
    ledger = ledger_months(world, rates, as_of)

    def rows() -> Rows:
        for product in ("all", "software", "shop"):
            for on in _months(as_of):
                amounts = {name: ledger.get((on, name, product), 0) for name in ("revenue", *COST_OF_REVENUE, *OPERATING)}
                cost = sum(amounts[name] for name in COST_OF_REVENUE)
                margin = ratio_text(amounts["revenue"] - cost, amounts["revenue"])
                yield on, product, *map(text, amounts.values()), text(cost), margin

    return " ".join(("month product revenue", *COST_OF_REVENUE, *OPERATING, "cost_of_revenue gross_margin_ratio")), rows()


def _cash(world: World, rates: DayRates, as_of: date) -> tuple[str, Rows]:
    """Net burn is what cash fell by when what owners paid in is left out."""
    ledger, funding = ledger_months(world, rates, as_of), funding_months(world, as_of)

    def rows() -> Rows:
        cash = 0
        for on in _months(as_of):
            change, paid_in = ledger.get((on, "cash", "all"), 0), funding.get(on, 0)
            cash += change
            yield on, text(cash), text(change), text(paid_in), text(paid_in - change), on_last(on)

    def on_last(on: date) -> date:
        return month_start(on, 1) - timedelta(days=1)

    return "month closing_cash change_in_cash funding net_burn month_ends_on", rows()


def _referrals(world: World, identity: Identity, as_of: date) -> dict[str, tuple[str, Rows]]:
    judged = judge(world, identity, as_of)
    invitations = (
        (
            f"referrals:{one.invitation.id}", f"referrals:{one.invitation.programme.id}", f"segment:{one.invitation.inviter_id}",
            _flag(bool(one.kinds)), ";".join(one.kinds), _flag(one.matured), _flag(one.converted),
        )
        for one in judged
    )  # fmt: skip
    names = [f"{name}{suffix}" for suffix in ("", "_with_fraud") for name in ("invitations", "matured", "converted")]
    months = (
        (on, "all" if programme == "all" else f"referrals:{programme}", month.active_users, *(month.counts[name] for name in names))
        for (on, programme), month in k_months(judged, identity).items()
    )
    header = "invitation_id programme_id inviter_user_id is_fraud fraud_kinds is_matured is_converted"
    return {"invitations": (header, invitations), "k_monthly": (" ".join(("month programme_id active_users", *names)), months)}
