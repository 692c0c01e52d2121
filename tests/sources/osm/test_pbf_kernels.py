"""Decoding of OpenStreetMap blocks against an encoder of the tests' own; damage is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.sources.osm.pbf_kernels import (
    block_layout,
    count_relations,
    distinct_rows,
    field,
    kept_ways,
    places_of,
    read_dense,
    read_plain_nodes,
    read_ways,
    slots_of,
    string_table,
    unzigzag,
    varint,
)

WHOLE = st.integers(-(2**63), 2**63 - 1)


def number(value: int) -> bytes:
    """A varint, negative ones as their two's complement."""
    value &= 2**64 - 1
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def zigzag(value: int) -> int:
    return (value << 1) ^ (value >> 63)


def message(name: int, content: bytes) -> bytes:
    return number(name << 3 | 2) + number(len(content)) + content


def plain(name: int, value: int) -> bytes:
    return number(name << 3) + number(value)


def steps(values: list[int]) -> bytes:
    """Delta-coded, as references and coordinates are."""
    return b"".join(number(zigzag(b - a)) for a, b in zip([0, *values], values, strict=False))


def packed(values: list[int]) -> bytes:
    return b"".join(map(number, values))


def data(raw: bytes) -> np.ndarray:
    return np.frombuffer(raw, np.uint8).copy()


@QUICK
@given(WHOLE, st.binary(max_size=3))
def test_any_number_comes_back_and_says_where_it_ends(value: int, more: bytes) -> None:
    raw = number(zigzag(value))
    read, at = varint(data(raw + more), 0, len(raw + more))
    assert unzigzag(read) == value and at == len(raw)


@pytest.mark.parametrize("raw", [b"", b"\x80", b"\xff" * 11, b"\xff" * 9])
def test_a_number_without_an_end_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="runs over the end"):
        varint(data(raw), 0, len(raw))


def test_fields_of_every_type_say_where_their_content_lies() -> None:
    raw = plain(5, 300) + message(2, b"abc") + number(3 << 3 | 1) + b"8 bytes!" + number(4 << 3 | 5) + b"four"
    at, found = 0, []
    while at < len(raw):
        name, begin, at, value = field(data(raw), at, len(raw))
        found.append((name, raw[begin:at], value))
    assert found == [(5, number(300), 300), (2, b"abc", 0), (3, b"8 bytes!", 0), (4, b"four", 0)]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (number(1 << 3 | 3), "unknown type"), (number(1 << 3 | 7), "unknown type"),
        (message(1, b"abc")[:-1], "runs over"), (number(1 << 3 | 1) + b"7 bytes", "runs over"),
        (number(1 << 3 | 2) + number(-5), "runs over"), (number(1 << 3 | 5) + b"one", "runs over"),
    ],
)  # fmt: skip
def test_fields_that_run_over_or_have_no_type_are_refused(raw: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        field(data(raw), 0, len(raw))


WORDS = ["", "highway", "primary", "name", "中", "oneway", "yes", "type", "restriction"]
TABLE = b"".join(message(1, word.encode()) for word in WORDS)


def slots(*words: str) -> np.ndarray:
    """Slots of some words in the table of all."""
    raw = [one.encode() for one in words]
    start = np.concatenate([[0], np.cumsum([len(one) for one in raw])]).astype(np.int64)
    found: np.ndarray = slots_of(
        data(TABLE), string_table(data(TABLE), 0, len(TABLE)), data(b"".join(raw)), start
    )
    return found


def test_a_block_says_where_its_strings_groups_and_numbers_are() -> None:
    groups = [message(2, message(kind, b"x")) for kind in (2, 3, 4)] * 4
    raw = (
        message(1, TABLE)
        + b"".join(groups)
        + message(2, b"")
        + plain(17, 1000)
        + plain(19, -5)
        + plain(20, 7)
    )
    begin, end, found, numbers = block_layout(data(raw))
    assert raw[begin:end] == TABLE and numbers.tolist() == [1000, -5, 7]
    assert found[:, 0].tolist() == [2, 3, 4] * 4, "one without content is none"
    assert all(raw[b:e] == message(kind, b"x") for kind, b, e in found.tolist())
    assert block_layout(data(message(1, b"")))[3].tolist() == [100, 0, 0]


def test_words_are_found_whole_and_letter_by_letter() -> None:
    assert slots("highway", "中", "highwa", "oneway").tolist() == [-1, 0, -1, -1, 1, 3, -1, -1, -1]
    assert slots("primarY", "ighway").tolist() == [-1] * len(WORDS)


def way(number_: int, tags: dict[str, str], refs: list[int]) -> bytes:
    keys, values = ([WORDS.index(one) for one in part] for part in (tags, tags.values()))
    parts = (
        plain(1, number_) + message(2, packed(keys)) + message(3, packed(values)) + message(8, steps(refs))
    )
    return message(3, parts)


@QUICK
@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 2**40), min_size=1, max_size=9)), max_size=80)
)
def test_ways_with_a_needed_key_keep_their_tags_and_references(
    given_ways: list[tuple[bool, list[int]]],
) -> None:
    tags = [
        {"name": "中", **({"highway": "primary", "oneway": "yes"} if kept else {})} for kept, _ in given_ways
    ]
    raw = b"".join(way(7 + at, tags[at], refs) for at, (_, refs) in enumerate(given_ways))
    wanted = slots("highway", "oneway")
    spans, count = kept_ways(data(raw), 0, len(raw), wanted, 1)
    kept = [(7 + at, refs) for at, (keep, refs) in enumerate(given_ways) if keep]
    assert len(spans) == len(kept) and count == sum(len(refs) for _, refs in kept)
    values = np.zeros((len(kept), 2), np.int32)
    start, refs, ids = (
        np.zeros(len(kept) + 1, np.int64),
        np.zeros(count, np.int64),
        np.zeros(len(kept), np.int64),
    )
    read_ways(data(raw), spans, wanted, values, start, refs, ids)
    assert ids.tolist() == [one for one, _ in kept]
    assert [refs[a:b].tolist() for a, b in pairwise(start)] == [one for _, one in kept]
    assert (values == [WORDS.index("primary"), WORDS.index("yes")]).all()
    none, _ = kept_ways(data(raw), 0, len(raw), slots("oneway", "highway"), 0)
    assert not len(none)


def test_tags_beyond_the_strings_and_values_without_keys_are_refused() -> None:
    wanted = slots("highway")
    beyond = message(3, message(2, packed([len(WORDS)])) + message(3, packed([2])))
    with pytest.raises(ValueError, match="outside the string table"):
        kept_ways(data(beyond), 0, len(beyond), wanted, 1)
    for values, said in (([2, 2], "more values than keys"), ([99], "outside the string table")):
        raw = message(3, message(2, packed([1])) + message(3, packed(values)) + message(8, steps([1])))
        spans, count = kept_ways(data(raw), 0, len(raw), wanted, 1)
        room = (
            np.zeros((1, 1), np.int32),
            np.zeros(2, np.int64),
            np.zeros(count, np.int64),
            np.zeros(1, np.int64),
        )
        with pytest.raises(ValueError, match=said):
            read_ways(data(raw), spans, wanted, *room)


def test_relations_of_a_kind_are_counted() -> None:
    def relation(*pairs: tuple[str, str]) -> bytes:
        keys, values = ([WORDS.index(pair[at]) for pair in pairs] for at in (0, 1))
        return message(4, plain(1, 5) + message(2, packed(keys)) + message(3, packed(values)))

    raw = relation(("name", "中"), ("type", "restriction")) + relation(("restriction", "type")) + relation()
    found = slots("type", "restriction")
    assert count_relations(data(raw), 0, len(raw), found, 0, 1) == 1
    over = message(4, message(2, packed([7])) + message(3, packed([8, 8])))
    with pytest.raises(ValueError, match="more values than keys"):
        count_relations(data(over), 0, len(over), found, 0, 1)


@QUICK
@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), max_size=60))
def test_distinct_rows_stand_in_the_order_of_their_first(rows: list[list[int]]) -> None:
    matrix = np.array(rows, np.int32).reshape(-1, 3)
    first, which = distinct_rows(matrix)
    seen = list(dict.fromkeys(map(tuple, rows)))
    assert [tuple(matrix[one]) for one in first] == seen
    assert [seen[one] for one in which] == [tuple(one) for one in rows]
    assert first.tolist() == [rows.index(list(one)) for one in seen]


@QUICK
@given(st.sets(st.integers(0, 10_000), min_size=1), st.data())
def test_nodes_are_placed_in_any_order(wanted: set[int], draw: st.DataObject) -> None:
    ids = np.array(sorted(wanted), np.int64)
    asked = np.array(draw.draw(st.lists(st.sampled_from(sorted(wanted)), max_size=50)), np.int64)
    out = np.zeros(len(asked), np.int32)
    places_of(ids, asked, out)
    assert (ids[out] == asked).all()


NUMBERS = np.array([100, 10**9, -(10**9)], np.int64)
"""Hundreds of nanodegrees; a degree added to the latitudes and taken from the longitudes."""


def dense(nodes: list[tuple[int, int, int, dict[str, str]]]) -> bytes:
    ids, lats, lons, _ = zip(*nodes, strict=True)
    tags: list[int] = []
    for *_, said in nodes:
        tags += [WORDS.index(one) for pair in said.items() for one in pair] + [0]
    return message(
        2,
        message(1, steps(ids))
        + message(8, steps(lats))
        + message(9, steps(lons))
        + message(10, packed(tags)),
    )


def single(nodes: list[tuple[int, int, int, dict[str, str]]]) -> bytes:
    """The same nodes as messages of their own."""
    return b"".join(
        message(
            1,
            plain(1, zigzag(one)) + message(2, packed([WORDS.index(key) for key in said]))
            + message(3, packed([WORDS.index(word) for word in said.values()]))
            + plain(8, zigzag(lat)) + plain(9, zigzag(lon)),
        )
        for one, lat, lon, said in nodes
    )  # fmt: skip


@pytest.mark.parametrize(("write", "read"), [(dense, read_dense), (single, read_plain_nodes)])
def test_wanted_nodes_have_their_place_and_marks_and_others_are_passed_over(
    write: Callable[..., bytes], read: Callable[..., int]
) -> None:
    nodes = [
        (7, 270_000_000, 1_130_000_000, {}), (9, -10, 20, {"highway": "primary", "name": "中"}),
        (3, 5, 5, {"highway": "yes"}), (12, 0, 0, {"name": "中"}),
    ]  # fmt: skip
    raw = write(nodes)
    wanted = np.array([7, 9, 12], np.int64)
    for room in (0, 4):
        lon, lat, marks = np.full(3, np.nan), np.full(3, np.nan), np.full((room, 3), -9, np.int32)
        found = read(data(raw), 0, len(raw), NUMBERS, wanted, lon, lat, slots("highway", "name"), marks)
        assert found == 1, "how many there are, however few have room"
        assert lat == pytest.approx([28.0, 1.0 - 1e-6, 1.0]) and lon == pytest.approx(
            [112.0, -1.0 + 2e-6, -1.0]
        )
    assert marks[0].tolist() == [1, WORDS.index("primary"), WORDS.index("中")]


def test_dense_nodes_that_lack_a_coordinate_or_a_string_are_refused() -> None:
    wanted, room = np.array([1], np.int64), (np.zeros(1), np.zeros(1))
    marks = np.zeros((1, 2), np.int32)
    short = message(2, message(1, steps([1, 2])) + message(8, steps([5])) + message(9, steps([5, 6])))
    with pytest.raises(ValueError, match="runs over the end"):
        read_dense(data(short), 0, len(short), NUMBERS, wanted, *room, slots("highway"), marks)
    far = message(
        2,
        message(1, steps([1]))
        + message(8, steps([5]))
        + message(9, steps([5]))
        + message(10, packed([1, 99, 0])),
    )
    with pytest.raises(ValueError, match="outside the string table"):
        read_dense(data(far), 0, len(far), NUMBERS, wanted, *room, slots("highway"), marks)


BEYOND = [len(WORDS), -1]
"""The first number after the strings, and one below 0 as files can write it."""


@pytest.mark.parametrize("place", BEYOND)
def test_every_reader_refuses_the_first_string_that_is_not_there(place: int) -> None:
    found, none, wanted = slots("highway", "name"), np.zeros(1, np.int64), np.array([1], np.int64)
    room = np.zeros(1), np.zeros(1), found, np.zeros((1, 3), np.int32)
    for keys, values in (([place], [2]), ([1], [place])):
        tags = message(2, packed(keys)) + message(3, packed(values))
        raw = message(4, tags)
        with pytest.raises(ValueError, match="outside the string table"):
            count_relations(data(raw), 0, len(raw), found, 0, 1)
        raw = message(1, plain(1, zigzag(1)) + tags)
        with pytest.raises(ValueError, match="outside the string table"):
            read_plain_nodes(data(raw), 0, len(raw), NUMBERS, wanted, *room)
        one = message(1, steps([1])) + message(8, steps([5])) + message(9, steps([5]))
        raw = message(2, one + message(10, packed([*keys, *values, 0])))
        with pytest.raises(ValueError, match="outside the string table"):
            read_dense(data(raw), 0, len(raw), NUMBERS, wanted, *room)
    raw = message(3, message(2, packed([1])) + message(3, packed([place])))
    spans, _ = kept_ways(data(raw), 0, len(raw), found, 1)
    with pytest.raises(ValueError, match="outside the string table"):
        read_ways(data(raw), spans, found, np.zeros((1, 2), np.int32), np.zeros(2, np.int64), none, none)
    raw = message(3, message(2, packed([1, place])))
    with pytest.raises(ValueError, match="outside the string table"):
        kept_ways(data(raw), 0, len(raw), found, 1)


def test_the_last_string_and_the_first_slot_are_within() -> None:
    last = message(3, message(2, packed([8, 1])) + message(3, packed([0, 8])) + message(8, steps([4])))
    found = slots("highway", "restriction")
    spans, count = kept_ways(data(last), 0, len(last), found, 1)
    tags = np.zeros((1, 2), np.int32)
    read_ways(data(last), spans, found, tags, np.zeros(2, np.int64), np.zeros(count, np.int64), np.zeros(1))
    assert tags.tolist() == [[8, 0]]


@pytest.mark.parametrize(("write", "read"), [(dense, read_dense), (single, read_plain_nodes)])
def test_a_mark_has_nothing_of_the_one_before(write: Callable[..., bytes], read: Callable[..., int]) -> None:
    nodes = [
        (1, 5, 6, {"highway": "primary", "name": "中"}), (2, 5, 6, {"highway": "yes"}),
        (4, 5, 6, {"name": "中"}), (5, 7, 8, {"oneway": "yes", "highway": "name"}),
    ]  # fmt: skip
    raw = write(nodes)
    lon, lat, marks = np.zeros(4), np.zeros(4), np.full((3, 3), -9, np.int32)
    wanted = np.array([1, 2, 4, 5], np.int64)
    given_ = (data(raw), 0, len(raw), NUMBERS, wanted, lon, lat, slots("highway", "name"), marks)
    assert read(*given_) == 3
    primary, name, zh, yes = (WORDS.index(one) for one in ("primary", "name", "中", "yes"))
    assert marks.tolist() == [[0, primary, zh], [1, yes, -1], [3, name, -1]]


def test_relations_have_tags_of_their_own() -> None:
    """A key of the one before must not stand for a missing one; the order of parts is that of the file."""
    first = message(4, message(2, packed([7, 3])) + message(3, packed([8, 4])))
    second = message(4, message(2, packed([3])) + message(3, packed([8])))
    found = slots("type", "restriction")
    raw = first + second + first
    assert count_relations(data(raw), 0, len(raw), found, 0, 1) == 2
    over = second + message(4, message(3, packed([8])))
    with pytest.raises(ValueError, match="more values than keys"):
        count_relations(data(over), 0, len(over), found, 0, 1)
