"""Which characters the fonts of printed reports have: the others are shown by their number, never as an empty box.

PDF/A does not allow a character without a glyph (ISO 19005-3, 6.2.11.8). The text is set in Atkinson Hyperlegible,
which is shipped here, and in DejaVu Sans Mono for Greek, Cyrillic and Vietnamese, which comes with typst.
"""

_RANGES = (
    "20-7e a1-ac ae-1c3 1cd-1e3 1e6-1f0 1f4-1f6 1f8-221 224-241 243-245 24c-24d 2b0-2b9 2bb-2c1 2c6-2c9 2cc-2d3 "
    "2d6-2de 2e0-2e9 2ee 2f3 374-377 37a-37f 384-38a 38c 38e-3a1 3a3-3ce 3d0-3e1 3f0-45f 462-463 472-473 490-49b "
    "4a2-4a5 4aa-4b3 4ba-4bb 4c0-4c4 4c7-4c8 4cb-4cc 4cf-4f9 510-511 51a-51d 1e00-1e99 1e9b 1e9e-1ef9 2010-2023 "
    "2026 2030-2037 2039-203a 203c-203f 2044-2049 204b 2070-2071 2074-208e 2090-209c 20a0-20b5 20b8-20ba 20bd "
    "2102 2105 210d-210f 2115-2117 2119-211a 211d 2122 2124 2126 212a-212b 212e 2148 2150-2151 2153-215f 2189 "
    "2190-2213 2215 2217-2220 2223-2224 2227-222d 2234-223d 2260-2269 226d-226f 2500-25ff 2713 2717 fb01-fb02 "
)


def _all() -> frozenset[str]:
    found: set[str] = set()
    for part in _RANGES.split():
        first, _, last = part.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


GLYPHS = _all()
"""Every character that can be printed; a test has all of them printed."""


def printable(text: str) -> str:
    """Return the text with every other character by its number, such as `\\u{6f22}`; controls and bidi marks too."""
    if GLYPHS.issuperset(text):
        return text
    return "".join(char if char in GLYPHS else f"\\u{{{ord(char):04x}}}" for char in text)
