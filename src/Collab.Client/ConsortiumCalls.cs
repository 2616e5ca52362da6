using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about the consortium (protocols/specs/governance.md).</summary>
public sealed class ConsortiumCalls
{
    private readonly IOperator _node;

    internal ConsortiumCalls(IOperator node) => _node = node;

    /// <summary>Members with their roles, pause, and all motions.</summary>
    public Task<GovernanceView> StandingAsync(CancellationToken cancellation = default) =>
        _node.CallAsync<GovernanceView>(Verbs.Governance, new EmptyRequest(), cancellation);

    /// <summary>Opens a motion; this operator's own vote is in it.</summary>
    public Task<GovernanceView> OpenMotionAsync(OpenMotionRequest motion, CancellationToken cancellation = default) =>
        _node.CallAsync<GovernanceView>(Verbs.OpenMotion, motion, cancellation);

    /// <summary>Votes for a motion.</summary>
    /// <param name="motion">The first digits, six at least, of its digest.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<GovernanceView> VoteAsync(string motion, CancellationToken cancellation = default) =>
        _node.CallAsync<GovernanceView>(Verbs.Vote, new VoteRequest(motion), cancellation);
}
