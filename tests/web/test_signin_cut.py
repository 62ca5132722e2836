"""Two terminals whose line is cut, over real sockets: nothing is lost, nothing is double."""

from roomctl.app import Application
from tests.bench.signin import cut, opened, served


def test_what_two_terminals_send_over_a_line_that_is_cut_counts_once(tmp_path):
    application = Application(tmp_path / "data")
    try:
        web, _token = opened(application)
        with served(web) as url:
            told = cut(application, url, 30, 1.0)
    finally:
        application.close()
    assert (told["present"], told["lost"], told["double"]) == (30, 0, 0)
    assert told["sent_more_than_once"] > 0  # answers were lost, or this would say nothing
