"""A double of the vendors' APIs on loopback: the exports of an inbox over real paths, envelopes, pages, errors and rate limits.

Belongs here: exported files turned back into what each vendor's API would say. Does not belong here: the simulation, contracts of the
warehouse (the double shares no code with what it tests).
"""
