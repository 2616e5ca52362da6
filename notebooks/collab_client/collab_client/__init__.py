"""A party's own Collab node, for its programs in Python.

    from collab_client import Client

    with Client.connect("/home/analyst/riverside") as node:
        job = node.jobs.submit(open("job.yaml").read())
        done = node.jobs.wait(job.job)
        print(node.jobs.result(done.job).statistics)
"""
from .client import Client
from .errors import CollabError
from .result import Result
from .sandbox import Sandbox

__all__ = ["Client", "CollabError", "Result", "Sandbox"]
