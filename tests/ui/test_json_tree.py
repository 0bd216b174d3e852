"""Trees of JSON escape, mask and cap what they show; differences name what changed."""

from ui.json_tree import MOST_CHANGES, MOST_CHILDREN, difference_table, differences, json_tree


def test_texts_are_escaped_and_secrets_masked() -> None:
    shown = json_tree({"<b>": "<script>alert(1)</script>", "api_key": "sk-1", "count": 3})
    assert "<script" not in shown
    assert "&lt;b&gt;" in shown
    assert "sk-1" not in shown
    assert ">3<" in shown


def test_large_values_are_capped_and_say_so() -> None:
    assert "940 more not shown" in json_tree(list(range(1_000)))
    assert "1,400 more characters" in json_tree("x" * 2_000)
    assert json_tree([list(range(50))] * 50).count("gp-json-leaf") < 700
    assert MOST_CHILDREN < 1_000


def test_differences_have_paths_and_both_sides() -> None:
    before = {"a": 1, "list": [1, 2], "gone": True, "same": {"x": 1}}
    after = {"a": 2, "list": [1, 2, 3], "same": {"x": 1}, "token": "secret-1"}
    found = {each.path: (each.before, each.after) for each in differences(before, after)}
    assert found["a"] == ("1", "2")
    assert found["list.2"] == (None, "3")
    assert found["gone"] == ("true", None)
    assert "same.x" not in found
    assert "secret-1" not in str(found)
    assert "<i>" not in difference_table(differences({"k": ""}, {"k": "<i>"}))


def test_very_many_differences_end_somewhere() -> None:
    found = differences({}, {str(n): n for n in range(500)})
    assert len(found) == MOST_CHANGES
    assert f"The first {MOST_CHANGES} changes" in difference_table(found)
