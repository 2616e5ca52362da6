"""Real nodes of several parties on this machine, for trying: `collab sandbox up` as a child process that ends with this one."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile
import time

from .client import Client
from .errors import CollabError
from .views import Job


class Sandbox:
    """A node for each party of `folders`, each with the CSV files of its own folder; a context manager.

    `program` is how collab is called, COLLAB or 'collab' when not given. The nodes are real: keys, certificates and a ledger of their own, TLS between them.
    """

    def __init__(self, folders: dict[str, str | os.PathLike], program: list[str] | None = None):
        self._folder = tempfile.TemporaryDirectory(prefix="collab-sandbox-")
        command = program or [os.environ.get("COLLAB", "collab")]
        parties = [argument for party, folder in folders.items() for argument in ("--party", f"{party}={folder}")]
        self._process = subprocess.Popen(
            [*command, "sandbox", "up", "--json", "--exit-with-parent", *parties, "--out", os.path.join(self._folder.name, "out")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        answer = self._process.stdout.readline()
        if not answer or "parties" not in (said := json.loads(answer)):
            self.close()
            raise RuntimeError(f"the sandbox did not start: {answer or 'no answer'}")
        self.homes = {one["party"]: pathlib.Path(one["home"]) for one in said["parties"]}
        self.trust_file = next(iter(self.homes.values())).parent / "consortium.yaml"
        self._clients = {party: Client.connect(home) for party, home in self.homes.items()}

    def __getitem__(self, party: str) -> Client:
        """The operator's client of a party."""
        return self._clients[party]

    @property
    def clients(self) -> list[Client]:
        """The operators' clients of all parties."""
        return list(self._clients.values())

    def run(self, requester: str, description: str) -> Job:
        """Submits a job at its requester, approves it for every owner, and waits for its end."""
        job = self[requester].jobs.submit(description)
        for owner in job.owners:
            self.once_known(owner, job.job)
            self[owner].jobs.approve(job.job)
        return self[requester].jobs.wait(job.job)

    def once_known(self, party: str, job: str) -> Job:
        """A job at a party's node, as soon as its plan has come there."""
        while True:
            try:
                return self[party].jobs.show(job)
            except CollabError as error:
                if error.code != "job.unknown":
                    raise
                time.sleep(0.1)

    def close(self):
        """Stops the nodes and removes what they kept."""
        for client in getattr(self, "_clients", {}).values():
            client.close()
        self._process.stdin.close()                          # the sandbox ends with its standard input, and the nodes with the sandbox
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
