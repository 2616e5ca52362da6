"""A party's own node, for its programs: every call of the service collab.v1.Operator."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from typing import Iterator

import grpc

from . import views
from .errors import of_rpc_error
from .generated import operator_pb2 as wire
from .home import channel
from .result import Result

SERVICE = wire.DESCRIPTOR.services_by_name["Operator"]
TEN_MINUTES, TWO_DAYS = 600, 172_800


class Client:
    """The operator's way to its own node; a context manager.

    Every call fails with a CollabError that says what, who and what to do next.
    """

    def __init__(self, channel: grpc.Channel, address: str):
        self._channel, self._address = channel, address
        self._calls = {
            method.name: (channel.unary_stream if method.server_streaming else channel.unary_unary)(
                f"/{SERVICE.full_name}/{method.name}",
                request_serializer=wire.OperatorRequest.SerializeToString,
                response_deserializer=getattr(wire, method.output_type.name).FromString)
            for method in SERVICE.methods}
        self.node, self.consortium, self.datasets, self.consents = Node(self), Consortium(self), DatasetCalls(self), Consents(self)
        self.records, self.algorithms, self.jobs, self.models, self.audit = Records(self), AlgorithmCalls(self), JobCalls(self), ModelCalls(self), Audit(self)

    @classmethod
    def connect(cls, home: str | os.PathLike, passphrase: bytes | None = None) -> Client:
        """Connects to the node of a folder that `collab node init` made; nothing is sent yet."""
        return cls(*channel(home, passphrase))

    def close(self):
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method: str, kind, request: dict | None = None, limit: float = TEN_MINUTES):
        """Calls a method with one answer, and reads it as the given view."""
        try:
            reply = self._calls[method](_request(request), timeout=limit)
        except grpc.RpcError as error:
            raise of_rpc_error(error, self._address) from None
        return views.read(kind, json.loads(reply.json))

    def stream(self, method: str, request: dict | None = None) -> Iterator:
        """Calls a method with many answers."""
        call = self._calls[method](_request(request))
        try:
            yield from call
        except grpc.RpcError as error:
            raise of_rpc_error(error, self._address) from None
        finally:
            call.cancel()

    def fetch(self, method: str, request: dict) -> bytes:
        """Calls a method that gives a file, and returns it whole."""
        return b"".join(piece.content for piece in self.stream(method, request))


def _request(fields):
    said = {name: value for name, value in (fields or {}).items() if value is not None}
    return wire.OperatorRequest(json=json.dumps(said, ensure_ascii=False).encode())


class Calls:
    def __init__(self, client: Client):
        self._client = client
        self._call = client.call


class Node(Calls):
    """The node itself."""

    def status(self) -> views.Status:
        """How the node is, whom it reaches, and what keeps its jobs from going on."""
        return self._call("Status", views.Status)

    def prepare(self, peer: str, products: int, conjunctions: int, wait_seconds: int) -> views.Stock:
        """Makes triples ahead with another party, whose operator asks for the same."""
        request = {"peer": peer, "products": products, "conjunctions": conjunctions, "waitSeconds": wait_seconds}
        return self._call("Prepare", views.Stock, request, TWO_DAYS)


class Consortium(Calls):
    """Roles, pause and motions (protocols/specs/governance.md)."""

    def standing(self) -> views.Governance:
        return self._call("Governance", views.Governance)

    def open_motion(self, closes, member=None, roles=None, active=None, paused=None, quorum=None, successor=None) -> views.Governance:
        """Opens a motion with one change; this operator's own vote is in it."""
        change = {"member": member, "roles": roles, "active": active, "paused": paused, "quorum": quorum, "successor": successor}
        return self._call("OpenMotion", views.Governance, {"closes": closes.isoformat(), **change})

    def vote(self, motion: str) -> views.Governance:
        return self._call("Vote", views.Governance, {"motion": motion})


class DatasetCalls(Calls):
    """Datasets: this party's own, and what others offer."""

    def add_csv(self, name: str, path: str | os.PathLike, columns: list[views.Column] | None = None, subject: str | None = None, missing: list[str] | None = None) -> views.Dataset:
        """Registers a CSV file on the node's machine; the rows stay there. Columns are inferred unless declared."""
        declared = None if columns is None else [vars(column) for column in columns]
        csv = {"path": os.path.abspath(path), **({} if missing is None else {"missing": missing})}
        return self._call("AddDataset", views.Dataset, {"name": name, "csv": csv, "columns": declared, "subject": subject})

    def add_postgres(self, name: str, connection_file: str | None = None, connection_variable: str | None = None, table: str | None = None, query: str | None = None,
                     order_by: list[str] | None = None, subject: str | None = None) -> views.Dataset:
        """Registers a table or query; the connection string is named by reference only."""
        source = {"connectionVariable": connection_variable, "connectionFile": connection_file, "table": table, "query": query, "orderBy": order_by}
        return self._call("AddDataset", views.Dataset, {"name": name, "postgres": {k: v for k, v in source.items() if v is not None}, "subject": subject})

    def add_record(self, name: str, record: dict[str, str]) -> views.Dataset:
        """Registers one record in words, its values by column."""
        return self._call("AddDataset", views.Dataset, {"name": name, "record": record})

    def list(self) -> views.Datasets:
        """What this party and all that answer offer: metadata only."""
        return self._call("ListDatasets", views.Datasets)

    def list_own(self) -> list[views.OwnDataset]:
        """The datasets of this party, with where they are and how many rows they have, which others do not see."""
        return self._call("ListOwnDatasets", views.OwnDatasets).datasets

    def check_csv(self, path: str | os.PathLike | None = None, received: str | None = None, key: list[str] | None = None) -> views.DatasetCheck:
        """Reads a CSV file on the node's machine, or one that it was sent, as a job would; tells problems by row and column, never a value."""
        csv = {"path": os.path.abspath(path)} if path is not None else {"received": received}
        return self._call("CheckDataset", views.DatasetCheck, {"csv": csv, "key": key})

    def send(self, content: bytes, piece: int = 1 << 20) -> views.ReceivedFile:
        """Sends a file to the node, which keeps it under a name of its own; without a registration it goes after a day."""
        received = None
        for offset in range(0, max(len(content), 1), piece):
            part = base64.b64encode(content[offset:offset + piece]).decode()
            received = self._call("SendFile", views.ReceivedFile, {"file": received.file if received else None, "offset": offset, "content": part})
        return received


class Consents(Calls):
    """The register of the data subjects' consents (protocols/specs/consent.md)."""

    def add(self, consents: list[views.Consent]) -> views.ConsentRegister:
        """Takes consents in, all or none."""
        given = [
            {"subject": c.subject, "recipient": c.recipient, "purpose": c.purpose, "fields": c.fields, "from": c.from_.isoformat(), "until": c.until.isoformat()}
            for c in consents]
        return self._call("AddConsents", views.ConsentRegister, {"consents": given})

    def withdraw(self, subject: str, recipient: str | None = None, purpose: str | None = None) -> views.ConsentRegister:
        return self._call("WithdrawConsent", views.ConsentRegister, {"subject": subject, "recipient": recipient, "purpose": purpose})

    def list(self, subject: str | None = None) -> views.ConsentRegister:
        return self._call("ListConsents", views.ConsentRegister, {"subject": subject})

    def history(self, subject: str | None = None, run: str | None = None) -> views.ConsentHistory:
        """Which runs took a subject's rows; of a run, the proof of how many were left out."""
        return self._call("ConsentHistory", views.ConsentHistory, {"subject": subject, "run": run})


class Records(Calls):
    """Attested records (protocols/specs/record.md); a record's file is bytes."""

    def issue(self, dataset: str, expires, fields: list[str] | None = None, subject: str | None = None, from_=None) -> views.IssuedFiles:
        request = {"dataset": dataset, "fields": fields, "subject": subject, "from": from_ and from_.isoformat(), "expires": expires.isoformat()}
        return self._call("IssueRecords", views.IssuedFiles, request)

    def list(self, subject: str | None = None) -> views.IssuedRecords:
        return self._call("ListRecords", views.IssuedRecords, {"subject": subject})

    def revoke(self, handle: str, reason: str) -> views.IssuedRecord:
        return self._call("RevokeRecord", views.IssuedRecord, {"handle": handle, "reason": reason})

    def verify(self, file: bytes, issuer: str | None = None, unnoted: bool = False) -> views.RecordVerdict:
        return self._call("VerifyRecord", views.RecordVerdict, {"file": base64.b64encode(file).decode(), "issuer": issuer, "unnoted": unnoted})

    def renew(self, file: bytes) -> views.RecordFile:
        return self._call("RenewRecord", views.RecordFile, {"file": base64.b64encode(file).decode()})


class AlgorithmCalls(Calls):
    """The algorithms that this party provides (protocols/specs/algorithm.md)."""

    def add(self, name: str, description: str, asks: bool = False) -> views.Algorithm:
        return self._call("AddAlgorithm", views.Algorithm, {"name": name, "description": description, "asks": asks})

    def list(self) -> list[views.Algorithm]:
        return self._call("ListAlgorithms", views.Algorithms).algorithms

    def show(self, name: str, of: str | None = None, version: int | None = None) -> views.Algorithm:
        return self._call("ShowAlgorithm", views.Algorithm, {"name": name, "of": of, "version": version})

    def withdraw(self, name: str) -> views.Algorithm:
        return self._call("WithdrawAlgorithm", views.Algorithm, {"name": name})


class JobCalls(Calls):
    """Jobs, from explanation to result. A job is named by its plan's digest, or six of its first digits at least."""

    def explain(self, description: str) -> views.Explanation:
        """What a description would do: what each party sends and learns, and what it costs. Nothing is proposed."""
        return self._call("ExplainJob", views.Explanation, {"description": description})

    def explain_known(self, job: str) -> views.Explanation:
        """The same of a job that the node knows: what an owner reads before it approves."""
        return self._call("ExplainJob", views.Explanation, {"job": job})

    def submit(self, description: str) -> views.Job:
        """Proposes a job; it runs when every owner has approved it. Twice the same description is two jobs: a plan holds a fresh nonce."""
        return self._call("SubmitJob", views.Job, {"description": description})

    def run(self, job: str) -> views.Job:
        """Opens one more run of an authorised job."""
        return self._call("RunJob", views.Job, {"job": job})

    def list(self) -> list[views.Job]:
        return self._call("ListJobs", views.Jobs).jobs

    def show(self, job: str) -> views.Job:
        return self._call("ShowJob", views.Job, {"job": job})

    def history(self, job: str) -> views.JobHistory:
        """From its proposal to where it stands: who said what, whom it waits for, what each step of a run sent and received."""
        return self._call("JobHistory", views.JobHistory, {"job": job})

    def compare(self, job: str, with_: str | None = None) -> views.Comparison:
        """What the job asks for beside the newest, or another, that this owner granted to the same requester over the same dataset."""
        return self._call("CompareJob", views.Comparison, {"job": job, "with": with_})

    def approve(self, job: str) -> views.Job:
        """Grants a job at this owner's node."""
        return self._call("ApproveJob", views.Job, {"job": job})

    def reject(self, job: str, reason: str | None = None) -> views.Job:
        """Refuses a job at this owner's node; the reason is a code."""
        return self._call("RejectJob", views.Job, {"job": job, "reason": reason})

    def revoke(self, job: str) -> views.Job:
        """Takes a grant back."""
        return self._call("RevokeJob", views.Job, {"job": job})

    def cancel(self, job: str) -> views.Job:
        """Takes a job back that this party asked for: no run starts any more, one that is under way stops at its next step."""
        return self._call("CancelJob", views.Job, {"job": job})

    def watch(self, job: str | None = None) -> Iterator[views.Event]:
        """Events of a job, or of all, from now on."""
        for reply in self._client.stream("WatchJobs", {"job": job}):
            yield views.read(views.Event, json.loads(reply.json))

    def wait(self, job: str, poll: float = 0.2) -> views.Job:
        """Waits until nothing more happens to a job at this node: committed, aborted or closed."""
        while not (view := self.show(job)).is_over:
            time.sleep(poll)
        return view

    def result(self, job: str, run: str | None = None) -> Result:
        """The released result, at a receiver."""
        document = json.loads(self.result_file(job, "json", run))
        return Result(document, hashlib.sha256(self.result_file(job, "canonical", run)).hexdigest())

    def result_file(self, job: str, format: str, run: str | None = None) -> bytes:
        """The released result as it is: json, csv, or canonical, the bytes that the receipt's commitment covers."""
        return self._client.fetch("GetResult", {"job": job, "run": run, "format": format})


class ModelCalls(Calls):
    """The models that this node has a part of (protocols/specs/train.md)."""

    def list(self) -> list[views.Model]:
        return self._call("ListModels", views.Models).models

    def show(self, model: str) -> views.Model:
        """One model, with what its parts here say."""
        return self._call("ShowModel", views.Model, {"model": model})

    def forget(self, model: str) -> views.Model:
        return self._call("ForgetModel", views.Model, {"model": model})

    def export(self, model: str, format: str) -> bytes:
        """A whole model as a file for other programs: onnx or pmml."""
        return self._client.fetch("ExportModel", {"model": model, "format": format})


class Audit(Calls):
    """Evidence, which `collab audit verify` checks offline, and replays for auditors."""

    def export(self, job: str, run: str | None = None) -> bytes:
        """The evidence bundle of a run."""
        return self._client.fetch("ExportEvidence", {"job": job, "run": run})

    def export_logs(self, from_=None, to=None, without_plans: bool = False) -> bytes:
        """The logs of all members over a period."""
        request = {"logs": True, "from": from_ and from_.isoformat(), "to": to and to.isoformat(), "withoutPlans": without_plans}
        return self._client.fetch("ExportEvidence", request)

    def open_replay(self, job: str, run: str | None = None) -> bytes:
        """This party's side of a run, opened to an auditor."""
        return self._client.fetch("OpenReplay", {"job": job, "run": run})

    def forget_replay(self, job: str, run: str | None = None) -> views.ForgottenReplay:
        return self._call("ForgetReplay", views.ForgottenReplay, {"job": job, "run": run})
