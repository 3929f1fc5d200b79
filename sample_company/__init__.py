"""A simulator of a company whose true numbers are known: a B2B software firm with a small shop, three years of it.

Belongs here: what customers do, what the vendors would export of it, and the truth of both, at any scale.
Does not belong here: anything that reads an export, a model or a warehouse. The truth is computed from the
simulation's own states by `sample_company.truth`, which shares nothing with `models/`.
"""

from sample_company.write import CannotWrite, Written, write

__all__ = ["CannotWrite", "Written", "write"]
