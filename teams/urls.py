"""Addresses of the teams room. ``/accounts/`` is in ``account_urls``, because allauth wants plain names."""

from django.urls import path

from teams.views import audit, entry, invitations, members, workspaces

app_name = "teams"

urlpatterns = [
    path("", entry.index, name="index"),
    path("welcome/", entry.first_visit, name="welcome"),
    path("language/", entry.language, name="language"),
    path("workspaces/", workspaces.workspaces, name="workspaces"),
    path("workspaces/sample/", workspaces.add_sample, name="add_sample"),
    path("workspaces/new/", workspaces.new_workspace, name="new_workspace"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", invitations.accept, name="accept"),
    path("w/<uuid:code>/members/", members.members, name="members"),
    path("w/<uuid:code>/members/<int:pk>/role/", members.change_role, name="change_role"),
    path("w/<uuid:code>/members/<int:pk>/remove/", members.remove, name="remove_member"),
    path("w/<uuid:code>/members/leave/", members.leave, name="leave"),
    path("w/<uuid:code>/members/hand-over/", members.hand_over, name="hand_over"),
    path("w/<uuid:code>/members/invite/", invitations.invite, name="invite"),
    path("w/<uuid:code>/members/invited/<int:pk>/renew/", invitations.renew, name="renew_invitation"),
    path("w/<uuid:code>/members/invited/<int:pk>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("w/<uuid:code>/log/", audit.log, name="audit"),
    path("w/<uuid:code>/settings/", workspaces.workspace_settings, name="settings"),
    path("w/<uuid:code>/settings/logo/", workspaces.logo, name="logo"),
    path("w/<uuid:code>/settings/logo/remove/", workspaces.remove_logo, name="remove_logo"),
    path("w/<uuid:code>/remove-sample/", workspaces.remove_sample, name="remove_sample"),
]
