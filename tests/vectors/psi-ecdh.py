"""Writes psi-ecdh.json: one run of protocols/specs/psi-ecdh.md, message by message, computed with big integers from the RFC texts.

It shares nothing with the product but the specification. Run it in this folder: python3 psi-ecdh.py
"""
import hashlib
import json
import struct

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
A = 486662
DOMAIN = b"COLLAB-PSI-ECDH-V01-with-curve25519_XMD:SHA-512_ELL2_RO_"
BATCH = 2048


def inverse(a):
    return pow(a, P - 2, P)


def expand_message_xmd(message, size):  # RFC 9380, 5.3.1
    tag = DOMAIN + bytes([len(DOMAIN)])
    first = hashlib.sha512(bytes(128) + message + struct.pack(">H", size) + b"\0" + tag).digest()
    block, output = bytes(64), b""
    for i in range(1, (size + 63) // 64 + 1):
        block = hashlib.sha512(bytes(x ^ y for x, y in zip(first, block)) + bytes([i]) + tag).digest()
        output += block
    return output[:size]


def is_square(a):
    return pow(a, (P - 1) // 2, P) in (0, 1)


def square_root(a):
    root = pow(a, (P + 3) // 8, P)
    if root * root % P != a % P:
        root = root * pow(2, (P - 1) // 4, P) % P
    assert root * root % P == a % P
    return root


def elligator2(u):  # RFC 9380, 6.7.1, with J = 486662, K = 1, Z = 2
    x1 = -A * inverse(1 + 2 * u * u) % P or -A % P
    right1 = (x1**3 + A * x1**2 + x1) % P
    if is_square(right1):
        y = square_root(right1)
        return x1, y if y % 2 == 1 else -y % P
    x2 = (-x1 - A) % P
    y = square_root((x2**3 + A * x2**2 + x2) % P)
    return x2, y if y % 2 == 0 else -y % P


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    if p == q:
        slope = (3 * p[0] ** 2 + 2 * A * p[0] + 1) * inverse(2 * p[1])
    else:
        slope = (q[1] - p[1]) * inverse(q[0] - p[0])
    x = (slope * slope - A - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def hash_to_curve(message):  # RFC 9380, 3 and 5.2
    uniform = expand_message_xmd(message, 96)
    u = [int.from_bytes(uniform[48 * i : 48 * i + 48], "big") % P for i in range(2)]
    return multiply(8, add(elligator2(u[0]), elligator2(u[1])))


def stream(seed):  # the random source of the test: SHA-256(seed as i32 || counter as u64)
    counter = 0
    while True:
        yield from hashlib.sha256(struct.pack("<iQ", seed, counter)).digest()
        counter += 1


def draw(source, size):
    return bytes(next(source) for _ in range(size))


def draw_scalar(source):
    while True:
        k = int.from_bytes(draw(source, 32), "little") % 2**253
        if 0 < k < ORDER:
            return 8 * k


def shuffle(source, count):
    order, pool, used = list(range(count)), b"", 8192
    for left in range(count, 1, -1):
        while True:
            if used == 8192:
                pool, used = draw(source, 8192), 0
            word = int.from_bytes(pool[used : used + 8], "little")
            used += 8
            if word < 2**64 - 2**64 % left:
                break
        order[left - 1], order[word % left] = order[word % left], order[left - 1]
    return order


def encode(point):
    return point[0].to_bytes(32, "little")


def batches(parts):
    return [struct.pack("<I", i // BATCH) + b"".join(parts[i : i + BATCH]) for i in range(0, len(parts), BATCH)]


def run(sender_items, receiver_items, sender_seed, receiver_seed, context):
    sender, receiver = stream(sender_seed), stream(receiver_seed)
    b, a = draw_scalar(sender), draw_scalar(receiver)
    order = shuffle(sender, len(sender_items))
    width = (40 + sum((n - 1).bit_length() for n in (len(sender_items), len(receiver_items)) if n > 1) + 7) // 8
    own = [multiply(a, hash_to_curve(context + y)) for y in receiver_items]
    announce = lambda items: context + struct.pack("<Q", len(items))
    return {
        "context": context.hex(),
        "senderItems": [x.hex() for x in sender_items],
        "receiverItems": [y.hex() for y in receiver_items],
        "senderSeed": sender_seed,
        "receiverSeed": receiver_seed,
        "senderScalar": b.to_bytes(32, "little").hex(),
        "receiverScalar": a.to_bytes(32, "little").hex(),
        "senderOrder": order,
        "maskSize": width,
        "messages": {
            "1 sender": [announce(sender_items).hex()],
            "1 receiver": [announce(receiver_items).hex()],
            "2 receiver": [m.hex() for m in batches([encode(p) for p in own])],
            "3 sender": [m.hex() for m in batches([encode(multiply(b, p))[:width] for p in own])],
            "4 sender": [m.hex() for m in batches([encode(multiply(b, hash_to_curve(context + sender_items[i]))) for i in order])],
        },
        "intersection": [i for i, y in enumerate(receiver_items) if y in sender_items],
    }


context = hashlib.sha256(b"collab psi-ecdh vectors").digest()
text = lambda *items: [item.encode() for item in items]
document = {
    "source": "protocols/specs/psi-ecdh.md",
    "licence": "Apache-2.0",
    "generatedBy": "psi-ecdh.py, an independent model with big integers",
    "cases": [
        run(text("bo", "cy", "di"), text("al", "bo", "cy"), 1, 2, context),
        run(text("", "x", "a longer key that does not fit in a single hash block: " + "z" * 120), text("x", ""), 3, 4, context),
        run([], text("al"), 5, 6, context),
        run([b"%d" % i for i in range(0, 40, 2)], [b"%d" % i for i in range(0, 40, 3)], 7, 8, bytes(32)),
    ],
}
with open("psi-ecdh.json", "w", encoding="utf-8", newline="\n") as file:
    json.dump(document, file, indent=2)
    file.write("\n")
