"""Jobs, schedules, and the commands that a person or a scheduler starts.

Belongs here: what runs when, and what is said about it.
Does not belong here: how a step does its work (assets/ and below).
"""
