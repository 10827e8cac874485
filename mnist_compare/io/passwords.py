"""Addresses without their passwords, for records, reports and messages."""

import re

HIDDEN = "***"
_USER = re.compile(r"(\w://[^:/@]*):.*@", re.DOTALL)
_OPTION = re.compile(r"(password=)[^&\s]*", re.IGNORECASE)


def without_password(text: str) -> str:
    """An address, or a text with one, in which a password is hidden.

    >>> without_password("postgresql://me:secret@host/studies?password=secret")
    'postgresql://me:***@host/studies?password=***'
    """
    return _OPTION.sub(rf"\1{HIDDEN}", _USER.sub(rf"\1:{HIDDEN}@", text))
