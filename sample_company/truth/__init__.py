"""The company's true numbers, counted from the simulation's own states in integers and fractions.

Belongs here: recurring revenue, movements, drivers, trials, collections and orders by the rules of the metric definitions, and in
`growth_*` identity, attribution, cost, invitations, voices and books, written as plainly as they read. Monthly amounts are integers of
one ten-thousandth of the reporting currency.
Does not belong here: SQL, exports, anything of `models/`; and no float.
"""
