"""Who looks: a role and a name in a signed cookie, and the token that guards forms."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

COOKIE = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser's session; ``id`` is random, ``fresh`` ones it does not have yet."""

    id: str
    role: str = ""
    actor: str = ""
    fresh: bool = False

    def token(self, secret: bytes) -> str:
        """What a form must send back: only a page of this session knows it."""
        return _sign(secret, f"token {self.id}")

    def accepts(self, secret: bytes, token: str) -> bool:
        """Whether a form's token is this session's."""
        return hmac.compare_digest(self.token(secret).encode(), token.encode())

    def cookie(self, secret: bytes) -> str:
        """The header that puts the session into the browser."""
        actor = base64.urlsafe_b64encode(self.actor.encode()).decode().rstrip("=")
        body = f"{self.id}.{self.role}.{actor}"
        value = f"{body}.{_sign(secret, body)}"
        return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict"


def start() -> Session:
    """A new session, of nobody yet."""
    return Session(id=secrets.token_hex(16), fresh=True)


def read(header: str, secret: bytes) -> Session:
    """The session of a ``Cookie`` header; a new one where there is none of ours."""
    try:
        cookie = SimpleCookie(header).get(COOKIE)
    except CookieError:
        cookie = None
    body, _, sign = (cookie.value if cookie else "").rpartition(".")
    if not body or not hmac.compare_digest(_sign(secret, body).encode(), sign.encode()):
        return start()
    id_, role, actor = body.split(".")
    padded = actor + "=" * (-len(actor) % 4)
    return Session(id=id_, role=role, actor=base64.urlsafe_b64decode(padded).decode())


def _sign(secret: bytes, words: str) -> str:
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()[:32]
