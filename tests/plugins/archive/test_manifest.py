import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_archive import manifest

from roomctl.api.targets import inside

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.text(st.sampled_from("a%\n\r250AD中 ")))
def test_a_path_survives_encoding(path):
    assert manifest.decode(manifest.encode(path)) == path


@pytest.mark.parametrize(
    ("path", "written"), [("a\nb", "a%0Ab"), ("a\rb", "a%0Db"), ("50%", "50%25"), ("会 议.txt", "会 议.txt")]
)
def test_only_line_ends_and_the_percent_sign_are_encoded(path, written):
    assert manifest.encode(path) == written


@given(st.dictionaries(names, digests))
def test_a_manifest_is_read_as_it_was_written(digests_by_path):
    parsed = manifest.parse(manifest.render(digests_by_path))
    assert (parsed.digests, parsed.problems) == (digests_by_path, [])


@given(st.binary())
def test_rubbish_gives_problems_not_traces(raw):
    parsed = manifest.parse(raw)
    assert parsed.problems or manifest.render(parsed.digests) == raw


@pytest.mark.parametrize("path", ["../x", "data/../../x", "/etc/passwd", "C:/x", "data\\x", "", "data//x", "./x"])
def test_a_path_that_leads_out_of_the_package_is_known(path):
    assert not inside(path)


@pytest.mark.parametrize("path", ["data/a", "bagit.txt", "data/..a/b.", "data/议题1：改造.docx", "data/a:b"])
def test_a_path_that_stays_is_known(path):
    assert inside(path)
