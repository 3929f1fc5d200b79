"""How the sample company builds and runs its product: code, releases, incidents, jobs, flags, decisions, the cloud's bill and its meters.

Belongs here: the lives behind the exports of github, pagerduty, slo, jobs, webhooks, flags, decisions, cloud_costs, metering and
plans_limits, each with generators of random numbers of its own, so that every other part keeps every draw it had.
Does not belong here: what accounts buy, who supports them, and the truth of all this (`sample_company.truth`).
"""
