"""Key records: the registry folds them; the rows are for readers and for the next start."""

from sqlalchemy import Connection, bindparam, delete, insert, select

from attest import keys, registry, spell
from attest.registry import Registry
from attest.statement import Statement
from ledger.store.derived_rows import table
from ledger.store.master_rows import KeyRow

from .prepared import Prepared
from .refusals import SubjectError
from .view import View

KEY = table(KeyRow)
_INSERT = Prepared(insert(KEY))
_DELETE = Prepared(delete(KEY).where(KEY.c.kid == bindparam("which")))


def fold(view: View, known: Registry, index: int, statement: Statement) -> None:
    """Let a key record take effect in the registry, then in the rows."""
    said = statement.record.get("id")
    if said != statement.header.sub:
        raise SubjectError(f"sub {statement.header.sub} is not {said}")
    if statement.record.get("action") != "revoke":
        known.apply(index, statement)
        brought = spell.parse_base64url(str(statement.record["kid"]))
        changed = [known.get(brought), known.get(statement.header.kid)]
    else:  # may end any number of keys
        before = known.keys()
        known.apply(index, statement)
        changed = [known.get(key.kid) for key in before if known.get(key.kid) != key]
    for key in changed:
        if key is not None:
            _write(view, key)


def load(tx: Connection, origin: str) -> Registry:
    """Return the registry that the rows hold."""
    rows = tx.execute(select(KEY).order_by(KEY.c.start)).mappings()
    return Registry(
        origin,
        (
            registry.Key(
                kid=row["kid"],
                key=keys.parse_public(row["key"]),
                holder=row["holder"],
                name=row["name"],
                roles=frozenset(row["roles"].split()),
                place=row["place"],
                start=row["start"],
                until=row["until"],
                compromised_since=row["compromised_since"],
                entries=tuple(map(int, row["entries"].split())),
                replaced=row["replaced"],
                signer=row["signer"],
            )
            for row in rows
        ),
    )


def _write(view: View, key: registry.Key) -> None:
    view.database.run(_DELETE, which=key.kid)
    view.database.run(
        _INSERT,
        kid=key.kid,
        key=key.key.cose,
        holder=key.holder,
        name=key.name,
        roles=" ".join(sorted(key.roles)),
        place=key.place,
        start=key.start,
        until=key.until,
        compromised_since=key.compromised_since,
        entries=" ".join(map(str, key.entries)),
        replaced=key.replaced,
        signer=key.signer,
    )
