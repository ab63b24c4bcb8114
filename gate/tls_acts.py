"""Give the pages a certificate: every act is on record first, with who, why and fingerprint, and then on disk."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.desk import Desk
from gate.settings import Settings
from gate.tls_certificates import (
    Key,
    belongs_to,
    certificate_pem,
    fingerprint,
    key_pem,
    make_ca,
    make_certificate,
    make_request,
    new_key,
    public_bytes,
)
from gate.tls_checks import Problem, UnreadableError, chain_of, chosen, may_sign, names_of, problems_of, self_issued
from gate.tls_error import TlsError
from gate.tls_files import (
    TlsFiles,
    install,
    installed,
    load_authority,
    load_key,
    read_offered,
    tls_files,
    write_public,
    write_secret,
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who does it and why, and the instant."""

    by: str
    why: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class Local:
    """What `make_local` has made: the authority that devices are given, and the server's certificate."""

    authority: x509.Certificate
    authority_path: Path
    new_authority: bool
    certificate: x509.Certificate


def make_local(settings: Settings, desk: Desk, who: Who, *, new_authority: bool) -> Local:
    """Install a certificate for `web.names` from this gate's own authority, which is made when there is none.

    Raises:
        TlsError: nothing is configured, no reason is given, or the authority there is cannot sign for these names.
    """
    files, names = tls_files(settings), settings.web.opened_as
    _needs_words(who)
    at = who.moment.at
    kept = None if new_authority else load_authority(files)
    if kept is not None:
        _can_sign(kept[0], names, at, files)
    ca_key = kept[1] if kept else new_key()
    ca = kept[0] if kept else make_ca(ca_key, settings.gate.id, names, at)
    key = new_key()
    certificate = make_certificate(ca, ca_key, key, settings.gate.id, names, at)
    told: dict[str, Json] = {"authority_sha256": fingerprint(ca), "new_authority": kept is None}
    _tell(desk, who, "own certificate made", {**_about(certificate), **told}, certificate.not_valid_after_utc)
    with _on_disk(desk, who):
        if kept is None:
            write_secret(files.authority_key, key_pem(ca_key) + certificate_pem([ca]))
        write_public(files.authority_certificate, certificate_pem([ca]))
        install(files, [certificate], key)
    return Local(ca, files.authority_certificate, kept is None, certificate)


def _can_sign(ca: x509.Certificate, names: tuple[str, ...], at: datetime, files: TlsFiles) -> None:
    again = "Give --new-ca to make another; every device must then be given that one"
    if not may_sign(ca, names):
        raise TlsError(
            f"{files.authority_certificate}: this authority may sign for the names that web.names had when it was made "
            f"and for no other. {again}. Nothing was changed."
        )
    if at >= ca.not_valid_after_utc:
        raise TlsError(f"{files.authority_certificate}: ended at {ca.not_valid_after_utc}. {again}.")


def make_requested_key(settings: Settings, desk: Desk, who: Who, *, again: bool) -> tuple[Path, str]:
    """Make a key and a request for the plant's authority; return its file and the SHA-256 of the public key.

    What is installed goes on serving.

    Raises:
        TlsError: nothing is configured, no reason is given, or a request waits already.
    """
    files = tls_files(settings)
    _needs_words(who)
    if files.requested_key.exists() and not again:
        raise TlsError(
            f"{files.request}: this request still waits for its certificate, which would then fit no key. "
            "Import that certificate, or give --again to make another request. Nothing was changed."
        )
    key = new_key()
    mark = hashlib.sha256(public_bytes(key.public_key())).hexdigest()
    names: Json = list(settings.web.opened_as)
    _tell(desk, who, "certificate requested", {"public_key_sha256": mark, "names": names})
    with _on_disk(desk, who):
        write_secret(files.requested_key, key_pem(key))
        write_public(files.request, make_request(key, settings.web.opened_as))
    return files.request, mark


def import_certificate(settings: Settings, desk: Desk, who: Who, offered: Path, root: Path | None) -> x509.Certificate:
    """Install what the plant's authority has returned, after looking at it as a browser will.

    Raises:
        TlsError: it cannot serve; the text names everything that is wrong, and nothing is changed.
    """
    files = tls_files(settings)
    _needs_words(who)
    keys = _keys_that_wait(files)
    sha256 = ""
    try:
        data, certificates = read_offered(offered)
        sha256 = hashlib.sha256(data).hexdigest()
        roots = read_offered(root)[1] if root else []
    except UnreadableError as error:
        raise _refused(desk, who, offered, sha256, [Problem("file", str(error))]) from error
    found = chosen(certificates, keys)
    if found is None:
        text = f"it belongs to none of the keys here. Import the answer to {files.request}, or make a new request"
        raise _refused(desk, who, offered, sha256, [Problem("key", text)])
    certificate, key = found
    problems = problems_of(certificate, settings.web.opened_as, who.moment.at)
    if not problems:
        others = [other for other in certificates if other != certificate]
        roots = [*roots, *(other for other in others if self_issued(other))]
        chain = chain_of(certificate, others, roots, settings.web.opened_as[0], who.moment.at)
        if not isinstance(chain, Problem):
            _replace(files, desk, who, chain, key)
            return certificate
        problems = [chain]
    raise _refused(desk, who, offered, sha256, problems)


def _replace(files: TlsFiles, desk: Desk, who: Who, chain: list[x509.Certificate], key: Key) -> None:
    _tell(desk, who, "certificate installed", _about(chain[0]), chain[0].not_valid_after_utc)
    with _on_disk(desk, who):
        install(files, chain, key)
        if files.requested_key.exists() and belongs_to(chain[0], load_key(files.requested_key, "key of the request")):
            files.requested_key.unlink()


def _keys_that_wait(files: TlsFiles) -> list[Key]:
    """Return the key of the request, and the one in use, for which a certificate may be renewed."""
    waiting = [load_key(files.requested_key, "key of the request")] if files.requested_key.exists() else []
    with suppress(TlsError):
        waiting.append(installed(files).key)
    if not waiting:
        raise TlsError(f"{files.requested_key}: is not there: nothing was asked for yet. Run gate tls request first.")
    return waiting


def _about(certificate: x509.Certificate) -> dict[str, Json]:
    return {"certificate_sha256": fingerprint(certificate), "names": list(names_of(certificate))}


def _needs_words(who: Who) -> None:
    if not who.by.strip() or not who.why.strip():
        raise TlsError("A change of keys needs a name and a justification. Say who with --by and why with --why.")


def _refused(desk: Desk, who: Who, offered: Path, sha256: str, problems: list[Problem]) -> TlsError:
    """Record the refusal; what stands in the file stays out of the record, but for its hash."""
    codes: Json = [problem.code for problem in problems]
    _tell(desk, who, "certificate refused", {"file_sha256": sha256, "refused": codes})
    said = "\n".join(f"{offered}: {problem.text}." for problem in problems)
    return TlsError(f"{said}\nNothing was changed.")


def _tell(desk: Desk, who: Who, what: str, detail: dict[str, Json], until: datetime | None = None) -> int:
    with desk.trail.transaction():
        return desk.trail.append(
            Entry(
                kind=Kind.KEY,
                moment=who.moment,
                subject="tls",
                by=who.by,
                why=who.why,
                until=until,
                detail={"what": what, **detail},
            )
        )


@contextmanager
def _on_disk(desk: Desk, who: Who) -> Iterator[None]:
    """Put on record that the disk did not take what the entry before tells of."""
    try:
        yield
    except OSError as error:
        _tell(desk, who, f"not done: {error.strerror}", {})
        raise TlsError(
            f"{error.filename}: cannot be written ({error.strerror}). What was installed before still serves. Make "
            "room, or let this user write there, and try again."
        ) from error
