from collections.abc import Iterator

import pytest

from roomctl.i18n import language, use


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    before = language()
    use("en")
    yield
    use(before)
