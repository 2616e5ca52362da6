namespace Grpc.Core;

/// <summary>What a call hands to the calls made on its behalf.</summary>
public class ContextPropagationOptions
{
    /// <summary>Deadline and cancellation both.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Makes options.</summary>
    public ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
    {
        IsPropagateDeadline = propagateDeadline;
        IsPropagateCancellation = propagateCancellation;
    }

    /// <summary>Whether the deadline goes along.</summary>
    public bool IsPropagateDeadline { get; }

    /// <summary>Whether cancellation goes along.</summary>
    public bool IsPropagateCancellation { get; }
}

/// <summary>The deadline and cancellation of a call, for the calls made on its behalf.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }

    internal abstract DateTime? Deadline { get; }

    internal abstract CancellationToken Cancellation { get; }
}
