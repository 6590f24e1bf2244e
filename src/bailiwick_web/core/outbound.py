"""Every request that leaves the house goes through here: only http and https, only to addresses of the public internet.

The address is looked up once, judged, and the socket is opened to that very address, so that a name which answers otherwise the second
time gains nothing. Redirects are not followed, no proxy of the environment is used, and of an answer no more is read than asked for.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SCHEMES = {"http": 80, "https": 443}
TIMEOUT_SECONDS = 20.0
MOST_BYTES = 64 * 1024
LONGEST_ADDRESS = 2_000
CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10", "5f00::/16"),
    )
)
"""Closed beside what is private, loopback, link-local or multicast: shared and test networks, tunnels that carry an IPv4 address
inside, and the one address of the public internet where a cloud answers its machines (168.63.129.16)."""


class Blocked(Invalid):
    """An address that no request may go to."""

    code = "blocked_address"


class Unreachable(Exception):  # noqa: N818  an answer of the network, not an accident
    """No answer: no such name, nobody there, no trust, or too slow; the message says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes
    ----------
    headers
        By name in small letters.
    body
        No more than was asked for; ``is_cut`` says whether there was more.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool
    seconds: float


def check_address(url: str) -> SplitResult:
    """Take an address apart.

    Raises
    ------
    Blocked
        If it is none of the web, has a name and password in it, or names an address of a closed network outright.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in SCHEMES or not parts.hostname or port == 0 or len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url:
        raise Blocked(_("An address begins with https:// (or http://) and a name, found “%(url)s”.") % {"url": url[:100]})
    if parts.username is not None or parts.password is not None:
        raise Blocked(_("An address must not hold a user name or password."))
    try:
        literal = ipaddress.ip_address(parts.hostname.split("%")[0])
    except ValueError:
        return parts
    if not is_open(literal):
        raise _closed(parts.hostname)
    return parts


def is_open(address: Address) -> bool:
    """Whether requests may go to an address: it is public, or of a network that the operator opened."""
    plain = _unwrapped(address)
    if any(plain in network for network in _opened(tuple(settings.OUTBOUND_NETWORKS)) if network.version == plain.version):
        return True
    if any(plain in network for network in CLOSED if network.version == plain.version):
        return False
    return plain.is_global and not (plain.is_multicast or plain.is_reserved or plain.is_loopback or plain.is_link_local)


def _unwrapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=8)
def _opened(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in networks)


def _closed(host: str) -> Blocked:
    said = {"host": host, "setting": "BAILIWICK_OUTBOUND_NETWORKS"}
    return Blocked(_("“%(host)s” lies in a network that requests may not go to. An operator can open it (%(setting)s).") % said)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    timeout_seconds: float = TIMEOUT_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Send a request and read the answer; whatever the other side does, it is over after ``timeout_seconds``.

    Raises
    ------
    Blocked
        If the address may not be gone to.
    Unreachable
        If no whole answer came.
    """
    parts, start = check_address(url), time.monotonic()
    try:
        with _Line(parts, start + timeout_seconds) as line:
            line.connection.request(method, _path(parts), body=body, headers=dict(headers))
            response = line.connection.getresponse()
            content, is_cut = _read(response, most_bytes)
            line.check()
            named = {name.lower(): value for name, value in response.getheaders()}
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(_reason(error, time.monotonic() - start, timeout_seconds)) from error
    return Answer(response.status, named, content, is_cut, time.monotonic() - start)


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _read(response: http.client.HTTPResponse, most: int) -> tuple[bytes, bool]:
    content = response.read(most + 1)
    return content[:most], len(content) > most


def _reason(error: Exception, seconds: float, timeout_seconds: float) -> str:
    if seconds >= timeout_seconds or isinstance(error, TimeoutError):
        return f"no whole answer within {timeout_seconds:g} s"
    if isinstance(error, ssl.SSLError):
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        return f"the connection is not to be trusted: {why}"
    if isinstance(error, socket.gaierror):
        return "there is no such name"
    return (str(error) or type(error).__name__)[:300]


class _Line:
    """A connection to a judged address, which is cut when the time is over, in whatever state it is."""

    def __init__(self, parts: SplitResult, until: float) -> None:
        self._parts, self._until, self._is_over = parts, until, False
        self._socket: socket.socket | None = None

    def __enter__(self) -> _Line:
        host = str(self._parts.hostname)
        port = self._parts.port or SCHEMES[self._parts.scheme]
        address = _judged(host, port)
        raw = socket.socket(address[0], socket.SOCK_STREAM)
        self._socket = raw
        self._timer = threading.Timer(max(0.0, self._until - time.monotonic()), self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            self._open(raw, address[1], host, port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _open(self, raw: socket.socket, address: Any, host: str, port: int) -> None:
        raw.settimeout(max(0.01, self._until - time.monotonic()))
        raw.connect(address)
        ready: socket.socket = raw
        if self._parts.scheme == "https":
            ready = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        self._socket = ready
        self.connection = http.client.HTTPConnection(host, port)
        self.connection.sock = ready
        self.connection.auto_open = 0  # it must not look the name up again

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def check(self) -> None:
        """Refuse what was read of a connection that was cut meanwhile."""
        if self._is_over:
            raise TimeoutError

    def _cut(self) -> None:
        self._is_over = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _judged(host: str, port: int) -> tuple[int, Any]:
    """Family and address to connect to. One closed address among several closes the name: an honest name has none."""
    try:
        name = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError as error:
        raise socket.gaierror(str(error)) from error
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    if not found:
        raise socket.gaierror("no address")
    if not all(is_open(a) for a in _addresses(entry[4][0] for entry in found)):
        raise _closed(host)
    return found[0][0], found[0][4]


def _addresses(texts: Iterable[Any]) -> list[Address]:
    return [ipaddress.ip_address(str(text).split("%")[0]) for text in texts]
