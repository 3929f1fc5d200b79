"""From an audited candidate file to the published one: build beside, prove, swap, keep, go back.

    candidate = build_candidate(paths, manifest=..., as_of=..., run_id=..., loads=...)
    record = audit(paths, candidate, results, required)
    publish(paths, record, required)

Belongs here: everything between a built warehouse and the file that readers open. Check results come in as plain mappings.
Does not belong here: performing checks (checks/), the orchestrator (assets/), metric logic (models/).
"""

from orchestration.publish.audit import audit, blocks
from orchestration.publish.candidate import Candidate, build_candidate, read_candidate
from orchestration.publish.errors import CandidateError, NotEnoughSpace, PublishedFileDamaged, PublisherBusy, PublishError, PublishRefused
from orchestration.publish.loads import LoadRecord, read_loads
from orchestration.publish.lock import single_publisher
from orchestration.publish.reading import open_published
from orchestration.publish.required import RequiredCheck, required_checks
from orchestration.publish.swap import Published, newest_record, publish, rollback

__all__ = [
    "Candidate",
    "CandidateError",
    "LoadRecord",
    "NotEnoughSpace",
    "PublishError",
    "PublishRefused",
    "Published",
    "PublishedFileDamaged",
    "PublisherBusy",
    "RequiredCheck",
    "audit",
    "blocks",
    "build_candidate",
    "newest_record",
    "open_published",
    "publish",
    "read_candidate",
    "read_loads",
    "required_checks",
    "rollback",
    "single_publisher",
]
