import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
import generate  # noqa: E402


def test_the_committed_messages_are_what_the_generator_makes(tmp_path):
    generate.generate(tmp_path)
    made = (tmp_path / "collab_client" / "generated" / "operator_pb2.py").read_bytes()
    assert made == (HERE / "collab_client" / "generated" / "operator_pb2.py").read_bytes(), "run generate.py and commit what it makes"
