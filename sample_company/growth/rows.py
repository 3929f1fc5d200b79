"""The growth sources' views: each record as rows of its export tables, one row per version.

Belongs here: the vendors' headers and formats.
Does not belong here: which versions were known when (`changes`), the records (`states`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sample_company.changes import ChangeLog
from sample_company.clock import day_begins, instant
from sample_company.growth.books import CHART
from sample_company.growth.states import AdDay, Deal, Invitation, PageView, World
from sample_company.growth.visits import APP
from sample_company.money import major_text

_CAMPAIGN = "context_campaign_source context_campaign_medium context_campaign_name context_campaign_content"
_TABLES = {
    "meta_ads": {
        "insights": "date_start date_stop campaign_id campaign_name objective country account_currency impressions clicks spend",
    },
    "segment": {
        "pages": f"id anonymous_id user_id received_at timestamp context_page_url context_page_referrer {_CAMPAIGN}",
        "identifies": "id anonymous_id user_id received_at timestamp email",
        "users": "id email company_id created_at received_at",
        "tracks": "id anonymous_id user_id received_at timestamp event",
    },
    "hubspot": {
        "companies": "id name domain country numberofemployees stripe_customer_id createdate hs_lastmodifieddate",
        "contacts": "id email associatedcompanyid createdate lastmodifieddate",
        "deals": "id dealtype dealstage amount deal_currency_code hs_analytics_source associatedcompanyid hubspot_owner_id createdate"
        " closedate hs_is_closed_won hs_is_closed closed_lost_reason hs_lastmodifieddate",
        "deal_stage_history": "deal_id dealstage entered_at",
    },
    "referrals": {
        "programmes": "id name loop_type currency referrer_reward referee_reward starts_on ends_on updated_at",
        "invitations": "id programme_id inviter_user_id channel inviter_email invitee_email sent_at accepted_at invitee_user_id"
        " signed_up_at inviter_device_id invitee_device_id inviter_card_fingerprint invitee_card_fingerprint"
        " inviter_ip invitee_ip updated_at",
        "rewards": "id invitation_id party currency amount granted_at status updated_at",
    },
    "surveys": {"responses": "id survey user_id score answer comment submitted_at"},
    "ledger": {
        "accounts": "account_number account_name account_type active updated_at",
        "journal_lines": "journal_id line_number posting_date account_number department product currency debit credit memo",
    },
    "fx_rates": {"rates": "date base quote rate"},
}
HEADERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("google_ads", "campaign_stats"): (
        "Day", "Campaign ID", "Campaign", "Campaign type", "Country/Territory", "Currency code", "Impr.", "Clicks", "Cost", "Conversions",
    ),
    ("linkedin_ads", "campaign_analytics"): (
        "Start Date (in UTC)", "Campaign ID", "Campaign Name", "Campaign Type", "Currency", "Impressions", "Clicks", "Total Spent", "Leads",
    ),
}  # fmt: skip
HEADERS |= {(source, table): tuple(columns.split()) for source, tables in _TABLES.items() for table, columns in tables.items()}
UNDIVIDED = frozenset({("ledger", "accounts"), ("referrals", "programmes")})
_SET_UP = instant(2023, 7, 1, 12, 0, 0)


def log_world(log: ChangeLog, world: World) -> None:
    """Every row of the nine sources."""
    for row in world.ads:
        _log_ad(log, row)
    for page in world.pages:
        _log_page(log, page)
    for call in world.identifies:
        times = (_time(call.received), _time(call.at))
        log.add("segment", "identifies", call.received, call.id, (call.id, call.visitor_id, call.user_id, *times, call.email))
    _log_users(log, world)
    _log_crm(log, world)
    _log_referrals(log, world)
    for one in world.responses:
        score = "" if one.score is None else one.score
        log.add("surveys", "responses", one.at, one.id, (one.id, one.survey, one.user_id, score, one.answer, one.comment, _time(one.at)))
    for account in CHART:
        log.add("ledger", "accounts", _SET_UP, account.number, (account.number, account.name, account.kind, "true", _time(_SET_UP)))
    for line in world.lines:
        money = (line.currency, major_text(line.debit, line.currency), major_text(line.credit, line.currency))
        row = (line.journal_id, line.line, line.posted, line.account, line.department, line.product, *money, line.memo)
        log.add("ledger", "journal_lines", day_begins(line.posted) + timedelta(hours=20), f"{line.journal_id}/{line.line}", row)
    for rate in world.rates:
        text = f"{rate.units // 10**8}.{rate.units % 10**8:08d}"
        log.add(
            "fx_rates", "rates", day_begins(rate.day) + timedelta(hours=17), f"{rate.day}/{rate.base}", (rate.day, rate.base, "USD", text)
        )


def _time(at: datetime | None) -> str:
    return at.isoformat(" ") if at is not None else ""


def _crm_time(at: datetime | None) -> str:
    return f"{at.isoformat()}.000Z" if at is not None else ""


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _log_ad(log: ChangeLog, row: AdDay) -> None:
    one, cost = row.campaign, f"{row.cost // 100}.{row.cost % 100:02d}"
    # A day is known as it ends.
    at = day_begins(row.day + timedelta(days=1)) - timedelta(seconds=1)
    head = (one.id, one.name, one.kind)
    key = f"{row.day}/{one.id}/{row.country}"
    if one.source == "google_ads":
        units = (f"{row.impressions:,}", f"{row.clicks:,}", f"{row.cost // 100:,}.{row.cost % 100:02d}", f"{row.conversions / 100:.2f}")
        log.add("google_ads", "campaign_stats", at, key, (row.day, *head, row.country, one.currency, *units))
    elif one.source == "meta_ads":
        units = (row.impressions, row.clicks, cost)
        log.add("meta_ads", "insights", at, key, (row.day, row.day, *head, row.country, one.currency, *units))
    else:
        units = (row.impressions, row.clicks, cost, row.conversions // 100)
        log.add("linkedin_ads", "campaign_analytics", at, key, (f"{row.day:%m/%d/%Y}", *head, one.currency, *units))


def _log_page(log: ChangeLog, page: PageView) -> None:
    tags = page.tags
    marks = {"utm_source": tags.source, "utm_medium": tags.medium, "utm_campaign": tags.campaign, "utm_content": tags.content}
    query = "&".join(f"{name}={value}" for name, value in marks.items() if value)
    if tags.click:
        query = f"{query}&{tags.click}={page.id[3:]}".lstrip("&")
    url = f"https://{page.host}{page.path}{'?' if query else ''}{query}"
    referrer = f"https://{APP}/" if page.host == APP else tags.referrer
    row = (page.id, page.visitor_id, page.user_id, _time(page.received), _time(page.at), url, referrer, *marks.values())
    log.add("segment", "pages", page.received, page.id, row)


def _log_users(log: ChangeLog, world: World) -> None:
    for user in world.users:
        made = _time(user.signed_up)
        for at, company_id in ((user.signed_up, ""), *user.links):
            log.add("segment", "users", at, user.id, (user.id, user.email, company_id, made, _time(at)))
        # The product's own servers send these: they arrive as they happen.
        for number, (at, name) in enumerate(user.events):
            event_id = f"tr-{user.id}-{number:04d}"
            log.add("segment", "tracks", at, event_id, (event_id, f"{user.id}a", user.id, _time(at), _time(at), name))


def _log_crm(log: ChangeLog, world: World) -> None:
    for company in world.companies:
        head = (company.id, company.name, company.domain, company.country, company.employees)
        for at, account_id in company.versions:
            row = (*head, account_id, _crm_time(company.created), _crm_time(at))
            log.add("hubspot", "companies", at, company.id, row)
    for contact in world.contacts:
        made = _crm_time(contact.created)
        log.add("hubspot", "contacts", contact.created, contact.id, (contact.id, contact.email, contact.company_id, made, made))
    for deal in world.deals:
        _log_deal(log, deal)


def _log_deal(log: ChangeLog, deal: Deal) -> None:
    money = (major_text(deal.amount, deal.currency), deal.currency)
    for at, stage in deal.stages:
        won, lost = stage == "closedwon", stage == "closedlost"
        row = (
            deal.id, deal.kind, stage, *money, deal.lead, deal.company_id, deal.owner, _crm_time(deal.created),
            _crm_time(at) if won or lost else "", _flag(won), _flag(won or lost), deal.lost_reason if lost else "", _crm_time(at),
        )  # fmt: skip
        log.add("hubspot", "deals", at, deal.id, row)
        log.add("hubspot", "deal_stage_history", at, f"{deal.id}/{at}", (deal.id, stage, _crm_time(at)))


def _log_referrals(log: ChangeLog, world: World) -> None:
    for one in world.programmes:
        rewards = (major_text(one.referrer_reward, one.currency), major_text(one.referee_reward, one.currency))
        at = day_begins(one.starts)
        row = (one.id, one.name, one.loop, one.currency, *rewards, one.starts, one.ends or "", _time(at))
        log.add("referrals", "programmes", at, one.id, row)
    for invitation in world.invitations:
        _log_invitation(log, invitation)
    for reward in world.rewards:
        granted = next((at for at, status in reward.versions if status == "granted"), None)
        for at, status in reward.versions:
            when = _time(granted) if granted and granted <= at else ""
            money = (reward.currency, major_text(reward.amount, reward.currency))
            log.add("referrals", "rewards", at, reward.id, (reward.id, reward.invitation_id, reward.party, *money, when, status, _time(at)))


def _log_invitation(log: ChangeLog, one: Invitation) -> None:
    for at in (one.sent, one.accepted, one.signed_up):
        if at is None:
            continue
        opened = one.accepted is not None and one.accepted <= at
        joined = one.signed_up is not None and one.signed_up <= at
        row = (
            one.id, one.programme.id, one.inviter_id, one.channel, one.inviter_email, one.invitee_email, _time(one.sent),
            _time(one.accepted) if opened else "", one.invitee_id if joined else "", _time(one.signed_up) if joined else "",
            one.inviter_device, one.invitee_device if opened else "", one.inviter_card, one.invitee_card if joined else "",
            one.inviter_ip, one.invitee_ip if opened else "", _time(at),
        )  # fmt: skip
        log.add("referrals", "invitations", at, one.id, row)
