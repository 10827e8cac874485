"""What is counted: requests by path and status, their seconds, and the states of the workers."""

from collections import Counter
from collections.abc import Iterable, Iterator

from mnist_compare.serve.network_worker import State
from mnist_compare.serve.networks import ServedNetwork

OTHER = "other"
"""Stands for all paths that there are not."""


class Metrics:
    """Counts of a server since its start."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        known = path if path in self._paths else OTHER
        self._requests[known, status] += 1
        self._seconds[known] += seconds  # type: ignore[assignment]

    def text(self, networks: Iterable[ServedNetwork]) -> str:
        """All counts in the text format of Prometheus."""
        return "".join(f"{line}\n" for line in self._lines(list(networks)))

    def _lines(self, networks: list[ServedNetwork]) -> Iterator[str]:
        yield from _head("requests_total", "counter", "Answered requests.")
        for (path, status), count in sorted(self._requests.items()):
            yield f'mnist_compare_requests_total{{path="{path}",status="{status}"}} {count}'
        yield from _head("request_seconds_total", "counter", "Seconds from the head of a request to its answer.")
        for path, seconds in sorted(self._seconds.items()):
            yield f'mnist_compare_request_seconds_total{{path="{path}"}} {seconds:.6f}'
        yield from _head("network_state", "gauge", "1 for the state in which a network is.")
        for network in networks:
            for state in State:
                labels = f'network="{network.number}",label="{_escaped(network.label)}",state="{state}"'
                yield f"mnist_compare_network_state{{{labels}}} {int(network.worker.state is state)}"
        yield from _head("network_restarts_total", "counter", "How often the worker of a network was lost.")
        for network in networks:
            labels = f'network="{network.number}",label="{_escaped(network.label)}"'
            yield f"mnist_compare_network_restarts_total{{{labels}}} {network.worker.restarts}"


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP mnist_compare_{name} {text}"
    yield f"# TYPE mnist_compare_{name} {kind}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
