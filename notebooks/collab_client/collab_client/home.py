"""What a client reads of a node's folder (protocols/specs/node.md), and the TLS that follows (protocols/specs/identity.md)."""
from __future__ import annotations

import hashlib
import hmac
import pathlib
import re

import grpc
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization as form

from .errors import CollabError

CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)
KEY = re.compile(rb"-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----.+?-----END (?:ENCRYPTED )?PRIVATE KEY-----\n?", re.DOTALL)


def channel(home, passphrase: bytes | None = None) -> tuple[grpc.Channel, str]:
    """A channel to the node of a folder, and its address."""
    home = pathlib.Path(home)
    try:
        node, card = (yaml.safe_load((home / name).read_text()) for name in ("node.yaml", "party.yaml"))
        presented = (home / "identity" / "operator.pem").read_bytes()
        authority = (home / "identity" / "authority.crt").read_bytes()
        party, pins = node["party"], card["certificate-pins"]
        address = node["listen"].replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise CollabError("node.no-home", f"'{home}' is not the folder of a node.", "Make one with 'collab node init', or name the right folder.") from error
    return secure(address, party, presented, authority, pins, passphrase), address


def secure(address, party, presented: bytes, authority: bytes, pins, passphrase: bytes | None = None) -> grpc.Channel:
    """A channel to a party's node.

    presented: the operator's key and certificates in PEM; authority: the party's authority in PEM, whose key must be one of the pins.
    Only a certificate of that authority that names exactly collab://PARTY/node is spoken to.
    """
    public = x509.load_pem_x509_certificate(authority).public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    pin = hashlib.sha256(public).hexdigest()
    if not any(hmac.compare_digest(pin, str(one)) for one in pins):
        raise CollabError("tls.unknown-authority", f"The authority of {party} is not pinned.", "Take its authority.crt and its card from the same place.", party)
    try:
        key = form.load_pem_private_key(KEY.search(presented).group(), passphrase)
    except (AttributeError, TypeError, ValueError) as error:
        raise CollabError("identity.passphrase", "The operator's key cannot be read.", "Give the passphrase of the node's keys, or none where there is none.", party) from error
    plain = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    credentials = grpc.ssl_channel_credentials(authority, plain, b"".join(CERTIFICATE.findall(presented)))
    # gRPC looks for this name among the certificate's, the URI too; the brackets keep it from taking ':' for a port.
    options = [
        ("grpc.ssl_target_name_override", f"[collab://{party}/node]"),
        ("grpc.default_authority", address.rsplit(":", 1)[0]),
        ("grpc.max_receive_message_length", 64 << 20),
        ("grpc.enable_http_proxy", 0),
    ]
    return grpc.secure_channel(address, credentials, options=options)
