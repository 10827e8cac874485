"""The names that fields of a record had in older versions, whose folders stay readable."""

import msgspec

NAMES = {"device": "used_device", "execution": "used_execution", "threads": "used_threads"}
"""Once -> now: the spec, which says what was asked for, has fields of the same old names."""
UNKNOWN = (None, msgspec.Raw(b"null"), msgspec.Raw(b"0"))


class _Spec(msgspec.Struct):
    threads: msgspec.Raw = msgspec.Raw(b"1")


class _Threads(msgspec.Struct):
    spec: _Spec


def with_present_names(line: bytes) -> bytes:
    """A record as JSON, by the names of this version.

    Where an older one did not tell how many threads were used, they are those that were given. What is no object, or
    has the present names, comes back as it is.
    """
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        if "used_device" in fields or "device" not in fields:
            return line
        if fields.get("threads") in UNKNOWN:
            fields["threads"] = msgspec.json.decode(line, type=_Threads).spec.threads
    except msgspec.DecodeError:
        return line  # who decodes it says what is wrong
    return msgspec.json.encode({NAMES.get(name, name): value for name, value in fields.items()})
