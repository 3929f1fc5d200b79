"""What can go wrong between a built warehouse and a published file.

PublishError
├── CandidateError        the candidate could not be built; nothing was touched
│   └── NotEnoughSpace    the disk has no room; found before anything is written
├── PublishRefused        the candidate is not proven good; the live file is as it was
├── PublisherBusy         another process publishes; the message names it
└── PublishedFileDamaged  the published file does not read back as it was published

Belongs here: the exceptions, which callers tell apart. Does not belong here: how they are shown.
"""

from __future__ import annotations


class PublishError(RuntimeError):
    """Root of everything that this package raises on purpose; the message says what to do."""


class CandidateError(PublishError):
    """The candidate file could not be built from the warehouse."""


class NotEnoughSpace(CandidateError):
    """The disk has less room than the candidate and its Parquet need."""


class PublishRefused(PublishError):
    """The audit record does not prove this candidate; `reasons` has one sentence per obstacle."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        lines = "\n".join(f"- {reason}" for reason in reasons)
        super().__init__(f"not published, the live file is as it was; {len(reasons)} obstacle(s):\n{lines}")


class PublisherBusy(PublishError):
    """The publish lock is held by another process for longer than the caller would wait."""


class PublishedFileDamaged(PublishError):
    """The published file is missing, cut off, changed or not a database."""
