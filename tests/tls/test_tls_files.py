"""The certificate and its key change as one, whatever happens in between."""

from datetime import timedelta
from pathlib import Path

import pytest

from gate.tls_acts import make_local
from gate.tls_certificates import key_pem, new_key
from gate.tls_error import TlsError
from gate.tls_files import installed, tls_warnings, write_secret
from tests.tls.handshake import handshake
from tests.tls.site import NAME, TlsSite, told


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o640])
def test_a_key_that_others_can_read_is_not_used(site: TlsSite, mode: int) -> None:
    """A group may read, as where IT keeps keys in /etc/ssl/private; nobody else, and nobody may change it."""
    make_local(site.settings, site.desk, site.who(), new_authority=False)
    site.files.key.chmod(mode)
    if mode == 0o640:
        assert installed(site.files)
        return
    with pytest.raises(TlsError, match=r"web.tls_key: others can read or change .*chmod 0600"):
        installed(site.files)


@pytest.mark.parametrize("moment", ["before the certificate", "after the certificate"])
def test_a_power_cut_within_an_installation_leaves_a_pair_that_can_be_served(
    site: TlsSite, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Two files cannot change at once; whoever starts the pages next must find a certificate with its key."""
    first = make_local(site.settings, site.desk, site.who(), new_authority=False)
    stops_at = site.files.certificate if moment == "before the certificate" else site.files.key
    replace = Path.replace

    def cut(self: Path, target: Path) -> Path:
        if target == stops_at:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        make_local(site.settings, site.desk, site.who(), new_authority=False)
    monkeypatch.undo()
    changed = installed(site.files).certificate != first.certificate
    assert changed is (moment == "after the certificate")
    assert handshake(site.files, first.authority_path, NAME) == "TLSv1.3"
    third = make_local(site.settings, site.desk, site.who(), new_authority=False)
    assert installed(site.files).certificate == third.certificate
    assert not list(site.files.key.parent.glob("*.next"))


@pytest.mark.req("E5")
def test_a_disk_that_takes_nothing_leaves_the_old_pair_and_a_word_on_record(
    site: TlsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry before tells of a certificate that is not there: the next one says so."""
    first = make_local(site.settings, site.desk, site.who(), new_authority=False)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(TlsError, match="No space left on device"):
        make_local(site.settings, site.desk, site.who(), new_authority=False)
    monkeypatch.undo()
    assert installed(site.files).certificate == first.certificate
    assert told(site)[-1]["what"] == "not done: No space left on device"


def test_a_pair_whose_halves_do_not_fit_is_named(site: TlsSite) -> None:
    """Copied by hand from two machines."""
    make_local(site.settings, site.desk, site.who(), new_authority=False)
    write_secret(
        site.files.key,
        key_pem(new_key()),
    )
    with pytest.raises(TlsError, match="is not the key of"):
        installed(site.files)


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, None), (366, None), (367, "ends in 29 days"), (396, "ends in 0 days"), (398, "it ended at")],
)
def test_the_end_of_the_certificate_is_warned_of_for_thirty_days(site: TlsSite, days: int, words: str | None) -> None:
    """Nobody looks at a certificate until every tablet refuses the pages."""
    assert "is not there" in tls_warnings(site.settings, site.at)[0]
    make_local(site.settings, site.desk, site.who(), new_authority=False)
    found = tls_warnings(site.settings, site.at + timedelta(days=days))
    assert len(found) == (words is not None)
    assert words is None or words in found[0]
