"""Proposals of several finders made one list: each profile once, with all that speaks for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from listening.sources.platforms import LINK, profile
from listening.types import Proposal

_ADDRESSES = ("feeds", "site", LINK)  # sources whose handles are addresses


def merged(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Each profile once, where it was found first, with the best proof in front and the others behind it.

    A proof that makes us confident is better than one that does not; otherwise the earlier one is.
    """
    together: dict[tuple[str, str], list[Proposal]] = {}
    for one in proposals:
        together.setdefault(_key(one), []).append(one)
    return tuple(_one_of(same) for same in together.values())


def _one_of(same: list[Proposal]) -> Proposal:
    best, *others = sorted(same, key=lambda one: not one.confident)
    proofs = [(best.proof, best.proof_url), *best.more]
    for other in others:
        proofs += [(other.proof, other.proof_url), *other.more]
    # Some finders know what it is called, some know its address only.
    named = (one.label for one in (best, *others) if one.label not in (one.handle, one.url))
    return replace(best, label=next(named, best.label), more=tuple(dict.fromkeys(proofs))[1:])


def _key(one: Proposal) -> tuple[str, str]:
    """What makes two proposals the same profile, however its address was written."""
    if one.source == LINK and (known := profile(one.url)):
        return f"{LINK} {known.platform}", known.handle.casefold()
    if one.source in _ADDRESSES:
        parts = urlsplit(one.url)
        return one.source, f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"
    if one.source == "wikipedia":  # titles differ in case, but for their first letter
        language, _, title = one.handle.partition(":")
        return one.source, f"{language}:{title[:1].upper()}{title[1:]}"
    return one.source, one.handle.casefold()
