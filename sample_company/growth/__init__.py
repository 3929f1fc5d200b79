"""How the sample company finds its customers, what its users do and say, and what its books show.

Belongs here: campaigns and spend, visitors and touches, users and their activity, the CRM, invitations and their frauds, surveys, the
ledger and exchange rates, each with generators of random numbers of its own, so that accounts and shoppers keep every draw they had.
Does not belong here: what accounts buy (`sample_company.personas`), and the truth of all this (`sample_company.truth`).
"""
