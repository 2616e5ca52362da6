"""An independent reading of RFC 6962 and C2SP signed-note, standard library only.

Reads one JSON object from standard input and writes one to standard output:
  {"entries": [hex...], "sizes": [n...], "note": text, "vkey": text, "vkey_key": hex}
  -> {"roots": [hex...], "origin": ..., "size": ..., "root": hex, "key_id": hex, "signature_key_ids": [hex...]}
"""
import base64
import hashlib
import json
import sys


def tree_hash(entries):
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_hash(entries[:split]) + tree_hash(entries[split:])).digest()


def main():
    request = json.load(sys.stdin)
    entries = [bytes.fromhex(entry) for entry in request["entries"]]
    text, _, signatures = request["note"].rpartition("\n\n")
    origin, size, root = text.split("\n")
    name, key_id, key = request["vkey"].split("+", 2)
    material = base64.b64decode(key, validate=True)
    derived = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    assert derived.hex() == key_id and material[1:].hex() == request["vkey_key"]
    json.dump({
        "roots": [tree_hash(entries[:n]).hex() for n in request["sizes"]],
        "origin": origin,
        "size": int(size),
        "root": base64.b64decode(root, validate=True).hex(),
        "key_id": key_id,
        "signature_key_ids": [
            base64.b64decode(line.split(" ")[2], validate=True)[:4].hex() for line in signatures.strip("\n").split("\n")],
    }, sys.stdout)


main()
