using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about attested records (protocols/specs/record.md); a record's file is bytes here, whole.</summary>
public sealed class RecordCalls
{
    private readonly IOperator _node;

    internal RecordCalls(IOperator node) => _node = node;

    /// <summary>Attests rows of a dataset as records, with a file for each holder.</summary>
    public Task<IssuedFilesView> IssueAsync(IssueRecordsRequest request, CancellationToken cancellation = default) =>
        _node.CallAsync<IssuedFilesView>(Verbs.IssueRecords, request, cancellation);

    /// <summary>What this node attested, of all or about one subject.</summary>
    public Task<IssuedRecordsView> ListAsync(string? subject = null, CancellationToken cancellation = default) =>
        _node.CallAsync<IssuedRecordsView>(Verbs.ListRecords, new ListRecordsRequest(subject), cancellation);

    /// <summary>Takes a record back.</summary>
    /// <param name="handle">Its handle, in 64 hexadecimal digits.</param>
    /// <param name="reason">A reason code.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<IssuedRecordView> RevokeAsync(string handle, string reason, CancellationToken cancellation = default) =>
        _node.CallAsync<IssuedRecordView>(Verbs.RevokeRecord, new RevokeRecordRequest(handle, reason), cancellation);

    /// <summary>Verifies a carried record by this node's copy of the ledger.</summary>
    /// <param name="file">The file.</param>
    /// <param name="issuer">Who must have attested it; null for whoever it names.</param>
    /// <param name="unnoted">Whether the check leaves no note on this node's log.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<RecordVerdictView> VerifyAsync(ReadOnlySpan<byte> file, string? issuer = null, bool unnoted = false, CancellationToken cancellation = default) =>
        _node.CallAsync<RecordVerdictView>(Verbs.VerifyRecord, new VerifyRecordRequest(Convert.ToBase64String(file), issuer, unnoted), cancellation);

    /// <summary>Gives a carried record a newer proof from the ledger.</summary>
    public Task<RecordFileView> RenewAsync(ReadOnlySpan<byte> file, CancellationToken cancellation = default) =>
        _node.CallAsync<RecordFileView>(Verbs.RenewRecord, new RenewRecordRequest(Convert.ToBase64String(file)), cancellation);
}
