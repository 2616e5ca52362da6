"""Makes collab_client/generated from protocols/proto, with grpcio-tools: python3 generate.py [FOLDER]

What it makes is committed, so that whoever opens a notebook or installs the package needs no compiler; tests/test_generated.py fails when the
two differ. The messages are put into the package's own namespace, so that no other package named 'collab' can stand in the way.
"""
import pathlib
import sys

from grpc_tools import protoc

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "protocols" / "proto" / "collab" / "v1"


def generate(folder):
    (pathlib.Path(folder) / "collab_client" / "generated").mkdir(parents=True, exist_ok=True)
    status = protoc.main(["protoc", f"-Icollab_client/generated={PROTO}", f"--python_out={folder}", "collab_client/generated/operator.proto"])
    if status != 0:
        raise RuntimeError("protoc failed")


if __name__ == "__main__":
    generate(sys.argv[1] if len(sys.argv) > 1 else HERE)
