"""The proxy in front of us: who it says asks, and whether over https, is believed of that proxy and of nobody else.

Each proxy appends whom it heard from to `X-Forwarded-For`, so of the list the last one counts: exactly one hop. What
stands before it the visitor may have written. For everybody else these headers are taken away unread.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from kmwiki.config import Settings

THIS_MACHINE = ("127.0.0.0/8", "::1/128")
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_BY",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)


class Proxied:
    """A WSGI app behind the proxies of these networks; none: it is reached directly."""

    def __init__(self, app: WSGIApplication, networks: Iterable[str]) -> None:
        self.app = app
        self.networks = [ip_network(each) for each in networks]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Put the visitor's address and scheme in place of the proxy's."""
        named = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        scheme = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).rpartition(",")[2].strip().lower()
        if self._is_proxy(str(environ.get("REMOTE_ADDR") or "")):
            if _is_address(named):
                environ["REMOTE_ADDR"] = named
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
        for name in FORWARDED:
            environ.pop(name, None)
        return self.app(environ, start_response)

    def _is_proxy(self, peer: str) -> bool:
        """Whether the other end is a proxy of ours. A Unix socket has no address; its permissions guard it."""
        if not peer:
            return bool(self.networks)
        return _is_address(peer) and any(ip_address(peer) in network for network in self.networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def believed(settings: Settings) -> tuple[str, ...]:
    """Return the networks whose proxies are believed: those that are set; else, on https, this machine's."""
    if settings.trusted_proxy:
        return tuple(part.strip() for part in settings.trusted_proxy.split(","))
    return THIS_MACHINE if settings.is_https else ()


def register(app: Flask) -> None:
    """Stand before the app."""
    settings: Any = app.config["KMWIKI"]
    app.wsgi_app = Proxied(app.wsgi_app, believed(settings))  # type: ignore[method-assign]
