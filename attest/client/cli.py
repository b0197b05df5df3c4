"""The command `nguon`: one word each for what a machine can do, loaded only when it is said.

Sub-commands are the entry points `nguon.commands`. One whose extra is not installed prints one
line, as in `nguon serve needs nguon[server]`, and exits with 2.

Exit status: 0 done or held, 1 refused or did not hold, 2 used wrongly or not installed.
"""

from importlib.metadata import entry_points
from typing import IO

import click

GROUP = "nguon.commands"
OURS = {"attest", "contracts", "ledger", "webapp", "camera_node"}
CAMERA = {"av", "cv2", "numpy", "onnxruntime"}
TRAIN = {"onnx", "torch"}

# In the order in which somebody meets them; `nguon --help` says this and imports none.
PURPOSES = {
    "demo": "Start the demo province on this machine, with everything it needs.",
    "verify": "Check a stamp's evidence with no network.",
    "audit": "Check a whole log, or one stamp's evidence, trusting only what you pin.",
    "keys": "Make and show signing keys.",
    "sign": "Sign a record.",
    "submit": "Hand signed statements in and wait for their place in the log.",
    "init": "Make a new log: its name, its keys and its database.",
    "serve": "Answer over HTTP.",
    "work": "Run the one writer: log, anchors, everything that is due.",
    "stamps": "Print stamps: a roll's codes, once.",
    "anchor": "Send the newest head to the chain, or show what it keeps.",
    "fsck": "Check what is stored against the numbered invariants.",
    "rebuild": "Make the derived tables again from the log.",
    "config": "Say what is set, and what is wrong with it.",
    "camera": "Record, see, sign and send.",
}


class Commands(click.Group):
    """A group whose commands are imported when they are called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the installed commands, best known first."""
        known = list(PURPOSES)
        names = {entry.name for entry in entry_points(group=GROUP)}
        return sorted(names, key=lambda n: (known.index(n) if n in known else len(known), n))

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """Import one command; a missing extra ends the program with one line and status 2."""
        for entry in entry_points(group=GROUP, name=cmd_name):
            try:
                command: click.Command = entry.load()
            except ModuleNotFoundError as e:
                if _is_ours(e):
                    raise
                raise NeedsExtraError(cmd_name, e) from e
            return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for, importing none of them."""
        rows = [(name, PURPOSES.get(name, "")) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal is one line with its code, and status 1."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as e:
            if _is_ours(e):
                raise
            raise NeedsExtraError(ctx.invoked_subcommand or "", e) from e
        except Exception as e:
            code = getattr(type(e), "code", None)  # on the class: every package's refusals
            if not isinstance(code, str):
                raise
            raise click.ClickException(f"{code}: {e}") from e


class NeedsExtraError(click.ClickException):
    """A library of an extra is not installed; one line says which extra brings it."""

    exit_code = 2

    def __init__(self, command: str, e: ModuleNotFoundError) -> None:
        missing = _package(e)
        extra = "camera" if missing in CAMERA else "train" if missing in TRAIN else "server"
        super().__init__(f"nguon {command} needs nguon[{extra}]")

    def show(self, file: IO[str] | None = None) -> None:
        """Print the line alone."""
        click.echo(self.message, file=file, err=file is None)


def _is_ours(e: ModuleNotFoundError) -> bool:
    """Tell whether our own module is absent: a defect, which no extra mends."""
    return _package(e) in OURS


def _package(e: ModuleNotFoundError) -> str:
    return (e.name or "").partition(".")[0]


@click.command(cls=Commands)
@click.version_option(package_name="nguon")
def main() -> None:
    """Signed records, a public log, and stamps that anybody can check to the bottom."""
