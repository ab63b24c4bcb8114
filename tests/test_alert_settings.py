"""The sections about alerts, shifts and metrics: what cannot work or would be unsafe is refused by name."""

from datetime import time
from pathlib import Path

import pytest

from gate.settings import SettingsError, load_settings
from tests.test_settings import GOOD, write

MAIL = 'smtp_host = "mail"\nsender = "gate@plant.example"\n'
ROUTE = '[[alerts.route]]\nchannel = "email"\ntarget = "a@plant.example"\n'
HEADER_IN_ADDRESS = ROUTE.replace("a@plant.example", "a@p.example\\r\\nBcc: x@y")
NO_HOOK = "is not the address of a webhook"


def test_routes_shifts_and_files_are_read_as_they_are_meant(tmp_path: Path) -> None:
    """Files are found from the folder of the configuration, as every other path."""
    hours = 'areas = ["COMP"]\nwindow_from = "19:00"\nwindow_until = "07:00"\n'
    hook = '[[alerts.route]]\nchannel = "webhook"\ntarget = "https://h.example/x"\nsecret_file = "secret"\n'
    login = 'smtp_user = "gate"\nsmtp_password_file = "password"\n'
    rest = '[[shift]]\nname = "A"\nstarts = "06:00"\n[metrics]\ntoken_file = "token"\n'
    settings = load_settings(write(tmp_path, f"[alerts]\n{MAIL}{login}{ROUTE}{hours}{hook}{rest}{GOOD}"))
    mail, webhook = (route.route for route in settings.alerts.route)
    assert (mail.severity, mail.areas, mail.window_from) == ("high", frozenset({"COMP"}), time(19))
    assert webhook.window_from is None
    assert settings.alerts.smtp_password_file == tmp_path / "password"
    assert settings.alerts.route[1].secret_file == tmp_path / "secret"
    assert settings.metrics.token_file == tmp_path / "token"
    assert [shift.start for shift in settings.shift] == [("A", time(6))]


def test_without_the_sections_nobody_is_told_and_there_are_three_shifts(tmp_path: Path) -> None:
    """The usual day of a plant; and no mail goes anywhere by default."""
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.alerts.route == ()
    assert [shift.start.at for shift in settings.shift] == [time(7), time(15), time(23)]


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[alerts]\n{ROUTE}", "mail needs smtp_host and sender"),
        ('[alerts]\nshift_summary_to = ["a@b.example"]\n', "mail needs smtp_host and sender"),
        (f'[alerts]\n{MAIL}smtp_user = "gate"\n', "smtp_user and smtp_password_file go together"),
        (
            f'[alerts]\n{MAIL}smtp_security = "none"\nsmtp_user = "g"\nsmtp_password_file = "p"\n',
            "never sent in the clear",
        ),
        ("[alerts]\ndenials = 6\n", "less than or equal to 5"),
        ("[alerts]\ndisk_low_percent = 5\n", "disk_critical_percent must be less"),
        ('[alerts]\nsender = "no address"\n', "is not a mail address"),
        (f"[alerts]\n{MAIL}{ROUTE.replace('a@plant', 'a@b@plant')}", "is not a mail address"),
        (f"[alerts]\n{MAIL}{HEADER_IN_ADDRESS}", "is not a mail address"),
        (f'[alerts]\n{MAIL}{ROUTE}secret_file = "x"\n', "secret_file is for a webhook"),
        (f'[alerts]\n{MAIL}{ROUTE}window_from = "07:00"\n', "window_from and window_until go together"),
        (f'[alerts]\n{MAIL}{ROUTE}window_from = "7:00"\nwindow_until = "25:00"\n', "window_until"),
        ('[[alerts.route]]\nchannel = "webhook"\ntarget = "http://h.example/x"\n', "needs https"),
        ('[[alerts.route]]\nchannel = "webhook"\ntarget = "ftp://h.example/x"\n', NO_HOOK),
        (
            '[[alerts.route]]\nchannel = "webhook"\ntarget = "https://u:p@h.example"\n',
            "is not the address of a webhook",
        ),
        ('[[shift]]\nstarts = "07:00"\n[[shift]]\nstarts = "07:00"\n', "start of a shift 07:00"),
        ("shift = []\n", "shift"),
    ],
)
def test_what_cannot_work_or_would_be_unsafe_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """An alert that goes nowhere is found out the night it is needed."""
    with pytest.raises(SettingsError, match=words):
        load_settings(write(tmp_path, f"{text}{GOOD}"))
