"""The gate’s own authority signs for this gate and nothing else, and is kept at every renewal."""

import ssl
from datetime import timedelta

import pytest

from gate.tls_acts import make_local
from gate.tls_certificates import key_pem, make_certificate, new_key
from gate.tls_checks import names_of
from gate.tls_error import TlsError
from gate.tls_files import installed, load_authority, write_secret
from tests.tls.handshake import handshake
from tests.tls.plant_ca import NOW, pem
from tests.tls.site import ADDRESS, NAME, TlsSite


@pytest.mark.req("A7")
def test_the_own_authority_serves_every_configured_name_and_is_kept_at_renewal(site: TlsSite) -> None:
    """A renewal must not send IT to every tablet again."""
    first = make_local(site.settings, site.desk, site.who(), new_authority=False)
    assert names_of(first.certificate) == (NAME, ADDRESS)
    assert first.certificate.not_valid_after_utc - first.certificate.not_valid_before_utc <= timedelta(days=397)
    assert first.authority.not_valid_after_utc > NOW + timedelta(days=3600)
    for name in (NAME, ADDRESS):
        assert handshake(site.files, first.authority_path, name) == "TLSv1.3"
    before = installed(site.files)
    site.at += timedelta(days=370)
    second = make_local(site.settings, site.desk, site.who(), new_authority=False)
    assert (first.new_authority, second.new_authority) == (True, False)
    assert second.authority == first.authority
    assert installed(site.files).certificate == second.certificate != before.certificate
    assert installed(site.files).key_path == site.files.key


@pytest.mark.req("A7")
def test_keys_are_readable_by_the_service_alone(site: TlsSite) -> None:
    """Whoever has the key can be the gate for every tablet."""
    make_local(site.settings, site.desk, site.who(), new_authority=False)
    site.requested()
    for path in (site.files.key, site.files.authority_key, site.files.requested_key):
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert b"PRIVATE" not in site.files.authority_certificate.read_bytes()
    assert sorted(path.name for path in site.files.authority.iterdir()) == ["ca.crt", "ca.key"]


@pytest.mark.req("A7")
@pytest.mark.parametrize("name", ["evil.test", "10.20.0.6", "plant.test", "fd00::5"])
@pytest.mark.parametrize("names", [(NAME, ADDRESS), (NAME,), (ADDRESS,)], ids=["both", "host", "address"])
def test_whoever_steals_the_authority_can_be_no_other_site(site: TlsSite, names: tuple[str, ...], name: str) -> None:
    """Tablets trust it for this gate; it must not be able to sign for the plant's mail server."""
    site.configure(*names)
    made = make_local(site.settings, site.desk, site.who(), new_authority=False)
    assert handshake(site.files, made.authority_path, names[0]) == "TLSv1.3"
    stolen = load_authority(site.files)
    assert stolen is not None
    key = new_key()
    forged = make_certificate(*stolen, key, "gate-1", [name], site.at)
    site.files.certificate.write_bytes(pem(forged))
    write_secret(site.files.key, key_pem(key))
    with pytest.raises(ssl.SSLCertVerificationError, match=r"subtree|not permitted|name constraint"):
        handshake(site.files, made.authority_path, name)


def test_new_names_need_a_new_authority_and_say_so(site: TlsSite) -> None:
    """Otherwise every browser would refuse what the command has called done."""
    make_local(site.settings, site.desk, site.who(), new_authority=False)
    before = site.on_disk()
    site.configure("gate-2.plant.test")
    with pytest.raises(TlsError, match="--new-ca"):
        make_local(site.settings, site.desk, site.who(), new_authority=False)
    assert site.on_disk() == before
    made = make_local(site.settings, site.desk, site.who(), new_authority=True)
    assert handshake(site.files, made.authority_path, "gate-2.plant.test") == "TLSv1.3"


def test_an_authority_that_has_ended_is_not_used(site: TlsSite) -> None:
    """And in its last year the certificate ends with it."""
    made = make_local(site.settings, site.desk, site.who(), new_authority=False)
    site.at = made.authority.not_valid_after_utc - timedelta(days=10)
    late = make_local(site.settings, site.desk, site.who(), new_authority=False)
    assert late.certificate.not_valid_after_utc == made.authority.not_valid_after_utc
    site.at += timedelta(days=10)
    with pytest.raises(TlsError, match="ended at"):
        make_local(site.settings, site.desk, site.who(), new_authority=False)
