"""Reads settings from the environment. A value that cannot be read stops the start with one clear line.

Every setting ``NAME`` may also come from a file named by ``NAME_FILE``, as container secrets do.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

LONGEST_FOLDER = 80  # a socket's whole path must stay below 104 (macOS) or 108 bytes


def text(name: str, default: str = "") -> str:
    """The value without spaces around it; an empty one counts as not set. Raises ImproperlyConfigured."""
    if file := os.environ.get(f"{name}_FILE", "").strip():
        try:
            return Path(file).read_text().strip() or default
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    return os.environ.get(name, "").strip() or default


def boolean(name: str, default: bool = False) -> bool:
    """1, true, yes, on or 0, false, no, off."""
    value = text(name).lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return default


def number(name: str, default: float) -> float:
    """A number, zero or more."""
    value = text(name)
    try:
        found = float(value) if value else default
    except ValueError:
        found = -1
    if not 0 <= found < float("inf"):
        raise ImproperlyConfigured(f"{name} must be a number from 0 on, not {value!r}.")
    return found


def integer(name: str, default: int) -> int:
    """A whole number, zero or more."""
    found = number(name, default)
    if found != int(found):
        raise ImproperlyConfigured(f"{name} must be a whole number, not {found}.")
    return int(found)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Words separated by commas or spaces."""
    return text(name).replace(",", " ").split() or list(default)


def ports(name: str, default: tuple[int, ...]) -> list[int]:
    """Port numbers separated by commas or spaces."""
    found = words(name)
    if not all(word.isascii() and word.isdecimal() and 0 < int(word) < 65536 for word in found):
        raise ImproperlyConfigured(f"{name} must list port numbers such as 80,443, not {' '.join(found)!r}.")
    return [int(word) for word in found] or list(default)


def origin(name: str) -> str:
    """A URL of scheme, host and port alone, without the slash at its end; "" when not set."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    web = parts.scheme in ("http", "https") and parts.hostname
    if value and (not web or parts.query or parts.fragment):
        raise ImproperlyConfigured(f"{name} must look like http://host:port, not {value!r}.")
    return value


def is_loopback(host: str) -> bool:
    """Whether a web server bound to this host can only be reached from this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a PostgreSQL URL, read as libpq reads it (sockets, TLS and all)."""
    if urlsplit(url).scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    try:
        options: dict[str, Any] = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise ImproperlyConfigured("DATABASE_URL cannot be read as a PostgreSQL URL.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname", "earshot"),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "OPTIONS": options,
    }


def redis(url: str) -> str:
    """The URL as redis-py takes it: redis://, rediss:// or unix://."""
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def redis_database(url: str, index: int) -> str:
    """The same server, database number ``index``."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return urlunsplit(parts._replace(path=f"/{index}"))
    query = dict(parse_qsl(parts.query)) | {"db": str(index)}
    return f"unix://{parts.path}?{urlencode(query)}"


def broker(redis_url: str) -> str:
    """The same server as Celery names it; it has words of its own for a socket."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    index = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={index}"


def socket_folder(data: Path) -> Path:
    """Where the embedded services of this data folder keep their sockets: short, and the same every time."""
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) > LONGEST_FOLDER - 20:
        base = "/tmp"
    return Path(base) / f"earshot-{hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:10]}"


def embedded_database_url(data: Path) -> str:
    """The URL of the PostgreSQL that `manage.py dev` starts for this data folder."""
    return f"postgresql:///earshot?host={quote(str(socket_folder(data) / 'postgres'), safe='')}&user=earshot"


def embedded_redis_url(data: Path) -> str:
    """The URL of the Valkey that `manage.py dev` starts for this data folder."""
    return f"unix://{socket_folder(data)}/valkey.sock?db=0"


def unix_socket(redis_url: str) -> Path | None:
    """The socket's path of a unix:// URL, None for any other."""
    parts = urlsplit(redis_url)
    return Path(unquote(parts.path)) if parts.scheme == "unix" else None


def kept_secret(file: Path, length: int = 50) -> str:
    """A secret of ``length`` random bytes, made on first use and kept in ``file``, which only we may read."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:  # made with mode 0600
        draft.write(secrets.token_urlsafe(length))
    try:
        os.link(draft.name, file)  # fails if another process was first: then theirs counts
    except FileExistsError:
        pass
    finally:
        os.unlink(draft.name)
    return file.read_text().strip()
