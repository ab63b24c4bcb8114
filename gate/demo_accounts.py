"""The demo's accounts: ready-made, with passwords that everybody can read, and so for nothing but the demo."""

from datetime import timedelta
from pathlib import Path

from gate.accounts import NewAccount, create_account, set_password
from gate.clock import SystemClock
from gate.core.clock_trust import ClockState, moment_of, observe
from gate.core.roles import Role
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.passwords import Passwords

ACCOUNTS = (
    ("supervisor", "E2001", "Nour Paperclip", Role.SUPERVISOR),
    ("quality", "E2002", "Francis Dictionnaire", Role.QA),
    ("system", "E2003", "Toni Extension-Cord", Role.SYSADMIN),
    ("trainer", "E2004", "Kim Whiteboard", Role.TRAINER),
    ("inspector", "E2005", "Sacha Loupe", Role.AUDITOR),
)

AUDIT = timedelta(days=30)
"""An auditor's account has an end."""


def password_of(login: str) -> str:
    """Return the password of a demo account."""
    return f"only for the demo: {login[:4]}"


def make_accounts(config: Path) -> list[str]:
    """Put the accounts on record and return a line for each to print."""
    settings = load_settings(config)
    trail = Trail(open_database(settings.database_path), settings.gate.id, settings.zone)
    reading = SystemClock().read()
    moment = moment_of(observe(ClockState(settings.clock.trust, None), reading).state, reading)
    passwords = Passwords()
    try:
        for login, person, name, role in ACCOUNTS:
            encoded = passwords.encode(password_of(login))
            end = reading.at + AUDIT if role is Role.AUDITOR else None
            new = NewAccount(
                login, person, name, frozenset({role}), identity="nobody: an invented person", expires_at=end
            )
            create_account(trail, new, encoded, by="demo", why="demonstration account", moment=moment)
            set_password(trail, login, encoded, by=login, moment=moment, accepted=True)
    finally:
        trail.close()
    return [f"  {role.value}: {login} / {password_of(login)}" for login, _, _, role in ACCOUNTS]
