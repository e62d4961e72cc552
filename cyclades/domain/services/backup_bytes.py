"""How backups' bytes arrive: never in a database transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from cyclades.domain.model.backup import Backup, BackupStatus
from cyclades.domain.model.errors import Conflict, NotFound
from cyclades.ports.backups import BackupRepository
from cyclades.ports.build_desk import SavedDisks
from cyclades.ports.ids import Ids
from cyclades.ports.image_store import ImageStore, Written

T = TypeVar("T")


class InTransaction(Protocol):
    """Runs its work in a transaction of its own, again if somebody else was faster."""

    def __call__(self, work: Callable[[BackupRepository], T], /) -> T:
        """What the work returns, once committed."""
        ...


@dataclass(frozen=True, slots=True)
class SavedBackups(SavedDisks):
    """Disks that become backups; `limit` is the largest in bytes.

    A blob is named before it exists; what a process that died has left is nobody's once the
    task has ended, and is swept.
    """

    in_transaction: InTransaction
    store: ImageStore
    ids: Ids
    limit: int

    def receive(self, object_id: str, chunks: Iterable[bytes], size: int | None = None) -> None:
        """Two short transactions with the stream between them."""
        del size
        blob = self.ids.new()
        if not self.in_transaction(lambda rows: expect(rows, object_id, blob)):
            return
        try:
            written = self.store.write(blob, chunks, self.limit)
            self.in_transaction(lambda rows: take(rows, object_id, blob, written))
        except BaseException:
            # The commit whose answer was lost may have made the blob the backup's own.
            if not self.in_transaction(lambda rows: give_up(rows, object_id, blob)):
                self.store.delete(blob)
            raise


def expect(rows: BackupRepository, backup_id: str, blob: str) -> bool:
    """From now on bytes fill this blob; False when it has its bytes. Raises NotFound, Conflict."""
    backup = _claimed(rows, backup_id)
    if backup.blob is not None:
        return False
    if backup.status is not BackupStatus.CREATING:
        raise Conflict(f"Backup {backup.id} is {backup.status}: it takes no data.")
    rows.save(replace(backup, upload_blob=blob))
    return True


def take(rows: BackupRepository, backup_id: str, blob: str, written: Written) -> None:
    """The bytes are there. Raises NotFound, Conflict when it does not wait for these."""
    backup = _claimed(rows, backup_id)
    if backup.upload_blob != blob:
        raise Conflict(f"Backup {backup.id} does not wait for these bytes any more.")
    rows.save(
        replace(
            backup,
            blob=blob,
            blob_size=written.size,
            sha512=written.sha512,
            upload_blob=None,
        )
    )


def give_up(rows: BackupRepository, backup_id: str, blob: str) -> bool:
    """It waits for bytes again; True when it has these already."""
    backup = rows.by_id(backup_id)
    if backup is not None and backup.upload_blob == blob:
        rows.save(replace(backup, upload_blob=None))
    return backup is not None and backup.blob == blob


def _claimed(rows: BackupRepository, backup_id: str) -> Backup:
    backup = rows.by_id(backup_id)
    if backup is None:
        raise NotFound("backup", backup_id)
    return backup
