"""`nguon keys | sign | submit | verify`: what a producer or a laboratory does from a terminal.

Nothing here knows a server's database: keys are files, records are JSON files, statements are
bytes in files, and a server is spoken to as by anybody else.
"""

import json
import time
from pathlib import Path
from uuid import uuid4

import click

from attest import cbor, key_record, payload, registry, spell, stamp, statement
from attest import dossier as dossiers
from attest import trust as trusts
from attest import verify as verifying
from attest.keys import EDDSA, ES256, PrivateKey

from . import files, verdicts
from .server import AwayError, Outcome, Server, ServerError

ALGORITHMS = {"ed25519": EDDSA, "es256": ES256}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group()
def keys() -> None:
    """Make and show signing keys."""


@keys.command("new")
@click.argument("file", type=NEW_FILE)
@click.option(
    "--alg", type=click.Choice(list(ALGORITHMS)), default="ed25519", show_default=True
)
def new_key(file: Path, alg: str) -> None:
    """Make a private key in FILE (mode 0600), and show its public half."""
    key = PrivateKey.generate(ALGORITHMS[alg])
    try:
        files.write_secret(file, key.to_pem())
    except FileExistsError as e:
        raise click.ClickException(str(e)) from e
    _show(key, as_json=False)


@keys.command("show")
@click.argument("file", type=FILE)
@AS_JSON
def show_key(file: Path, as_json: bool) -> None:
    """Show the public half of the key in FILE: what a registrar enrols."""
    _show(read_key(file), as_json)


@keys.command("enrol")
@click.argument("file", type=FILE)
@click.option("--registrar", type=FILE, required=True, help="The registrar's private key.")
@click.option("--issuer", required=True, help="URI of the registrar, its key's holder.")
@click.option("--origin", required=True, help="The log's name, such as trace.example/log.")
@click.option("--holder", required=True, help="URI of the new key's holder.")
@click.option("--name", help="The holder's name; for organisations and offices only.")
@click.option("--role", "roles", multiple=True, required=True, help="May be given again.")
@click.option("--place", required=True, help="URI of the place that the roles are bound to.")
@click.option("--out", type=NEW_FILE, required=True, help="Where the statement goes.")
def enrol_key(  # noqa: PLR0913  one parameter an option
    *,
    file: Path,
    registrar: Path,
    out: Path,
    issuer: str,
    origin: str,
    holder: str,
    name: str | None,
    roles: tuple[str, ...],
    place: str,
) -> None:
    """Sign the statement that brings the key in FILE into a log."""
    signed = enrolment(
        read_key(file),
        read_key(registrar),
        issuer=issuer,
        origin=origin,
        holder=holder,
        roles=roles,
        place=place,
        name=name,
    )
    out.write_bytes(signed.data)
    click.echo(f"{out}: hand it in with nguon submit")


def enrolment(  # noqa: PLR0913  the record's members by name
    key: PrivateKey,
    registrar: PrivateKey,
    *,
    issuer: str,
    origin: str,
    holder: str,
    roles: tuple[str, ...],
    place: str,
    name: str | None = None,
    consent: bytes | None = None,
) -> statement.Statement:
    """Return the statement by which a registrar brings a key in; `key` proves itself."""
    kid = key.key.kid
    message = registry.key_proof_message(origin, holder, kid, registrar.key.kid)
    record = key_record.Enrol(
        id=f"urn:uuid:{uuid4()}",
        key=key.key,
        holder=holder,
        name=name,
        roles=tuple(roles),
        place=place,
        proof=key.sign(message),
        consent=consent,
    ).record()
    return statement.sign(
        registrar,
        kind="key",
        iss=issuer,
        sub=str(record["id"]),
        iat=int(time.time()),
        record=record,
    )


@click.command()
@click.argument("record", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="The private key in PEM.")
@click.option("--kind", required=True, help="Such as processing or labtest.")
@click.option("--issuer", required=True, help="URI of the key's holder.")
@click.option("--subject", required=True, help="URI of what it is about: the lot, the roll, …")
@click.option("--out", type=NEW_FILE, required=True, help="Where the statement goes.")
def sign(  # noqa: PLR0913  one parameter an option
    *, record: Path, key_file: Path, kind: str, issuer: str, subject: str, out: Path
) -> None:
    """Sign the record in RECORD, a JSON file, and write the statement to OUT.

    The file may be formatted freely; what is signed is the one spelling of its value.
    """
    try:
        value = json.loads(record.read_text(encoding="utf-8"))
    except ValueError as e:
        raise click.ClickException(f"{record} is not JSON: {e}") from e
    if not isinstance(value, dict):
        raise click.ClickException(f"{record} is not a JSON object")
    payload.parse(payload.to_bytes(value))
    signed = statement.sign(
        read_key(key_file),
        kind=kind,
        iss=issuer,
        sub=subject,
        iat=int(time.time()),
        record=value,
    )
    out.write_bytes(signed.data)
    click.echo(f"{out}: {len(signed.data)} bytes, id {signed.identity.hex()}")


@click.command()
@click.argument("url")
@click.argument("statements", type=FILE, nargs=-1, required=True)
@click.option("--proceed", is_flag=True, help="Log what can be logged; default: all or none.")
@click.option("--wait", "seconds", default=60.0, show_default=True, help="Seconds to wait.")
@click.option("--proofs", type=click.Path(file_okay=False, path_type=Path), help="Keep proofs.")
@AS_JSON
def submit(  # noqa: PLR0913  one parameter an option
    *,
    url: str,
    statements: tuple[Path, ...],
    proceed: bool,
    seconds: float,
    proofs: Path | None,
    as_json: bool,
) -> None:
    """Hand signed STATEMENTS to the server at URL and wait for their places in its log.

    Each file holds one statement or a CBOR sequence of them. Exit status 1 when any is refused.
    """
    found = [item for file in statements for item in cbor.split(file.read_bytes())]
    with Server(url) as server:
        try:
            job = server.submit(found, rollback=not proceed)
            outcome = server.wait(job, seconds)
        except (AwayError, ServerError) as e:
            raise click.ClickException(str(e)) from e
    _report(outcome, as_json)
    if proofs is not None:
        proofs.mkdir(parents=True, exist_ok=True)
        for index, proof in zip(outcome.indexes, outcome.proofs, strict=True):
            if proof is not None:
                (proofs / f"{index}.tlog-proof").write_text(proof, encoding="utf-8")
    if not outcome.success:
        raise SystemExit(1)


@click.command()
@click.argument("where")
@click.option("--trust", type=FILE, help="What you pin: never from what is to be checked.")
@AS_JSON
def verify(where: str, trust: Path | None, as_json: bool) -> None:
    """Check a stamp: WHERE is its address (https://host/s/CODE) or a saved evidence file.

    Exit status: 0 everything required holds, 1 something does not or cannot be checked, 3
    nothing was pinned: at most consistent in itself.
    """
    pins = trusts.parse(trust.read_bytes()) if trust else None
    if where.startswith(("http://", "https://")):
        base, _, code = where.rstrip("/").rpartition("/")
        asked = stamp.parse(code)
        with Server(base) as server:
            try:
                data = server.fetch(f"/{code}", "application/json")
            except (AwayError, ServerError) as e:
                raise click.ClickException(str(e)) from e
    else:
        try:
            data, asked = Path(where).read_bytes(), None
        except OSError as e:
            raise click.ClickException(f"{where}: {e.strerror}") from e
    now_ms = time.time_ns() // 1_000_000
    verdict = verifying.verify(dossiers.parse(data), pins, now_ms, asked=asked)
    shown = json.dumps(verdicts.record(verdict)) if as_json else verdicts.text(verdict)
    click.echo(shown)
    raise SystemExit(verdicts.status(verdict))


def read_key(file: Path) -> PrivateKey:
    """Read a private key, refusing a file that others could read."""
    try:
        return PrivateKey.from_pem(files.read_secret(file))
    except PermissionError as e:
        raise click.ClickException(str(e)) from e


def _show(key: PrivateKey, as_json: bool) -> None:
    public = key.key
    shown = {
        "alg": public.alg,
        "kid": spell.base64url(public.kid),
        "key": spell.base64url(public.cose),
    }
    click.echo(
        json.dumps(shown) if as_json else "\n".join(f"{k}: {v}" for k, v in shown.items())
    )


def _report(outcome: Outcome, as_json: bool) -> None:
    refused = {refusal.item: refusal for refusal in outcome.refusals}
    rows = [
        {
            "item": item,
            "index": index,
            "refusal": refused[item].code if item in refused else None,
        }
        for item, index in enumerate(outcome.indexes)
    ]
    if as_json:
        click.echo(json.dumps({"success": outcome.success, "items": rows}))
        return
    for item, row in enumerate(rows):
        if item in refused:
            click.echo(f"{item}: refused, {refused[item].code}: {refused[item].detail}")
        else:
            click.echo(
                f"{item}: "
                + ("not logged" if row["index"] is None else f"entry {row['index']}")
            )
