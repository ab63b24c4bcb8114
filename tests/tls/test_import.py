"""What the plant’s authority returns is judged as a browser will, on record, and installed whole or not at all."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from gate.tls_acts import import_certificate, make_local, make_requested_key
from gate.tls_certificates import fingerprint
from gate.tls_error import TlsError
from gate.tls_files import installed
from tests.tls.handshake import handshake
from tests.tls.plant_ca import NOW, PlantCa, pem
from tests.tls.site import ADDRESS, NAME, TlsSite, offer, told


@pytest.mark.req("E5", "A7")
def test_every_change_is_on_record_with_who_why_and_fingerprint(site: TlsSite, plant: PlantCa) -> None:
    """An inspector asks who gave the gate which certificate, and when."""
    made = make_local(site.settings, site.desk, site.who("first"), new_authority=False)
    answer = plant.sign(site.requested())
    offer(site, pem(answer, plant.between), pem(plant.root))
    local, asked, done = told(site)
    assert (local["by"], local["why"], local["subject"]) == ("Ada Lock", "first", "tls")
    assert local["certificate_sha256"] == fingerprint(made.certificate)
    assert local["authority_sha256"] == fingerprint(made.authority)
    assert local["until"].startswith(f"{made.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M}")
    assert asked["what"] == "certificate requested"
    assert (done["what"], done["certificate_sha256"]) == ("certificate installed", fingerprint(answer))
    assert done["names"] == [NAME, ADDRESS]
    assert "PRIVATE" not in json.dumps([local, asked, done])


@pytest.mark.req("E5")
@pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", " "), ("\n", "x")])
def test_nothing_is_changed_without_who_and_why(site: TlsSite, by: str, why: str) -> None:
    """A blank is no justification."""
    who = site.who()
    blank = type(who)(by, why, who.moment)
    for act in (
        lambda: make_local(site.settings, site.desk, blank, new_authority=False),
        lambda: make_requested_key(site.settings, site.desk, blank, again=False),
        lambda: import_certificate(site.settings, site.desk, blank, site.folder / "x", None),
    ):
        with pytest.raises(TlsError, match="--why"):
            act()
    assert (told(site), site.on_disk()) == ([], {})


@pytest.mark.req("A7")
@pytest.mark.parametrize("form", ["pem", "pem backwards", "pem with root", "p7b pem", "p7b der"])
def test_what_an_authority_hands_out_is_taken_and_served_with_its_chain(
    site: TlsSite, plant: PlantCa, form: str
) -> None:
    """A tablet that knows only the root must find its way to it."""
    leaf = plant.sign(site.requested())
    data, root = {
        "pem": (pem(leaf, plant.between), plant.root),
        "pem backwards": (pem(plant.between, leaf), plant.root),
        "pem with root": (pem(leaf, plant.between, plant.root), None),
        "p7b pem": (pkcs7.serialize_certificates([plant.between, leaf], Encoding.PEM), plant.root),
        "p7b der": (pkcs7.serialize_certificates([leaf, plant.between, plant.root], Encoding.DER), None),
    }[form]
    assert offer(site, data, pem(root) if root else None) == leaf
    trusted = site.folder / "trusted.pem"
    trusted.write_bytes(pem(plant.root))
    assert handshake(site.files, trusted, NAME) == handshake(site.files, trusted, ADDRESS) == "TLSv1.3"
    assert not site.files.requested_key.exists(), "the key has moved to its place"
    assert installed(site.files).chain == (leaf, plant.between)


def test_a_certificate_may_be_renewed_for_the_same_key(site: TlsSite, plant: PlantCa) -> None:
    """Some authorities renew without a new request."""
    request = site.requested()
    offer(site, pem(plant.sign(request), plant.between), pem(plant.root))
    key = site.files.key.read_bytes()
    renewed = plant.sign(request, lasts=timedelta(days=380))
    assert offer(site, pem(renewed, plant.between), pem(plant.root)) == renewed
    assert site.files.key.read_bytes() == key


def test_a_second_request_does_not_void_the_first_unasked(site: TlsSite, plant: PlantCa) -> None:
    """The authority may take a week; somebody else must not make its answer worthless by a command typed again."""
    first = site.requested()
    before = site.on_disk()
    with pytest.raises(TlsError, match="--again"):
        make_requested_key(site.settings, site.desk, site.who(), again=False)
    assert site.on_disk() == before
    offer(site, pem(plant.sign(first), plant.between), pem(plant.root))


def _hostile(plant: PlantCa, request: bytes) -> dict[str, tuple[bytes, str, str]]:
    """Name -> bytes offered, the code on record, and words of the refusal."""
    day, good = timedelta(days=1), pem(plant.sign(request), plant.between)
    client = ExtendedKeyUsageOID.CLIENT_AUTH
    other = PlantCa("Plant")

    def signed(**more: Any) -> bytes:
        return pem(plant.sign(request, **more), plant.between)

    return {
        "expired": (signed(lasts=10 * day), "dates", f"it ended at {NOW - 290 * day:%Y-%m-%d}"),
        "not yet": (signed(begins=NOW + day), "dates", f"it begins only at {NOW + day:%Y-%m-%d}"),
        "ends now": (signed(begins=NOW - day, lasts=day), "dates", "it ended at"),
        "wrong names": (signed(names=["evil.test"]), "names", f"it is not for {NAME}, {ADDRESS} (it is for evil.test)"),
        "one name short": (signed(names=[NAME]), "names", f"it is not for {ADDRESS}"),
        "wildcard too high": (signed(names=["*.test", ADDRESS]), "names", f"it is not for {NAME}"),
        "for clients": (signed(usage=client), "use", "server authentication is missing"),
        "no usage": (signed(usage=None), "use", "server authentication is missing"),
        "an authority": (signed(ca=True), "use", "an authority's own certificate"),
        "chain with a gap": (pem(plant.sign(request)), "chain", "no chain leads"),
        "of another authority": (pem(other.sign(request), other.between), "chain", "no chain leads"),
        "of another key": (pem(other.between), "key", "belongs to none of the keys"),
        "the request": (request, "file", "is a request"),
        "with a private key": (good + b"-----BEGIN PRIVATE KEY-----\nAA==\n", "file", "holds a private key"),
        "empty": (b"", "file", "holds no certificate"),
        "not one": (b"GIF89a" * 200, "file", "holds no certificate"),
        "cut off": (good[:400], "file", "holds no certificate"),
        "torn": (good.replace(b"MII", b"MIX", 1), "file", "holds no certificate"),
        "endless": (good * 500, "file", "has more than 256 KB"),
        "markup": (b"<script>alert(1)</script>\x1b[31m\xe2\x80\xae" * 20, "file", "holds no certificate"),
    }


HOSTILE = """expired; not yet; ends now; wrong names; one name short; wildcard too high; for clients; no usage;
an authority; chain with a gap; of another authority; of another key; the request; with a private key;
empty; not one; cut off; torn; endless; markup""".replace("\n", " ").split("; ")


@pytest.mark.req("A7")
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_cannot_serve_is_refused_recorded_and_changes_nothing(site: TlsSite, plant: PlantCa, kind: str) -> None:
    """What browsers would refuse must not take the place of what they take."""
    make_local(site.settings, site.desk, site.who(), new_authority=False)
    request = site.requested()
    table = _hostile(plant, request)
    assert set(table) == set(HOSTILE)
    data, code, words = table[kind]
    before, entries = site.on_disk(), len(told(site))
    with pytest.raises(TlsError) as refused:
        offer(site, data, pem(plant.root))
    assert words in str(refused.value)
    assert str(refused.value).endswith("Nothing was changed.")
    assert site.on_disk() == before
    (entry,) = told(site)[entries:]
    assert (entry["what"], entry["refused"], entry["by"]) == ("certificate refused", [code], "Ada Lock")
    assert set(entry["detail"]) == {"what", "refused", "file_sha256"}, "what stands in the file stays out of the record"


def test_everything_that_is_wrong_is_said_at_once(site: TlsSite, plant: PlantCa) -> None:
    """Each round with an authority takes days."""
    bad = plant.sign(site.requested(), names=["evil.test"], lasts=timedelta(days=1), usage=None)
    with pytest.raises(TlsError) as refused:
        offer(site, pem(bad))
    assert all(words in str(refused.value) for words in ("it ended", "it is not for", "server authentication"))
    assert told(site)[-1]["refused"] == ["dates", "names", "use"]


def test_without_a_root_the_chain_cannot_be_judged_and_it_says_what_to_give(site: TlsSite, plant: PlantCa) -> None:
    """Half a check would be called a check."""
    with pytest.raises(TlsError, match="--ca FILE"):
        offer(site, pem(plant.sign(site.requested()), plant.between))


def test_an_import_before_any_request_says_what_comes_first(site: TlsSite, plant: PlantCa) -> None:
    """The commonest mistake: the key was made somewhere else."""
    with pytest.raises(TlsError, match="gate tls request first"):
        offer(site, pem(plant.root))
