"""Signing in by password or one-time link, and signing out: views of the `accounts` family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask import session as form_session
from flask_babel import gettext

from kmwiki.accounts import one_time_links, queries, sign_ins
from kmwiki.accounts.sign_ins import Device
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import KmwikiError, NotFound, TooMany, Unauthenticated
from kmwiki.security.redirects import local_path
from kmwiki.web.context import cookie_name, is_signed_in, settings

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

LINK_STATUS = {"ready": 200, "used": 410, "expired": 410, "unknown": 404}


def secret_here() -> str:
    """Return the secret that this browser sends, or ''."""
    return request.cookies.get(cookie_name(), "")


def address_here() -> str:
    """Return the network address of the browser, as `web.proxy` has found it."""
    return request.remote_addr or ""


def device_here() -> Device:
    """Return what is known of the browser that sends the form, and whether it asks to be remembered."""
    return Device(address_here(), request.user_agent.string, is_remembered="remember" in request.form)


def sign_in() -> ResponseReturnValue:
    """Draw the sign-in form, or take it. On a refusal what was typed stays, but for the password."""
    target = local_path(request.values.get("next"), url_for("home.start"))
    if request.method != "POST":
        return redirect(target) if is_signed_in() else _form(target)
    email, device = request.form.get("email", ""), device_here()
    try:
        with session() as opened:
            user, renewed = sign_ins.prove(opened, email, request.form.get("password", ""), address=device.address)
    except TooMany as error:
        return _form(target, error), 429, {"Retry-After": str(error.retry_after)}
    except Unauthenticated as error:
        with transaction() as opened:
            sign_ins.note_failed_sign_in(opened, email, address=device.address)
        return _form(target, error), 422
    with transaction() as opened:
        _forget_before(opened)
        _, secret = sign_ins.open_session(opened, user, device, renewed=renewed)
    return _enter(secret, target, device)


def link(secret: str) -> ResponseReturnValue:
    """Show one button for a one-time link - a preview must not burn it - and burn it when the button is pressed."""
    with session() as opened:
        state, known = queries.link_state(opened, secret), queries.link_row(opened, secret)
    if request.method != "POST" or state != "ready" or known is None:
        return _link_page(state, secret, "" if known is None else known.purpose)
    device = device_here()
    try:
        with transaction() as opened:
            _forget_before(opened)
            row, fresh = one_time_links.use_link(opened, secret, device)
            has_password = queries.user_for(opened, row.user_id).password_hash is not None
    except NotFound:  # somebody else pressed the button in the same moment
        return _link_page("used", secret, known.purpose)
    after = "home.start" if has_password else "accounts.me"
    if known.purpose == "reset":
        after = "accounts.new_password"
    elif known.purpose == "invite" and not has_password:
        after = "accounts.join"
    answer = _enter(fresh, url_for(after), device)
    if after == "accounts.me":
        flash(gettext("You are signed in. Set a password now, so that you can come back without a link."), "look")
    return answer


def _link_page(state: str, secret: str, purpose: str) -> ResponseReturnValue:
    page = render_template(
        "accounts/link.html", state=state, secret=secret, purpose=purpose, is_mailed=bool(settings().mail_url)
    )
    return page, LINK_STATUS[state]


def sign_out() -> ResponseReturnValue:
    """End this browser's session and go to the first page, which shows visitors the way in."""
    with transaction() as opened:
        _forget_before(opened)
    form_session.clear()
    flash(gettext("You are signed out."), "done")
    answer = redirect(url_for("home.start"), 303)
    answer.delete_cookie(cookie_name(), path="/", secure=settings().is_https, httponly=True, samesite="Lax")
    return answer


def _forget_before(opened: Session) -> None:
    """End the session that this browser had: a new one begins, or none."""
    if secret_here():
        sign_ins.sign_out(opened, secret_here())


def _form(target: str, error: KmwikiError | None = None) -> str:
    return render_template(
        "accounts/sign_in.html",
        target=target,
        email=request.form.get("email", ""),
        is_remembered="remember" in request.form,
        problem=None if error is None else words(error.message),
        is_waiting=isinstance(error, TooMany),
    )


def _enter(secret: str, target: str, device: Device) -> Response:
    """Give the browser its cookie and send it on; the form token it had as a visitor is thrown away."""
    form_session.clear()
    answer = redirect(target, 303)
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=sign_ins.LONG_SESSION if device.is_remembered else None,
        path="/",
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
    )
    return answer
