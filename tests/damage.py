"""Damages files: a single bit for tests of checksums, and all that a disk, a network or an enemy does for others."""

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
