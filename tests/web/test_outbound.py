"""Requests that leave the house: where they may not go, and that nothing holds them longer than allowed."""

from __future__ import annotations

import ast
import ipaddress
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from receiver import answers, drips, floods, receiving

from bailiwick_web.core import outbound

SOURCE = Path(__file__).parents[2] / "src" / "bailiwick_web"
CLOSED = (
    *(
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
    ),
    *("168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fec0::1"),
)


@pytest.mark.parametrize("address", CLOSED)
def test_closed_networks_stay_closed(address: str, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    assert not outbound.is_open(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(outbound.Blocked):
        outbound.request("POST", f"http://{host}/", headers={})


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_the_public_internet_is_open(address: str, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    assert outbound.is_open(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "127.1", "017700000001"])
def test_other_names_of_the_own_machine_are_seen_through(host: str, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    with pytest.raises((outbound.Blocked, outbound.Unreachable)):
        outbound.request("POST", f"http://{host}/", headers={})


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org", "//example.org", "https://", "http://a:b@example.org/"),
        *("http://a b/", "http://example.org:0/", "http://example.org:99999/", "http://example.org/\r\nX: y", "javascript:alert(1)"),
        "http://[::1",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(outbound.Blocked):
        outbound.check_address(url)


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Whatever the second look-up would say: there is none, the socket is opened to the address that was judged."""
    settings.OUTBOUND_NETWORKS = []
    asked, opened = [], []

    def look_up(host: str, port: int, **_more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14" if len(asked) == 1 else "127.0.0.1", port))]

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            opened.append(address[0])
            raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "socket", Socket)
    with pytest.raises(outbound.Unreachable, match="refused"):
        outbound.request("POST", "http://rebinding.example/", headers={})
    assert (asked, opened) == (["rebinding.example"], ["93.184.215.14"])
    asked.append("once more")
    with pytest.raises(outbound.Blocked):
        outbound.request("POST", "http://rebinding.example/", headers={})


def test_one_closed_address_among_several_closes_the_name(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(outbound.Blocked):
        outbound.request("POST", "http://both.example/", headers={})


def test_a_network_that_the_operator_opened_is_reached_and_redirects_are_not_followed(settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = ["127.0.0.0/8"]
    with receiving() as there:
        there.answer = answers(302, b"elsewhere", Location=there.url)
        answer = outbound.request("POST", f"{there.url}?a=1", headers={"X-Own": "y"}, body=b"{}")
    assert (answer.status, answer.body, answer.is_cut, len(there.got)) == (302, b"elsewhere", False, 1)
    assert (there.got[0].body, there.got[0].headers["x-own"]) == (b"{}", "y")


def test_no_more_of_an_answer_is_read_than_asked_for_and_none_holds_us_longer_than_allowed(settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = ["127.0.0.0/8"]
    with receiving() as there:
        there.answer = floods
        answer = outbound.request("POST", there.url, headers={})
        assert (len(answer.body), answer.is_cut) == (64 * 1024, True)
        there.answer = drips
        start = time.monotonic()
        with pytest.raises(outbound.Unreachable, match="no whole answer within"):
            outbound.request("POST", there.url, headers={}, timeout_seconds=0.6)
        assert time.monotonic() - start < 2


def test_who_cannot_prove_who_they_are_is_not_talked_to(settings: Any, tmp_path: Path) -> None:
    settings.OUTBOUND_NETWORKS = ["127.0.0.0/8"]
    with receiving(certificate=self_signed(tmp_path)) as there:
        with pytest.raises(outbound.Unreachable, match="not to be trusted"):
            outbound.request("POST", there.url, headers={}, body=b"secret")
        assert there.got == []


def self_signed(folder: Path) -> Path:
    """Key and certificate that nobody vouches for, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    path = folder / "self-signed.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    return path


def test_nobody_else_opens_connections() -> None:
    """All outbound HTTP goes through the one client."""
    clients = {"requests", "urllib3", "httpx", "aiohttp", "http.client", "urllib.request", "ssl"}
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if clients & set(names):
                found.add(file.relative_to(SOURCE).as_posix())
    assert found == {"core/outbound.py"}
