"""The commands `gate tls ...`: the certificate that browsers know the pages by."""

from pathlib import Path

import click
from cryptography import x509

from gate.clock import SystemClock
from gate.command_context import moment_of_command, opened_desk, plainly
from gate.command_output import printable
from gate.settings import Settings
from gate.tls_acts import Who, import_certificate, make_local, make_requested_key
from gate.tls_certificates import fingerprint
from gate.tls_checks import names_of
from gate.tls_error import TlsError
from gate.tls_files import installed, load_authority, tls_files, warnings_about

WITHOUT_RESTART = "New connections are served with it at once; if gate-web does not run yet, start it."

by_option = click.option("--by", required=True, help="Who does it.")
why_option = click.option("--why", required=True, help="The justification.")


@click.group("tls")
def tls() -> None:
    """Give the pages a certificate, so that they can be served beyond this machine."""


@tls.command("local")
@by_option
@why_option
@click.option("--new-ca", is_flag=True, help="Make another authority; every device must be given it.")
@click.pass_obj
def local(obj: tuple[Path, Settings], by: str, why: str, new_ca: bool) -> None:
    """Make, or renew, a certificate from this gate's own authority."""
    _, settings = obj
    with plainly(), opened_desk(settings) as desk:
        made = make_local(settings, desk, Who(by, why, moment_of_command(desk)), new_authority=new_ca)
    click.echo(_certificate_lines(settings, made.certificate))
    click.echo(f"authority: {made.authority_path}\nauthority SHA-256: {fingerprint(made.authority)}")
    if made.new_authority:
        click.echo("Give this authority to each tablet and screen, and compare the SHA-256 there.")
    click.echo(WITHOUT_RESTART)


@tls.command("request")
@by_option
@why_option
@click.option("--again", is_flag=True, help="Although a request still waits for its certificate.")
@click.pass_obj
def request(obj: tuple[Path, Settings], by: str, why: str, again: bool) -> None:
    """Make a private key and a request for the plant's certificate authority."""
    _, settings = obj
    with plainly(), opened_desk(settings) as desk:
        path, mark = make_requested_key(settings, desk, Who(by, why, moment_of_command(desk)), again=again)
    click.echo(f"request: {path}\npublic key SHA-256: {mark}\nnames: {', '.join(settings.web.opened_as)}")
    click.echo("Hand the request to the certificate authority, then: gate tls import FILE")


@tls.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@why_option
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The authority's root certificate, where FILE does not hold it.",
)
@click.pass_obj
def import_(obj: tuple[Path, Settings], file: Path, by: str, why: str, ca: Path | None) -> None:
    """Check the certificate in FILE as a browser will, and install it."""
    _, settings = obj
    try:
        with plainly(), opened_desk(settings) as desk:
            found = import_certificate(settings, desk, Who(by, why, moment_of_command(desk)), file, ca)
    except click.ClickException as error:
        lines = error.message.splitlines()
        raise click.ClickException("\n".join(map(printable, lines))) from error
    click.echo(_certificate_lines(settings, found))
    click.echo(WITHOUT_RESTART)


@tls.command("show")
@click.pass_obj
def show(obj: tuple[Path, Settings]) -> None:
    """Say which certificate is installed, when it ends, and what is wrong with it."""
    _, settings = obj
    with plainly():
        files = tls_files(settings)
        found = installed(files)
    click.echo(_certificate_lines(settings, found.certificate))
    click.echo(printable(f"issued by: {found.certificate.issuer.rfc4514_string()}"))
    _show_authority(settings)
    if files.requested_key.exists():
        click.echo(f"request waiting: {files.request}")
    warnings = warnings_about(found.certificate, settings.web, SystemClock().read().at)
    for warning in warnings:
        click.echo(printable(f"warning: {warning}"))


def _show_authority(settings: Settings) -> None:
    try:
        authority = load_authority(tls_files(settings))
    except TlsError as error:
        click.echo(f"warning: {error}")
        return
    if authority is not None:
        click.echo(f"authority: {tls_files(settings).authority_certificate}")
        click.echo(f"authority SHA-256: {fingerprint(authority[0])}")


def _certificate_lines(settings: Settings, certificate: x509.Certificate) -> str:
    zone = settings.zone
    ends = certificate.not_valid_after_utc.astimezone(zone)
    return "\n".join(
        (
            f"certificate: {settings.web.tls_certificate}",
            f"certificate SHA-256: {fingerprint(certificate)}",
            printable(f"names: {', '.join(names_of(certificate))}"),
            f"ends: {ends.isoformat(timespec='minutes')} ({zone.key})",
        )
    )
