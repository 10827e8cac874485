import pytest

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.host.environment import given_threads, physical_cores, processor_variables

WIDE = "fma avx2 avx512f avx512dq avx512cd avx512bw avx512vl"


@pytest.mark.parametrize(
    ("vendor", "flags", "wanted"),
    [
        ("AuthenticAMD", WIDE, {"MKL_DEBUG_CPU_TYPE": "7"}),
        ("AuthenticAMD", "sse2 fma avx2 avx512f", {"MKL_DEBUG_CPU_TYPE": "5"}),
        ("AuthenticAMD", "sse2", {}),
        ("GenuineIntel", WIDE, {}),
    ],
)
def test_mkl_is_told_of_the_vector_units_of_other_processors(tmp_path, vendor, flags, wanted):
    """On AMD it would take its slowest code; on Intel it asks the processor itself."""
    one = f"processor\t: 0\nvendor_id\t: {vendor}\nmodel name\t: Some\nflags\t\t: {flags}\n\n"
    path = tmp_path / "cpuinfo"
    path.write_text(one + one)
    assert processor_variables(path) == wanted


def test_a_system_that_does_not_say_gets_no_variables(tmp_path):
    """Without /proc/cpuinfo nothing is set."""
    assert processor_variables(tmp_path / "none") == {}


@pytest.mark.parametrize(("said", "given"), [("3", 3), ("", physical_cores()), ("many", physical_cores()), ("0", 1)])
def test_the_threads_that_a_process_is_given(monkeypatch, said, given):
    """OMP_NUM_THREADS, or the physical cores where it says nothing that is a number."""
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert given_threads() == given


def test_multiplications_are_counted_per_layer():
    """Each weight with each place that it looks at, in one image."""
    counts = {shaped.name: shaped.multiplications for shaped in ARCHITECTURES["cnn"].shaped_layers}
    assert {name: count for name, count in counts.items() if count} == {
        "conv1": 8 * 9 * 28 * 28,
        "conv2": 16 * 8 * 9 * 14 * 14,
        "linear1": 784 * 10,
    }
