"""Long messages, which a server that says them again sends as their hashes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


@dataclass
class _Kept:
    message: ForwardMsg
    used: int  # Run in which it was last used.
    part: str  # Of the page, if it belongs to one that repeats itself.


@dataclass
class LongMessages:
    """Keeps and forgets them as a browser does."""

    _kept: dict[str, _Kept] = field(default_factory=dict)
    _longest: int = 2
    _runs: int = 0
    _parts: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def keep(self, message: ForwardMsg) -> None:
        """Keep a message if the server counts on that."""
        if message.metadata.cacheable:
            part = message.delta.fragment_id
            self._kept[message.hash] = _Kept(message, self._runs, part)

    def again(self, hash_: str) -> ForwardMsg:
        """The message with a hash.

        Raises:
            KeyError: It was forgotten; a browser's page would break.
        """
        kept = self._kept[hash_]
        kept.used = self._runs
        return kept.message

    def run_begins(self, session: Any, parts: list[str]) -> None:
        """Note what runs: the whole page, or some of its parts."""
        self._longest, self._parts = session.config.max_cached_message_age, parts

    def run_ends(self) -> None:
        """Forget, of what ran, messages that were not used of late."""
        self._runs += 1
        self._kept = {
            hash_: each
            for hash_, each in self._kept.items()
            if (self._parts and each.part not in self._parts)
            or self._runs - each.used <= self._longest
        }
