"""A second verifier of carried records, written from protocols/specs/record.md alone; canonical encoding, notes, Ed25519 and operations are those of
verify_bundle.py beside it. Standard library only.

    python3 verify_record.py KEYS NOW AGE MARGIN FILE...

KEYS is a file with the bytes of a bundle's 'keys' part; NOW, AGE and MARGIN are milliseconds. For each file one line is written: "valid", or
"VERDICT PART" of the first thing that does not hold. Keys of the SM suite are not known here.
"""
import hashlib
import sys

from verify_bundle import ATTEST, REVOKE_RECORD, Checkpoint, Entry, Keys, Malformed, Reader, includes, node, rises

MAGIC, ANY = b"collab-record/1\n", b"collab-record/"


class Refused(Exception):
    """A verdict and the part it is about."""


def expect(holds, verdict, part):
    if not holds:
        raise Refused(verdict, part)


def require(holds):
    if not holds:
        raise Malformed


def text(value):
    return len(value).to_bytes(4, "little") + value


def units(value):
    return len(value.encode("utf-16-le")) // 2


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree(leaves[:left]), tree(leaves[left:]))


def root_from(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2, step by step; None if the path is of no such tree."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def proof(r):
    index, size, path = r.i64(), r.i64(), r.list(Reader.digest)
    require(0 <= index < size and len(path) <= 63)
    return index, size, path


class Record:
    def __init__(self, file):
        part = "file"
        if not file.startswith(MAGIC):
            raise Refused("unknown" if file.startswith(ANY) else "altered", part)
        try:
            require(len(file) <= 32 << 20)
            r = Reader(file[len(MAGIC):])
            self.algorithm = r.byte()
            if self.algorithm not in (1, 2):
                raise Refused("unknown", part)
            part, start = "header", r.at
            self.handle, self.issuer, self.begins, self.expires, self.fields = r.digest(), r.party(), r.time(), r.time(), r.u32()
            require(self.begins < self.expires and 1 <= self.fields <= 256)
            self.header = r.data[start:r.at]
            part = "fields"
            self.leaves = r.list(Reader.digest)
            require(len(self.leaves) == self.fields)
            self.shown = r.list(self.opening)
            require(all(number < self.fields for number, _, _ in self.shown) and rises([number for number, _, _ in self.shown]))
            require(len({name for _, name, _ in self.shown}) == len(self.shown))
            part = "attestation"
            self.attestation, self.job = r.digest(), r.digest()
            self.place = proof(r)
            part = "ledger"
            self.log = r.optional(lambda r: (Checkpoint(r.bytes()), proof(r), r.list(Reader.bytes)))
            r.end()
        except Malformed:
            raise Refused("altered", part)

    @staticmethod
    def opening(r):
        number, start = r.u32(), r.at
        r.take(32)
        name, kind, scale = r.text(), r.byte(), r.byte()
        require(kind in (1, 2, 3) and scale <= (18 if kind == 3 else 0))
        value = (r.text() if kind == 1 else r.i64()) if r.boolean() else None
        require(1 <= units(name) <= 256 and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name))
        require(kind != 1 or value is None or units(value) <= 65536)
        return number, name, r.data[start:r.at]


def is_whole(checkpoint, first, entries):
    """Whether these are all leaves from the first one's place on: the tree over what its path has to its left, and them."""
    index, size, path = first
    if not entries or size != checkpoint.size or index + len(entries) != size or not includes(entries[0], index, size, path, checkpoint.root):
        return False
    left, fn, sn = [], index, size - 1
    for p in path:
        if fn & 1 or fn == sn:
            left.append(p)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    heights = [i for i in range(63) if index >> i & 1]

    def root(begin, end):
        if end <= index:                                          # a complete subtree before the first entry
            return left[heights.index((end - begin).bit_length() - 1)]
        if end - begin == 1:
            return leaf_hash(entries[begin - index])
        middle = begin + (1 << (end - begin - 1).bit_length() - 1)
        return node(root(begin, middle), root(middle, end))

    return len(left) == len(heights) and root(0, size) == checkpoint.root


def operation(keys, author, index, data):
    try:
        entry = Entry(author, index, data)
    except Malformed:
        return None
    return entry if entry.is_signed(keys) else None


def check(file, keys, now, age, margin):
    record = Record(file)
    for number, _, opening in record.shown:
        expect(leaf_hash(text(b"collab.record-field.v1") + opening) == record.leaves[number], "altered", f"field/{number}")
    expect(record.log is not None, "unknown", "ledger")
    checkpoint, first, entries = record.log
    author = next((party for party, origin in keys.origin.items() if origin == checkpoint.origin), None)
    expect(author is not None, "not-issued-by", "ledger")
    expect(is_whole(checkpoint, first, entries), "altered", "ledger")
    witnesses = [w for party, w in keys.witness.items() if party != author and w.has_signed(checkpoint)]
    expect(keys.log[author].has_signed(checkpoint) and len(checkpoint.lines) == len(witnesses) + 1, "altered", "ledger")
    expect(len(witnesses) >= keys.required, "unknown", "ledger")
    times = sorted((max(int.from_bytes(line[2][:8], "big") for line in checkpoint.lines if w.names(line)) for w in witnesses), reverse=True)
    witnessed = times[keys.required - 1] * 1000

    operations = [operation(keys, author, first[0] + i, data) for i, data in enumerate(entries)]
    attest = operations[0]
    expect(attest and attest.kind == ATTEST and (attest.attestation, attest.job) == (record.attestation, record.job), "altered", "attestation")

    root = tree([leaf_hash(text(b"collab.record-header.v1") + record.header)] + record.leaves)
    index, size, path = record.place
    batch = root_from(leaf_hash(text(b"collab.record.v1") + root), index, size, path)
    content = record.attestation + size.to_bytes(8, "little") + (batch or b"")
    commitment = hashlib.sha256(text(b"collab.attestation.v1") + len(content).to_bytes(8, "little") + content).digest()
    expect(record.algorithm == attest.hash and batch and commitment == attest.root, "altered", "record")
    expect(record.issuer == author, "not-issued-by", "header")

    expect(not any(o and o.kind == REVOKE_RECORD and (o.job, o.record) == (record.attestation, record.handle) for o in operations), "revoked", "header")
    expires = min(record.expires, attest.expires)
    expect(now < expires and witnessed < expires, "expired", "header")
    expect(record.begins <= now, "unknown", "header")
    expect(margin == 0 or now < expires - margin, "unknown", "header")
    expect(witnessed >= now - age, "unknown", "ledger")


def verify(file, keys, now, age, margin):
    try:
        check(file, keys, now, age, margin)
        return "valid"
    except Refused as refused:
        return " ".join(refused.args)


def main(arguments):
    with open(arguments[0], "rb") as file:
        keys = Keys(file.read())
    now, age, margin = map(int, arguments[1:4])
    for name in arguments[4:]:
        with open(name, "rb") as file:
            print(verify(file.read(), keys, now, age, margin), flush=True)


main(sys.argv[1:])
