"""Dagster assets over the plain Python of extract/, land/, semantic/ and publish/.

Belongs here: what Dagster must know (keys, groups, partitions, pools, metadata, asset checks).
Does not belong here: how anything is done; these modules call it.
"""
