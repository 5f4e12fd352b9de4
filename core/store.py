"""Opens a store: one SQLite file, through sqlcipher3's SQLite, with its schema brought up to date.

Reads run on pooled connections, each in its own snapshot; writes on one connection, one transaction at a time. Several
processes may use the same file: a write waits for its turn, up to WRITE_PATIENCE.
"""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import Any, Final
from urllib.parse import quote

import msgspec
from sqlcipher3 import dbapi2 as sqlite

from core.errors import Corrupt, Incompatible, Invalid, NotFound, RolodocError, Timeout, Unavailable

Connection = Any
"""A sqlcipher3 connection; the module has no type stubs."""

SCHEMA: Final = "0006"
"""The newest migration. A test holds it against the migrations folder, so that opening costs no Alembic."""

APPLICATION: Final = 0x726F6C6F
"""SQLite's application_id of a store: "rolo"."""

WRITE_PATIENCE: Final = 30.0  # seconds that a write waits for others

# No file is mapped: what is read would count as the terminal's memory, and pages are read as fast without.
READER_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cache_size = -8192",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA query_only = ON",
)
WRITER_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 5000",  # for the next ones: they read a file that another program may be making
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 0",
)
# The new file takes shape in one on the disk, since the store may be larger than the memory.
REWRITER_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 0",
    "PRAGMA temp_store = FILE",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = FULL",
)


class Store:
    """An open store. Raises NotFound, Incompatible, Corrupt or Unavailable when it cannot be opened."""

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = Path(path)
        self._idle: list[Connection] = []
        self._pool = Lock()
        self._write_lock = RLock()
        self._writer: Connection | None = None
        self._closed = False
        self._immutable = False
        with file_errors(self.path), translated(self.path):
            self._open(create)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for one or more reads, which all see the same state."""
        with translated(self.path):
            db = self._take_reader()
            try:
                db.execute("BEGIN")
                yield db
            finally:
                if db.in_transaction:
                    db.rollback()
                self._give_back(db)

    def fetch(self, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """All rows of one statement."""
        try:
            db = self._take_reader()
            try:
                rows: list[tuple[Any, ...]] = db.execute(sql, parameters).fetchall()
            finally:
                self._give_back(db)
        except ERRORS as error:
            raise translate(error, self.path) from None
        return rows

    @contextmanager
    def write(self, *, patience: float = WRITE_PATIENCE, dry_run: bool = False) -> Iterator[Connection]:
        """A transaction that no other write runs beside; commits, or rolls back when the block raises or is a dry run.

        Other programs are waited for as many seconds as there is patience.
        """
        with self._write_lock, translated(self.path):
            db = self._begin(patience)
            try:
                yield db
                if dry_run:
                    db.rollback()
                else:
                    db.commit()
            except BaseException:
                if db.in_transaction:
                    db.rollback()
                raise

    def connect(self) -> Connection:
        """A reading connection of one's own, to be closed by the caller."""
        with translated(self.path):
            return self._connect(READER_PRAGMAS)

    def size(self) -> int:
        """Bytes on disk, those of the write-ahead log included."""
        with file_errors(self.path):
            files = (self.path, Path(f"{self.path}-wal"))
            return sum(file.stat().st_size for file in files if file.exists())

    @property
    def has_written(self) -> bool:
        """Whether a write was begun here."""
        return self._writer is not None

    def checkpoint(self) -> None:
        """Empties the write-ahead log into the file, as far as no reader holds it back."""
        with self._write_lock, translated(self.path):
            if self._writer is not None:
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def write_anew(self, *, patience: float) -> None:
        """Writes the file without what was deleted from it, and empties the write-ahead log into it. Raises Timeout
        where others write, or a reader still holds a state of before. Needs room for the store twice."""
        with self._write_lock, translated(self.path):
            if self._closed:
                raise Unavailable("the store is closed")
            db = self._connect(REWRITER_PRAGMAS)
            try:
                deadline = time.monotonic() + patience
                self._insist(lambda: db.execute("VACUUM") is not None, "writing to", deadline)
                empty = "PRAGMA wal_checkpoint(TRUNCATE)"
                self._insist(lambda: db.execute(empty).fetchone()[0] == 0, "reading", deadline)
            finally:
                db.close()

    def _insist(self, attempt: Callable[[], bool], busy_with: str, deadline: float) -> None:
        """Until it succeeds. Raises Timeout."""
        while True:
            try:
                if attempt():
                    return
            except sqlite.OperationalError as error:
                if not _is_busy(error):
                    raise
            if time.monotonic() > deadline:
                raise Timeout(f"another program keeps {busy_with} {self.path}")
            time.sleep(random.uniform(0.005, 0.02))

    def close(self) -> None:
        with self._write_lock, self._pool:
            self._closed = True
            for db in (*self._idle, *filter(None, [self._writer])):
                db.close()
            self._idle, self._writer = [], None

    # --- connections -----------------------------------------------------------------------------

    def _connect(self, pragmas: tuple[str, ...], mode: str = "rw") -> Connection:
        options = "immutable=1" if self._immutable else f"mode={mode}"
        db = sqlite.connect(
            f"file:{quote(os.fsencode(self.path.absolute()))}?{options}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        for pragma in pragmas:
            db.execute(pragma)
        return db

    def _take_reader(self) -> Connection:
        with self._pool:
            if self._closed:
                raise Unavailable("the store is closed")
            if self._idle:
                return self._idle.pop()
        return self._connect(READER_PRAGMAS)

    def _give_back(self, db: Connection) -> None:
        with self._pool:
            if not self._closed:
                self._idle.append(db)
                return
        db.close()

    def _begin(self, patience: float = WRITE_PATIENCE) -> Connection:
        """SQLite's own waiting is unfair under load, so the turn is drawn by lot between the processes."""
        if self._closed:
            raise Unavailable("the store is closed")
        if self._immutable:
            raise Unavailable(f"{self.path} is read-only here; nothing was written")
        if self._writer is None:
            self._writer = self._connect(WRITER_PRAGMAS)
        deadline = time.monotonic() + patience
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return self._writer
            except sqlite.OperationalError as error:
                if not _is_busy(error):
                    raise
            if time.monotonic() > deadline:
                raise Timeout(f"another program has been writing to {self.path} for {patience:g} seconds; try again")
            time.sleep(random.uniform(0.0005, 0.01))

    # --- opening ---------------------------------------------------------------------------------

    def _open(self, create: bool) -> None:
        if self.path.is_dir():
            raise Invalid(f"{self.path} is a folder; name the file of a store in it")
        if not self.path.exists():
            if not create:
                raise NotFound(f"there is no store at {self.path}")
            if not self.path.parent.is_dir():
                raise NotFound(f"there is no folder {self.path.parent} to make the store in")
        elif not self.path.is_file():
            raise Invalid(f"{self.path} is no ordinary file; name the file of a store")
        elif self.path.stat().st_size and not _is_sqlite(self.path):
            raise Incompatible(f"{self.path} is not a rolodoc store; it was left as it is")
        reader = None
        if self.path.exists() and self.path.stat().st_size:
            reader = self._open_reader()
            if self._schema(reader) == SCHEMA:
                self._give_back(reader)
                return
            reader.close()
        self._migrate()

    def _open_reader(self) -> Connection:
        try:
            reader = self._connect(READER_PRAGMAS)
            reader.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite.OperationalError as error:
            # A store in a read-only folder has no room for SQLite's shared memory; nobody can write to it either.
            if not _name(error).startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
                raise
            self._immutable = True
            reader = self._connect(READER_PRAGMAS)
        return reader

    def _schema(self, db: Connection) -> str | None:
        """The migration that the file is at, None for an empty file; raises Incompatible for a foreign or newer one."""
        (application,) = db.execute("PRAGMA application_id").fetchone()
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if application != APPLICATION:
            if tables:
                raise Incompatible(f"{self.path} belongs to another program; it was left as it is")
            return None
        if "alembic_version" not in tables:
            return None
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        found: str | None = row[0] if row else None
        if found is not None and found > SCHEMA:
            raise Incompatible(
                f"{self.path} has schema {found}, this program knows {SCHEMA}; use a newer rolodoc to open it"
            )
        return found

    def _migrate(self) -> None:
        from core.migrations import upgrade

        with self._write_lock:
            self._writer = self._connect(WRITER_PRAGMAS, mode="rwc")
            self._set_wal(self._writer)
            db = self._writer
            try:
                upgrade(db, self._begin_upgrade)
            except BaseException:
                if db.in_transaction:
                    db.rollback()
                db.close()
                self._writer = None
                raise

    def _begin_upgrade(self) -> bool:
        db = self._begin()
        if self._schema(db) == SCHEMA:
            return False
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        return True

    def _set_wal(self, db: Connection) -> None:
        deadline = time.monotonic() + WRITE_PATIENCE
        while True:
            try:
                db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.0005, 0.01))


def _name(error: Exception) -> str:
    """SQLite's name for an error, such as SQLITE_BUSY_SNAPSHOT."""
    return getattr(error, "sqlite_errorname", None) or ""


def _is_busy(error: Exception) -> bool:
    return _name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


# --- errors of SQLite as ours ------------------------------------------------------------------------


ERRORS: Final = (sqlite.Error, UnicodeEncodeError, OverflowError, msgspec.DecodeError)
"""What SQLite raises, what its Python module does for a value that it cannot hand over, and damaged JSON in a row."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors of SQLite leave the block as errors of ours."""
    try:
        yield
    except ERRORS as error:
        raise translate(error, path) from None


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Errors of the file system leave the block as errors of ours."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(FULL.format(path=where)) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Unavailable(f"no permission for {where} ({error.strerror})") from None
        raise Unavailable(f"{where} cannot be used: {error.strerror or error}") from None


def translate(error: Exception, path: Path) -> RolodocError:
    """The error that a caller sees for one of ERRORS. A broken constraint or statement is a bug, hence Corrupt."""
    if isinstance(error, UnicodeEncodeError):
        return Invalid("what was given is not valid Unicode text")
    if isinstance(error, OverflowError):
        return Invalid("a number that was given is out of range")
    name = _name(error)
    for start, kind, sentence in SENTENCES:
        if name.startswith(start):
            return kind(sentence.format(path=path, error=error))
    return Corrupt(f"{path} does not hold what rolodoc expects ({error})")


FULL: Final = "the disk that holds {path} is full; nothing was written: make room and try again"

SENTENCES: Final = (
    ("SQLITE_FULL", Unavailable, FULL),
    ("SQLITE_READONLY", Unavailable, "{path} is read-only; nothing was written"),
    ("SQLITE_BUSY", Timeout, "another program keeps {path} busy; try again"),
    ("SQLITE_LOCKED", Timeout, "another program keeps {path} busy; try again"),
    ("SQLITE_CANTOPEN", Unavailable, "{path} cannot be opened; check the folder and its permissions"),
    ("SQLITE_IOERR", Unavailable, "the disk that holds {path} does not work ({error}); nothing was written"),
    ("SQLITE_CORRUPT", Corrupt, "{path} is damaged ({error}); restore a backup, or export what can be read"),
    ("SQLITE_NOTADB", Corrupt, "{path} is damaged ({error}); restore a backup"),
)
