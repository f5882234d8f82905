"""The internal blog post that a pitch drafts: to read, to copy, to download."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from pitches import queries
from pitches.models import Pitch
from pitches.planning import post as posts
from pitches.planning.post import Part
from pitches.sharing.exports import snapshot_of
from pitches.views.decks import asked_language
from teams.access import WorkspaceRequest, member
from teams.models import Workspace


@member("read")
def post(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The post as it reads, and its HTML and Markdown to copy."""
    found = queries.pitch(workspace, code_of_pitch)
    language = asked_language(request, found)
    parts = posts.write(snapshot_of(found), language)
    context = {
        "pitch": found,
        "language": language,
        "others": [(code, name) for code, name in Pitch.Language.choices if code != language],
        "shown": posts.as_html(parts[1:]),
        "heading": parts[0].texts[0],
        "as_html": posts.as_html(parts),
        "as_markdown": posts.as_markdown(parts),
    }
    return render(request, "pitches/post.html", context)


@member("download")
def post_html(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The post as an HTML file."""
    found = queries.pitch(workspace, code_of_pitch)
    language = asked_language(request, found)
    page = posts.as_page(posts.write(snapshot_of(found), language), language)
    return _download(found, page, "text/html; charset=utf-8", "html")


@member("download")
def post_markdown(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The post as a Markdown file."""
    found = queries.pitch(workspace, code_of_pitch)
    parts: list[Part] = posts.write(snapshot_of(found), asked_language(request, found))
    return _download(found, posts.as_markdown(parts), "text/markdown; charset=utf-8", "md")


def _download(found: Pitch, content: str, kind: str, ending: str) -> HttpResponse:
    name = f"{slugify(found.title) or 'pitch'}-v{found.version}-post.{ending}"
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": header})
