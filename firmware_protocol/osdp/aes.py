"""AES-128 blocks and chains over one kept cipher context per key, because making a context costs 30 times a block."""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK = 16
_ALL_ONES = (1 << 128) - 1


class BlockCipher:
    """One 16-byte key; block chaining is done by hand on top of single blocks."""

    def __init__(self, key: bytes) -> None:
        cipher = Cipher(AES(key), ECB())  # noqa: S305  # OSDP chains by hand; a bare block is what it is made of
        self._encrypt = cipher.encryptor().update
        self._decrypt = cipher.decryptor().update

    def encrypt(self, block: bytes) -> bytes:
        """Return one block, or several independent ones, encrypted."""
        return self._encrypt(block)

    def chain(self, data: bytes, iv: bytes) -> bytes:
        """Return `data`, whole blocks, encrypted in CBC."""
        out = b""
        for at in range(0, len(data), BLOCK):
            iv = self._encrypt(xor(iv, data[at : at + BLOCK]))
            out += iv
        return out

    def unchain(self, data: bytes, iv: bytes) -> bytes:
        """Return `data`, whole blocks, decrypted in CBC."""
        return xor(self._decrypt(data), (iv + data)[: len(data)])


def xor(one: bytes, other: bytes) -> bytes:
    """Return two equally long byte strings, exclusive or."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


def inverted(block: bytes) -> bytes:
    """Return one block with every bit turned."""
    return (int.from_bytes(block) ^ _ALL_ONES).to_bytes(BLOCK)


def padded(data: bytes) -> bytes:
    """Return `data` with 80 00.. appended up to whole blocks, always at least one byte."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def unpadded(data: bytes) -> bytes | None:
    """Return `data` without its padding, or None when there is none."""
    content = data.rstrip(b"\x00")
    return content[:-1] if content.endswith(b"\x80") else None
