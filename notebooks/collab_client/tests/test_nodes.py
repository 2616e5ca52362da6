"""The client at real nodes. COLLAB names the program; tests/run gives the one it has built."""
import base64
import datetime
import hashlib
import shutil
import threading
from decimal import Decimal
from fractions import Fraction

import pytest
from collab_client import Client, CollabError, Sandbox, views
from collab_client.client import SERVICE

AMOUNTS = {"north": [Decimal(i) / 4 for i in range(120)], "south": [Decimal(i * i % 97) / 4 for i in range(90)], "west": [Decimal(i % 13) for i in range(60)]}

CALLED = set()

DESCRIPTION = """
kind: statistics
purpose: example
parties: [{ name: north, dataset: loans }, { name: south, dataset: loans }, { name: west, dataset: loans }]
receivers: [west]
parameters: { columns: [amount], statistics: [count, sum, mean, variance] }
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folders = {}
    for party, amounts in AMOUNTS.items():
        folders[party] = tmp_path_factory.mktemp(party)
        (folders[party] / "loans.csv").write_text("id,amount\n" + "".join(f"{party}{i},{amount:.2f}\n" for i, amount in enumerate(amounts)))
    with Sandbox(folders) as running:
        for client in running.clients:                       # each call goes on to the node, and its method's name is kept
            for name, call in client._calls.items():
                client._calls[name] = lambda *a, _name=name, _call=call, **k: (CALLED.add(_name), _call(*a, **k))[1]
        yield running


def test_a_job_gives_the_exact_numbers(sandbox):
    explained = sandbox["west"].jobs.explain(DESCRIPTION)
    assert {one.party for one in explained.parties} == set(AMOUNTS) and explained.question.en and explained.question.zh
    done = sandbox.run("west", DESCRIPTION)
    assert (done.state, done.error) == ("committed", None)

    assert {one.decision for one in sandbox["west"].jobs.history(done.job).decisions} == {"granted"}
    result = sandbox["west"].jobs.result(done.job)
    every = [Fraction(amount) for amounts in AMOUNTS.values() for amount in amounts]
    mean = sum(every) / len(every)
    assert [line.value for line in result.statistics] == [
        len(every), Decimal(sum(every).numerator) / sum(every).denominator, mean, sum((x - mean) ** 2 for x in every) / (len(every) - 1)]
    assert list(result.to_frame()["value"]) == [line.value for line in result.statistics]
    assert result.digest == hashlib.sha256(sandbox["west"].jobs.result_file(done.job, "canonical")).hexdigest()
    assert sandbox["west"].jobs.result_file(done.job, "csv").startswith(b"level,measure,statistic,value")
    assert sandbox["north"].audit.export(done.job)
    with pytest.raises(CollabError) as refused:
        sandbox["north"].jobs.result(done.job)
    assert refused.value.code == "run.receipt-unknown" and refused.value.party == "north"


def test_every_call_is_answered_or_refused_with_a_code(sandbox, tmp_path):
    node = sandbox["north"]
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    assert node.node.status().party == "north"
    assert [member.party for member in node.consortium.standing().members] == sorted(AMOUNTS)
    motion = node.consortium.open_motion(tomorrow, quorum=1).motions[0]
    assert motion.votes == ["north"]                         # opening it was its vote
    (tmp_path / "people.csv").write_text("subject,grade\np1,A\np2,B\n")
    assert node.datasets.add_csv("people", tmp_path / "people.csv", subject="subject").columns[1] == views.Column("grade", "text", 0)
    assert ("south", "loans") in {(one.owner, one.name) for one in node.datasets.list().datasets}
    sent = node.datasets.send((tmp_path / "people.csv").read_bytes(), piece=7)
    found = node.datasets.check_csv(received=sent.file, key=["subject"])
    assert (found.rows, found.problems, found.columns[0]) == (2, [], views.CheckedColumn("subject", "text", 0, 0))
    assert [own.place for own in node.datasets.list_own() if own.offered.name == "people"] == [str(tmp_path / "people.csv")]
    consent = views.Consent("p1", "south", "study", ["*"], tomorrow - datetime.timedelta(days=2), tomorrow)
    assert node.consents.add([consent]).version == 1
    assert node.consents.list("p1").consents[0].consent.until.date() == tomorrow.date()
    assert node.consents.history("p1").uses == [] and node.consents.withdraw("p1").version == 2
    issued = node.records.issue("people", tomorrow, fields=["grade"], subject="subject").records
    assert node.records.verify(base64.b64decode(issued[0].file), "north", unnoted=True).record.handle == issued[0].handle
    assert node.records.renew(base64.b64decode(issued[0].file)).file and len(node.records.list().records) == 2
    assert node.records.revoke(issued[0].handle, "record.mistaken").state == "revoked"
    assert node.algorithms.add("mean", DESCRIPTION).version == 1 and node.algorithms.show("mean").content
    assert [one.name for one in node.algorithms.list()] == ["mean"] and node.algorithms.withdraw("mean").state == "withdrawn"

    job = sandbox["west"].jobs.submit(DESCRIPTION).job
    assert sandbox.once_known("north", job).state == "proposed" and node.jobs.explain_known(job[:10]).job == job
    mistaken = node.jobs.submit(DESCRIPTION).job
    assert node.jobs.cancel(mistaken).error.code == "job.withdrawn"
    compared = node.jobs.compare(job)
    assert compared.job == job and (compared.with_ is None) == (compared.granted == [])
    assert node.jobs.reject(job, "owner.busy").state == "closed" and job in {one.job for one in node.jobs.list()}
    history = node.jobs.history(job)
    assert [said.decision for said in history.decisions if said.party == "north"] == ["refused"] and history.acts[0].kind == "proposed"
    assert node.models.list() == [] and node.audit.export_logs(without_plans=True)
    for call, family in [
        (lambda: node.consortium.vote(motion.motion), "motion.voted"), (lambda: node.node.prepare("nobody", 1, 1, 0), ""), (lambda: node.jobs.run(job), ""), (lambda: node.jobs.approve("000000"), "job."), (lambda: node.jobs.revoke("000000"), "job."), (lambda: node.jobs.cancel(job), "job.wrong-party"),
        (lambda: node.models.show("000000"), "model."), (lambda: node.models.forget("000000"), "model."), (lambda: node.models.export("000000", "onnx"), "model."),
        (lambda: node.audit.open_replay(job), ""), (lambda: node.audit.forget_replay(job), ""), (lambda: node.jobs.submit("kind: nothing"), "description."),
        (lambda: node.datasets.add_csv("none", tmp_path / "none.csv"), ""), (lambda: node.datasets.add_postgres("none", connection_variable="NOT_SET", table="t"), ""),
        (lambda: node.datasets.add_record("none", {}), ""),
    ]:
        with pytest.raises(CollabError) as refused:
            call()
        assert refused.value.code.startswith(family) and refused.value.code != "node.unreachable" and refused.value.next


def test_events_of_a_job_are_told(sandbox):
    node = sandbox["west"]
    job = node.jobs.submit(DESCRIPTION).job
    events = node.jobs.watch(job)
    for owner in AMOUNTS:
        sandbox.once_known(owner, job)
    threading.Timer(0.2, lambda: [sandbox[owner].jobs.approve(job) for owner in AMOUNTS]).start()
    steps = []
    for event in events:
        steps.append(event.step)
        if event.event == "committed":
            break
    assert "run.8-commit" in steps


@pytest.mark.parametrize("wrong", ["pin", "party"])
def test_only_the_partys_own_node_is_spoken_to(sandbox, tmp_path, wrong):
    home = tmp_path / "home"
    shutil.copytree(sandbox.homes["north"] / "identity", home / "identity")
    other = sandbox.homes["south"]
    shutil.copy((other if wrong == "pin" else sandbox.homes["north"]) / "party.yaml", home / "party.yaml")
    shutil.copy((other if wrong == "party" else sandbox.homes["north"]) / "node.yaml", home / "node.yaml")
    if wrong == "party":                                     # north's files, south's address
        listen = [line for line in (other / "node.yaml").read_text().splitlines() if line.startswith("listen")][0]
        (home / "node.yaml").write_text(f"party: north\n{listen}\n")
    with pytest.raises(CollabError) as refused:
        with Client.connect(home) as node:
            node.node.status()
    assert refused.value.code == {"pin": "tls.unknown-authority", "party": "node.unreachable"}[wrong]


def test_a_folder_without_a_node_is_said_to_be_none(tmp_path):
    with pytest.raises(CollabError, match="node.no-home"):
        Client.connect(tmp_path)


def test_every_method_of_the_service_was_called(sandbox):
    assert CALLED == {method.name for method in SERVICE.methods}, "the tests above call what there is, and the client has a call for it"
