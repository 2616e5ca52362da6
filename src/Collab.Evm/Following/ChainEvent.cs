using Collab.Evm.Rpc;

namespace Collab.Evm.Following;

/// <summary>What happened to something that the contract said.</summary>
public enum ChainChange
{
    /// <summary>It came onto the chain, and may still go.</summary>
    Added,

    /// <summary>Its block was replaced: it was not said.</summary>
    RolledBack,

    /// <summary>It stays.</summary>
    Final,
}

/// <summary>One step of the stream that a follower gives. What was added is rolled back or becomes final, once.</summary>
public sealed record ChainEvent(ChainChange Change, EvmLog Log);
