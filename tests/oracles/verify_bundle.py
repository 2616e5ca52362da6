"""A second verifier of evidence bundles and archives, written from protocols/specs alone: evidence-bundle.md, audit-archive.md,
ledger-operations.md, receipt.md, commitment.md, ledger-embedded.md, canonical-encoding.md, and from RFC 8032, RFC 9162 and C2SP signed-note. Standard library only.

    python3 verify_bundle.py [--trust KEYS] BUNDLE...

KEYS is a file with the bytes of a 'keys' part. For each file one line is written: "holds OUTCOME", or "CODE PART" of the first
thing that does not hold. It is slow and has no options; it exists so that two programs must agree.
"""
import base64
import hashlib
import re
import struct
import sys

# --- Ed25519, RFC 8032 section 5.1, strict and without cofactor ----------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode_point(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def is_small(point):
    return encode_point(multiply(8, point)) == encode_point((0, 1, 1, 0))


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
SEEN = {}


def signed(key, message, signature):
    question = key, message, signature
    if question not in SEEN:
        SEEN[question] = len(signature) == 64 and check_signature(key, message, signature)
    return SEEN[question]


def check_signature(key, message, signature):
    point, nonce = decode_point(key), decode_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or nonce is None or is_small(point) or is_small(nonce) or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    negative = (P - point[0], point[1], 1, P - point[3])
    return encode_point(add(multiply(scalar, BASE), multiply(challenge, negative))) == signature[:32]


# --- canonical encoding ---------------------------------------------------------------------------------------------------------

class Malformed(Exception):
    pass


class Broken(Exception):
    """The first thing that does not hold: its code and its part."""


def require(holds):
    if not holds:
        raise Malformed


def digest(domain, content):
    name = domain.encode()
    return hashlib.sha256(struct.pack("<I", len(name)) + name + struct.pack("<Q", len(content)) + content).digest()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(self.at + count <= len(self.data))
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self):
        return self.take(1)[0]

    def u32(self):
        return struct.unpack("<I", self.take(4))[0]

    def u64(self):
        return struct.unpack("<Q", self.take(8))[0]

    def i64(self):
        return struct.unpack("<q", self.take(8))[0]

    def boolean(self):
        value = self.byte()
        require(value < 2)
        return value == 1

    def time(self):
        value = self.i64()
        require(0 <= value <= 253402300799999)
        return value

    def bytes(self):
        return self.take(self.u32())

    def text(self):
        try:
            return self.bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed

    def digest(self):
        return self.take(32)

    def party(self):
        name = self.text()
        require(re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name))
        return name

    def list(self, read):
        count = self.u32()
        require(count <= len(self.data) - self.at)
        return [read(self) for _ in range(count)]

    def optional(self, read):
        return read(self) if self.boolean() else None

    def end(self):
        require(self.at == len(self.data))


def rises(values):
    return all(a < b for a, b in zip(values, values[1:]))


# --- notes and checkpoints, C2SP signed-note, tlog-checkpoint, tlog-cosignature ---------------------------------------------------

def strict_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Malformed
    require(base64.b64encode(data).decode() == text)
    return data


def is_key_name(name):
    return 0 < len(name) <= 255 and not any(c.isspace() or c == "+" or ord(c) < 32 or 127 <= ord(c) < 160 for c in name)


class Verifier:
    """name+identifier+base64(type, key)"""

    def __init__(self, vkey, kind):
        parts = vkey.split("+", 2)
        require(len(parts) == 3 and is_key_name(parts[0]))
        self.name, content = parts[0], strict_base64(parts[2])
        require(len(content) == 33 and content[0] == kind)
        self.kind, self.key = kind, content[1:]
        point = decode_point(self.key)
        require(point is not None and not is_small(point))
        self.id = hashlib.sha256(self.name.encode() + b"\n" + content).digest()[:4]
        require(self.id.hex() == parts[1])

    def names(self, line):
        return (line[0], line[1]) == (self.name, self.id)

    def holds(self, text, line):
        if self.kind == 1:
            return signed(self.key, text, line[2])
        if len(line[2]) != 72 or line[2][0] > 127:
            return False
        seconds = int.from_bytes(line[2][:8], "big")
        return signed(self.key, b"cosignature/v1\ntime %d\n" % seconds + text, line[2][8:])

    def has_signed(self, checkpoint):
        mine = [line for line in checkpoint.lines if self.names(line)]
        return bool(mine) and all(self.holds(checkpoint.text, line) for line in mine)


class Checkpoint:
    def __init__(self, data):
        require(len(data) <= 65536)
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed
        require(note.endswith("\n") and not any(c < " " and c != "\n" for c in note))
        text, gap, lines = note.rpartition("\n\n")
        require(gap)
        self.text = (text + "\n").encode()
        lines = lines.split("\n")[:-1]
        require(1 <= len(lines) <= 64)
        self.lines = [self.line(line) for line in lines]
        parts = text.split("\n")
        require(len(parts) == 3 and is_key_name(parts[0]) and parts[0] != "cosignature/v1")
        require(re.fullmatch(r"0|[1-9][0-9]*", parts[1], re.ASCII) and int(parts[1]) < 2**63)
        self.origin, self.size, self.root = parts[0], int(parts[1]), strict_base64(parts[2])
        require(len(self.root) == 32)

    @staticmethod
    def line(line):
        require(line.startswith("\u2014 "))
        parts = line[2:].split(" ")
        require(len(parts) == 2 and is_key_name(parts[0]))
        content = strict_base64(parts[1])
        require(4 < len(content) <= 8192)
        return parts[0], content[:4], content[4:]


# --- Merkle proofs, RFC 9162 sections 2.1.3.2 and 2.1.4.2 -------------------------------------------------------------------------

def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def includes(entry, index, size, path, root):
    if index >= size:
        return False
    fn, sn, r = index, size - 1, hashlib.sha256(b"\x00" + entry).digest()
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def continues(first, second, path, first_root, second_root):
    if first > second or first < 0:
        return False
    if first == 0:
        return not path and first_root == hashlib.sha256(b"").digest() and (second > 0 or first_root == second_root)
    if first == second:
        return not path and first_root == second_root
    if first & (first - 1) == 0:
        path = [first_root] + path
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# --- the parts --------------------------------------------------------------------------------------------------------------------

class Keys:
    def __init__(self, data):
        reader = Reader(data)
        self.data, self.consortium, self.required = data, reader.text(), reader.u32()
        members = reader.list(lambda r: (r.party(), r.text(), Verifier(r.text(), 1), Verifier(r.text(), 4)))
        reader.end()
        names = [m[0] for m in members]
        require(rises(names) and len(names) >= 2)
        require((len(names) - 1) // 2 + 1 <= self.required < len(names))
        require(all(is_key_name(m[1]) and m[1] != "cosignature/v1" for m in members))
        for values in ([m[1] for m in members], [m[2].key for m in members], [m[3].key for m in members]):
            require(len(set(values)) == len(values))
        self.origin = {m[0]: m[1] for m in members}
        self.log = {m[0]: m[2] for m in members}
        self.witness = {m[0]: m[3] for m in members}

    def is_final(self, party, checkpoint):
        if checkpoint.origin != self.origin[party] or not self.log[party].has_signed(checkpoint):
            return False
        others = [w for p, w in self.witness.items() if p != party]
        return sum(w.has_signed(checkpoint) for w in others) >= self.required


class Plan:
    def __init__(self, data):
        r = Reader(data)
        self.version = r.u32()
        require(self.version in (1, 4))
        self.digest = digest("collab/plan/v1", data)
        self.consortium, _, _ = r.text(), r.digest(), r.text()
        begin = r.at
        self.question(r)
        question = data[begin:r.at]
        self.purpose, security, self.requester = r.text(), r.byte(), r.party()
        inputs = r.list(self.input)
        self.receivers = r.list(Reader.party)
        created, self.expires, self.uses, limit = r.time(), r.time(), min(r.u32(), 2**31 - 1), r.u32()
        self.algorithm, self.endorsers, self.at_least, self.replay = None, [], 0, False
        if self.version == 4:
            require(r.byte() == 0)  # this verifier reads no plan with consent
            begin = r.at
            self.algorithm = r.optional(lambda a: (a.party(), a.digest(), a.u32(), a.text(), a.digest()))
            self.algorithm_digest = digest("collab/algorithm/v1", data[begin + 1:r.at] + question)
            self.endorsers, self.at_least, self.replay = r.list(Reader.party), r.byte(), r.boolean()
            require(self.algorithm or self.endorsers or self.replay)
        r.end()
        owners = [i[0] for i in inputs]
        require(security == 1 and 1 <= len(inputs) <= 16 and rises(owners))
        require(self.receivers and rises(self.receivers))
        require(self.uses >= 1 and limit > 0 and self.expires > created)
        self.inputs = {i[0]: (i[1], i[2]) for i in inputs}
        self.parties = sorted(set(owners + self.receivers))
        require(self.algorithm is None or (1 <= self.algorithm[2] < 2**31 and 1 <= len(self.algorithm[3].encode("utf-16-le")) // 2 <= 200))
        self.terms = (self.algorithm and self.algorithm[:3], self.endorsers, self.at_least) if self.algorithm or self.endorsers else None
        strangers = self.parties + [self.requester] + ([self.algorithm[0]] if self.algorithm else [])
        require(len(self.endorsers) <= 16 and rises(self.endorsers) and not set(self.endorsers) & set(strangers))
        require((1 if self.endorsers else 0) <= self.at_least <= len(self.endorsers))

    @staticmethod
    def column(r):
        name, kind, scale = r.text(), r.byte(), r.byte()
        require((kind in (1, 2) and scale == 0) or (kind == 3 and scale <= 18))
        return name

    def input(self, r):
        owner, _, dataset, version, band = r.party(), r.text(), r.digest(), r.digest(), r.byte()
        columns, key = r.list(self.column), r.list(Reader.text)
        require(self.version == 1 or (not r.boolean() and r.text() == ""))  # nor with a filter
        require(1 <= band <= 19 and columns and len(set(columns)) == len(columns) and set(key) <= set(columns))
        return owner, dataset, version

    @staticmethod
    def question(r):
        kind = r.byte()
        require(kind in (1, 2, 4, 5))  # joint statistics without noise, and the plain intersection
        if kind == 1:
            r.boolean(), r.boolean()
            require(all(r.byte() in (1, 2) for _ in range(3)))
            return
        measures = r.list(lambda m: (m.text(), m.byte()))
        groups = r.optional(lambda g: (g.text(), g.list(Reader.text)))
        statistics, minimum = r.list(Reader.byte), r.u32()
        require(measures and all(m[1] <= 18 for m in measures) and len({m[0] for m in measures}) == len(measures))
        require(groups is None or (groups[1] and len(set(groups[1])) == len(groups[1])))
        require(statistics and all(1 <= s <= 7 for s in statistics) and len(set(statistics)) == len(statistics))
        require(1 <= minimum < 2**31)
        if kind in (4, 5):
            dominance = r.optional(lambda d: (d.byte(), d.byte(), d.byte()))
            if dominance:
                percent, largest, share = dominance
                require(percent <= 100 and largest <= 3 and percent + largest > 0 and set(statistics) & {2, 3, 4, 5})
                require(share == 0 if largest == 0 else 1 <= share <= 99)
            require(dominance if kind == 4 else groups and not set(statistics) & {6, 7})


PROPOSE, APPROVE, REFUSE, REVOKE, START, SPEND, COMMIT, ABORT, REGISTER = range(1, 10)
MOTION, VOTE, ALGORITHM, USE_ALGORITHM, ENDORSE, ATTEST, REVOKE_RECORD, CHECKED, DECLINED = range(10, 19)


class Envelope:
    """What every operation begins with, whatever its kind."""

    def __init__(self, log, index, data):
        r = Reader(data)
        self.log, self.index, self.signed, self.algorithm, self.signature = log, index, r.bytes(), r.byte(), r.bytes()
        r.end()
        r = Reader(self.signed)
        require(r.byte() == 1)
        self.kind, self.author, self.id, self.time = r.byte(), r.party(), r.digest(), r.time()
        self.heads = r.list(lambda h: (h.party(), h.u64(), h.digest()))
        require(rises([h[0] for h in self.heads]))
        self.job, self.run, self.rest = r.digest(), None, r

    def is_signed(self, keys):
        return self.author == self.log and self.algorithm == 1 and signed(
            keys.log[self.log].key, digest("collab.operation.v1", self.signed), self.signature)


class Entry(Envelope):
    def __init__(self, log, index, data):
        super().__init__(log, index, data)
        r = self.rest
        require(self.algorithm == 1)
        require(PROPOSE <= self.kind <= DECLINED)
        if self.kind == PROPOSE:
            self.datasets, self.parties = r.list(lambda d: (d.party(), d.digest())), r.list(Reader.party)
            self.expires, self.uses = r.time(), self.count(r)
            self.terms = None
            if r.at < len(r.data):
                algorithm = r.optional(lambda a: (a.party(), a.digest(), self.count(a)))
                endorsers, needed = r.list(Reader.party), r.byte()
                require(rises(endorsers) and len(endorsers) <= 16 and (1 <= needed <= len(endorsers) or not endorsers and needed == 0))
                require(algorithm or endorsers)
                self.terms = (algorithm, endorsers, needed)
        elif self.kind == APPROVE:
            self.dataset, self.version, self.expires, self.uses = r.digest(), r.digest(), r.time(), self.count(r)
        elif self.kind == REFUSE:
            self.code(r)
        elif self.kind == START:
            self.run, _ = r.digest(), r.time()
        elif self.kind == SPEND:
            self.run, self.dataset, self.use = r.digest(), r.digest(), self.count(r)
        elif self.kind == COMMIT:
            self.run, self.receipt = r.digest(), r.digest()
        elif self.kind == ABORT:
            self.run, self.reason, self.at_fault, self.step = r.digest(), self.code(r), r.optional(Reader.party), r.optional(self.code)
        elif self.kind == REGISTER:
            self.number, _, _ = self.count(r), r.byte(), r.digest()
        elif self.kind == MOTION:
            self.change(r)
        elif self.kind == VOTE:
            r.digest()
        elif self.kind == ALGORITHM:
            self.version, self.registered = self.count(r), r.digest()
        elif self.kind == USE_ALGORITHM:
            self.of_algorithm, self.version = r.digest(), self.count(r)
        elif self.kind == ENDORSE:
            self.expires = r.time()
        elif self.kind == DECLINED:
            self.run = r.digest() if r.boolean() else None
            self.code(r), r.party()
        elif self.kind == ATTEST:
            self.attestation, self.hash, self.root, self.expires = r.digest(), r.byte(), r.digest(), r.time()
        elif self.kind == REVOKE_RECORD:
            self.record, _ = r.digest(), self.code(r)
        elif self.kind == CHECKED:
            r.byte(), r.digest()
        r.end()

    def change(self, r):
        kind = r.byte()
        require(1 <= kind <= 4)
        if kind == 1:
            r.party()
            require(r.byte() < 32)
            r.boolean()
        elif kind == 2:
            r.boolean()
        elif kind == 3:
            self.count(r)
        else:
            r.digest()
        r.time()

    @staticmethod
    def count(r):
        value = r.u32()
        require(1 <= value < 2**31)
        return value

    @staticmethod
    def code(r):
        value = r.text()
        require(re.fullmatch(r"[a-z0-9./-]{1,64}", value))
        return value

    def had_seen(self, other):
        if other.log == self.log:
            return other.index < self.index
        return any(party == other.log and size > other.index for party, size, _ in self.heads)


class Log:
    def __init__(self, data):
        r = Reader(data)
        self.checkpoint = Checkpoint(r.bytes())
        self.proven = r.list(lambda e: (e.bytes(), *self.inclusion(e)))
        self.histories = r.list(lambda h: (h.digest(), *self.consistency(h)))
        r.end()
        require(rises([e[1] for e in self.proven]) and rises([h[1] for h in self.histories]))

    @staticmethod
    def inclusion(r):
        index, size, path = r.i64(), r.i64(), r.list(Reader.digest)
        require(0 <= index < size and len(path) <= 63)
        return index, size, path

    @staticmethod
    def consistency(r):
        old, new, path = r.i64(), r.i64(), r.list(Reader.digest)
        require(0 <= old <= new and len(path) <= 63)
        return old, new, path


class Receipt:
    def __init__(self, data):
        r = Reader(data)
        self.digest = digest("collab/receipt/v1", data)
        version = r.byte()
        require(version in (1, 2))
        self.job, self.run, self.party, _, _ = r.digest(), r.digest(), r.party(), r.digest(), r.text()
        self.snapshot = r.optional(lambda s: (s.digest(), s.digest(), s.digest()))
        line = lambda c: (c.text(), c.u64(), c.u64(), c.digest())
        self.conversations = r.list(lambda c: (c.party(), c.list(line), c.list(line)))
        self.result = r.optional(lambda c: (c.byte(), c.digest()))
        r.time()
        self.replay = (r.byte(), r.digest()) if version == 2 else None
        r.end()
        require(rises([c[0] for c in self.conversations]))


# --- the bundle -------------------------------------------------------------------------------------------------------------------

class Sealed:
    """A sealed table of contents, then the parts."""

    def __init__(self, file, magic, domain):
        self.domain = domain
        if not file.startswith(magic):
            raise Broken("unsupported.version" if file.startswith(magic[:-2]) else "format.malformed", "header")
        try:
            r = Reader(file[len(magic):])
            self.table, self.seal = r.bytes(), r.bytes()
            body = r.take(len(r.data) - r.at)
            table = Reader(self.table)
            self.exporter, _, software = table.party(), table.time(), table.text()
            lines = table.list(lambda t: (t.text(), t.u32(), t.digest()))
            table.end()
            require(len(software.encode("utf-16-le")) <= 200 and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in software))
            require(all(len(name) <= 80 and re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)?", name) for name, _, _ in lines))
            require(len(lines) <= 4096 and len({name for name, _, _ in lines}) == len(lines))
            require(sum(size for _, size, _ in lines) == len(body))
        except Malformed:
            raise Broken("format.malformed", "contents")
        self.parts = {}
        for name, size, expected in lines:
            content, body = body[:size], body[size:]
            if digest("collab.evidence.part.v1", content) != expected:
                raise Broken("format.part-altered", name)
            self.parts[name] = content

    def part(self, name, read):
        try:
            require(name in self.parts)
            return read(self.parts[name])
        except Malformed:
            raise Broken("format.malformed", name)

    def of_parties(self, prefix, read):
        found = {}
        for name in self.parts:
            if name.startswith(prefix):
                if name[len(prefix):] not in self.keys.origin:
                    raise Broken("format.malformed", name)
                found[name[len(prefix):]] = self.part(name, read)
        return found

    def is_sealed(self):
        key = self.keys.log.get(self.exporter)
        return key and signed(key.key, digest(self.domain, self.table), self.seal)


class Bundle(Sealed):
    partial = False

    def __init__(self, file):
        super().__init__(file, b"collab-evidence/1\n", "collab.evidence.v1")

    def read_parts(self):
        self.keys = self.part("keys", Keys)
        self.logs = self.of_parties("log/", Log)
        for name in self.parts:
            if name not in ("keys", "plan", "run") and not name.startswith(("log/", "receipt/")):
                raise Broken("unsupported.version", name)
        self.plan = self.part("plan", Plan)
        self.run = self.part("run", self.run_of)
        self.receipts = self.of_parties("receipt/", Receipt)
        for party, receipt in self.receipts.items():
            if any(c and c[0] != 1 for c in (receipt.result, receipt.replay)):
                raise Broken("unsupported.version", "receipt/" + party)
        self.entries = []
        for party, log in self.logs.items():
            for data, index, _, _ in log.proven:
                try:
                    self.entries.append(Entry(party, index, data))
                except Malformed:
                    raise Broken("format.malformed", "log/" + party)

    @staticmethod
    def run_of(data):
        require(len(data) == 32)
        return data

    def find(self, party, kind, of_run=False):
        return next((e for e in self.entries if e.log == party and e.kind == kind and (not of_run or e.run == self.run)), None)

    def count(self, party, kind):
        return sum(e.log == party and e.kind == kind and e.run == self.run for e in self.entries)


def expect(holds, code, part):
    if not holds:
        raise Broken(code, part)


def check_trust(b, trusted):
    if trusted is not None:
        expect(trusted == b.keys.data, "trust.keys-differ", "keys")
    expect(b.is_sealed(), "trust.seal-invalid", "contents")
    for e in b.entries:
        expect(e.is_signed(b.keys), "trust.signature-invalid", "log/" + e.log)


def check_logs(b):
    states = set()
    for party, log in b.logs.items():
        part, top = "log/" + party, log.checkpoint
        expect(b.keys.is_final(party, top), "log.not-final", part)
        for data, index, size, path in log.proven:
            expect(size == top.size and includes(data, index, size, path, top.root), "log.not-included", part)
        for root, old, new, path in log.histories:
            expect(new == top.size and continues(old, new, path, root, top.root), "log.inconsistent", part)
            states.add((party, old, root))
    for e in b.entries:
        for head in e.heads:
            expect(head[1] == 0 or head in states, "log.inconsistent", "log/" + e.log)


def check_authorization(b):
    plan = b.plan
    expect(plan.consortium == b.keys.consortium, "binding.other-plan", "plan")
    for e in b.entries:
        of_algorithm = e.kind == ALGORITHM and plan.algorithm and e.job == plan.algorithm[1]
        expect(e.job == plan.digest or of_algorithm, "binding.other-plan", "log/" + e.log)
    asked = "log/" + plan.requester
    start = b.find(plan.requester, START, True)
    expect(start, "authorization.run-not-started", asked)
    proposal = b.find(plan.requester, PROPOSE)
    expect(
        proposal and proposal.index < start.index and proposal.parties == plan.parties
        and proposal.datasets == [(owner, i[0]) for owner, i in plan.inputs.items()]
        and (proposal.expires, proposal.uses) == (plan.expires, plan.uses) and proposal.terms == plan.terms, "authorization.not-proposed", asked)
    committed = [c for c in (b.find(p, COMMIT, True) for p in plan.parties) if c]
    spends = {owner: b.find(owner, SPEND, True) for owner in plan.inputs}
    for owner, (dataset, version) in plan.inputs.items():
        part, grant = "log/" + owner, b.find(owner, APPROVE)
        expect(grant, "authorization.grant-missing", part)
        expect((grant.dataset, grant.version) == (dataset, version), "binding.other-dataset", part)
        expect(start.had_seen(grant), "authorization.after-run", part)
        expires = min(grant.expires, plan.expires)
        expect(start.time < expires, "authorization.expired", part)
        expect(not committed or not spends[owner] or spends[owner].time < expires, "authorization.expired", part)
        acts = [start] + ([s for s in spends.values() if s] if committed else [])
        for withdrawal in (e for e in b.entries if e.log == owner and e.kind in (REFUSE, REVOKE)):
            expect(not any(act.had_seen(withdrawal) for act in acts), "authorization.withdrawn", part)
    took_job_back = (e for e in b.entries if e.log == plan.requester and e.kind == REVOKE)
    expect(not any(act.had_seen(e) for e in took_job_back for act in [start] + ([s for s in spends.values() if s] if committed else [])), "authorization.withdrawn", "log/" + plan.requester)
    check_terms(b, start, [start] + ([s for s in spends.values() if s] if committed else []))
    return start, spends, committed


def check_terms(b, start, acts):
    plan = b.plan

    def took_back(party):
        return any(e.log == party and e.kind in (REFUSE, REVOKE) and any(act.had_seen(e) for act in acts) for e in b.entries)

    endorsements = [e for e in (b.find(party, ENDORSE) for party in plan.endorsers) if e and start.had_seen(e)]
    live = [e for e in endorsements if all(act.time < e.expires for act in acts) and not took_back(e.log)]
    expect(len(live) >= plan.at_least, "authorization.endorsement-missing", "log/" + plan.requester)
    if plan.algorithm:
        provider, algorithm, version = plan.algorithm[:3]
        part, newest, registered = "log/" + provider, 0, None
        for e in b.entries:
            if e.log == provider and e.kind == ALGORITHM and any(act.had_seen(e) for act in acts):
                if e.version == newest + 1 and (any(e.registered) or (registered and any(registered))):
                    newest, registered = e.version, e.registered
        before = b.partial and not newest  # registered before the archive begins
        opens = registered == plan.algorithm_digest if plan.algorithm_digest else registered and any(registered)
        expect(before or (newest == version and opens), "authorization.algorithm-not-approved", part)
        allowed = (e for e in b.entries if e.log == provider and e.kind == USE_ALGORITHM and start.had_seen(e))
        expect(any((e.of_algorithm, e.version) == (algorithm, version) for e in allowed), "authorization.algorithm-not-approved", part)
        expect(not took_back(provider), "authorization.algorithm-not-approved", part)


def check_quota(b, start, spends, committed):
    plan = b.plan
    expect(b.count(plan.requester, START) == 1, "quota.uses-exceeded", "log/" + plan.requester)
    uses = min([plan.uses] + [b.find(owner, APPROVE).uses for owner in plan.inputs])
    for owner, (dataset, _) in plan.inputs.items():
        part, spend = "log/" + owner, spends[owner]
        if spend is None:
            expect(not committed, "quota.spend-missing", part)
            continue
        expect(spend.dataset == dataset, "binding.other-dataset", part)
        expect(spend.use <= uses, "quota.uses-exceeded", part)
        expect(b.count(owner, SPEND) == 1, "quota.uses-exceeded", part)
        expect(spend.had_seen(start), "quota.out-of-order", part)
        for commit in committed:
            expect(commit.had_seen(spend), "quota.out-of-order", "log/" + commit.log)


def check_receipts(b):
    plan = b.plan
    aborts = [e for e in b.entries if e.kind == ABORT and e.run == b.run and e.author in plan.parties + [plan.requester]]
    for party in b.receipts:
        expect(party in plan.parties, "binding.receipt-mismatch", "receipt/" + party)
    for party in plan.parties:
        part, commit, receipt = "receipt/" + party, b.find(party, COMMIT, True), b.receipts.get(party)
        if not receipt and (b.partial or (aborts and not commit)):
            continue
        expect(commit and receipt and commit.receipt == receipt.digest, "binding.receipt-mismatch", part)
        expect((receipt.party, receipt.run, receipt.job) == (party, b.run, plan.digest), "binding.receipt-mismatch", part)
        expect((receipt.replay is not None) == plan.replay, "binding.receipt-mismatch", part)
        read = receipt.snapshot[:2] if receipt.snapshot else None
        expect(read == plan.inputs.get(party), "binding.other-dataset", part)
    for party, receipt in b.receipts.items():
        part = "receipt/" + party
        expect([c[0] for c in receipt.conversations] == [p for p in plan.parties if p != party], "transcript.mismatch", part)
        for peer, sent, _ in receipt.conversations:
            if peer in b.receipts:
                received = next((c[2] for c in b.receipts[peer].conversations if c[0] == party), [])
                expect(sent == received, "transcript.mismatch", part)
    for party, receipt in b.receipts.items():
        expect((party in plan.receivers) == (receipt.result is not None), "result.receiver-mismatch", "receipt/" + party)
    if all(b.find(p, COMMIT, True) for p in plan.parties):
        return "committed"
    if not aborts:
        return "not ended"
    first = min(aborts, key=lambda a: (a.time, a.author))
    return "aborted: " + first.reason + (f" by {first.at_fault}" if first.at_fault else "") + (f" at {first.step}" if first.step else "")


# --- archives of a period ---------------------------------------------------------------------------------------------------------

class Window:
    """One log of an archive: its entries without a gap from one index on, and the subtrees before them."""

    def __init__(self, data):
        r = Reader(data)
        self.checkpoint, self.first = Checkpoint(r.bytes()), r.i64()
        before = r.list(Reader.digest)
        self.entries, self.after = r.list(Reader.bytes), r.list(Reader.digest)
        self.others = r.list(lambda e: (e.bytes(), *Log.inclusion(e)))
        self.histories = r.list(lambda h: (h.digest(), *Log.consistency(h)))
        r.end()
        self.end = self.first + len(self.entries)
        require(0 <= self.first and self.end <= self.checkpoint.size and len(before) == bin(self.first).count("1"))
        require(len(self.after) <= 63)
        require(rises([e[1] for e in self.others]) and not any(self.first <= e[1] < self.end for e in self.others))
        require(rises([h[1] for h in self.histories]))
        self.before, start = {}, 0
        for height in reversed(range(63)):
            if self.first >> height & 1:
                self.before[height, start >> height] = before.pop(0)
                start += 1 << height
        self.roots = {}

    def subtree(self, height, index):
        if height == 0 and index >= self.first:
            return hashlib.sha256(b"\x00" + self.entries[index - self.first]).digest()
        if (height, index) not in self.before:
            self.before[height, index] = node(self.subtree(height - 1, 2 * index), self.subtree(height - 1, 2 * index + 1))
        return self.before[height, index]

    def range(self, start, end):
        count = end - start
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            return self.subtree(height, start >> height)
        middle = start + (1 << ((count - 1).bit_length() - 1))
        return node(self.range(start, middle), self.range(middle, end))

    def root_at(self, size):
        if size not in self.roots:
            self.roots[size] = hashlib.sha256(b"").digest() if size == 0 else self.range(0, size)
        return self.roots[size]

    def numbered(self):
        numbered = [(i, e) for e, i, _, _ in self.others if i < self.first]
        numbered += [(self.first + i, e) for i, e in enumerate(self.entries)]
        return numbered + [(i, e) for e, i, _, _ in self.others if i >= self.first]


class Archive(Sealed):
    def __init__(self, file):
        super().__init__(file, b"collab-archive/1\n", "collab.archive.v1")

    def read_parts(self):
        self.keys = self.part("keys", Keys)
        self.logs = Bundle.of_parties(self, "log/", Window)
        for name in self.parts:
            if name not in ("keys", "period", "plans", "receipts") and not name.startswith("log/"):
                raise Broken("unsupported.version", name)
        self.part("period", self.period_of)
        self.plans = {p.digest: p for p in self.part("plans", lambda d: self.list_of(d, Plan, lambda p: p.digest))}
        self.receipts = {(r.run, r.party): r for r in self.part("receipts", lambda d: self.list_of(d, Receipt, lambda r: (r.run, r.party)))}
        for receipt in self.receipts.values():
            if any(c and c[0] != 1 for c in (receipt.result, receipt.replay)):
                raise Broken("unsupported.version", "receipts")

    @staticmethod
    def period_of(data):
        r = Reader(data)
        start = r.time() if r.boolean() else None
        end = r.time() if r.boolean() else None
        r.end()
        require(start is None or end is None or start <= end)

    @staticmethod
    def list_of(data, read, key):
        r = Reader(data)
        items = [read(item) for item in r.list(Reader.bytes)]
        r.end()
        require(rises([key(item) for item in items]))
        return items


class Run:
    """One run of an archive, as a bundle of it would be."""
    partial = True

    def __init__(self, archive, plan, run, entries, receipts):
        self.keys, self.plan, self.run, self.entries, self.receipts = archive.keys, plan, run, entries, receipts

    find, count = Bundle.find, Bundle.count


class Terms:
    """What the ledger alone says of a job, for who has not got its plan."""

    def __init__(self, consortium, job, entries):
        proposals = [e for e in entries if e.kind == PROPOSE]
        starters = {e.log for e in entries if e.kind == START}
        proposal = next((p for p in proposals if p.log in starters), proposals[0])
        versions = {}
        for e in entries:
            if e.kind == APPROVE:
                versions.setdefault(e.log, e.version)
        self.digest, self.consortium, self.requester = job, consortium, proposal.log
        self.expires, self.uses, self.receivers, self.replay = proposal.expires, proposal.uses, [], False
        self.inputs = {owner: (dataset, versions.get(owner, bytes(32))) for owner, dataset in proposal.datasets}
        self.parties = sorted(set(list(self.inputs) + proposal.parties))
        self.algorithm, self.terms, self.algorithm_digest = proposal.terms and proposal.terms[0], proposal.terms, None
        self.endorsers, self.at_least = proposal.terms[1:] if proposal.terms else ([], 0)


def check_archive_logs(a):
    states = set()
    for party, log in a.logs.items():
        part, top = "log/" + party, log.checkpoint
        expect(a.keys.is_final(party, top), "log.not-final", part)
        expect(continues(log.end, top.size, log.after, log.root_at(log.end), top.root), "log.not-included", part)
        for data, index, size, path in log.others:
            expect(size == top.size and includes(data, index, size, path, top.root), "log.not-included", part)
        for root, old, new, path in log.histories:
            expect(new == top.size and continues(old, new, path, root, top.root), "log.inconsistent", part)
            states.add((party, old, root))
    for e in a.envelopes:
        for party, size, root in e.heads:
            if size == 0:
                continue
            expect(party in a.logs, "log.missing", "log/" + party)
            log = a.logs[party]
            here = log.first <= size <= log.end and log.root_at(size) == root
            expect(here or (party, size, root) in states, "log.inconsistent", "log/" + e.log)


def check_archive_parts(a):
    last = {}
    seen = set()
    for e in (e for e in a.entries if e.kind == REGISTER):
        if (e.log, e.job, e.id) not in seen:
            seen.add((e.log, e.job, e.id))
            expect(e.number > last.get((e.log, e.job), 0), "binding.register-order", "log/" + e.log)
            last[e.log, e.job] = e.number
    jobs = {e.job for e in a.entries}
    for job, plan in a.plans.items():
        expect(job in jobs and plan.consortium == a.keys.consortium, "binding.other-plan", "plans")
    commits = {}
    for e in a.entries:
        if e.kind == COMMIT:
            commits.setdefault((e.run, e.log), e)
    for key, receipt in a.receipts.items():
        commit = commits.get(key)
        expect(commit and (commit.receipt, commit.job) == (receipt.digest, receipt.job), "binding.receipt-mismatch", "receipts")
    opened = {}
    for e in a.entries:
        if e.kind == START:
            expect(opened.setdefault(e.run, e.job) == e.job, "quota.uses-exceeded", "log/" + e.log)


def counts(e, plan):
    if e.kind in (PROPOSE, START):
        return e.log == plan.requester
    if e.kind == COMMIT:
        return e.log in plan.parties
    if e.kind == ABORT:
        return e.log == plan.requester or e.log in plan.parties
    if e.kind == ENDORSE:
        return e.log in plan.endorsers
    provider = plan.algorithm[0] if plan.algorithm else plan.terms and plan.terms[0] and plan.terms[0][0]
    if e.kind == USE_ALGORITHM:
        return e.log == provider
    if e.kind in (REFUSE, REVOKE):
        return e.log in plan.inputs or e.log in plan.endorsers or e.log == provider or (e.kind == REVOKE and e.log == plan.requester)
    return e.kind != DECLINED and e.log in plan.inputs


def check_jobs(a):
    whole = all(log.first == 0 and log.end == log.checkpoint.size for log in a.logs.values())
    proposed = sorted({e.job for e in a.entries if e.kind == PROPOSE})
    outcomes = []
    for job in proposed:
        entries = [e for e in a.entries if e.job == job]
        plan = a.plans.get(job) or Terms(a.keys.consortium, job, entries)
        entries = [e for e in entries if counts(e, plan)]
        registered = [e for e in a.entries if plan.algorithm and e.kind == ALGORITHM and (e.log, e.job) == plan.algorithm[:2]]
        for run in dict.fromkeys(e.run for e in entries if e.kind == START):
            receipts = {p: r for (of, p), r in a.receipts.items() if of == run and job in a.plans}
            b = Run(a, plan, run, registered + [e for e in entries if e.run in (None, run)], receipts)
            check_quota(b, *check_authorization(b))
            outcomes.append(check_receipts(b).split(":")[0])
        uses = min([plan.uses] + [grant.uses for grant in (first(entries, owner, APPROVE) for owner in plan.inputs) if grant])
        for owner in plan.inputs:
            spent = {e.run for e in entries if e.log == owner and e.kind == SPEND}
            expect(not whole or len(spent) <= uses, "quota.uses-exceeded", "log/" + owner)
    for e in a.entries:
        expect(e.kind != START or e.job in proposed, "authorization.not-proposed", "log/" + e.log)
    return "%d entries, %d jobs, %d committed, %d aborted, %d open" % (
        len(a.envelopes), len(proposed), *(outcomes.count(o) for o in ("committed", "aborted", "not ended")))


def first(entries, party, kind):
    return next((e for e in entries if e.log == party and e.kind == kind), None)


def verify_archive(file, trusted):
    a = Archive(file)
    a.read_parts()
    if trusted is not None:
        expect(trusted == a.keys.data, "trust.keys-differ", "keys")
    expect(a.is_sealed(), "trust.seal-invalid", "contents")
    a.envelopes, a.entries, unknown = [], [], None
    for party, log in a.logs.items():
        for index, data in log.numbered():
            try:
                a.envelopes.append(Envelope(party, index, data))
            except Malformed:
                raise Broken("format.malformed", "log/" + party)
            expect(a.envelopes[-1].is_signed(a.keys), "trust.signature-invalid", "log/" + party)
            try:
                a.entries.append(Entry(party, index, data))
            except Malformed:
                unknown = unknown or "log/" + party
    expect(unknown is None, "unsupported.version", unknown)
    check_archive_logs(a)
    check_archive_parts(a)
    return "holds " + check_jobs(a)


def verify(file, trusted):
    try:
        if file.startswith(b"collab-archive/"):
            return verify_archive(file, trusted)
        bundle = Bundle(file)
        bundle.read_parts()
        check_trust(bundle, trusted)
        check_logs(bundle)
        check_quota(bundle, *check_authorization(bundle))
        return "holds " + check_receipts(bundle)
    except Broken as broken:
        return " ".join(broken.args)


def main(arguments):
    trusted = None
    if arguments[:1] == ["--trust"]:
        with open(arguments[1], "rb") as file:
            trusted = file.read()
        arguments = arguments[2:]
    for name in arguments:
        with open(name, "rb") as file:
            print(verify(file.read(), trusted), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
