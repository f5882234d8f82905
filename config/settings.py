"""All settings; what differs between installations comes from the environment (docs/running.md lists it)."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env
from config.logs import LOGGING

__all__ = ["LOGGING"]

django_stubs_ext.monkeypatch()  # lets us write ModelForm[ScanPlan] outside of type checks, too

BASE_DIR = Path(__file__).resolve().parent.parent
EARSHOT_VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
EARSHOT_DATA = Path(env.text("EARSHOT_DATA", str(BASE_DIR / ".local"))).resolve()
EARSHOT_PRODUCTION = env.boolean("EARSHOT_PRODUCTION")

DEBUG = env.boolean("DEBUG")
SECRET_KEY = env.text("SECRET_KEY")
if EARSHOT_PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors: not with EARSHOT_PRODUCTION=1.")
if EARSHOT_PRODUCTION and not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY (or SECRET_KEY_FILE) to a long random text.")
SECRET_KEY = SECRET_KEY or env.kept_secret(EARSHOT_DATA / "secret-key")
# Seal what people entrust to us, see teams.sealing. The first seals, all of them open.
CREDENTIAL_KEYS = env.words("CREDENTIAL_KEYS")
if EARSHOT_PRODUCTION and not CREDENTIAL_KEYS:
    raise ImproperlyConfigured("Set CREDENTIAL_KEYS (or CREDENTIAL_KEYS_FILE) to a long random text.")
if any(len(key) < 32 for key in CREDENTIAL_KEYS):
    raise ImproperlyConfigured("Each of CREDENTIAL_KEYS must have 32 random characters or more.")
CREDENTIAL_KEYS = CREDENTIAL_KEYS or [env.kept_secret(EARSHOT_DATA / "credential-key")]

# Where it listens, and who may come

HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# Off loopback anybody could come first and make themselves the owner: the first user's page then asks for
# the token that `manage.py dev` writes into this file and prints.
SETUP_NEEDS_TOKEN = EARSHOT_PRODUCTION or not env.is_loopback(HOST)
SETUP_TOKEN_FILE = EARSHOT_DATA / "setup-token"

# Our rooms come first: their templates and translations win over those of packages.

INSTALLED_APPS = [
    "config",
    "teams",
    "listening",
    "competitors",
    "pitches",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
]
MIDDLEWARE = [
    "config.ready.HealthMiddleware",  # before all that could refuse or redirect
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "teams.middleware.PersonMiddleware",  # language, time zone and last workspace of the person
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["config.templatetags.shell"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.TablerRenderer"

# What a lower room shows of a higher one is said here, once. (URL name, label, icon[, verb one needs])

WORKSPACE_HOME = "pitches:home"
WORKSPACE_SETUP = "competitors:setup"
ERASE_AUTHOR = "pitches:erase_author"  # takes ?author=
SAMPLE_SEEDER = "pitches.sample.seed"  # seed(user) -> Workspace; "" offers no sample workspace
NAVIGATION: list[tuple[Any, ...]] = [
    ("pitches:home", _("Home"), "home"),
    ("listening:mentions", _("Mentions"), "messages"),
    ("competitors:rivals", _("Rivals"), "users"),
    ("pitches:pitches", _("Pitch"), "presentation"),
]
NAVIGATION_MORE: list[tuple[Any, ...]] = [
    ("pitches:todo", _("To do"), "checklist"),
    ("listening:calendars", _("Calendars"), "calendar"),
    ("competitors:brands", _("Brands"), "building-store"),
    ("listening:searches", _("Searches"), "search"),
    ("listening:sources", _("Sources"), "rss"),
    ("listening:scans", _("Scans"), "refresh"),
    ("listening:plan", _("Scan plan"), "calendar-time"),
    ("competitors:phrases", _("Phrases"), "world-search"),
    ("pitches:templates", _("Look of decks"), "presentation", "manage"),
    ("teams:members", _("Members"), "users-group"),
    ("teams:settings", _("Workspace"), "settings", "manage"),
    ("teams:audit", _("Log"), "history", "manage"),
    ("pitches:verify", _("Verify evidence"), "shield-check"),
    ("pitches:erase_author", _("Erase an author"), "eye-off", "manage"),
]
# What the verbs of each room mean in the log of who did what (teams.audit).
AUDIT_WORDS = [f"{room}.audit_words" for room in ("teams", "listening", "competitors", "pitches")]
# Which class plans, reads and saves each capability of a source in a scan (listening.scan.Handler).
FETCH_HANDLERS: dict[str, str] = {
    "search": "listening.handlers.Keywords",
    "tagged": "listening.handlers.Tags",
    "poll": "listening.handlers.Feeds",
    "thread": "listening.handlers.Threads",
    "observe": "competitors.observe.Observing",
    "results": "competitors.visibility.LookingUp",
    "rank": "listening.popularity.Ranking",
}

# Data

DATABASE_URL = env.text("DATABASE_URL", env.embedded_database_url(EARSHOT_DATA))
REDIS_URL = env.redis(env.text("REDIS_URL", env.embedded_redis_url(EARSHOT_DATA)))
DATABASES = {"default": {**env.database(DATABASE_URL), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DATABASES["default"]["OPTIONS"].setdefault("application_name", "earshot")  # `manage.py restore` looks for it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}

# Accounts: log in by e-mail address; no mail server is needed

AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "teams.adapter.AccountAdapter"  # sign-up is closed once there is a first user
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_CHANGE_EMAIL = True  # one address for each person; a new one replaces it once it is verified
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# allauth sends codes only where this is "mandatory"; whether a login waits for it says the line below.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
_verification = env.text("ACCOUNT_EMAIL_VERIFICATION", "none")
LOGIN_NEEDS_VERIFIED_EMAIL = _verification == "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # its pages say so where no mail can be sent
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # written, but not sent: see teams.adapter
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to the account
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
# Beside allauth's own limits for logins (10 wrong ones a minute from one address, 5 in 5 minutes for one
# account): nobody's mailbox is flooded, and who took over a session cannot guess the password at leisure.
ACCOUNT_RATE_LIMITS = {
    "invite": "60/h/user",
    "share_password": "10/m/ip,10/5m/key,60/h/key",  # wrong ones, by address and by link
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,5/m/key,10/h/key",
    "manage_email": "10/m/user,30/h/user",
    "change_password": "5/m/user,20/h/user",
    "reauthenticate": "10/m/user,30/h/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXIES", 0)  # how many proxies add to X-Forwarded-For

MFA_ADAPTER = "teams.adapter.MFAAdapter"  # seals what is secret
MFA_FORMS = {
    "authenticate": "teams.account_forms.SecondFactorForm",
    "authenticate_webauthn": "teams.account_forms.PasskeyForm",
    "reauthenticate": "teams.account_forms.SecondFactorAgainForm",
    "reauthenticate_webauthn": "teams.account_forms.PasskeyAgainForm",
    "login_webauthn": "teams.account_forms.PasskeyLoginForm",
    "add_webauthn": "teams.account_forms.AddPasskeyForm",
    "edit_webauthn": "teams.account_forms.RenamePasskeyForm",
    "activate_totp": "teams.account_forms.AuthenticatorAppForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # the code before and the next one, for slow fingers and clocks
# Without a mail server nobody can verify an address. Nobody signs up with that of somebody else either.
MFA_ALLOW_UNVERIFIED_EMAIL = True
SESSION_SEEN_SECONDS = 300  # how exactly the account page knows when a session was last used

if _verification not in ("none", "optional", "mandatory"):
    raise ImproperlyConfigured("ACCOUNT_EMAIL_VERIFICATION must be none, optional or mandatory.")

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Earshot <earshot@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SITE_URL = env.origin("SITE_URL")  # where the links in mails lead; "" takes the host that the browser asked
if LOGIN_NEEDS_VERIFIED_EMAIL and not EMAIL_HOST:
    raise ImproperlyConfigured("ACCOUNT_EMAIL_VERIFICATION=mandatory needs a mail server: set EMAIL_HOST.")
if EMAIL_HOST and not SITE_URL and any(host.startswith(("*", ".")) for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "Set SITE_URL: with such ALLOWED_HOSTS a stranger could choose the host of the links in mails."
    )

# Safety in the browser

BEHIND_TLS = env.boolean("BEHIND_TLS")  # a proxy speaks https for us and sets X-Forwarded-Proto
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "earshot_session"
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "earshot_csrf"
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "earshot_language"
LANGUAGE_COOKIE_SECURE = BEHIND_TLS
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Tabler's style sheet draws arrows and ticks as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Languages and times: UTC inside, the workspace's zone outside

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# What people send us: what is larger than this is not kept, not even for a moment (config.uploads)

LARGEST_UPLOAD = 100_000_000  # bytes
FILE_UPLOAD_HANDLERS = [
    "config.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Style sheets, scripts, fonts

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(EARSHOT_DATA / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedFiles"},
}
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()

# The outside: one door, listening.net

OUTBOUND_REPLAY_URL = env.origin("OUTBOUND_REPLAY_URL")  # a server that stands in for the whole web
OUTBOUND_PACE_FACTOR = env.number("OUTBOUND_PACE_FACTOR", 1)
OUTBOUND_ALLOW = env.words("OUTBOUND_ALLOW")  # private networks and hosts that may be asked all the same
OUTBOUND_PORTS = env.ports("OUTBOUND_PORTS", (80, 443))
SEARXNG_URL = env.origin("SEARXNG_URL")
if EARSHOT_PRODUCTION and OUTBOUND_REPLAY_URL:
    raise ImproperlyConfigured("OUTBOUND_REPLAY_URL is for tests: not with EARSHOT_PRODUCTION=1.")
if OUTBOUND_PACE_FACTOR != 1 and not OUTBOUND_REPLAY_URL:
    raise ImproperlyConfigured("OUTBOUND_PACE_FACTOR may only be set together with OUTBOUND_REPLAY_URL.")

# Background work: rows in the database are the schedule and the queue, Celery carries their ids. A task may
# run twice and may be lost; the next tick finds what is due.
#
# Whatever dies, what was due starts again within a minute: a lease runs out in 40 s at most (that of a host
# which a dead worker was asking in 35, see listening.net.pace), and the next tick comes at most 15 s later.

TASK_SECONDS = 60  # one task is one page; longer than this and it is stopped
TICK_SECONDS = 15
LEASE_QUEUED_SECONDS = 30  # how long a message that was sent may take to be picked up; then another is sent
LEASE_WORKING_SECONDS = 40  # how long a worker that died keeps its row; every answer renews it
DEAF_SECONDS = 120  # a worker that hears nothing for so long ends, and is started again
CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3 * TASK_SECONDS,  # shorter, and a task that still runs is delivered again
    "global_keyprefix": "celery:",
    "socket_connect_timeout": 5,
    "socket_timeout": 5,  # a Valkey that is there and says nothing must not hold up a person's click
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = TASK_SECONDS - 15
CELERY_TASK_TIME_LIMIT = TASK_SECONDS
CELERY_TASK_DEFAULT_QUEUE = "now"  # what a person waits for; "later" is for what may wait
CELERY_WORKER_CONCURRENCY = env.integer("WORKER_PROCESSES", min(4, max(2, os.cpu_count() or 2)))
CELERY_WORKER_DIRECT = True  # every worker has a queue of its own, too, see config.hearing
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A page that is being read when Valkey goes away is finished: its lease is in the database.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_TASK_DEFAULT_PRIORITY = 3  # behind ticks, which are 0: however much waits, what is due is handed out
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1_000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000  # KiB
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(EARSHOT_DATA / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "listening.tasks.tick",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS - 3, "queue": "now", "priority": 0},  # a late tick is of no use
    },
    "pages": {
        "task": "pitches.tasks.check_pages",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS - 3, "queue": "later"},
    },
    "tidy": {"task": "listening.tasks.tidy", "schedule": 3600, "options": {"queue": "later"}},
}
