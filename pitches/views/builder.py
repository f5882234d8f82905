"""The builder of a draft: the deck as it will be, and what people do to its slides.

Everything works with links and forms alone. With htmx only what changed comes back.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from pitches import outline, queries, shown, verbs
from pitches.case import build
from pitches.decks.contract import FREE, LANGUAGES
from pitches.drafts import builder as building
from pitches.drafts import laying, quotes, undoing, wordings
from pitches.drafts.builder import Builder
from pitches.drafts.edits import MOST_FREE, MOST_QUOTES, Edits
from pitches.evidence import page_checks
from pitches.forms import AskForm, FreeSlideForm, QuotesForm, WordsForm
from pitches.models import Pitch
from pitches.shown import evidence_url
from pitches.slides import Slide
from pitches.views.follow import beside
from pitches.views.politely import open_draft, politely
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

MOST_FIGURES = 40  # that the editor lists


def language_of(sent: QueryDict, found: Pitch) -> str:
    """The language in which the deck is seen and edited: the pitch's own, unless another is asked for."""
    asked = sent.get("language", "")
    return asked if asked in LANGUAGES else found.language


def builder_of(request: WorkspaceRequest, found: Pitch) -> Builder:
    """The draft, measured now, in the language asked for."""
    sent = request.POST if request.method == "POST" else request.GET
    return Builder(build(found), language_of(sent, found))


def address(found: Pitch, language: str = "", slide: str = "") -> str:
    """Where a slide stands in the builder."""
    page = reverse("pitches:pitch", args=[found.workspace.code, found.code])
    query = f"?{urlencode({'language': language})}" if language and language != found.language else ""
    return f"{page}{query}" + (f"#slide-of-{slide}" if slide else "")


def context_of(builder: Builder) -> dict[str, Any]:
    """What every part of the page needs."""
    found = builder.case.pitch
    undo, redo = building.steps(builder)
    other = next(one for one in LANGUAGES if one != builder.language)
    return {
        "pitch": found,
        "builder": builder,
        "language": builder.language,
        "other": (other, dict(Pitch.Language.choices)[other]),
        "entries": builder.entries,
        "left": builder.left,
        "problems": builder.problems,
        "blocked": any(problem.blocks for problem in builder.problems),
        "undo": undo,
        "redo": redo,
        "can_add": len(builder.case.edits.free) < MOST_FREE,
    }


def page_context(builder: Builder) -> dict[str, Any]:
    """What the whole builder needs."""
    found = builder.case.pitch
    builder.drawn()
    return context_of(builder) | {
        "shown": shown.of_case(builder.case, evidence_url(found), builder.language),
        "ask_form": AskForm(instance=found),
        "actions": found.actions.select_related("mention__site"),
        "checked": page_checks.progress(found),
        **beside(found),
    }


def page(request: WorkspaceRequest, found: Pitch) -> HttpResponse:
    """The whole builder."""
    return render(request, "pitches/builder/page.html", page_context(builder_of(request, found)))


def _all(request: WorkspaceRequest, builder: Builder, slide: str = "") -> HttpResponse:
    """After a change that may show everywhere: the builder anew."""
    if not request.htmx:
        return redirect(address(builder.case.pitch, builder.language, slide))
    answer = render(request, "pitches/builder/_builder.html", page_context(builder))
    if slide:
        trigger_client_event(answer, "builder:show", {"slide": slide}, after="swap")
    return reswap(retarget(answer, "#builder"), "innerHTML")


def _after(builder: Builder, changed: Pitch) -> Builder:
    """The same case under the edits as they are now, also those that others made meanwhile."""
    edits = Edits.from_json(changed.edits)
    if edits.quotes != builder.case.edits.quotes:  # other posts are quoted: that is measured
        return Builder(build(changed), builder.language)
    return Builder(builder.case.with_edits(edits), builder.language)


def _slide(builder: Builder, key: str) -> Slide:
    """A slide of the deck. Raises Http404."""
    found = next((slide for slide in builder.case.slides if slide.key == key), None)
    if found is None:
        raise Http404(_("This slide is not in the deck."))
    return found


@member("read")
def slide(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, key: str) -> HttpResponse:
    """One slide with what can be done to it: what an editor that is closed gives back."""
    found = queries.pitch(workspace, code_of_pitch)
    language = language_of(request.GET, found)
    if not request.htmx or found.is_frozen:
        return redirect(address(found, language, key))
    builder = builder_of(request, found)
    _slide(builder, key)
    context = context_of(builder) | {"entry": builder.drawn([key])[key]}
    return render(request, "pitches/builder/_slide.html", context)


@member("edit")
@politely
def words(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, key: str) -> HttpResponse:
    """A slide's words, edited where they stand; empty goes back to what Earshot writes."""
    found = open_draft(workspace, code_of_pitch)
    builder = builder_of(request, found)
    one = _slide(builder, key)
    parts = laying.parts_of(one, key.startswith(FREE))
    first = _as_read(builder, one, parts)
    form = WordsForm(parts, request.POST or None, initial=first, is_free=key.startswith(FREE))
    if request.method == "POST" and form.is_valid() and (changed := _save(request, builder, one, form)):
        return _changed(request, _after(builder, changed), key)
    entry = builder.drawn([key])[key]
    figures = wordings.figures_of(builder.case, one, builder.language)[:MOST_FIGURES]
    context = context_of(builder) | {"entry": entry, "form": form, "figures": figures}
    context["place"] = _place(entry)
    template = "pitches/builder/_words.html" if request.htmx else "pitches/builder/words.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _place(entry: building.Entry) -> tuple[str, int]:
    """Where on the slide's first page the text is edited: its column and place; ("", 0) for nowhere."""
    if entry.is_free or not entry.pages:
        return "", 0
    for name in ("main", "aside"):
        for place, element in enumerate(getattr(entry.pages[0], name)):
            if element.get("role") == "text":
                return name, place
    return "", 0


def _as_read(builder: Builder, one: Slide, parts: tuple[str, ...]) -> dict[str, str]:
    """The form's first values: what stands there, or what a person wrote that was set aside."""
    language, edits = builder.language, builder.case.edits
    aside = {
        one_.part for one_ in builder.case.laid.asides if one_.slide == one.key and one_.language == language
    }
    first = {"language": language}
    for part in parts:
        wording = edits.wording(language, one.key, part)
        text = _before(builder, one, part)[language]
        first[part] = wordings.printed(builder.case, {language: text}, language)
        # Set aside words are written anew even if nobody touches them: that is what saving them means.
        first[f"was_{part}"] = "" if part in aside else first[part]
        first[f"seen_{part}"] = wording.at if wording else ""
    return first


def _before(builder: Builder, one: Slide, part: str) -> dict[str, str]:
    """The template that is edited."""
    language = builder.language
    wording = builder.case.edits.wording(language, one.key, part)
    if wording is not None:
        return {language: wording.text}
    if one.key.startswith(FREE) and part == "text":
        others = (builder.case.edits.wording(other, one.key, part) for other in LANGUAGES)
        return {language: next((other.text for other in others if other), "")}
    return {language: building.text_of(one, part)[language]}


def _save(request: WorkspaceRequest, builder: Builder, one: Slide, form: WordsForm) -> Pitch | None:
    """Keeps the words; None, with errors at the fields, when they cannot be kept as they are."""
    language, found = builder.language, {}
    touched = form.touched()
    if one.key.startswith(FREE) and not builder.case.edits.wording(language, one.key, "title"):
        touched = {part: form.cleaned_data[part] for part in form.parts}  # this language gets its own slide
    for part, typed in touched.items():
        try:
            before = _before(builder, one, part)
            found[part] = wordings.template(builder.case, one, typed, before, language)
        except wordings.NotAFigure as error:
            form.add_error(part, str(error))
            continue
        if found[part] == builder.generated(one.key, part):
            found[part] = ""  # as Earshot writes it: no edit
    if form.errors:
        return None
    pitch, verdict = builder.case.pitch, builder.case.verdicts.get(one.key, "")
    try:
        return verbs.write(pitch, request.user, language, one.key, found, seen=form.seen(), verdict=verdict)
    except verbs.Meanwhile as meanwhile:
        _tell(request, builder, form, meanwhile)
        return None


def _tell(request: WorkspaceRequest, builder: Builder, form: WordsForm, meanwhile: verbs.Meanwhile) -> None:
    """Shows what somebody else wrote; who saves again knows what they replace."""
    language = builder.language
    sent = request.POST.copy()
    form.data = sent
    for part, wording in meanwhile.wordings.items():
        sent[f"seen_{part}"] = wording.at if wording else ""
        if wording is None:
            form.add_error(part, _("Somebody took the words back meanwhile. Save again to write yours."))
            continue
        theirs = wordings.printed(builder.case, {language: wording.text}, language)
        message = _("%(by)s wrote meanwhile: “%(theirs)s”. Save again to replace that by yours.")
        form.add_error(part, message % {"by": wording.by or _("Somebody"), "theirs": theirs})


def _changed(request: WorkspaceRequest, builder: Builder, key: str) -> HttpResponse:
    """After words changed: the slide, what repeats them, and the list."""
    if not request.htmx:
        return redirect(address(builder.case.pitch, builder.language, key))
    also = ["summary"] if key in outline.SLIDE_OF_STEP.values() else []
    drawn = builder.drawn([key, *also])
    context = context_of(builder) | {"entry": drawn[key], "beside": True}
    context["repeating"] = [drawn[one] for one in also]
    return render(request, "pitches/builder/_changed.html", context)


@require_POST
@member("edit")
@politely
def settle(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, key: str) -> HttpResponse:
    """Decides about words: "keep" those about another verdict, "discard" them, or "reviewed" without any."""
    found = open_draft(workspace, code_of_pitch)
    builder = builder_of(request, found)
    _slide(builder, key)
    language, verdict = builder.language, builder.case.verdicts.get(key, "")

    def change(edits: Edits) -> Edits:
        match request.POST.get("do"):
            case "keep":
                return edits.kept(language, key, verdict)
            case "discard" if not key.startswith(FREE):
                return edits.discarded(language, key)
            case "reviewed":
                return edits.reviewed(language, key, str(request.user), timezone.now())
        return edits

    changed = verbs.change_edits(found, request.user, change)
    return _changed(request, _after(builder, changed), key)


@require_POST
@member("edit")
@politely
def arrange(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Moves a slide behind another one, leaves it out, or brings it in; each of them twice is once."""
    found = open_draft(workspace, code_of_pitch)
    builder = builder_of(request, found)
    key, after = request.POST.get("key", ""), request.POST.get("after", "")
    there = [*builder.keys, *(one.key for one in builder.left)]
    if key not in there:
        raise Http404(_("This slide is not in the deck."))
    do = next((name for name in ("drop", "bring") if name in request.POST), "move")
    if do == "drop" and (why := building.stays(key)):
        messages.error(request, why)
        return _all(request, builder, key)

    def change(edits: Edits) -> Edits:
        match do:
            case "drop":
                return edits.left_out(key)
            case "bring":
                return edits if key in builder.case.arranged(edits) else edits.brought_in(key)
        return edits.moved(builder.case.arranged(edits), key, after)

    builder = _after(builder, verbs.change_edits(found, request.user, change))
    if do == "bring" or not request.htmx:
        return _all(request, builder, key if do != "drop" else "")
    answer = render(request, "pitches/builder/_side.html", context_of(builder))
    return trigger_client_event(answer, "builder:order", {"keys": builder.keys}, after="swap")


@member("edit")
@politely
def add(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """A slide of people's own."""
    found = open_draft(workspace, code_of_pitch)
    builder = builder_of(request, found)
    edits, language = builder.case.edits, builder.language
    core = [key for key in builder.keys if key not in outline.APPENDIX]
    names = [(entry.key, entry.name) for entry in builder.entries]
    first = {"after": request.GET.get("after") or core[-1], "language": language, "key": edits.next_free()}
    form = FreeSlideForm(names, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and (key := _add(request, builder, form)):
        return redirect(address(found, language, key))
    context = context_of(builder) | {
        "form": form,
        "figures": wordings.figures_of(builder.case, None, language)[:MOST_FIGURES],
    }
    return render(request, "pitches/builder/add.html", context)


def _add(request: WorkspaceRequest, builder: Builder, form: FreeSlideForm) -> str:
    """Adds the slide; "" with errors at the fields when it cannot be. Sent twice, it is there once."""
    values, language = form.cleaned_data, builder.language
    texts = {}
    for part in ("title", "text"):
        try:
            texts[part] = wordings.template(builder.case, None, values[part], {language: ""}, language)
        except wordings.NotAFigure as error:
            form.add_error(part, str(error))
    if form.errors:
        return ""
    key, by, at = values["key"], str(request.user), timezone.now()

    def change(edits: Edits) -> Edits:
        nonlocal key
        there = {part: edits.wording(language, key, part) for part in texts}
        if key in edits.free and all((one.text if one else "") == texts[part] for part, one in there.items()):
            return edits
        if len(edits.free) >= MOST_FREE:
            key = ""
            return edits
        key = edits.next_free()
        edits = edits.added(builder.case.arranged(edits), key, values["after"])
        for part, text in texts.items():
            edits = edits.written(language, key, part, text, by, at)
        return edits

    verbs.change_edits(builder.case.pitch, request.user, change)
    if not key:
        form.add_error(None, _("There are enough slides of your own. Change one of them."))
    return str(key)


@require_POST
@member("edit")
@politely
def undo(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Takes back the last change, or does again what was taken back; says what it was."""
    found = open_draft(workspace, code_of_pitch)
    builder = builder_of(request, found)
    revision = request.POST.get("revision", "")
    number = int(revision) if revision.isdecimal() and len(revision) < 19 else 0
    again = "again" in request.POST
    change = (verbs.redo if again else verbs.undo)(found, number)
    after = _after(builder, queries.pitch(workspace, found.code))
    if change is None:
        messages.warning(request, _("Something else was changed meanwhile. Look again before you undo."))
    else:  # the one with the slide knows what people call it
        knows = after if change.slide in after.case.edits.free else builder
        name = str(knows.name(change.slide))
        said = undoing.said(change, name)
        words = _("Done again: %(what)s.") if again else _("Undone: %(what)s.")
        messages.success(request, words % {"what": said})
    return _all(request, after)


@member("edit")
@politely
def choose_quotes(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Which three of the starred mentions are quoted."""
    found = open_draft(workspace, code_of_pitch)
    ground = build(found).ground
    chosen = Edits.from_json(found.edits).quotes
    offered = list(quotes.starred(ground)[: quotes.MOST_OFFERED])
    form = QuotesForm([one.pk for one in offered], request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        picked = form.cleaned_data["quotes"]
        found = verbs.change_edits(found, request.user, lambda edits: edits.quoting(picked))
        if not any(slide.key == "voices" for slide in build(found).slides):
            messages.info(
                request, _("This deck leaves out the slide with the quotes. Bring it in with “Add a slide”.")
            )
        return redirect(address(found, language_of(request.POST, found), "voices"))
    ticked = (
        {int(pk) for pk in request.POST.getlist("quotes") if pk.isdecimal() and len(pk) < 19}
        if form.is_bound
        else set(chosen)
    )
    lost = [pk for pk in chosen if pk not in {one.pk for one in offered}]
    context = {"pitch": found, "form": form, "offered": offered, "ticked": ticked, "lost": lost,
               "most": MOST_QUOTES, "language": language_of(request.GET, found)}  # fmt: skip
    return render(request, "pitches/builder/quotes.html", context, status=422 if form.errors else 200)
