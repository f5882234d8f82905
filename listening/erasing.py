"""What becomes of somebody who asked to be forgotten: only what counts, and nothing that tells who it was.

Deciding only; ``forget`` does it to what is stored, and to what comes in later. Ids become hashes, because
many hold a handle; the same post then meets its own row again. All hashes are keyed with the code of the
workspace: it is random, known to members only, in every backup, and never changes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from listening.pipeline import Draft

PREFIX = "erased:"  # how the ids of erased posts begin


def _keyed(code: UUID, *words: str) -> str:
    message = "\0".join(words).encode("utf-8", "replace")
    return hmac.new(code.bytes, message, hashlib.sha256).hexdigest()


def key(code: UUID, source: str, handle: str) -> str:
    """Under which a workspace remembers not to hear an author again; upper and lower case are one."""
    return _keyed(code, "author", source, handle.strip().lower())


def sealed_id(code: UUID, source: str, external_id: str) -> str:
    """What stands for the id of an erased post; that of a sealed one is itself."""
    if external_id.startswith(PREFIX):
        return external_id
    return PREFIX + _keyed(code, "post", source, external_id)


def home_of(domain: str) -> str:
    """Where a link leads whose own address told who wrote: to the site."""
    return f"https://{domain}/" if domain else ""


def is_erased(draft: Draft, code: UUID, keys: Collection[str]) -> bool:
    """Whether its author asked to be forgotten."""
    return bool(draft.author) and key(code, draft.source, draft.author) in keys


def blanked(draft: Draft, code: UUID) -> Draft:
    """The draft of an erased author: counted like a reserved text, known again by its sealed id."""
    opens = draft.root_id == draft.external_id
    own_id = sealed_id(code, draft.source, draft.external_id)
    return replace(
        draft,
        external_id=own_id,
        root_id=own_id if opens else draft.root_id,
        url=home_of(draft.domain),
        url_key="",
        text_key="",
        author="",
        author_url="",
        is_searchable=False,
        thread_handle="" if opens else draft.thread_handle,
        # Nothing more is asked about a thread whose opener is gone, nor is what was read of it unsaid.
        replies=None if opens else draft.replies,
        thread_readable=draft.thread_readable and not opens,
    )
