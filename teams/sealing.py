"""Secrets of others that we must be able to use again: sealed in the database, opened only to be used.

A secret is sealed with the first key of ``settings.CREDENTIAL_KEYS`` and opened with whichever fits, so a new
key can be put before the old one and everything sealed anew (``manage.py rotate_credentials``).
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """None of the keys opens it: the key is gone, or the text was changed."""


def _fernet(key: str) -> Fernet:
    """A key of any length and alphabet becomes the 32 bytes that Fernet takes. Keys are long and random, so
    one hash is enough; a password would need more."""
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"earshot credential key\0" + key.encode()).digest()))


def _keys() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in settings.CREDENTIAL_KEYS])


def seal(text: str) -> str:
    """The text, encrypted and signed with the first key; another time it looks another way."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises Unsealable."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable from error


def reseal(sealed: str) -> str:
    """The same text sealed with the first key, whichever sealed it before. Raises Unsealable."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable from error


def is_newest(sealed: str) -> bool:
    """Whether it is sealed with the first key."""
    try:
        _fernet(settings.CREDENTIAL_KEYS[0]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True
