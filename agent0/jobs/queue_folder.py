"""The filesystem broker, made safe against a full disk and against readers that are too quick.

kombu's own transport writes a message in place: a reader that comes in between, or a disk that fills up,
leaves an empty file, and reading that ends the worker. Here a message is written aside and renamed, so that
it is there whole or not at all, and one that is unreadable is dropped: the sweeper publishes its Run again.

Deliberately does not: promise delivery. The Run's lease does (``agent0.jobs.lease``).
"""

import contextlib
import logging
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue):
        while True:
            try:
                return super()._get(queue)
            except (ValueError, ChannelError):
                logger.warning("Dropped an unreadable message from the queue folder.")
            except OSError as error:  # the folder itself is missing or closed to us
                raise Empty from error

    def _size(self, queue):
        try:
            return super()._size(queue)
        except OSError:
            return 0

    def _purge(self, queue):
        try:
            return super()._purge(queue)
        except OSError:
            return 0

    def get_table(self, exchange):
        try:
            return super().get_table(exchange)
        except ValueError:  # half a table, from before a crash: bindings are declared again at each connection
            return []

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        file = self._exchange_file(exchange)
        binding = (routing_key or "", pattern or "", queue or "")
        with _locked(file):
            table = self.get_table(exchange)
            if binding not in table:
                _write_whole(file, dumps([binding, *table]))


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(file: Path, text: str) -> None:
    """All of it or nothing. Any failure is a ``ChannelError``, and leaves no half-written file behind."""
    draft = file.with_name(f".{uuid.uuid4()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(text)
        draft.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise ChannelError(f"cannot write to {file.parent}: {error.strerror}") from error


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_suffix(".lock").open("w") as stream:
            filesystem.lock(stream, filesystem.LOCK_EX)
            yield  # closing the file lets go of the lock
    except OSError as error:
        raise ChannelError(f"cannot write to {file.parent}: {error.strerror}") from error
