"""The protective headers of every answer: what a page may load, who may frame it, what it may ask of the browser."""

from __future__ import annotations

POLICY = (
    "default-src 'self'",
    "script-src 'self' 'nonce-{nonce}'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)

_PERMISSIONS = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

HTTPS_DAYS = 365


def content_policy(nonce: str) -> str:
    """Return the Content-Security-Policy of an answer whose scripts carry this nonce."""
    return "; ".join(POLICY).format(nonce=nonce)


def headers(*, nonce: str, is_https: bool) -> dict[str, str]:
    """Return the headers to add to an answer, by name. HSTS is sent only where the site itself is on https."""
    made = {
        "Content-Security-Policy": content_policy(nonce),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _PERMISSIONS),
    }
    if is_https:
        made["Strict-Transport-Security"] = f"max-age={HTTPS_DAYS * 24 * 3600}"
    return made
