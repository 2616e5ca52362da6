"""What a node answers, field by field as in src/Collab.Wire/Operator; a field that a newer node adds is passed over."""
from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import datetime


def read(kind, document):
    """A document of JSON as the given type."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        kinds = [one for one in typing.get_args(kind) if one is not type(None)]
        return None if document is None else read(kinds[0], document)
    if typing.get_origin(kind) is list:
        return [read(typing.get_args(kind)[0], item) for item in document or []]
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        names = {one.name: _camel(one.name) for one in dataclasses.fields(kind)}
        missing = [
            name for name, said in names.items() if said not in document
            and typing.get_origin(hints[name]) not in (list, types.UnionType, typing.Union)]
        if missing:
            raise ValueError(f"an answer without {', '.join(missing)}")
        return kind(**{name: read(hints[name], document.get(said)) for name, said in names.items()})
    if kind is datetime:
        return _moment(document)
    return document


def _camel(name):
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other.capitalize() for other in others)


def _moment(text):
    head, dot, tail = text.partition(".")          # seven digits come; Python takes six
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return datetime.fromisoformat(head + dot + tail[:min(digits, 6)] + tail[digits:])


@dataclass(frozen=True)
class Text:
    en: str
    zh: str

    def __str__(self):
        return self.en


@dataclass(frozen=True)
class Failure:
    code: str
    party: str | None
    step: str | None
    message: str
    next: str


@dataclass(frozen=True)
class Peer:
    party: str
    address: str
    software: str | None
    last_answer: datetime | None
    error: Failure | None


@dataclass(frozen=True)
class Trouble:
    job: str | None
    error: Failure


@dataclass(frozen=True)
class Budget:
    dataset: str
    requester: str | None
    laplace: str
    gaussian: str | None


@dataclass(frozen=True)
class Stock:
    peer: str
    products: int
    conjunctions: int


@dataclass(frozen=True)
class Status:
    party: str
    consortium: str
    software: str
    address: str
    started: datetime
    certificate_expires: datetime
    log_size: int
    log_final: int
    peers: list[Peer]
    datasets: int
    jobs: int
    troubles: list[Trouble]
    budgets: list[Budget]
    prepared: list[Stock]


@dataclass(frozen=True)
class MemberKeys:
    certificate_pins: list[str]
    log_key: str
    witness_key: str
    certificate_expires: datetime | None


@dataclass(frozen=True)
class Member:
    party: str
    roles: list[str]
    active: bool
    keys: MemberKeys | None


@dataclass(frozen=True)
class Motion:
    motion: str
    by: str
    change: str
    opened: datetime
    closes: datetime
    votes: list[str]
    state: str


@dataclass(frozen=True)
class Governance:
    members: list[Member]
    quorum: int
    paused: bool
    successor: str | None
    own_approval_forbidden: bool
    motions: list[Motion]


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    scale: int


@dataclass(frozen=True)
class Dataset:
    owner: str
    name: str
    id: str
    version: str
    rows: str
    columns: list[Column]


@dataclass(frozen=True)
class Datasets:
    datasets: list[Dataset]
    silent: list[str]


@dataclass(frozen=True)
class OwnDataset:
    offered: Dataset
    source: str
    place: str
    rows: int


@dataclass(frozen=True)
class OwnDatasets:
    datasets: list[OwnDataset]


@dataclass(frozen=True)
class CheckedColumn:
    name: str
    type: str
    scale: int
    missing: int


@dataclass(frozen=True)
class ProblemPlace:
    row: int | None
    column: str | None
    message: str


@dataclass(frozen=True)
class Problem:
    code: str
    count: int
    first: list[ProblemPlace]
    next: str


@dataclass(frozen=True)
class DatasetCheck:
    complete: bool
    rows: int
    encoding: str | None
    delimiter: str | None
    columns: list[CheckedColumn]
    problems: list[Problem]


@dataclass(frozen=True)
class ReceivedFile:
    file: str
    bytes: int


@dataclass(frozen=True)
class GrantedJob:
    job: str
    purpose: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class PlanChange:
    field: str
    name: Text
    owner: str | None
    removed: list[str]
    added: list[str]


@dataclass(frozen=True)
class Comparison:
    job: str
    with_: str | None
    granted: list[GrantedJob]
    changes: list[PlanChange]


@dataclass(frozen=True)
class Consent:
    subject: str
    recipient: str
    purpose: str
    fields: list[str]
    from_: datetime
    until: datetime


@dataclass(frozen=True)
class RegisteredConsent:
    consent: Consent
    state: str
    given_in: int
    withdrawn_in: int | None


@dataclass(frozen=True)
class ConsentRegister:
    version: int
    commitment: str | None
    on_ledger: bool
    consents: list[RegisteredConsent]


@dataclass(frozen=True)
class ConsentUse:
    job: str
    run: str
    dataset: str
    purpose: str
    recipients: list[str]
    fields: list[str]
    version: int
    at: datetime
    ended: str


@dataclass(frozen=True)
class ConsentProof:
    rows_read: int
    rows_left_out: int
    snapshot: str
    opening: str
    proven: bool | None


@dataclass(frozen=True)
class ConsentHistory:
    uses: list[ConsentUse]
    proof: ConsentProof | None


@dataclass(frozen=True)
class IssuedFile:
    handle: str
    subject: str | None
    file: str


@dataclass(frozen=True)
class IssuedFiles:
    attestation: str
    records: list[IssuedFile]


@dataclass(frozen=True)
class IssuedRecord:
    handle: str
    subject: str | None
    attestation: str
    from_: datetime
    expires: datetime
    state: str


@dataclass(frozen=True)
class IssuedRecords:
    records: list[IssuedRecord]


@dataclass(frozen=True)
class RecordField:
    name: str
    type: str
    value: str | None


@dataclass(frozen=True)
class Record:
    handle: str
    issuer: str
    from_: datetime
    expires: datetime
    fields: int
    shown: list[RecordField]
    attestation: str
    proof: bool


@dataclass(frozen=True)
class RecordCheck:
    commitment: str
    content: str
    opening: str


@dataclass(frozen=True)
class RecordVerdict:
    verdict: str
    code: str | None
    part: str | None
    message: str
    as_of: datetime | None
    attested: datetime | None
    not_checked: list[str]
    record: Record | None
    check: RecordCheck | None


@dataclass(frozen=True)
class RecordFile:
    file: str
    as_of: datetime | None


@dataclass(frozen=True)
class Algorithm:
    provider: str
    name: str
    version: int
    kind: str
    state: str
    asks: bool | None
    id: str
    digest: str
    content: str | None


@dataclass(frozen=True)
class Algorithms:
    algorithms: list[Algorithm]


@dataclass(frozen=True)
class PartyExplanation:
    party: str
    sends: list[Text]
    learns: list[Text]


@dataclass(frozen=True)
class Explanation:
    job: str
    question: Text
    adversary: Text
    purpose: str
    expires: datetime
    uses: int
    parties: list[PartyExplanation]
    messages: int
    bytes: int
    memory_bytes: int
    seconds: float
    protocol: str
    security: str
    notes: list[Text]
    at_most: bool


@dataclass(frozen=True)
class Job:
    job: str
    kind: str
    purpose: str
    requester: str
    owners: list[str]
    receivers: list[str]
    state: str
    missing: list[str]
    run: str | None
    created: datetime
    expires: datetime
    uses: int
    result: str | None
    settled: bool
    error: Failure | None

    @property
    def is_over(self):
        """Whether nothing more happens to the job at the node that was asked."""
        took_no_part = self.requester not in self.owners and self.requester not in self.receivers
        return self.state == "closed" or self.state in ("committed", "aborted") and (self.settled or took_no_part)


@dataclass(frozen=True)
class Jobs:
    jobs: list[Job]


@dataclass(frozen=True)
class Traffic:
    peer: str
    messages_sent: int
    bytes_sent: int
    messages_received: int
    bytes_received: int


@dataclass(frozen=True)
class Event:
    time: datetime
    job: str
    run: str | None
    event: str
    step: str | None
    done: int
    total: int
    party: str | None
    error: Failure | None
    loss: float | None
    traffic: list[Traffic]


@dataclass(frozen=True)
class Decision:
    party: str
    part: str
    decision: str
    time: datetime | None
    code: str | None
    used: int | None


@dataclass(frozen=True)
class Wait:
    party: str
    for_: Text
    last_answer: datetime | None
    error: Failure | None


@dataclass(frozen=True)
class Act:
    time: datetime
    party: str
    kind: str
    text: str
    code: str | None
    run: str | None


@dataclass(frozen=True)
class JobHistory:
    job: Job
    asked: Text
    protocol: str
    decisions: list[Decision]
    waits: list[Wait]
    acts: list[Act]
    events: list[Event]


@dataclass(frozen=True)
class ModelTerm:
    of: str
    column: str
    name: str
    value: float


@dataclass(frozen=True)
class Model:
    model: str
    job: str
    asked: Text
    purpose: str
    created: datetime
    label_owner: str | None
    owners: list[str]
    parts_here: list[str]
    terms: list[ModelTerm]


@dataclass(frozen=True)
class Models:
    models: list[Model]


@dataclass(frozen=True)
class ForgottenReplay:
    run: str
