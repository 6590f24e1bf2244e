"""Who signs a request: a session with its cross-site check, or a token."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest
from ninja.security import HttpBearer

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import AccessToken, User
from bailiwick_web.core.refusals import NotAllowed
from bailiwick_web.core.rest import limits
from bailiwick_web.core.rest.problems import NotSignedIn
from bailiwick_web.core.token_services import find_token

READING = ("GET", "HEAD", "OPTIONS")


class TokenAuth(HttpBearer):
    """A personal token in ``Authorization: Bearer``; needs no cookie, so no cross-site check either.

    A token that was made for one purpose opens that and nothing else.
    """

    purposes: frozenset[str] = frozenset({AccessToken.Purpose.INTERFACE})

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The user of the token, who acts from here on.

        Raises
        ------
        NotSignedIn, TooMany, NotAllowed
            If it opens nothing, is used too often, or may only read.
        """
        if (known := getattr(request, "token_user", None)) is not None:
            return known
        actor = actor_of(request)
        found = find_token(token.strip(), actor.now)
        if found is None:
            raise NotSignedIn("This token is unknown, expired or revoked. Make a new one on the page “Tokens”.")
        if found.purpose not in self.purposes:
            raise NotAllowed("This token was made for something else.", code="token_scope")
        limits.count(request, found.pk)
        if not found.may_write and request.method not in READING:
            raise NotAllowed("This token may only read. Make one that may write.", code="token_scope")
        request.user = request.token_user = found.user  # type: ignore[attr-defined]
        request.actor = replace(actor, user=found.user)  # type: ignore[attr-defined]
        return found.user


class IncomingAuth(TokenAuth):
    """A token for what comes in: one that is good for that alone, or for everything."""

    purposes = frozenset({AccessToken.Purpose.INTERFACE, AccessToken.Purpose.INCOMING})
