"""A value of the URL is a request only if somebody else wrote it."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from crysformer.ui.session.url import UrlValue

    colour = UrlValue("colour", "color")
    asked = colour.asked()
    st.session_state["asked"] = [*st.session_state.get("asked", []), asked]
    if asked:
        st.session_state["chosen"] = asked
    colour.write(st.session_state.get("chosen", "red"))


def test_what_the_session_wrote_is_no_request():
    test = AppTest.from_function(page).run().run()
    assert test.query_params["colour"] == "red"
    assert test.session_state["asked"] == [None, None]


def test_another_value_is_a_request_once():
    test = AppTest.from_function(page).run()
    test.query_params["colour"] = "blue"
    test.run().run()
    assert test.session_state["asked"] == [None, "blue", None]


def test_the_second_name_counts_where_the_first_is_missing():
    test = AppTest.from_function(page)
    test.query_params["color"] = "green"
    test.run()
    assert test.session_state["asked"] == ["green"]


def test_an_empty_value_is_left_out():
    test = AppTest.from_function(page).run()
    test.session_state["chosen"] = ""
    test.run()
    assert "colour" not in test.query_params
