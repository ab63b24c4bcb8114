"""A head as a QR code, so that a phone or a scanner carries it off the box without typing."""

import segno


def head_qr_svg(note: str, css_class: str = "qr") -> str:
    """Return an SVG drawing of the whole signed checkpoint, dark on light in every theme, without inline style.

    The code holds the note's exact UTF-8 bytes: what a scanner types back can be checked, signature included.
    """
    code = segno.make(note.encode("utf-8"), error="m", mode="byte", micro=False)
    return code.svg_inline(border=4, dark="#000", light="#fff", svgclass=css_class, lineclass="", omitsize=True)
