"""Damages files: a single bit for tests of checksums, and all that a disk, a network or an enemy does for others."""

import json

from hypothesis import strategies as st

# What means something in one of the formats, and what lies at the edges of numbers.
PIECES = (
    *(b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\xff" * 8, b"\0" * 8, b"\x1f\x8b\x08"),
    *(b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY\x02\0", b"|O", b"<f8", b"F8_E4M3", b"BF16", b"IHDR", b"\0\x1c\0\x1c"),
    *(b"[" * 3000, b"{" * 3000, b'{"a":' * 3000, b"[[", b"}", b'"', b"\n", b"\\u0000", b"\\ud800", b"#", b"."),
    *(
        b"9" * 30,
        b"9" * 5000,
        b"0x" + b"f" * 5000,
        b"1e999",
        b"1e308",
        b"-1",
        b"nan",
        b"null",
        b"true",
        b"\xf0\x9f\x98",
    ),
)


def flipped(content, position):
    """The bytes with one bit turned over, the one at `position` (in bits, from the first of the first byte on)."""
    damaged = bytearray(content)
    damaged[position // 8] ^= 1 << position % 8
    return bytes(damaged)


def flip_bit(path, position):
    """Turn over one bit of a file, the one at `position` (in bits); done twice, the file is as it was."""
    path.write_bytes(flipped(path.read_bytes(), position))


def _cut(content, place, length, piece):
    return content[:place]


def _drop(content, place, length, piece):
    return content[:place] + content[place + length :]


def _insert(content, place, length, piece):
    return content[:place] + piece + content[place:]


def _overwrite(content, place, length, piece):
    return content[:place] + piece + content[place + len(piece) :]


def _double(content, place, length, piece):
    return content[:place] + content[place : place + length] * 2 + content[place + length :]


def _flip(content, place, length, piece):
    return flipped(content, 8 * place + length % 8)


_WAYS = (_flip, _flip, _overwrite, _overwrite, _insert, _drop, _double, _cut)
_PLACES = st.one_of(st.integers(0, 120), st.floats(0, 1, exclude_max=True))
_STEPS = st.tuples(
    st.sampled_from(_WAYS), _PLACES, st.integers(0, 40), st.one_of(st.sampled_from(PIECES), st.binary(max_size=8))
)


def damages(*contents):
    """A strategy: one of the contents with one to four damages, nearly half of them near its beginning."""

    def damaged(drawn):
        content, steps = drawn
        for way, place, length, piece in steps:
            if not content:
                break
            at = min(place, len(content) - 1) if isinstance(place, int) else int(place * len(content))
            content = way(content, at, length, piece)
        return content

    return st.tuples(st.sampled_from(contents), st.lists(_STEPS, min_size=1, max_size=4)).map(damaged)


EDGES = {
    int: (0, 1, -1, 2, 10, 2**31, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 10**30, 10**4000),
    float: (0.0, -0.0, -1.0, 1e-308, 1e300, -1e300, 1.7e308, -1.7e308, 7),
    str: (
        "",
        "x",
        "a" * 200,
        "a" * 5000,
        "\0",
        "\n\n",
        "\x1b[2J",
        "[/b]",
        ":smile:",
        "../..",
        "a|b",
        "$x^2$",
        "\U0001f600",
    ),
    bool: (True, False),
}
OTHERS = (None, True, 0, 0.5, "", [], {}, [[]], {"a": {"b": [1]}})


def value_damages(*values):
    """A strategy: one of the values (of JSON) with one to three changes, most of them to a value of the same type."""

    def damaged(drawn):
        number, steps = drawn
        value = json.loads(json.dumps(values[number]))
        for which, place, edge, other in steps:
            paths = list(_paths(value))
            if not paths:
                break
            kinds = list(dict.fromkeys(kind for kind, _ in paths))  # so that of many alike not each has its chance
            kind = kinds[which % len(kinds)]
            found = [path for found, path in paths if found == kind]
            _change(value, found[place % len(found)], edge, other)
        return value

    numbers = st.integers(0, 10_000)
    steps = st.tuples(numbers, numbers, numbers, st.one_of(st.none(), st.none(), st.none(), st.sampled_from(OTHERS)))
    return st.tuples(st.integers(0, len(values) - 1), st.lists(steps, min_size=1, max_size=3)).map(damaged)


def _paths(value, path=()):
    """Every place in the value: its kind, which is the path without positions, and the path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield tuple("#" if isinstance(k, int) else k for k in (*path, key)), (*path, key)
        yield from _paths(inner, (*path, key))


def _change(value, path, edge, other):
    for key in path[:-1]:
        value = value[key]
    old = value[path[-1]]
    if other is not None:
        value[path[-1]] = json.loads(json.dumps(other))
    elif isinstance(old, list) and edge % 2:
        value[path[-1]] = (old[:-1], old * 3, old[::-1], [])[edge % 4]
    elif isinstance(old, dict | list) or old is None:
        del value[path[-1]]
    else:
        edges = EDGES[type(old)]
        value[path[-1]] = edges[edge % len(edges)]
