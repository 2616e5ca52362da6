using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about the register of the data subjects' consents (protocols/specs/consent.md).</summary>
public sealed class ConsentCalls
{
    private readonly IOperator _node;

    internal ConsentCalls(IOperator node) => _node = node;

    /// <summary>Takes consents in, all or none.</summary>
    public Task<ConsentRegisterView> AddAsync(IReadOnlyList<ConsentGiven> consents, CancellationToken cancellation = default) =>
        _node.CallAsync<ConsentRegisterView>(Verbs.AddConsents, new AddConsentsRequest(consents), cancellation);

    /// <summary>Withdraws what stands of a subject's consents.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="recipient">To whom alone; null for all.</param>
    /// <param name="purpose">For what alone; null for all.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<ConsentRegisterView> WithdrawAsync(string subject, string? recipient = null, string? purpose = null, CancellationToken cancellation = default) =>
        _node.CallAsync<ConsentRegisterView>(Verbs.WithdrawConsent, new WithdrawConsentRequest(subject, recipient, purpose), cancellation);

    /// <summary>The register, or one subject's part of it.</summary>
    public Task<ConsentRegisterView> ListAsync(string? subject = null, CancellationToken cancellation = default) =>
        _node.CallAsync<ConsentRegisterView>(Verbs.ListConsents, new ListConsentsRequest(subject), cancellation);

    /// <summary>Which runs took a subject's rows.</summary>
    public Task<ConsentHistoryView> HistoryOfSubjectAsync(string subject, CancellationToken cancellation = default) =>
        _node.CallAsync<ConsentHistoryView>(Verbs.ConsentHistory, new ConsentHistoryRequest(subject, null), cancellation);

    /// <summary>Of one run, the proof of how many rows were left out.</summary>
    /// <param name="run">The run in 64 hexadecimal digits.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<ConsentHistoryView> HistoryOfRunAsync(string run, CancellationToken cancellation = default) =>
        _node.CallAsync<ConsentHistoryView>(Verbs.ConsentHistory, new ConsentHistoryRequest(null, run), cancellation);
}
