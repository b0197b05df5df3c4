"""Core statements compiled once a dialect and run on the driver's cursor.

The writer folds every entry with a handful of statements; compiling and wrapping each result
costs more than the database does. Only plain values (int, str, bytes, float, bool) pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update

Value: TypeAlias = int | str | bytes | float | bool | None
Values: TypeAlias = Mapping[str, Value]
Statement: TypeAlias = Select[Any] | Insert | Update | Delete


class Compiled(NamedTuple):
    """The text for one dialect, the values it has itself, the order of "?" parameters."""

    sql: str
    own: dict[str, Value]
    order: tuple[str, ...] | None

    def values(self, given: Values) -> Any:
        """Return what the driver's `execute` wants."""
        if self.order is None:
            return {**self.own, **given}
        own = self.own
        return tuple([given[name] if name in given else own[name] for name in self.order])


class Prepared:
    """One statement; its parameters are named. `columns` are those that an update sets."""

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """Return the statement in a dialect."""
        known = self._compiled.get(dialect.name)
        if known is None:
            made = self._statement.compile(dialect=dialect, column_keys=self._columns)
            names = getattr(made, "positiontup", None)  # only where parameters are "?"
            own = {name: value for name, value in made.params.items() if value is not None}
            order = None if names is None else tuple(names)
            known = self._compiled[dialect.name] = Compiled(str(made), own, order)
        return known


class Database:
    """The writer's transaction, seen through one cursor."""

    def __init__(self, tx: Connection) -> None:
        self._dialect = tx.dialect
        self._cursor = tx.connection.cursor()

    def run(self, prepared: Prepared, **values: Value) -> int:
        """Run a statement; return how many rows it touched."""
        self._execute(prepared, values)
        return self._cursor.rowcount

    def run_many(self, prepared: Prepared, rows: Iterable[Values]) -> None:
        """Run a statement for each of some rows."""
        for values in rows:
            self._execute(prepared, values)

    def first(self, prepared: Prepared, **values: Value) -> tuple[Any, ...] | None:
        """Return the first row, if any."""
        self._execute(prepared, values)
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def all(self, prepared: Prepared, **values: Value) -> list[tuple[Any, ...]]:
        """Return all rows."""
        self._execute(prepared, values)
        return list(self._cursor.fetchall())

    def say(self, sql: str) -> None:
        """Run a statement without parameters, such as SAVEPOINT."""
        self._cursor.execute(sql, ())

    def _execute(self, prepared: Prepared, values: Values) -> None:
        compiled = prepared.compiled(self._dialect)
        self._cursor.execute(compiled.sql, compiled.values(values))
