"""Bytes in: which exports are there, their bytes kept as they came, and their content as one stream of bytes.

Belongs here: the inbox, hashes, gzip and zip; REST pages in rest/.
Does not belong here: what the bytes mean (land/), any table by name, Dagster.
"""

from orchestration.extract.errors import ExportError
from orchestration.extract.inbox import Export, Settling, find_exports
from orchestration.extract.raw import KeptBytes, hash_file, keep_bytes
from orchestration.extract.streams import Limits, Member, open_members

__all__ = [
    "Export",
    "ExportError",
    "KeptBytes",
    "Limits",
    "Member",
    "Settling",
    "find_exports",
    "hash_file",
    "keep_bytes",
    "open_members",
]
