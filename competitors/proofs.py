"""Why we believe that a profile is a brand's: one or more sentences, some with an address. Pure.

They are kept in one text, a line for each: an English sentence and, behind a tab, where it can be read.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from listening.types import Proposal


def of(proposal: Proposal) -> str:
    """All that speaks for a proposal, the best first, as it is kept."""
    return written([(proposal.proof, proposal.proof_url), *proposal.more])


def written(proofs: Iterable[tuple[str, str]]) -> str:
    """The text to keep."""
    return "\n".join(f"{sentence}\t{url}" if url else sentence for sentence, url in proofs if sentence)


def read(text: str) -> list[tuple[str, str]]:
    """(the sentence in the reader's language, its address or "") of each proof of a kept text."""
    lines = (line.partition("\t") for line in text.split("\n") if line)
    return [(gettext(sentence), url) for sentence, _, url in lines]


def best(text: str) -> str:
    """The first sentence of a kept text, in English; "" where there is none."""
    return text.partition("\n")[0].partition("\t")[0]
