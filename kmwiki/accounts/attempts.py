"""How often somebody may try to sign in: by account and by address, never locking the right person out.

Three throttles, each a wait that ends by itself. Tries on one account from one address are few. Tries on one account
from all addresses together are limited too, but not for an address where that account has signed in before: so a
stranger who hammers at an account cannot keep its owner out. Tries from one address on many accounts are limited last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.accounts.models import SignInSession
from kmwiki.errors import TooMany, say
from kmwiki.security.throttle import Throttle

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PAIR = Throttle(limit=8, window=5 * 60)
"""Wrong tries on one account from one address."""
ACCOUNT = Throttle(limit=40, window=15 * 60)
"""Wrong tries on one account from addresses that it does not know."""
ADDRESS = Throttle(limit=60, window=10 * 60)
"""Wrong tries from one address, whatever the account; a whole office may share one."""
RESET_ACCOUNT = Throttle(limit=3, window=15 * 60)
"""Letters with a link to one account. The last of them works, so a stranger who asks keeps nobody out."""
RESET_ADDRESS = Throttle(limit=20, window=15 * 60)
"""Letters that one address asks for, whatever the accounts."""


def take(email: str, address: str, *, is_known: bool) -> None:
    """Count a try that is about to be made. TooMany, with the seconds to wait, if there were too many."""
    pair = f"{email}\n{address}"
    wait = max(PAIR.wait(pair), ADDRESS.wait(address), 0 if is_known else ACCOUNT.wait(email))
    if wait:
        raise TooMany(
            say(
                "Too many tries to sign in. Wait %(minutes)s min and try again: the right password works then.",
                minutes=-(-wait // 60),
            ),
            retry_after=wait,
        )
    PAIR.note(pair)
    ADDRESS.note(address)
    if not is_known:
        ACCOUNT.note(email)


def take_letter(email: str, address: str) -> None:
    """Count a letter with a link that is about to be asked for; the account need not exist. TooMany."""
    wait = max(RESET_ACCOUNT.wait(email), RESET_ADDRESS.wait(address))
    if wait:
        raise TooMany(
            say(
                "Several links have been asked for already. Look into the mailbox, also among spam, or wait "
                "%(minutes)s min and ask again.",
                minutes=-(-wait // 60),
            ),
            retry_after=wait,
        )
    RESET_ACCOUNT.note(email)
    RESET_ADDRESS.note(address)


def forgive(email: str, address: str) -> None:
    """Forget the tries of this account from this address: the password was right."""
    PAIR.forget(f"{email}\n{address}")
    ADDRESS.give_back(address)
    ACCOUNT.give_back(email)


def forget_all() -> None:
    """Forget all tries, as a restart does."""
    for throttle in (PAIR, ACCOUNT, ADDRESS, RESET_ACCOUNT, RESET_ADDRESS):
        throttle.clear()


def is_known_address(session: Session, user_id: int, address: str) -> bool:
    """Whether this person has ever signed in from this address."""
    if not address:
        return False
    found = select(SignInSession.id).where(SignInSession.user_id == user_id, SignInSession.address == address).limit(1)
    return session.scalar(found) is not None
