"""The grpcio side of the interop tests; README.md beside this file says what each behaviour answers."""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import threading
from concurrent import futures

import grpc
from grpc_tools import protoc

LIMIT = 8 * 1024 * 1024
TEXT = "Ärger: 100 %\nzweite Zeile"
DETAIL = bytes([0, 1, 254, 255])
OPTIONS = [("grpc.max_receive_message_length", LIMIT), ("grpc.max_send_message_length", -1)]


def generate():
    """Makes the message classes from the one proto file, in a folder that goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="interop-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    proto = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto")
    if protoc.main(["protoc", f"-I{proto}", f"--python_out={folder}", f"--grpc_python_out={folder}", "interop.proto"]) != 0:
        sys.exit("protoc failed")
    sys.path.insert(0, folder)


generate()
import interop_pb2  # noqa: E402
import interop_pb2_grpc  # noqa: E402

Payload = interop_pb2.Payload


class Service(interop_pb2_grpc.InteropServicer):
    def One(self, request, context):
        if request.behaviour == "wait":
            ended = threading.Event()
            context.add_callback(ended.set)
            ended.wait()
            return Payload()
        if request.behaviour == "status":
            context.set_trailing_metadata((("detail-bin", DETAIL),))
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, TEXT)
        if request.behaviour == "gzip":
            context.set_compression(grpc.Compression.Gzip)
        if request.behaviour == "metadata":
            back = tuple((key, value) for key, value in context.invocation_metadata() if key in ("x-text", "x-bytes-bin"))
            context.send_initial_metadata(back)
            context.set_trailing_metadata(back)
        return Payload(data=request.data, number=len(request.data))

    def Many(self, request, context):
        for i in range(request.number):
            yield Payload(number=i, data=request.data)
        if request.behaviour == "fail":
            context.abort(grpc.StatusCode.DATA_LOSS, "after the messages")

    def Collect(self, requests, context):
        digest, number = hashlib.sha256(), 0
        for message in requests:
            number += len(message.data)
            digest.update(message.data)
        return Payload(number=number, data=digest.digest())

    def Echo(self, requests, context):
        yield from requests
        yield Payload(number=-1)


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=OPTIONS)
    interop_pb2_grpc.add_InteropServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"port {port}", flush=True)
    sys.stdin.read()
    server.stop(None).wait()


def pattern(size, seed):
    block = hashlib.sha256(str(seed).encode()).digest()
    return (block * (size // len(block) + 1))[:size]


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what} differs")


def fails(code, call):
    try:
        call()
    except grpc.RpcError as error:
        equal(error.code(), code, f"code {error.code()}, {error.details()!r}")
        return error
    raise AssertionError("the call succeeded")


def case_unary(stub, _):
    data = pattern(100000, 1)
    reply = stub.One(Payload(data=data))
    equal((reply.data, reply.number), (data, len(data)), "reply")


def case_empty(stub, _):
    equal(stub.One(Payload()).number, 0, "number")


def case_metadata(stub, _):
    sent = (("x-text", "a b=c;%"), ("x-bytes-bin", DETAIL))
    _, call = stub.One.with_call(Payload(behaviour="metadata"), metadata=sent)
    for got in (dict(call.initial_metadata()), dict(call.trailing_metadata())):
        equal((got["x-text"], got["x-bytes-bin"]), ("a b=c;%", DETAIL), "metadata")


def case_server_stream(stub, _):
    numbers = [m.number for m in stub.Many(Payload(number=1000, data=pattern(100, 2)))]
    equal(numbers, list(range(1000)), "order")


def case_failing_stream(stub, _):
    got = []

    def read():
        for message in stub.Many(Payload(number=1000, behaviour="fail")):
            got.append(message.number)

    fails(grpc.StatusCode.DATA_LOSS, read)
    equal(got, list(range(1000)), "messages before the failure")


def case_client_stream(stub, _):
    parts = [pattern(200000, i) for i in range(20)]
    reply = stub.Collect(Payload(data=part) for part in parts)
    equal((reply.number, reply.data), (20 * 200000, hashlib.sha256(b"".join(parts)).digest()), "digest")


def case_bidi(stub, _):
    replies = list(stub.Echo(Payload(data=pattern(1 << 20, i), number=i) for i in range(64)))
    equal(len(replies), 65, "count")
    for i, reply in enumerate(replies[:-1]):
        equal(reply.data, pattern(1 << 20, i), "data")


def case_ping_pong(stub, _):
    turn = threading.Semaphore(1)
    done = threading.Event()

    def ask():
        for i in range(200):
            turn.acquire()
            yield Payload(number=i)
        done.wait()

    count = 0
    for reply in stub.Echo(ask()):
        if reply.number == -1:
            break
        equal(reply.number, count, "order")
        count += 1
        if count == 200:
            done.set()
        turn.release()
    equal(count, 200, "count")


def case_half_close(stub, _):
    equal([m.number for m in stub.Echo(iter(()))], [-1], "message after the end")


def case_status(stub, _):
    error = fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: stub.One(Payload(behaviour="status")))
    equal(error.details(), TEXT, "text")
    equal(dict(error.trailing_metadata())["detail-bin"], DETAIL, "trailer")


def case_deadline(stub, _):
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: stub.One(Payload(behaviour="wait"), timeout=0.3))


def case_cancel(stub, _):
    # Not before the first answer: this client resets a stream whose headers never left, and a server must end the connection for it.
    never = threading.Event()

    def ask():
        yield Payload(number=7)
        never.wait()

    call = stub.Echo(ask())
    equal(next(call).number, 7, "message before the end")
    call.cancel()
    never.set()
    equal(call.code(), grpc.StatusCode.CANCELLED, "code")


def case_too_large(stub, _):
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: stub.One(Payload(data=bytes(9 * 1024 * 1024))))


def case_gzip(_, gzip_port):
    data = pattern(500000, 3)
    with grpc.insecure_channel(f"127.0.0.1:{gzip_port}", options=OPTIONS, compression=grpc.Compression.Gzip) as channel:
        equal(interop_pb2_grpc.InteropStub(channel).One(Payload(data=data)).data, data, "data")


def case_unknown_method(stub, _):
    call = stub.channel.unary_unary("/collab.interop.v1.Interop/None")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(b""))


def call(port, gzip_port):
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS) as channel:
        stub = interop_pb2_grpc.InteropStub(channel)
        stub.channel = channel
        for name, run in list(globals().items()):
            if not name.startswith("case_"):
                continue
            label = name[len("case_"):].replace("_", "-")
            try:
                run(stub, gzip_port)
                print(f"ok {label}", flush=True)
            except Exception as error:  # every failure is one line of the report
                print(f"fail {label}: {type(error).__name__} {error}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif len(sys.argv) == 4 and sys.argv[1] == "call":
        call(sys.argv[2], sys.argv[3])
    else:
        sys.exit("serve | call PORT GZIP_PORT")
