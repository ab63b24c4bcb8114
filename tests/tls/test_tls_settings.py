"""Beyond the machine itself there is TLS or nothing, and only the names that were configured."""

from pathlib import Path

import pytest

from gate.settings import SettingsError, WebSettings, load_settings
from tests.test_settings import GOOD, write

TLS = 'tls_certificate = "tls/gate.crt"\ntls_key = "tls/gate.key"\n'


def web(folder: Path, keys: str) -> WebSettings:
    return load_settings(write(folder, f"[web]\n{keys}\n{GOOD}")).web


@pytest.mark.req("A7")
@pytest.mark.parametrize("host", ["::", "0.0.0.0", "10.20.0.5", "gate-1.plant.test", "fe80::1", "128.0.0.1"])  # noqa: S104 - refused
def test_beyond_the_machine_itself_there_is_no_plain_http(tmp_path: Path, host: str) -> None:
    """Passwords and names would go over the plant's network for everybody to read."""
    with pytest.raises(SettingsError) as refused:
        web(tmp_path, f'host = "{host}"')
    said = str(refused.value)
    assert "web.host: beyond the machine itself the pages are served with TLS only" in said
    assert "set tls_certificate and tls_key" in said


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "LOCALHOST", "127.0.0.2"])
def test_the_machine_itself_needs_no_tls(tmp_path: Path, host: str) -> None:
    """The demo and every fresh installation begin there."""
    found = web(tmp_path, f'host = "{host}"')
    assert not found.tls
    assert not found.beyond_loopback
    assert found.address.startswith("http://")


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    ("keys", "key", "words"),
    [
        ('tls_certificate = "a"', "web.tls_key", "belong together"),
        ('tls_key = "a"', "web.tls_key", "belong together"),
        ('tls_certificate = "a"\ntls_key = "a"', "web.tls_key", "a file of its own"),
        ('names = ["gate-1.plant.test"]', "web.names", "with TLS"),
        (TLS + 'host = "0.0.0.0"', "web.host", "no name may be opened"),
        (TLS + 'host = "::"\nnames = []', "web.host", "no name may be opened"),
        (TLS + 'names = ["0.0.0.0"]', "web.names", "no address to open"),
        (TLS + 'names = ["gate-1.plant.test:8443"]', "web.names", "no host name"),
        (TLS + 'names = ["*.plant.test"]', "web.names", "no host name"),
        (TLS + 'names = ["https://gate-1"]', "web.names", "no host name"),
        (TLS + 'names = ["café.test"]', "web.names", "xn--"),
        (TLS + 'names = ["-gate.test"]', "web.names", "no host name"),
        (TLS + 'names = ["gate..test"]', "web.names", "no host name"),
        (TLS + 'names = ["10.20.0.256"]', "web.names", "no host name"),
        (TLS + 'names = ["fe80::1%eth0"]', "web.names", "zone index"),
        (TLS + f'names = ["{"a" * 64}.test"]', "web.names", "no host name"),
        (TLS + 'names = ["gate\\u202e.test"]', "web.names", "no host name"),
        (TLS + 'names = [""]', "web.names", "no host name"),
        ('host = "gate one"', "web.host", "no host name"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(tmp_path: Path, keys: str, key: str, words: str) -> None:
    """Whoever installs the gate mends the file from the message alone."""
    with pytest.raises(SettingsError) as refused:
        web(tmp_path, keys)
    assert f"{key}:" in str(refused.value) or f"{key}." in str(refused.value)
    assert words in str(refused.value)


def test_with_tls_any_address_may_be_named(tmp_path: Path) -> None:
    """Paths start at the file's folder; names are compared in one form; the first is what is printed."""
    found = web(
        tmp_path, TLS + 'host = "0.0.0.0"\nport = 8443\nnames = ["Gate-1.Plant.test", "FD00:0::5", "gate-1.plant.test"]'
    )
    assert found.tls_certificate == tmp_path / "tls" / "gate.crt"
    assert found.tls_key == tmp_path / "tls" / "gate.key"
    assert found.opened_as == ("gate-1.plant.test", "fd00::5")
    assert found.address == "https://gate-1.plant.test:8443"
    assert found.beyond_loopback


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    ("keys", "beyond"),
    [
        (TLS, False),
        (TLS + 'names = ["localhost", "127.0.0.1"]', False),
        (TLS + 'names = ["gate-1.plant.test"]', True),
        (TLS + 'host = "10.20.0.5"', True),
        (TLS + 'host = "10.20.0.5"\nnames = ["localhost"]', True),
    ],
)
def test_a_name_of_elsewhere_means_beyond_the_machine_even_on_loopback(tmp_path: Path, keys: str, beyond: bool) -> None:
    """A port that something sends on to loopback is reached from elsewhere: the live page must ask who it is."""
    assert web(tmp_path, keys).beyond_loopback is beyond


def test_a_host_of_its_own_is_the_name_to_open(tmp_path: Path) -> None:
    """One address, one name: nothing more to write."""
    assert web(tmp_path, TLS + 'host = "fd00::5"').address == "https://[fd00::5]:8080"
