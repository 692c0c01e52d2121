"""Compiled decoding of OpenStreetMap PBF blocks: varints, string tables, dense nodes and ways.

Every function takes the inflated block as bytes in ``data`` and stays inside the ends it is given; a message
that runs over its end raises ValueError instead of reading on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.types import Bytes, Floats, Ints

kernel = only_compiled("Reading OpenStreetMap files (PBF)")


WIRE_VARINT, WIRE_64, WIRE_BYTES, WIRE_32 = 0, 1, 2, 5
NANO = 1e-9


@kernel(inline="always")
def varint(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """An unsigned varint and the position after it."""
    value = np.int64(0)
    shift = 0
    while True:
        if at >= end or shift > 63:
            raise ValueError("a number runs over the end of its message")
        byte = np.int64(data[at])
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


@kernel(inline="always")
def unzigzag(value: int) -> int:
    """The signed number behind a zigzag-coded one."""
    return ((value >> 1) & 0x7FFFFFFFFFFFFFFF) ^ -(value & 1)


@kernel()
def field(data: Bytes, at: int, end: int) -> tuple[int, int, int, int]:
    """Number of the field at ``at``, where its content begins and ends, and its value if a varint."""
    tag, at = varint(data, at, end)
    wire = tag & 7
    value = np.int64(0)
    if wire == WIRE_VARINT:
        begin = at
        value, at = varint(data, at, end)
        return tag >> 3, begin, at, value
    if wire == WIRE_BYTES:
        size, at = varint(data, at, end)
    elif wire == WIRE_64:
        size = np.int64(8)
    elif wire == WIRE_32:
        size = np.int64(4)
    else:
        raise ValueError("a field has an unknown type")
    if size < 0 or at + size > end:
        raise ValueError("a field runs over the end of its message")
    return tag >> 3, at, at + size, value


@kernel()
def block_layout(data: Bytes) -> tuple[int, int, Ints, Ints]:
    """String table (begin, end), groups (kind, begin, end) and (granularity, lat offset, lon offset).

    The kind of a group is the field number of its content: 1 nodes, 2 dense nodes, 3 ways, 4 relations.
    """
    groups = np.zeros((8, 3), np.int64)
    count = 0
    numbers = np.array([100, 0, 0], np.int64)
    table_begin = table_end = 0
    at, end = 0, data.size
    while at < end:
        name, begin, at, value = field(data, at, end)
        if name == 1:
            table_begin, table_end = begin, at
        elif name == 2 and at > begin:
            if count == groups.shape[0]:
                larger = np.zeros((2 * count, 3), np.int64)
                larger[:count] = groups
                groups = larger
            kind, _, _, _ = field(data, begin, at)
            groups[count, 0], groups[count, 1], groups[count, 2] = kind, begin, at
            count += 1
        elif name == 17:
            numbers[0] = value
        elif name == 19:
            numbers[1] = value
        elif name == 20:
            numbers[2] = value
    return table_begin, table_end, groups[:count], numbers


@kernel()
def string_table(data: Bytes, begin: int, end: int) -> Ints:
    """(strings, 2) begin and end of every string."""
    count, at = 0, begin
    while at < end:
        name, _, at, _ = field(data, at, end)
        count += name == 1
    spans = np.zeros((count, 2), np.int64)
    count, at = 0, begin
    while at < end:
        name, first, at, _ = field(data, at, end)
        if name == 1:
            spans[count, 0], spans[count, 1] = first, at
            count += 1
    return spans


@kernel()
def slots_of(data: Bytes, spans: Ints, words: Bytes, word_start: Ints) -> Ints:
    """For every string of the table the position of the equal word, or -1.

    ``words`` holds all words end to end, word ``k`` being ``words[word_start[k]:word_start[k + 1]]``.
    """
    slots = np.full(spans.shape[0], -1, np.int64)
    for s in range(spans.shape[0]):
        size = spans[s, 1] - spans[s, 0]
        for k in range(word_start.size - 1):
            if word_start[k + 1] - word_start[k] != size:
                continue
            same = True
            for i in range(size):
                if data[spans[s, 0] + i] != words[word_start[k] + i]:
                    same = False
                    break
            if same:
                slots[s] = k
                break
    return slots


@kernel()
def _way_size(data: Bytes, begin: int, end: int, slots: Ints, needed: int) -> int:
    """Number of node references of a way, or -1 when it carries none of the first ``needed`` keys."""
    refs, wanted = 0, False
    at = begin
    while at < end:
        name, first, at, _ = field(data, at, end)
        if name == 2:
            p = first
            while p < at:
                key, p = varint(data, p, at)
                if key < 0 or key >= slots.size:
                    raise ValueError("a tag points outside the string table")
                wanted = wanted or 0 <= slots[key] < needed
        elif name == 8:
            for p in range(first, at):
                refs += data[p] < 128
    return refs if wanted else -1


@kernel()
def kept_ways(data: Bytes, begin: int, end: int, slots: Ints, needed: int) -> tuple[Ints, int]:
    """Where the ways of a group that carry a needed key begin and end, and their references together."""
    ways = refs = 0
    spans = np.empty((64, 2), np.int64)
    at = begin
    while at < end:
        name, first, at, _ = field(data, at, end)
        if name == 3:
            size = _way_size(data, first, at, slots, needed)
            if size >= 0:
                if ways == spans.shape[0]:
                    larger = np.empty((2 * ways, 2), np.int64)
                    larger[:ways] = spans
                    spans = larger
                spans[ways, 0], spans[ways, 1] = first, at
                ways += 1
                refs += size
    return spans[:ways], refs


@kernel()
def count_relations(data: Bytes, begin: int, end: int, slots: Ints, key: int, value: int) -> int:
    """How many relations of a group carry the key of one slot with the value of another."""
    count = 0
    at = begin
    keys = np.zeros(0, np.int64)
    while at < end:
        name, first, at, _ = field(data, at, end)
        if name != 4:
            continue
        p, known, said = first, 0, False
        while p < at:
            part, a, p, _ = field(data, p, at)
            if part == 2:
                if p - a > keys.size:
                    keys = np.zeros(2 * (p - a), np.int64)
                known = 0
                while a < p:
                    keys[known], a = varint(data, a, p)
                    known += 1
            elif part == 3:
                k = 0
                while a < p:
                    text, a = varint(data, a, p)
                    if k >= known:
                        raise ValueError("a relation has more values than keys")
                    if not (0 <= text < slots.size and 0 <= keys[k] < slots.size):
                        raise ValueError("a tag points outside the string table")
                    said = said or (slots[keys[k]] == key and slots[text] == value)
                    k += 1
        count += said
    return count


@kernel()
def read_ways(
    data: Bytes,
    spans: Ints,
    slots: Ints,
    tags: NDArray[np.int32],
    ref_start: Ints,
    refs: Ints,
    ids: Ints,
) -> None:
    """Fill the arrays sized by :func:`kept_ways`: value strings by slot (-1: none), references."""
    done = 0
    keys = np.zeros(0, np.int64)
    for way in range(spans.shape[0]):
        tags[way] = -1
        p, end, count = spans[way, 0], spans[way, 1], 0
        while p < end:
            part, a, p, value = field(data, p, end)
            if part == 1:
                ids[way] = value
            elif part == 2:
                if p - a > keys.size:
                    keys = np.zeros(2 * (p - a), np.int64)
                count = 0
                while a < p:
                    keys[count], a = varint(data, a, p)
                    count += 1
            elif part == 3:
                k = 0
                while a < p:
                    value, a = varint(data, a, p)
                    if k >= count:
                        raise ValueError("a way has more values than keys")
                    if value < 0 or value >= slots.size:
                        raise ValueError("a tag points outside the string table")
                    if slots[keys[k]] >= 0:
                        tags[way, slots[keys[k]]] = value
                    k += 1
            elif part == 8:
                ref = np.int64(0)
                while a < p:
                    step, a = varint(data, a, p)
                    ref += unzigzag(step)
                    refs[done] = ref
                    done += 1
        ref_start[way + 1] = done


@kernel()
def distinct_rows(matrix: NDArray[np.int32]) -> tuple[Ints, Ints]:
    """First position of every distinct row, in order, and for each row which distinct one it is."""
    rows, columns = matrix.shape
    room = 16
    while room < 2 * rows:
        room *= 2
    table = np.full(room, -1, np.int64)
    first, which = np.empty(rows, np.int64), np.empty(rows, np.int64)
    count = 0
    for row in range(rows):
        mixed = np.uint64(14695981039346656037)
        for column in range(columns):
            mixed = (mixed ^ np.uint64(matrix[row, column] + 1)) * np.uint64(1099511628211)
        slot = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(room - 1))
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = count
                first[count], which[row] = row, count
                count += 1
                break
            column = 0
            while column < columns and matrix[first[known], column] == matrix[row, column]:
                column += 1
            if column == columns:
                which[row] = known
                break
            slot = (slot + 1) & (room - 1)
    return first[:count].copy(), which


@kernel()
def _place_of(wanted: Ints, node: int, near: int) -> tuple[int, bool]:
    """First position in sorted ``wanted`` that is not before ``node``; ``near`` is where the last one was."""
    n = wanted.size
    if near < n and wanted[near] <= node:
        low, step = near, 1
        while low + step < n and wanted[low + step] < node:
            low, step = low + step, 2 * step
        high = min(n, low + step + 1)
    else:
        low, high = 0, min(near + 1, n)
    while low < high:
        middle = (low + high) // 2
        if wanted[middle] < node:
            low = middle + 1
        else:
            high = middle
    return low, low < n and wanted[low] == node


@kernel()
def places_of(wanted: Ints, nodes: Ints, out: NDArray[np.int32]) -> None:
    """Position of every node in sorted ``wanted``, in which all of them are."""
    near = 0
    for i in range(nodes.size):
        near, _ = _place_of(wanted, nodes[i], near)
        out[i] = near


@kernel()
def read_dense(
    data: Bytes,
    begin: int,
    end: int,
    numbers: Ints,
    wanted: Ints,
    lon: Floats,
    lat: Floats,
    slots: Ints,
    marks: NDArray[np.int32],
) -> int:
    """Coordinates of the wanted dense nodes, by position in ``wanted``; tags of those in slot 0.

    ``marks`` (rows, 1 + slots) receives the position and the value strings of each wanted node that carries
    key slot 0; returns how many there are (call again with more rows when it exceeds them).
    """
    spans = np.zeros((11, 2), np.int64)
    at = begin
    while at < end:
        name, first, at, _ = field(data, at, end)
        if name == 2:
            p = first
            while p < at:
                part, a, p, _ = field(data, p, at)
                if part < 11:
                    spans[part, 0], spans[part, 1] = a, p
    i, j, k, t = spans[1, 0], spans[8, 0], spans[9, 0], spans[10, 0]
    node = y = x = np.int64(0)
    near = found = 0
    values = np.full(marks.shape[1] - 1, -1, np.int32)
    while i < spans[1, 1]:
        step, i = varint(data, i, spans[1, 1])
        node += unzigzag(step)
        step, j = varint(data, j, spans[8, 1])
        y += unzigzag(step)
        step, k = varint(data, k, spans[9, 1])
        x += unzigzag(step)
        near, here = _place_of(wanted, node, near)
        if here:
            lat[near] = NANO * (numbers[1] + numbers[0] * y)
            lon[near] = NANO * (numbers[2] + numbers[0] * x)
        tagged = False
        while t < spans[10, 1]:
            key, t = varint(data, t, spans[10, 1])
            if key == 0:
                break
            value, t = varint(data, t, spans[10, 1])
            if key < 0 or key >= slots.size or value < 0 or value >= slots.size:
                raise ValueError("a tag points outside the string table")
            if here and slots[key] >= 0:
                if not tagged:
                    values[:] = -1
                    tagged = True
                values[slots[key]] = value
        if tagged and values[0] >= 0:
            if found < marks.shape[0]:
                marks[found, 0] = near
                marks[found, 1:] = values
            found += 1
    return found


@kernel()
def read_plain_nodes(
    data: Bytes,
    begin: int,
    end: int,
    numbers: Ints,
    wanted: Ints,
    lon: Floats,
    lat: Floats,
    slots: Ints,
    marks: NDArray[np.int32],
) -> int:
    """The same as :func:`read_dense` for a group of nodes that are messages of their own."""
    found = near = 0
    keys = np.zeros(256, np.int64)
    values = np.full(marks.shape[1] - 1, -1, np.int32)
    at = begin
    while at < end:
        name, first, at, _ = field(data, at, end)
        if name != 1:
            continue
        node = x = y = np.int64(0)
        count = k = 0
        values[:] = -1
        p = first
        while p < at:
            part, a, p, value = field(data, p, at)
            if part == 1:
                node = unzigzag(value)
            elif part == 8:
                y = unzigzag(value)
            elif part == 9:
                x = unzigzag(value)
            elif part == 2:
                while a < p and count < keys.size:
                    keys[count], a = varint(data, a, p)
                    count += 1
            elif part == 3:
                while a < p and k < count:
                    value, a = varint(data, a, p)
                    if value < 0 or value >= slots.size or keys[k] < 0 or keys[k] >= slots.size:
                        raise ValueError("a tag points outside the string table")
                    if slots[keys[k]] >= 0:
                        values[slots[keys[k]]] = value
                    k += 1
        near, here = _place_of(wanted, node, near)
        if here:
            lat[near] = NANO * (numbers[1] + numbers[0] * y)
            lon[near] = NANO * (numbers[2] + numbers[0] * x)
            if values[0] >= 0:
                if found < marks.shape[0]:
                    marks[found, 0] = near
                    marks[found, 1:] = values
                found += 1
    return found
