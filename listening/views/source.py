"""One source: whether we listen to it, through which server, and with whose credentials."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from listening import credentials, door
from listening import sources as listed
from listening.forms import CredentialForm, SourceForm
from listening.models import Credential, SourceSetting
from listening.net import SourceError
from teams import access
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record

SERVER_CHANGED = gettext_noop(
    "The server of this source was changed to %(host)s while you were here. Nothing was sent. Enter the "
    "credentials again if they are for that server."
)


def facts(kind: type[listed.Source]) -> dict[str, str]:
    """What a source says of itself. Not the class itself: a template would call it."""
    facts = {name: getattr(kind, name) for name in ("name", "label", "terms", "docs", "instance")}
    return {**facts, "gives": _(kind.gives)}


def _listed(name: str) -> type[listed.Source]:
    try:
        return listed.get(name)
    except KeyError:
        raise Http404(_("There is no such source.")) from None


@member("read")
def source(request: WorkspaceRequest, workspace: Workspace, name: str) -> HttpResponse:
    """One source: what it gives, whether we listen, through which server, and its credentials."""
    kind = _listed(name)
    if request.method != "POST":
        return _show(request, workspace, kind)
    access.workspace(request, workspace.code, "edit")
    form = SourceForm(request.POST, instance=_setting(workspace, kind))
    if not form.is_valid():
        return _show(request, workspace, kind, form)
    setting: SourceSetting = form.save(commit=False)
    SourceSetting.objects.update_or_create(  # of two who save it for the first time at once, both do
        workspace=workspace,
        source=name,
        defaults={"enabled": setting.enabled, "instance": setting.instance if kind.instance else ""},
    )
    record(workspace, request.user, "source.edited", name, enabled=form.instance.enabled)
    messages.success(request, _("Saved."))
    return redirect("listening:source", workspace.code, name)


def _setting(workspace: Workspace, kind: type[listed.Source]) -> SourceSetting:
    row = SourceSetting.objects.filter(workspace=workspace, source=kind.name).first()
    return row or SourceSetting(workspace=workspace, source=kind.name, enabled=kind.default)


def _show(
    request: WorkspaceRequest,
    workspace: Workspace,
    kind: type[listed.Source],
    form: SourceForm | None = None,
    credential_form: CredentialForm | None = None,
) -> HttpResponse:
    """The page of one source, with what was just typed where that was wrong."""
    form = form or SourceForm(instance=_setting(workspace, kind))
    if kind.instance:
        form.fields["instance"].widget.attrs["placeholder"] = kind.instance
    else:
        del form.fields["instance"]
    kept = Credential.objects.filter(workspace=workspace, source=kind.name).select_related("saved_by").first()
    if kind.needs and credential_form is None:
        credential_form = CredentialForm(kind, initial=credentials.shown(kept, kind) if kept else {})
    context = {
        "source": {**facts(kind), "lacks": _(kind.lacks) if kind.lacks and not kept else ""},
        "form": form,
        "credential": kept,
        "trouble": credentials.trouble(kept, kind) if kept else "",
        "credential_form": credential_form,
        "sent_to": _server(workspace, kind),
        "wheres": [(_(need.label), need.where) for need in kind.needs if need.where],
        "is_set_up": door.is_set_up(kind),
    }
    return render(request, "listening/source.html", context)


def _server(workspace: Workspace, kind: type[listed.Source]) -> str:
    """Where the credentials of a source are sent; "" where it has one service only."""
    return door.instance_of(kind.name, workspace) or kind.instance


@sensitive_post_parameters()
@member("manage")
def credential(request: WorkspaceRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Checks credentials with the service and keeps them. Refused ones are not kept; the page says why.

    Who comes here without sending anything, as after a change of language, is led to the source.
    """
    kind = _listed(name)
    if not kind.needs:
        raise Http404(_("This source needs no credentials."))
    if request.method != "POST":
        return redirect("listening:source", workspace.code, name)
    form = CredentialForm(kind, request.POST)
    if not form.is_valid():
        return _show(request, workspace, kind, credential_form=form)
    server = _server(workspace, kind)
    if request.POST.get("server", server) != server:  # an editor may choose another one, but not for a secret
        form.add_error(None, _(SERVER_CHANGED) % {"host": server})
        return _show(request, workspace, kind, credential_form=form)
    try:
        row = credentials.save(workspace, kind, form.cleaned_data, request.user, door.client())
    except SourceError as error:
        form.add_error(None, _(error.message) % error.params)
        return _show(request, workspace, kind, credential_form=form)
    if row.checked_at:
        messages.success(request, _("Saved. %(source)s accepts them.") % {"source": kind.label})
    else:
        messages.warning(request, _("Saved, but not checked yet. The next scan tells whether they work."))
    return redirect("listening:source", workspace.code, name)


@require_POST
@member("manage")
def remove_credential(request: WorkspaceRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Forgets the credentials of a source."""
    kind = _listed(name)
    if credentials.remove(workspace, kind, request.user):
        messages.success(request, _("Removed. What was heard with them stays."))
    return redirect("listening:source", workspace.code, name)
