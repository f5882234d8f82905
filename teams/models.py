"""Who: people, the workspaces they share, the role each has there, and what was done by whom."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def normalise_email(email: str) -> str:
    """The one form in which we keep and compare an e-mail address: trimmed, all lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are compared without regard to case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Saves and returns a user; without a password the account cannot log in until one is set."""
        if not email.strip():
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user for Django's own maintenance commands; gives no right in any workspace."""
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this e-mail address, however it is capitalised."""
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address; ``language`` is the language of their pages."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # With the unique index this makes "Alice@" and "alice@" one account, whoever writes the row.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = normalise_email(self.email)
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name, or the e-mail address of somebody who gave none."""
        return str(self)


AREAS = {
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip


@cache
def zone_names() -> tuple[str, ...]:
    """IANA zone names a person may choose, sorted: places and UTC, not the historical aliases."""
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in AREAS))


def validate_zone(name: str) -> None:
    """Raises ValidationError unless ``name`` is an IANA zone this machine knows."""
    if name not in available_timezones():
        raise ValidationError(_("“%(zone)s” is not a time zone we know."), params={"zone": name}, code="zone")


validate_accent = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("Write a colour as # and six hexadecimal digits."))


class Workspace(models.Model):
    """One team's room: its brands, searches, mentions and pitches. Addressed outward by ``code`` only."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    contact = models.EmailField(_("contact e-mail"), blank=True)
    accent = models.CharField(
        _("accent colour"), max_length=7, default="#206bc4", validators=[validate_accent]
    )
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    members = models.ManyToManyField(User, through="Membership", related_name="workspaces")

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this workspace's times are shown and its plans are due."""
        return ZoneInfo(self.time_zone)

    def localtime(self, moment: datetime) -> datetime:
        """``moment`` (aware) in the workspace's zone."""
        return moment.astimezone(self.zone)


class Logo(models.Model):
    """A workspace's logo as decks show it. Apart from the workspace, which is read at every request."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="logo")
    png = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    alt = models.CharField(_("what it shows"), max_length=100, blank=True)
    kept_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.alt or str(self.workspace)


class Role(models.TextChoices):
    """What a member is; what each may do is the table in ``access.VERBS``."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Membership(models.Model):
    """One person's role in one workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Invitation(models.Model):
    """A colleague asked in, by a link that works once. What may be done with one is in ``invitations``.

    The link can travel in two ways, each with a token of its own: copied by the inviter, or mailed to the
    address. Whoever comes by the mailed one has shown that the address is theirs.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    copied_hash = models.CharField(max_length=64, unique=True, editable=False)
    mailed_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"
            ),
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        """Whether its days are over."""
        return self.expires_at <= timezone.now()


class AuditEntry(models.Model):
    """Who did what and when. Written, never changed; survives the person's account.

    Without ``user`` it was the machine, or somebody whose account is gone: ``by_machine`` tells which.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit_entries")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_machine = models.BooleanField(default=False)
    verb = models.CharField(max_length=50)  # "workspace.created", "pitch.frozen": noun, dot, past verb
    object = models.CharField(max_length=200, blank=True)  # what it was done to, as people read it
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at"], name="audit_newest_first")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object}"


def record(
    workspace: Workspace, user: User | None, verb: str, object: object = "", **details: Any
) -> AuditEntry:
    """Writes one audit entry; ``details`` must be JSON and hold no secret. ``user`` None: the machine."""
    return AuditEntry.objects.create(
        workspace=workspace,
        user=user,
        by_machine=user is None,
        verb=verb,
        object=str(object)[:200],
        details=details,
    )
