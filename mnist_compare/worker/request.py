"""All that a worker is told: one line of JSON on its stdin."""

from typing import Self

import msgspec

from mnist_compare.io.files import FileId
from mnist_compare.io.registry import decode_open
from mnist_compare.worker.job import Job, find_job


class JobRequest(msgspec.Struct, frozen=True):
    """A job by the name of its class and its JSON, and the file, with its id, to which stderr goes from now on."""

    name: str
    value: msgspec.Raw
    log: str
    log_id: FileId | None = None

    @classmethod
    def of(cls, job: Job, log: str, log_id: FileId | None = None) -> Self:
        """The request for a job."""
        return cls(job.name(), msgspec.Raw(msgspec.json.encode(job)), log, log_id)

    def job(self) -> Job:
        """The job; its module is imported only now."""
        job: Job = msgspec.json.decode(self.value, type=find_job(self.name), dec_hook=decode_open)
        return job
