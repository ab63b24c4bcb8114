#!/usr/bin/env python3
"""Check an evidence bundle: python3 verify.py [FOLDER or ZIP]. Standard library only, Python 3.8 or later.

1. checkpoint.txt  signed with gate.vkey (Ed25519, RFC 8032). Its lines: name of the log, number of entries, root.
2. entries.jsonl   each line is an entry in canonical JSON. Its leaf is SHA-256(0x00 || line), and it names the leaf of
                   the entry before (prev). All entries together have the root of the checkpoint, or each has a proof
                   in proofs.jsonl that it is under that root (Merkle tree of RFC 6962).
3. manifest.json   every file has the SHA-256 that stands there, and no file is missing or was added.

What this cannot know is whose key gate.vkey is: compare the fingerprint it prints with the one on the plant's paper.
Exit status: 0 sound, 1 unsound (the first bad file or line is named), 2 could not check.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, section 5.1
D = -121665 * pow(121666, P - 2, P) % P


class UnsoundError(Exception):
    """What is wrong, and where."""


def demand(holds: object, what: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise UnsoundError(what)


class Bundle(ExitStack):
    """The files of a folder or of a zip; closes what was opened."""

    reading = "the bundle"  # the file that was opened last, for whoever reads an error

    def __init__(self, where: Path) -> None:
        super().__init__()
        self.folder, self.archive = where, self.enter_context(zipfile.ZipFile(where)) if where.is_file() else None
        files = [path.relative_to(where).as_posix() for path in where.rglob("*") if path.is_file()]
        self.names = self.archive.namelist() if self.archive else files

    def open(self, name: str) -> IO[bytes]:
        demand(name in self.names, f"{name}: is missing")
        Bundle.reading = name
        return self.enter_context(self.archive.open(name) if self.archive else (self.folder / name).open("rb"))

    def text(self, name: str) -> str:
        with self.open(name) as file:
            return file.read().decode()


# --- Ed25519 (RFC 8032), by the formulas of the standard: slow, short, and independent of the program that signed ---


def add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Add two points of the curve."""
    m, n, c, d = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0]), 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(count: int, a: tuple[int, ...]) -> tuple[int, ...]:
    """Add a point to itself."""
    total: tuple[int, ...] = (0, 1, 1, 0)
    for bit in f"{count:b}":
        total = add(total, total)
        total = add(total, a) if bit == "1" else total
    return total


def point(data: bytes) -> tuple[int, ...]:
    """Return the point that 32 bytes stand for."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    demand(y < P and x * x % P == square, "checkpoint.txt: its signature or its key is no point of the curve")
    x = x if x & 1 == data[31] >> 7 else P - x
    return x, y, 1, x * y % P


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Return whether the signature of the text was made with the key."""
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    left = times(s, point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")))
    right = add(point(signature[:32]), times(h, point(key)))
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return same and s < ORDER and len(signature) == 64


# --- the three checks ---


def check_checkpoint(bundle: Bundle) -> tuple[str, int, bytes, str]:
    """Return what the checkpoint says, and the fingerprint of the key that signed it."""
    name, key_id, encoded = bundle.text("gate.vkey").strip().split("+", 2)
    key, pem = base64.b64decode(encoded), base64.b64decode("".join(bundle.text("gate.pem").splitlines()[1:-1]))
    demand(len(key) == 33 and key[0] == 1, "gate.vkey: is no Ed25519 key")
    demand(hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8] == key_id, "gate.vkey: does not fit its own id")
    demand(pem == bytes.fromhex("302a300506032b6570032100") + key[1:], "gate.pem: is another key than gate.vkey")
    text, _, lines = bundle.text("checkpoint.txt").rpartition("\n\n")
    found = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines() if line.startswith(f"\u2014 {name} ")]
    mine = [one[4:] for one in found if one[:4].hex() == key_id]
    demand(mine, "checkpoint.txt: is not signed with gate.vkey")
    demand(all(is_signed(key[1:], f"{text}\n".encode(), one) for one in mine), "checkpoint.txt: its signature is wrong")
    origin, size, root = text.split("\n")[:3]
    return origin, int(size), base64.b64decode(root), hashlib.sha256(pem).hexdigest()


def node(left: bytes, right: bytes) -> bytes:
    """Return an inner node of the Merkle tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_path(leaf: bytes, place: int, last: int, path: list[str]) -> bytes:
    """Return the root that a leaf comes to by its proof (RFC 9162, section 2.1.3.2), nothing where it does not fit."""
    for step in map(bytes.fromhex, path):
        leaf = node(step, leaf) if place & 1 or place == last else node(leaf, step)
        while place == last and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, (last >> 1 if last else -1)
    return leaf if last == 0 else b""


def entry_in(line: bytes, where: str) -> tuple[int, str]:
    """Return number and prev of the entry in a line."""
    try:
        said = json.loads(line)
        form = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        seq, prev = int(said["seq"]), str(said["prev"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnsoundError(f"{where}: is no entry") from error
    demand(form == line, f"{where}: is not in canonical form")
    return seq, prev


def proof_in(line: bytes, where: str) -> tuple[int, list[str]]:
    """Return the number of the entry that a line proves, and its path."""
    try:
        told = json.loads(line or b'{"seq":0,"path":[]}')
        bytes.fromhex("".join(told["path"]))
        return int(told["seq"]), list(told["path"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnsoundError(f"{where}: is no proof") from error


def check_entries(bundle: Bundle, size: int, root: bytes) -> int:
    """Check every entry against the one before and against the checkpoint; return how many there are."""
    proofs = bundle.open("proofs.jsonl") if "proofs.jsonl" in bundle.names else None
    count, before, leaf, forest = 0, 0, bytes(32), [(0, b"")]
    for count, line in enumerate(bundle.open("entries.jsonl"), start=1):
        where, earlier = f"entries.jsonl line {count}", f"entries.jsonl line {max(1, count - 1)}"
        seq, prev = entry_in(line, where)
        demand(before < seq <= size, f"{where}: entry {seq} is out of order, or not under the checkpoint")
        demand(seq != before + 1 or prev == leaf.hex(), f"{earlier}: is not what entry {seq} was written after")
        demand(
            proofs or seq == before + 1, f"{where}: what stands before entry {seq} is missing, and there are no proofs"
        )
        before, leaf = seq, hashlib.sha256(b"\x00" + line[:-1]).digest()
        if proofs:
            number, path = proof_in(proofs.readline(), f"proofs.jsonl line {count}")
            demand(number == seq, f"proofs.jsonl line {count}: is no proof of entry {seq}")
            proven = root_by_path(leaf, seq - 1, size - 1, path) == root
            demand(proven, f"{where}: is not entry {seq} as the checkpoint covers it, or its proof was changed")
        forest.append((1, leaf))
        while forest[-2][0] == forest[-1][0]:
            (width, left), (_, right) = forest[-2:]
            forest[-2:] = [(2 * width, node(left, right))]
    if proofs:
        demand(not proofs.readline(), f"proofs.jsonl line {count + 1}: proves an entry that is missing")
        return count
    demand(count == size, f"entries.jsonl: holds {count} entries, the checkpoint covers {size}")
    total = forest.pop()[1]
    for _, left in reversed(forest[1:]):
        total = node(left, total)
    demand(total == root, f"entries.jsonl line {count}: the entries up to here have not the root of the checkpoint")
    return count


def check_manifest(bundle: Bundle) -> None:
    """Check the bytes of every file."""
    told = json.loads(bundle.text("manifest.json"))["files"]
    demand(len(set(bundle.names)) == len(bundle.names), "the zip holds two files of one name")
    for name, sha256 in sorted(told.items()):
        found = hashlib.sha256()
        with bundle.open(name) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                found.update(block)
        demand(found.hexdigest() == sha256, f"{name}: is not the file that was exported (SHA-256)")
    added = sorted(set(bundle.names) - set(told) - {"manifest.json"})
    demand(not added, f"{(added or [''])[0]}: was added to the bundle")


def main() -> int:
    """Check, and say what was found in one line."""
    try:
        with Bundle(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent) as bundle:
            origin, size, root, key = check_checkpoint(bundle)
            count = check_entries(bundle, size, root)
            check_manifest(bundle)
    except (UnsoundError, zlib.error) as error:
        print(f"UNSOUND: {error}")
        return 1
    except zipfile.BadZipFile as error:
        print(f"UNSOUND: the zip is damaged: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        print(f"could not check: {Bundle.reading}: {type(error).__name__}: {error}")
        return 2
    print(f"sound: {count} entries, under the checkpoint of {size} entries of {origin}, root {root.hex()}")
    print(f"signed with the key whose SHA-256 is {key}: compare it with the one that the plant has on paper")
    return 0


if __name__ == "__main__":
    sys.exit(main())
