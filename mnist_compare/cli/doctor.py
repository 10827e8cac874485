"""`doctor`: what is installed and usable here, and how to mend what is not."""

import platform
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from mnist_compare.backend import Backend, backends, broken_backends, reference_name
from mnist_compare.cli.options import shared_options
from mnist_compare.document.words import plural
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.machine import describe_machine
from mnist_compare.host.quota import cpu_quota
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import find_interpreters
from mnist_compare.interpreters.choice import HERE, Choice, choose
from mnist_compare.interpreters.interpreter_error import InterpreterError, reinstall
from mnist_compare.io.terminal import to_json
from mnist_compare.runner.engine import Crash, Setting, run_job
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.probe_job import Probed, ProbeJob


class Finding(msgspec.Struct, frozen=True):
    """What is so about one backend. `remedy` is what to do about it, where something is."""

    backend: str
    usable: bool
    text: str
    remedy: str


@click.command("doctor")
@shared_options("--python")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(python: dict[str, str], as_json: bool) -> None:
    """Check every backend by training one step in it. Exit code 1 when none of the frameworks is usable."""
    machine, quota = describe_machine(), cpu_quota()
    if not as_json:
        click.echo(f"mnist_compare {__version__}, Python {platform.python_version()} ({sys.executable})")
        memory = f"{machine['memory_bytes'] / 2**30:.0f} GiB"
        click.echo(f"{machine['cpu']}, {describe_cores(machine, quota)}, {memory}, {platform.system()}")
    choices = choose(python)
    findings = []
    remedy = "Reinstall or remove its package."
    broken = [Finding(name, False, reason, remedy) for name, reason in broken_backends().items()]
    for finding in (*(examine(backend, choices) for backend in backends().values()), *broken):
        findings.append(finding)
        if not as_json:
            click.echo(f"{'ok     ' if finding.usable else 'MISSING'} {finding.backend}: {finding.text}")
            if finding.remedy:
                click.echo(f"        {finding.remedy}")
    if as_json:
        click.echo(to_json({"version": __version__, "machine": machine, "cpu_quota": quota, "backends": findings}))
    sys.exit(0 if any(finding.usable and finding.backend != reference_name() for finding in findings) else 1)


def describe_cores(machine: Mapping[str, Any], quota: float | None) -> str:
    """The physical cores that frameworks get as threads, and why not all: "2 of 16 cores (CPU quota: 2.5)"."""
    usable, cores = machine["usable_cores"], machine["cores"]
    told = plural(cores, "core") if usable == cores else f"{usable} of {cores} cores"
    return f"{told} (CPU quota: {quota:.3g})" if quota is not None else told


def examine(backend: Backend, choices: Mapping[str, Choice]) -> Finding:
    """Import the framework and train one step, in a process of the interpreter that the backend gets."""
    try:
        interpreter = find_interpreters([backend.name], choices)[backend.name]
    except InterpreterError as error:
        return Finding(backend.name, False, error.problem, error.remedy)
    choice = choices[backend.name]
    place = "" if choice.origin == HERE else f" in {choice.path} ({choice.origin})"
    versions = ", ".join(f"{name} {version}" for name, version in interpreter.versions.items()) + place
    with tempfile.TemporaryDirectory() as folder, open_engine() as engine:
        setting = Setting(physical_cores(), Path(folder) / "log.txt", interpreter.path)
        answer = run_job(engine, ProbeJob(backend.name), setting)
    if isinstance(answer, Probed):
        gpus = f"{answer.gpus} GPU" + ("" if answer.gpus == 1 else "s") if answer.gpus else "CPU only"
        return Finding(
            backend.name, True, f"{versions}, {gpus}, imported and trained a step in {answer.seconds:.1f} s", ""
        )
    reason = answer.reason if isinstance(answer, Crash) else getattr(answer, "reason", "no answer")
    return Finding(backend.name, False, f"{versions} does not work: {reason}", reinstall(choice, backend))
