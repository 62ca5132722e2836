"""The transaction that is open, if one is: what repositories and the event log work on."""

from contextlib import ExitStack
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from roomctl.storage.database import Database


class Work:
    """One connection, and a session on it from the moment that somebody asks for mapped rows."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._stack = ExitStack()
        self._connection: Connection | None = None
        self._session: Session | None = None
        self._writing = False

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self, *, writing: bool) -> Self:
        """Begins: IMMEDIATE where it writes. Raises: Busy."""
        if self._connection is not None:
            raise RuntimeError("a unit of work is open already; it never holds another one")
        source = self.database.writer() if writing else self.database.reader()
        self._connection = self._stack.enter_context(source)
        self._writing = writing
        try:
            self._connection.begin()
        except BaseException as error:
            self._end(error)
            raise
        return self

    def commit(self) -> None:
        if self._session is not None:
            self._session.commit()  # flushes, and commits the connection's transaction
        else:
            self._to_write().commit()

    def close(self, error: BaseException | None = None) -> None:
        """Rolls back what was not committed. Raises: what `error` means, where it came from the database."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        stack, self._stack = self._stack, ExitStack()
        self._connection, self._writing = None, False
        stack.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)

    def connection(self, *, writing: bool = False) -> Connection:
        """The connection, with all that the session still holds back written to it."""
        connection = self._to_write() if writing else self._open()
        if self._session is not None:
            self._session.flush()
        return connection

    def reads(self) -> Session:
        """To read mapped rows with."""
        connection = self._open()
        if self._session is None:
            self._session = Session(connection, join_transaction_mode="control_fully", expire_on_commit=False)
        return self._session

    def writes(self) -> Session:
        """To write mapped rows with."""
        self._to_write()
        return self.reads()

    def _open(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("no unit of work is open: use it inside `with uow:` or `with uow.reading():`")
        return self._connection

    def _to_write(self) -> Connection:
        connection = self._open()
        if not self._writing:
            raise RuntimeError("this unit of work only reads: write inside `with uow:`")
        return connection
