using Collab.Primitives;
using Collab.Wire.Party;
using Grpc.Core;

namespace Collab.Wire;

/// <summary>Carries a <see cref="Fault"/> through a gRPC status: in a binary trailer, canonical, so that both sides report the same.</summary>
internal static class Faults
{
    private const string Trailer = "collab-fault-bin";

    /// <summary>A peer or our own node that gave no fault of its own.</summary>
    public static readonly ErrorCode Unreachable = new(
        "node.unreachable", ErrorKind.Peer, "Check that the node runs at the address in the consortium file ('collab node status').");

    /// <summary>The certificate was not accepted.</summary>
    public static readonly ErrorCode Unauthenticated = new(
        "node.unauthenticated", ErrorKind.Refused, "Compare the pins in the consortium file with the parties' certificates ('collab consortium members').");

    /// <summary>The other node does not know the call.</summary>
    public static readonly ErrorCode OtherVersion = Greeting.Unfit;

    public static RpcException ToStatus(Fault fault)
    {
        var code = fault.Kind switch
        {
            ErrorKind.InvalidInput => StatusCode.InvalidArgument,
            ErrorKind.Refused => StatusCode.PermissionDenied,
            ErrorKind.Peer => StatusCode.Unavailable,
            ErrorKind.Internal => StatusCode.Internal,
            _ => StatusCode.FailedPrecondition,
        };
        return new RpcException(new Status(code, fault.Code), new Metadata { { Trailer, Encode(fault) } });
    }

    public static CollabException FromStatus(RpcException e, PartyId? party, string address)
    {
        if (e.Trailers.GetValueBytes(Trailer) is { } bytes && TryDecode(bytes) is { } fault)
            return new CollabException(new ErrorCode(fault.Code, fault.Kind, fault.Next), fault.Message, fault.Party, fault.Step, e);
        for (Exception? cause = e.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is CollabException refused) return refused; // why this side would not connect, for example the peer's certificate
        }

        var who = party is null ? $"The node at {address}" : $"{party}'s node at {address}";
        return e.StatusCode switch
        {
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => new(Unauthenticated, $"{who} did not accept the certificate.", party, inner: e),
            StatusCode.Unimplemented => new(OtherVersion, $"{who} does not know this call.", party, inner: e),
            StatusCode.DeadlineExceeded => new(Unreachable, $"{who} did not answer in time.", party, inner: e),
            _ => new(Unreachable, $"{who} cannot be reached.", party, inner: e),
        };
    }

    private static byte[] Encode(Fault fault)
    {
        var writer = new CanonicalWriter();
        Fault.Encode(writer, fault);
        return writer.ToArray();
    }

    private static Fault? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new CanonicalReader(bytes);
            var fault = Fault.Decode(ref reader);
            reader.End();
            return fault;
        }
        catch (MalformedException)
        {
            return null; // then it is reported as what the status says
        }
    }
}
