"""HTML that the host draws, which is not put in another's place while somebody writes or presses in it."""

from nicegui.elements.html import Html


class Box(Html, component="box.js"):
    """HTML of ours, every text of which is escaped (see `roomctl.web.ui.Part`)."""

    def __init__(self) -> None:
        super().__init__("", sanitize=False)
