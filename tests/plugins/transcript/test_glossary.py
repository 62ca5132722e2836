"""The office's own words."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from roomctl_transcript import glossary
from roomctl_transcript.cli.glossary import build
from typer.testing import CliRunner

from roomctl.api import BadInput, Change, Transcript


def test_words_are_taken_in_once_and_other_lines_stay(tmp_path):
    (tmp_path / glossary.NAME).write_text("云溪街道  # 新设\n# 平台\n", encoding="gb18030")
    assert glossary.add(tmp_path, ["智慧停车平台", "云溪街道", " "]) == ("智慧停车平台",)
    assert glossary.terms(tmp_path) == ("云溪街道", "智慧停车平台")
    assert "# 平台" in (tmp_path / glossary.NAME).read_text(encoding="utf-8")
    assert glossary.remove(tmp_path, ["云溪街道"]) == ("云溪街道",)
    assert glossary.terms(tmp_path) == ("智慧停车平台",)


def test_of_many_who_take_a_word_in_at_once_each_counts(tmp_path):
    words = [f"词{number:02}" for number in range(20)]
    with ThreadPoolExecutor(len(words)) as pool:
        list(pool.map(lambda word: glossary.add(tmp_path, [word]), words))
    assert sorted(glossary.terms(tmp_path)) == words
    assert {one.name for one in tmp_path.iterdir()} == {glossary.NAME, f".{glossary.NAME}.lock"}


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path):
    with pytest.raises(BadInput, match=glossary.NAME):
        glossary.add(tmp_path / "nowhere", ["云溪街道"])


def test_without_a_file_there_are_none(tmp_path):
    assert glossary.terms(tmp_path) == ()
    assert glossary.remove(tmp_path, ["云溪街道"]) == ()


@pytest.mark.parametrize("term", ["长" * 31, "云溪#街道", "云溪\x07街道"])
def test_what_is_no_term_is_refused_and_nothing_is_written(tmp_path, term):
    with pytest.raises(BadInput):
        glossary.add(tmp_path, ["智慧停车平台", term])
    assert glossary.terms(tmp_path) == ()


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / glossary.NAME).write_bytes(b"\x00\x01\xff\xfe")
    with pytest.raises(BadInput):
        glossary.terms(tmp_path)


def test_corrections_suggest_and_are_taken_in_only_when_asked(ctx, services, meeting, segment):
    fixed = segment("云溪街道负责。", changes=(Change("person", "云西街道负责。", "云溪街道负责。", "王敏"),))
    services.versions[meeting.id] = [
        Transcript(id="t", meeting=meeting.id, version=1, engine="e", model="m", segments=(fixed,))
    ]  # fmt: skip
    run = CliRunner()
    told = json.loads(run.invoke(build(ctx), ["suggest", "m1", "--json"]).stdout)
    assert told == {"suggestions": [{"heard": "云西街道", "meant": "云溪街道", "times": 1}]}
    assert glossary.terms(services.data) == ()
    assert run.invoke(build(ctx), ["suggest", "m1", "--take"]).exit_code == 0
    assert glossary.terms(services.data) == ("云溪街道",)
    assert json.loads(run.invoke(build(ctx), ["suggest", "m1", "--json"]).stdout) == {"suggestions": []}


def test_a_list_is_imported(ctx, services, tmp_path):
    (tmp_path / "list.txt").write_text("海绵城市\n滨江大道\n", encoding="utf-8")
    assert CliRunner().invoke(build(ctx), ["import", str(tmp_path / "list.txt")]).exit_code == 0
    assert glossary.terms(services.data) == ("海绵城市", "滨江大道")
