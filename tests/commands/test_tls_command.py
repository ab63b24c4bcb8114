"""`gate tls` at a real terminal: what it prints, what it refuses, and what it leaves behind."""

from pathlib import Path

import pytest
from cryptography import x509

from gate.tls_certificates import fingerprint
from tests.commands.site import Site
from tests.tls.plant_ca import PlantCa, pem
from tests.tls.site import ADDRESS, NAME, configuration

WHO = ("--by", "Ada Lock", "--why", "CC-2026-044")


@pytest.fixture
def tls(fresh: Site) -> Site:
    """A loaded plant whose pages are to be served to the network."""
    (fresh.folder / "gate.toml").write_text(configuration(), encoding="utf-8")
    return fresh


@pytest.mark.req("A7", "E5")
def test_local_prints_what_a_tablet_must_show(tls: Site) -> None:
    """Comparing the fingerprint is the only thing that makes a file from a stick safe to trust."""
    said = tls.gate("tls", "local", *WHO)
    path = tls.folder / "state" / "ca" / "ca.crt"
    authority = x509.load_pem_x509_certificate(path.read_bytes())
    assert f"authority: {path}\nauthority SHA-256: {fingerprint(authority)}\n" in said
    assert f"names: {NAME}, {ADDRESS}\n" in said
    assert "Give this authority to each tablet" in said
    again = tls.gate("tls", "local", *WHO)
    assert f"authority SHA-256: {fingerprint(authority)}\n" in again
    assert "Give this authority" not in again
    shown = tls.gate("tls", "show")
    assert f"authority SHA-256: {fingerprint(authority)}\n" in shown
    assert "issued by: CN=Gate gate-1 CA" in shown
    assert [entry["detail"]["what"] for entry in tls.said("key")] == ["own certificate made"] * 2
    assert tls.gate("verify", "--full").startswith("sound: ")


@pytest.mark.req("A7", "E5")
def test_a_certificate_of_the_plant_takes_its_way_through_request_and_import(tls: Site) -> None:
    """Three commands and two files, all of them on record."""
    plant = PlantCa("Pl\x1b[31mant\u202e")
    said = tls.gate("tls", "request", *WHO)
    request = tls.folder / "tls" / "gate.crt.csr"
    assert f"request: {request}\n" in said
    assert tls.gate("tls", "request", *WHO, expect=1).count("--again") == 1
    answer, root = tls.folder / "answer.p7b", tls.folder / "root.pem"
    bad = plant.sign(request.read_bytes(), names=["evil.test"])
    answer.write_bytes(pem(bad, plant.between))
    root.write_bytes(pem(plant.root))
    refused = tls.gate("tls", "import", str(answer), "--ca", str(root), *WHO, expect=1)
    assert f"it is not for {NAME}, {ADDRESS} (it is for evil.test)" in refused
    assert "is not there" in tls.gate("tls", "show", expect=1)
    answer.write_bytes(pem(plant.sign(request.read_bytes()), plant.between))
    assert f"names: {NAME}, {ADDRESS}\n" in tls.gate("tls", "import", str(answer), "--ca", str(root), *WHO)
    shown = tls.gate("tls", "show")
    assert "issued by: CN=Pl\\u001b[31mant\\u202e Issuing" in shown
    assert shown.replace("\n", "").isprintable()
    whats = [entry["detail"]["what"] for entry in tls.said("key")]
    assert whats == ["certificate requested", "certificate refused", "certificate installed"]


@pytest.mark.req("A7")
def test_check_config_warns_until_there_is_a_certificate(tls: Site) -> None:
    """A configuration for TLS without a certificate is one with which the pages do not start."""
    assert "warning: web.tls_certificate: " in tls.gate("check-config")
    tls.gate("tls", "local", *WHO)
    assert "tls" not in tls.gate("check-config").replace(str(tls.folder), "")


def test_addresses_that_are_printed_are_the_ones_to_open(tls: Site) -> None:
    """Whoever sets the gate up types them on a tablet."""
    assert f"https://{NAME}:8443/setup" in tls.gate("setup-code")
    assert tls.gate("kiosk", "TP-01").startswith(f"https://{NAME}:8443/kiosk/TP-01?key=")


@pytest.mark.parametrize("words", [["local", *WHO], ["request", *WHO], ["show"], ["import", "FILE", *WHO]], ids=str)
def test_without_a_configuration_for_tls_it_says_which_keys_to_set(fresh: Site, words: list[str]) -> None:
    """And makes no keys that nothing would use."""
    file = fresh.folder / "plant.toml"
    file.write_text("x", encoding="utf-8")
    said = fresh.gate("tls", *[str(file) if word == "FILE" else word for word in words], expect=1)
    assert "Error: web.tls_certificate: is not set" in said
    assert not (fresh.folder / "tls").exists()


@pytest.mark.req("E5")
@pytest.mark.parametrize("command", ["local", "request", "import"])
def test_who_and_why_cannot_be_left_out(tls: Site, command: str, tmp_path: Path) -> None:
    """Neither by accident nor with a blank."""
    file = [str(tmp_path / "gate.toml")] if command == "import" else []
    assert "Missing option '--why'" in tls.gate("tls", command, *file, "--by", "x", expect=2)
    assert "Say who with --by and why with --why" in tls.gate(
        "tls", command, *file, "--by", "x", "--why", " ", expect=1
    )
