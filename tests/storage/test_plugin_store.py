import pytest
from hypothesis import HealthCheck, given, settings

from roomctl.errors import BadInput, Refused
from roomctl.storage.plugin_store import SqlPluginStore
from tests.storage.strategies import json_values, text


@given(key=text, value=json_values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_a_document_reads_back_as_it_was_put(database, key, value):
    store = SqlPluginStore(database, "hello")
    store.put(key, value)
    assert SqlPluginStore(database, "hello").get(key, "default") == value


def test_a_document_that_is_not_there_gives_the_default(database):
    store = SqlPluginStore(database, "hello")
    assert store.get("a") is None
    assert store.get("a", 5) == 5


def test_a_document_can_be_put_again_and_deleted(database):
    store = SqlPluginStore(database, "hello")
    store.put("b", 1)
    store.put("a", {"n": [1]})
    store.put("b", 2)
    assert (store.keys(), store.get("b")) == (["a", "b"], 2)
    store.delete("b")
    store.delete("b")
    assert (store.keys(), store.get("b")) == (["a"], None)


def test_plugins_and_meetings_keep_their_documents_apart(database, planned):
    stores = [
        SqlPluginStore(database, "one"),
        SqlPluginStore(database, "one", planned.id),
        SqlPluginStore(database, "two"),
    ]
    for n, store in enumerate(stores):
        store.put("same", n)
    assert [store.get("same") for store in stores] == [0, 1, 2]


def test_a_document_belongs_to_a_meeting_that_exists(database):
    with pytest.raises(Refused):
        SqlPluginStore(database, "one", "m404").put("a", 1)


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), b"bytes"])
def test_what_is_not_json_is_bad_input(database, value):
    with pytest.raises(BadInput, match="hello"):
        SqlPluginStore(database, "hello").put("a", value)
