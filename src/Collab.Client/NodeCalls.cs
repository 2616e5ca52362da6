using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about the node itself.</summary>
public sealed class NodeCalls
{
    private static readonly TimeSpan LongestPreparation = TimeSpan.FromDays(2);
    private readonly IOperator _node;

    internal NodeCalls(IOperator node) => _node = node;

    /// <summary>How the node is, whom it reaches, and what keeps its jobs from going on.</summary>
    public Task<StatusView> StatusAsync(CancellationToken cancellation = default) =>
        _node.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), cancellation);

    /// <summary>Makes triples ahead with another party, whose operator asks for the same; answers when they are stored.</summary>
    public Task<StockView> PrepareAsync(PrepareRequest request, CancellationToken cancellation = default) =>
        _node.CallAsync<StockView>(Verbs.Prepare, request, cancellation, LongestPreparation);
}
