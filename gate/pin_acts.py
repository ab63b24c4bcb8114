"""Set and remove the PIN that makes a badge a signature at a kiosk; never with the PIN or its hash in an entry."""

from gate.core.audit import Entry, Json, Kind
from gate.core.pins import is_obvious, is_pin
from gate.core.records import Moment
from gate.core.roles import Act, may
from gate.store import accounts as stored
from gate.store.account_pins import has_pin, put_pin, remove_pin
from gate.store.audit_trail import Trail
from gate.supervision import RefusedError


def refuse_pin(pin: str, *known: str) -> None:
    """Refuse a PIN that is none or that somebody else would try first; `known` are the person's own numbers.

    Raises:
        RefusedError: it cannot be taken; the text says why, never the PIN.
    """
    if not is_pin(pin):
        raise RefusedError(
            "A PIN has 6 to 12 digits and nothing else. Choose another.",
            "Un NIP a de 6 à 12 chiffres et rien d’autre. Choisissez-en un autre.",
            "pin",
        )
    if is_obvious(pin, known):
        raise RefusedError(
            "This PIN is easy to guess: digits that repeat, that count up or down, or your own number. Choose another.",
            "Ce NIP se devine : chiffres répétés ou qui se suivent, ou votre propre numéro. Choisissez-en un autre.",
            "pin",
        )


def set_pin(trail: Trail, account_id: str, encoded: str, *, moment: Moment) -> int:
    """Give one's own account a PIN, in place of the one before; return the entry's number.

    Raises:
        RefusedError: there is no such active account, or its roles sign nothing at a kiosk.
    """
    with trail.transaction():
        account = stored.account_of(trail, account_id)
        if account is None or not account.active or not may(account.roles, Act.SIGN_AT_KIOSK):
            raise RefusedError(
                "Only supervisors and QA sign at a kiosk. Nothing was set.",
                "Seules la supervision et l’AQ signent à un kiosque. Rien n’a été changé.",
            )
        seq = _told(trail, account_id, "pin_set", moment)
        put_pin(trail, account_id, encoded, seq)
        return seq


def drop_pin(trail: Trail, account_id: str, *, moment: Moment) -> int | None:
    """Leave one's own account without a PIN; return the entry's number, None if it had none."""
    with trail.transaction():
        if not has_pin(trail, account_id):
            return None
        remove_pin(trail, account_id)
        return _told(trail, account_id, "pin_removed", moment)


def _told(trail: Trail, account_id: str, what: str, moment: Moment) -> int:
    detail: dict[str, Json] = {"what": what}
    subject = f"account:{account_id}"
    return trail.append(Entry(kind=Kind.SECURITY, moment=moment, subject=subject, by=account_id, detail=detail))
