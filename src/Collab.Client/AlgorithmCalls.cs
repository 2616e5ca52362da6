using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about the algorithms that this party provides (protocols/specs/algorithm.md).</summary>
public sealed class AlgorithmCalls
{
    private readonly IOperator _node;

    internal AlgorithmCalls(IOperator node) => _node = node;

    /// <summary>Registers what a job description asks for as an algorithm, or as its next version.</summary>
    /// <param name="name">The algorithm's name.</param>
    /// <param name="description">The job description (YAML).</param>
    /// <param name="asks">Whether a person decides on every use.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<AlgorithmView> AddAsync(string name, string description, bool asks = false, CancellationToken cancellation = default) =>
        _node.CallAsync<AlgorithmView>(Verbs.AddAlgorithm, new AddAlgorithmRequest(name, description, asks), cancellation);

    /// <summary>The algorithms of this party.</summary>
    public Task<AlgorithmsView> ListAsync(CancellationToken cancellation = default) =>
        _node.CallAsync<AlgorithmsView>(Verbs.ListAlgorithms, new AlgorithmRequest(null), cancellation);

    /// <summary>One algorithm with its content.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="of">Whose it is; this party's when null.</param>
    /// <param name="version">A version; the newest when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<AlgorithmView> ShowAsync(string name, string? of = null, int? version = null, CancellationToken cancellation = default) =>
        _node.CallAsync<AlgorithmView>(Verbs.ShowAlgorithm, new AlgorithmRequest(name, of, version), cancellation);

    /// <summary>Withdraws an algorithm; no job is planned with it any more.</summary>
    public Task<AlgorithmView> WithdrawAsync(string name, CancellationToken cancellation = default) =>
        _node.CallAsync<AlgorithmView>(Verbs.WithdrawAlgorithm, new AlgorithmRequest(name), cancellation);
}
