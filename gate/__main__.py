"""The command line: which commands there are; each is loaded only when it is asked for."""

import logging
from importlib import import_module
from pathlib import Path

import click
from pythonjsonlogger.json import JsonFormatter

from gate.command_context import plainly
from gate.settings import load_settings

WITHOUT_SETTINGS = "witness"
"""A witness is another box: it knows no gate's configuration."""

COMMANDS = {
    "account": "setup_commands:account_",
    "backup": "backup_command:backup",
    "check-config": "setup_commands:check_config",
    "commission": "plant_commands:commission_",
    "drill": "backup_command:drill",
    "examine": "verify_command:examine",
    "explain": "plant_commands:explain_",
    "export": "export_command:export_",
    "impact": "impact_command:impact_",
    "init": "setup_commands:init",
    "key": "seal_command:key",
    "kiosk": "setup_commands:kiosk_",
    "load": "plant_commands:load",
    "log": "plant_commands:log_",
    "mode": "plant_commands:mode_",
    "readers": "plant_commands:readers",
    "report": "export_command:report",
    "restore": "backup_command:restore",
    "run": "run_command:run",
    "setup-code": "setup_commands:setup_code_",
    "tls": "tls_command:tls",
    "verify": "verify_command:verify",
    "witness": "seal_command:witness",
}
"""Name of the command -> where it is."""


class Commands(click.Group):
    """The reader process starts anew after a fault within a second, so it loads no command but its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, None if there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(f"gate.{module}"), name)
        return found


@click.group(cls=Commands)
@click.option("--config", type=click.Path(path_type=Path), default="/etc/gate/gate.toml", show_default=True)
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """Shop-floor equipment access gate: a start permissive, never a safety function."""
    _log_to_stderr()
    if context.invoked_subcommand == WITHOUT_SETTINGS:
        context.obj = (config, None)
        return
    with plainly():
        context.obj = (config, load_settings(config))


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter("{levelname}{name}{message}", style="{"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
