"""Checkpoints of the audit as text, and what of them is signed. Nothing here reads a store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from core.access_values import Checkpoint
from core.errors import Invalid

PURPOSE: Final = b"rolodoc audit checkpoint\n"
"""Stands before what is signed, so that the signature means nothing elsewhere."""
SIZES: Final = {"hash": 32, "public_key": 32, "signature": 64}  # bytes

_encode = msgspec.json.Encoder(order="sorted").encode


# --- what is signed -----------------------------------------------------------------------------------------


def statement(checkpoint: Checkpoint) -> bytes:
    """What is signed, after PURPOSE: canonical JSON."""
    return _encode({"at": checkpoint.at, "hash": checkpoint.hash.hex(), "kind": checkpoint.kind, "seq": checkpoint.seq})


def is_signed(checkpoint: Checkpoint) -> bool:
    """Whether the signature is one of the public key that the checkpoint names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(checkpoint.public_key)
        key.verify(checkpoint.signature, PURPOSE + statement(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return True


# --- as text ------------------------------------------------------------------------------------------------


def to_text(checkpoint: Checkpoint) -> str:
    """One line of JSON, which `from_text` reads back."""
    return _encode(
        {name: value.hex() if isinstance(value, bytes) else value for name, value in _asdict(checkpoint).items()}
    ).decode()


def from_text(text: str) -> Checkpoint:
    """Raises Invalid for what is no checkpoint, or was changed since it was signed."""
    checkpoint = _checkpoint(_decode(text))
    if not is_signed(checkpoint):
        raise Invalid("this checkpoint was changed after it was signed, or was not signed by its key; use another copy")
    return checkpoint


def from_row(seq: int, body: str, public_key: bytes, signature: bytes) -> Checkpoint:
    """Raises Invalid for one whose body is not what a checkpoint says."""
    said = _decode(body)
    if said.keys() != {"at", "hash", "kind", "seq"} or said["seq"] != seq:
        raise Invalid(f"the checkpoint of entry {seq} does not say what a checkpoint says")
    return _checkpoint(said | {"public_key": public_key.hex(), "signature": signature.hex()})


def _decode(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        raise Invalid("this is no checkpoint; it is one line of JSON, as rolodoc audit checkpoint writes it") from None


def _checkpoint(said: Mapping[str, Any]) -> Checkpoint:
    try:
        whole = msgspec.convert(
            {name: _bytes(name, value) if name in SIZES else value for name, value in said.items()}, Checkpoint
        )
    except msgspec.ValidationError as error:
        raise Invalid(
            f"this is no checkpoint ({error}); it is one line, as rolodoc audit checkpoint writes it"
        ) from None
    if said.keys() != _asdict(whole).keys():
        raise Invalid(
            f"a checkpoint says {', '.join(sorted(_asdict(whole)))}, this one {', '.join(sorted(said))[:200]}"
        )
    if whole.seq < 1:
        raise Invalid("this is no checkpoint: entries count from 1", "seq")
    return whole


def _bytes(name: str, value: Any) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{2 * SIZES[name]}}}", value):
        raise Invalid(f"this is no checkpoint: must be {SIZES[name]} bytes in hexadecimal digits", name)
    return bytes.fromhex(value)


def _asdict(checkpoint: Checkpoint) -> dict[str, Any]:
    return msgspec.structs.asdict(checkpoint)
