"""Maths that SQL cannot say: pure functions over numbers and arrays.

Belongs here: estimators with a published source, their units and shapes, tested against worked values.
Does not belong here: reading or writing tables, anything about a metric by name, orchestration.
"""
