"""A text as a QR code (ISO/IEC 18004), drawn as SVG."""

from roomctl.web.ui.part import Part, tag


def qr_code(text: str, label: str) -> Part:
    """Dark on light in either light of the page, with the quiet zone of four modules that readers need.

    Args:
        label: what it is, for who cannot see it.

    """
    import segno  # noqa: PLC0415 - few pages show one

    code = segno.make(text, micro=False, error="m")
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return tag("div", Part(drawn), class_="rc-qr", role="img", aria_label=label)
