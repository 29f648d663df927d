"""Keep the head and the tail of a stream within a limit, and say how much was dropped between them."""

from __future__ import annotations


class Capture:
    """Bytes of one stream, at most about ``limit`` of them kept: the first half and the last half."""

    def __init__(self, limit: int) -> None:
        self.limit = max(2, limit)
        self.head = bytearray()
        self.tail = bytearray()
        self.total = 0

    @property
    def cut(self) -> bool:
        """Whether anything was dropped."""
        return self.total > self.limit

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        self.total += len(piece)
        room = self.limit // 2 - len(self.head)
        if room > 0:
            self.head += piece[:room]
            piece = piece[room:]
        self.tail += piece
        keep = self.limit - self.limit // 2
        if len(self.tail) > 2 * keep:  # dropped in large steps: cutting at every piece would copy the tail each time
            del self.tail[: len(self.tail) - keep]

    def bytes(self) -> bytes:
        """What was kept, the cut marked on a line of its own."""
        keep = self.limit - self.limit // 2
        tail = self.tail[max(0, len(self.tail) - keep) :]
        dropped = self.total - len(self.head) - len(tail)
        if not dropped:
            return bytes(self.head + tail)
        return bytes(self.head + f"\n[… {dropped} bytes cut …]\n".encode() + tail)
