"""Writes tests/vectors/garbled-gate.json from protocols/specs/garbled-gate.md alone; shares no code with the product.

Run: python3 garbled_gate_vectors.py > ../../vectors/garbled-gate.json   (needs the package `cryptography`)
"""
import hashlib
import hmac
import json
import random
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def aes(key):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return lambda block: encryptor.update(block)


def xor(*blocks):
    result = bytes(16)
    for block in blocks:
        result = bytes(x ^ y for x, y in zip(result, block))
    return result


def u64(number):
    return number.to_bytes(8, "little")


def hkdf(seed, info, length):
    extracted = hmac.new(bytes(32), seed, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


def garble(seed, batch, instances, inputs, gates, outputs, coloured):
    cipher = aes(hkdf(seed, b"collab garbled-gate/1 batch %d" % batch, 16))
    stream = (cipher(u64(i) + u64(0)) for i in range(1 << 30))
    key = next(stream)
    difference = bytearray(next(stream))
    difference[0] |= 1
    difference = bytes(difference)
    pi = aes(key)

    def h(label, sequence, instance):
        inner = pi(label)
        return xor(pi(xor(inner, u64(sequence) + u64(instance))), inner)

    times = lambda bit, label: label if bit & 1 else bytes(16)
    zero = [[next(stream) for _ in range(instances)] for _ in range(inputs)]
    tables, ands = b"", 0
    for kind, a, b in gates:
        out = []
        generator, evaluator = b"", b""
        for i in range(instances):
            a0, b0 = zero[a][i], zero[b][i]
            if kind == "xor":
                out.append(xor(a0, b0))
            elif kind == "not":
                out.append(xor(a0, difference))
            else:
                pa, pb = a0[0] & 1, b0[0] & 1
                ha0, ha1 = h(a0, 2 * ands, i), h(xor(a0, difference), 2 * ands, i)
                hb0, hb1 = h(b0, 2 * ands + 1, i), h(xor(b0, difference), 2 * ands + 1, i)
                tg = xor(ha0, ha1, times(pb, difference))
                te = xor(hb0, hb1, a0)
                out.append(xor(ha0, times(pa, tg), hb0, times(pb, xor(te, a0))))
                generator, evaluator = generator + tg, evaluator + te
        zero.append(out)
        if kind == "and":
            tables, ands = tables + generator + evaluator, ands + 1
    commitments = b""
    for wire in range(inputs):
        for colour in (0, 1):
            for i in range(instances):
                label = zero[wire][i]
                if label[0] & 1 != colour:
                    label = xor(label, difference)
                commitments += h(label, (1 << 56) + wire, i)
    bits = [zero[w][i][0] & 1 for w in outputs + list(range(inputs - coloured, inputs)) for i in range(instances)]
    bits += [0] * (-len(bits) % 8)
    colours = bytes(sum(bits[j + k] << k for k in range(8)) for j in range(0, len(bits), 8))
    ones = [[xor(label, difference) for label in wire] for wire in zero]
    return key + tables + commitments + colours, zero, ones


def case(name, seed, batch, instances, inputs, gates, outputs, coloured):
    material, zero, ones = garble(seed, batch, instances, inputs, gates, outputs, coloured)
    return {
        "name": name, "seed": seed.hex(), "batch": batch, "instances": instances, "inputs": inputs,
        "gates": [{"kind": k, "a": a, "b": b} for k, a, b in gates], "outputs": outputs, "colouredInputs": coloured,
        "materialSize": len(material), "materialSha256": hashlib.sha256(material).hexdigest(),
        "material": material.hex() if len(material) < 512 else None,
        "inputLabelsForOne": ["".join(l.hex() for l in ones[w]) for w in range(inputs)][:2],
        "outputLabelsForZero": ["".join(l.hex() for l in zero[w]) for w in outputs][:2],
    }


dice = random.Random(2015931)
gates = []
for g in range(120):
    a, b = dice.randrange(9 + g), dice.randrange(9 + g)
    kind = dice.choice(["xor", "and", "and", "not"])
    gates.append((kind, a, a if kind == "not" else b))
json.dump({
    "source": "protocols/specs/garbled-gate.md, computed by an independent program",
    "licence": "Apache-2.0",
    "generatedBy": "tests/Collab.SecretSharing.Tests/Garbling/garbled_gate_vectors.py",
    "cases": [
        case("one AND gate", bytes(range(32)), 0, 1, 2, [("and", 0, 1)], [2], 0),
        case("three gates, three instances, own inputs", bytes(range(32, 64)), 7, 3, 4,
             [("xor", 2, 3), ("and", 0, 4), ("not", 5, 5)], [6, 4], 2),
        case("120 random gates", hashlib.sha256(b"garbled gate").digest(), 1, 5, 9, gates, list(range(100, 129)), 0),
    ],
}, __import__("sys").stdout, indent=1)
print()
