"""The settings of tamper evidence: what would send heads nowhere, or to anybody, is refused with a reason."""

from pathlib import Path

import pytest

from gate.seal_files import key_path, origin
from gate.settings import Settings, SettingsError, load_settings
from tests.scenarios.world import DEFAULT_LINES, HEADER

pytestmark = pytest.mark.req("E11")

VKEY = "gate-2.witness+820a655f+BFDYWOCYXsx/YEGKrwzFq1h/QsJXCohAlanozKzQ9lRc"
LOG_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def settings(folder: Path, more: str) -> Settings:
    path = folder / "gate.toml"
    path.write_text(HEADER + more + "\n" + DEFAULT_LINES[0], "utf-8")
    return load_settings(path)


def witness(url: str = "https://box.example:8443", vkey: str = VKEY) -> str:
    return f'[[witness]]\nurl = "{url}"\nvkey = "{vkey}"\n'


def test_nothing_is_needed(tmp_path: Path) -> None:
    """A gate signs its head with a name of its own, and no witness."""
    found = settings(tmp_path, "")
    assert (origin(found), found.witness) == ("gate-1.test-plant", ())
    assert key_path(found) == tmp_path / "state" / "keys" / "seal.key"


def test_files_are_found_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    """As everywhere in the file."""
    found = settings(tmp_path, f'[seal]\nkey_file = "my.key"\norigin = "gate.plant/1"\n{witness()}ca_file = "ca.crt"')
    assert key_path(found) == tmp_path / "my.key"
    assert found.witness[0].ca_file == tmp_path / "ca.crt"
    assert origin(found) == "gate.plant/1"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("/dev/log", "/dev/log"),
        ("loghost.example:514", ("loghost.example", 514)),
        ("10.0.0.1:5514", ("10.0.0.1", 5514)),
        ("[2001:db8::1]:514", ("2001:db8::1", 514)),
    ],
)
def test_a_log_host_is_a_socket_or_host_and_port(tmp_path: Path, text: str, address: object) -> None:
    """In every family of addresses."""
    assert settings(tmp_path, f'[seal]\nsyslog = "{text}"').seal.syslog_address == address


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[seal]\norigin = "two words"', "no name for a log"),
        ('[seal]\norigin = "a+b"', "no name for a log"),
        ('[seal]\nsyslog = "loghost"', "host:port"),
        ('[seal]\nsyslog = "loghost:99999"', "host:port"),
        ('[seal]\nsyslog = "a b:514"', "host:port"),
        (witness(vkey=LOG_KEY), "the key of a log, not of a witness"),
        (witness(vkey="x"), "no public key"),
        (witness("http://box.example:8443"), "needs https"),
        (witness("ftp://box.example"), "not the address of a witness"),
        (witness("https://user@box.example"), "not the address of a witness"),
        (witness("https://box.example/?a=b"), "not the address of a witness"),
        (witness() + witness(), "appears more than once"),
    ],
)
def test_what_would_not_work_is_refused_with_a_reason(tmp_path: Path, more: str, said: str) -> None:
    """Whoever types it must read why."""
    with pytest.raises(SettingsError, match=said):
        settings(tmp_path, more)


def test_a_witness_on_this_machine_may_do_without_tls(tmp_path: Path) -> None:
    """For trying it out."""
    assert settings(tmp_path, witness("http://127.0.0.1:8081")).witness[0].key.name == "gate-2.witness"
