using Grpc.Framing;

namespace Grpc.AspNetCore.Server;

/// <summary>Options of every service of a server.</summary>
public class GrpcServiceOptions
{
    private int? _maxReceiveMessageSize = MessageFrame.DefaultReceiveLimit;

    /// <summary>The largest message a method sends, in bytes; null for no limit of its own.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest message a method receives, in bytes, after inflation; 8 MB unless set, null for none.</summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set
        {
            _maxReceiveMessageSize = value;
            IsReceiveSizeSet = true;
        }
    }

    /// <summary>The compression of responses, <c>gzip</c>, for clients that accept it; null for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>Whether calls of unknown methods are left to other endpoints rather than answered as unimplemented.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    internal bool IsReceiveSizeSet { get; private set; }
}

/// <summary>Options of one service; what is not set follows the options of the server.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class;
