namespace Collab.Cli.Bench;

/// <summary>What to measure; the options of <c>collab bench</c>.</summary>
public sealed record BenchOptions
{
    /// <summary>The topic, for example <c>grpc</c>.</summary>
    public required string Topic { get; init; }

    /// <summary>The operation within the topic, for example <c>bidi</c>; null for the topic's first.</summary>
    public string? Operation { get; init; }

    /// <summary>What a protocol tells, where the topic has several: for <c>psi</c>, <c>intersect</c>, <c>cardinality</c>, <c>sum</c> or <c>circuit</c>; null for the first.</summary>
    public string? Mode { get; init; }

    /// <summary>How many items one run works on: for <c>grpc</c> the messages, calls or round trips. 0 for the topic's own size.</summary>
    public long Size { get; init; }

    /// <summary>How many runs are measured, after one that is not.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>How many parties compute, where the topic has a choice: <c>mpc</c>, 2 or 3.</summary>
    public int Parties { get; init; } = 3;

    /// <summary>Whether a third party deals two their triples: <c>mpc</c>.</summary>
    public bool Dealer { get; init; }

    /// <summary>How many threads each side may compute with.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary><c>memory</c> or <c>grpc</c>; null for the topic's own.</summary>
    public string? Transport { get; init; }

    /// <summary>Whether the sets lie on the disk and pass bucket by bucket: <c>psi rr22</c>.</summary>
    public bool Streamed { get; init; }

    /// <summary>Whether each party's process is bound to a core of its own; two processes only.</summary>
    public bool Pin { get; init; }

    /// <summary>The security of the run in the topic's words: <c>semi-honest</c> or <c>malicious</c>; for <c>grpc</c>, <c>mtls</c> or <c>plain</c>.</summary>
    public string? Security { get; init; }

    /// <summary>The size of one message, in bytes; 0 for the operation's own.</summary>
    public int MessageBytes { get; init; }

    /// <summary>How many calls are under way at once, where the operation has several.</summary>
    public int InFlight { get; init; } = 32;

    /// <summary>Items of the party that has many: <c>upsi</c>.</summary>
    public int SenderItems { get; init; } = 1 << 20;

    /// <summary>Items of the party that asks: <c>upsi</c>.</summary>
    public int ReceiverItems { get; init; } = 1 << 10;

    /// <summary>Bytes of the label of an item: <c>upsi</c>.</summary>
    public int LabelBytes { get; init; }

    /// <summary>Columns of all parties: <c>model</c>.</summary>
    public int Columns { get; init; } = 20;

    /// <summary>Trees: <c>model</c>.</summary>
    public int Trees { get; init; } = 5;

    /// <summary>Splits from a root to a leaf: <c>model</c>.</summary>
    public int Depth { get; init; } = 3;

    /// <summary>Bins of values a column: <c>model</c>.</summary>
    public int Bins { get; init; } = 16;

    /// <summary>Passes over the rows, of a linear model.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows of a step, of a linear model.</summary>
    public int Batch { get; init; } = 128;
}
