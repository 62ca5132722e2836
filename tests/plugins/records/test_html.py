"""The preview: every word, as text and never as markup."""

from html.parser import HTMLParser

import pytest
from roomctl_records.render import html, template

from roomctl.api import Document, record
from tests.plugins.records.test_official import PAPER


class Seen(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def shown(tmp_path):
    return lambda document: Seen(html.write(document, template.load("", tmp_path)))


def test_every_block_is_shown(shown):
    seen = shown(PAPER)
    for words in (
        "滨江市人民政府专题会议纪要",
        "第12期",
        "一、停车场建设",
        "会议听取了汇报。",
        "张建国",
        "市政府办公室",
        "分送",
    ):
        assert words in seen.text


def test_a_paragraph_names_its_segment(shown):
    seen = shown(
        Document(kind="k", title="题", blocks=(record.Paragraph("说", segment="s1"), record.Paragraph("写")))
    )
    assert [attrs.get("data-segment") for tag, attrs in seen.tags if tag == "p"] == ["s1", None]


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "&lt;b&gt;", "</style><i>"]
)
def test_words_are_never_markup(shown, words):
    document = Document(
        kind=words,
        title=words,
        mark=words,
        masthead=record.Masthead(words, words, words, words),
        imprint=record.Imprint(words, (words,), words, words),
        blocks=(
            record.Heading(1, words),
            record.Paragraph(words, words, words),
            record.Labelled(words, (words,)),
            record.Note(words),
            record.Signatures((words,)),
            record.Table((words,), ((words,),), (1,)),
        ),
    )
    seen = shown(document)
    assert not {tag for tag, _ in seen.tags} & {"script", "img", "i"}
    assert not [attrs for _, attrs in seen.tags if {"onerror", "src"} & attrs.keys()]
    assert words in seen.text
