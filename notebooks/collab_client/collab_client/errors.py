"""Failures with a code, as the command line prints them."""
from __future__ import annotations

import struct

TRAILER = "collab-fault-bin"


class CollabError(Exception):
    """A failure that the node reports, or that it cannot be reached: what, whose, at which step, and what to do next."""

    def __init__(self, code: str, message: str, next: str, party: str | None = None, step: str | None = None):
        where = ", ".join(filter(None, (party, step)))
        super().__init__(f"{code}{f' ({where})' if where else ''}: {message} {next}")
        self.code, self.message, self.next, self.party, self.step = code, message, next, party, step


def of_rpc_error(error, address: str) -> CollabError:
    """The failure that a gRPC status carries in its trailer (protocols/specs/errors.md), else what the status itself says."""
    for key, value in error.trailing_metadata() or ():
        if key == TRAILER:
            try:
                return _decode(value)
            except (ValueError, struct.error, IndexError):
                break
    status = error.code().name
    if status in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return CollabError("node.unauthenticated", f"The node at {address} did not accept the certificate.", "Compare the pins ('collab consortium members').")
    if status == "UNIMPLEMENTED":
        return CollabError("version.unfit", f"The node at {address} does not know this call.", "Use a client of the node's version.")
    if status == "CANCELLED":
        return CollabError("client.cancelled", "The call was cancelled.", "Nothing.")
    return CollabError("node.unreachable", f"The node at {address} cannot be reached ({status}: {error.details()}).", "Check that it runs ('collab node status').")


def _decode(data: bytes) -> CollabError:
    """Text, byte, two optional texts, two texts (protocols/specs/canonical-encoding.md)."""
    place = 0

    def byte():
        nonlocal place
        place += 1
        return data[place - 1]

    def text():
        nonlocal place
        (size,) = struct.unpack_from("<I", data, place)
        place += 4 + size
        if place > len(data):
            raise ValueError("a text that is cut off")
        return data[place - size:place].decode("utf-8")

    code, _ = text(), byte()
    party, step = (text() if byte() else None), (text() if byte() else None)
    message, next_ = text(), text()
    if place != len(data):
        raise ValueError("bytes after the end")
    return CollabError(code, message, next_, party, step)
