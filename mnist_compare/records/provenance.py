"""By what a run was made: enough to make it again, and to see why two runs differ."""

import msgspec

from mnist_compare.io.bounds import Real


class Provenance(msgspec.Struct, frozen=True):
    """The facts of one run that its spec, its versions and its machine do not hold.

    `command` is what the user typed. `spec_sha256` is of the record's spec as JSON with sorted keys; `code` has the
    SHA-256 of the source of each package that made the numbers. `revision` is the git commit of their checkout,
    `dirty` whether their files differ from it; None where they lie in no checkout. `affinity` are the CPUs that the
    program may use, "0-3,8" ("" where the system does not say); `cpu_quota` is how many cores' worth of CPU time
    its container may use, None where nothing limits it. `load_before` and `load_after` are the system's load
    average over one minute at the start and the end of the run, None on Windows. `nodes` are those of a cluster that
    had a part in it, in order.
    """

    command: str
    spec_sha256: str
    code: dict[str, str]
    revision: str | None = None
    dirty: bool | None = None
    affinity: str = ""
    load_before: Real | None = None
    load_after: Real | None = None
    cpu_quota: Real | None = None
    nodes: tuple[str, ...] = ()
