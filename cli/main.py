"""The `rollcall` command: a module a subcommand."""

import sys

import typer

from cli import imports, keys, rebuild, replay, verify
from cli.demo import play
from cli.refusal import CannotStart
from cli.up import command as up

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("up")(up.up)
app.command("demo")(play.demo)
app.command("verify")(verify.verify)
app.command("import")(imports.import_file)
app.command("replay")(replay.replay)
app.command("rebuild")(rebuild.rebuild)
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run a subcommand; what cannot start is one clear line and status 2."""
    try:
        app()
    except CannotStart as refusal:
        print(f"rollcall: {refusal}", file=sys.stderr)
        sys.exit(2)
