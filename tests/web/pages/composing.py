"""An input method, as who writes Chinese uses it: letters that are no text yet, then the words that were chosen."""

from playwright.sync_api import Page


def compose(page: Page, letters: str) -> None:
    """The letters stand, underlined, where the cursor is."""
    told = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
    page.context.new_cdp_session(page).send("Input.imeSetComposition", told)


def commit(page: Page, words: str) -> None:
    """The words take the place of the letters, where they still are."""
    page.context.new_cdp_session(page).send("Input.insertText", {"text": words})
