using Collab.Cryptography;
using Collab.Data.Keys;
using Collab.Engine.Consents;
using Collab.Engine.Datasets;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>
/// Exactly the granted columns of one dataset, read once, committed to as they pass. <see cref="Close"/> tells whether they are
/// what was registered; nothing computed from them may leave before it has.
/// </summary>
internal sealed class GrantedData : IDisposable
{
    internal const string SnapshotDomain = "collab.snapshot.v1";

    private readonly PlanInput _input;
    private readonly RegisteredDataset _dataset;
    private readonly ColumnCommitter _committer;
    private readonly ConsentSelection? _consented;

    public GrantedData(EnginePorts ports, PlanInput input)
        : this(input, ports.Datasets.Open(input.DatasetId), ports.Consented)
    {
    }

    public GrantedData(PlanInput input, RegisteredDataset dataset, ConsentSelection? consented)
    {
        (_input, _dataset, _consented) = (input, dataset, consented);
        if ((input.Subject is null) != (_consented is null)) throw new InvalidOperationException("Whose rows may be read is settled before they are, where consent is required, and nowhere else.");
        if (!input.Admits(dataset.Offer.Version)) throw Changed("was registered anew since the plan was made");
        foreach (var column in input.Columns) // of a standing job, whose dataset may have been registered with other ones
        {
            if (dataset.Offer.Schema.Find(column.Name) != column) throw Changed($"has no column '{column.Name}' any more, or of another type than the plan says");
        }

        _committer = new ColumnCommitter(input.Columns.Select(c => (c, dataset.Columns[c.Name].Salt)));
    }

    /// <summary>What names the rows that are left to answers over them: the dataset's version, and with consent the register's besides.</summary>
    public Digest Version => _consented is null ? _dataset.Offer.Version : _consented.VersionOf(_dataset.Offer.Version);

    /// <summary>Reads this party's keys of an intersection to the end, and commits to what was read.</summary>
    public static async Task<(KeyedRows Rows, SnapshotReference Read)> ReadKeysAsync(
        EnginePorts ports, Plan plan, IntersectionQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(ports, input);
        var rows = await KeyedRowReader.ReadAsync(data.ReadAsync(cancellation), question.KeysOf(input), question.KeyRule, null, cancellation);
        return (rows, data.Close(ports.Random));
    }

    /// <summary>The rows whose subjects consent and for which the plan's filter is true, or all, in the columns of the plan and their order. What is committed to is all of them.</summary>
    public IAsyncEnumerable<ColumnBatch> ReadAsync(CancellationToken cancellation)
    {
        var batches = _committer.Observe(_dataset.Source.ReadAsync([.. _input.Columns.Select(c => c.Name)], cancellation), cancellation);
        if (_consented is not null) batches = batches.Select(_consented.Begin(_input.Columns));
        return _input.Filter is { } filter ? batches.Select(new RowSelection(filter, _input.Columns).Of) : batches;
    }

    /// <summary>Checks what was read against what was registered, and commits to it for this run with a fresh salt.</summary>
    /// <exception cref="CollabException"><see cref="RunErrors.DataChanged"/>.</exception>
    public SnapshotReference Close(RandomSource random)
    {
        var (columns, _) = _committer.Finish();
        foreach (var column in _input.Columns)
        {
            if (columns[column.Name].Value != _dataset.Columns[column.Name].Value)
                throw Changed($"holds other values in column '{column.Name}' than when it was registered");
        }

        var content = new CanonicalWriter()
            .Digest(_dataset.Offer.Version)
            .List(_input.Columns, (w, c) => w.Text(c.Name).Digest(columns[c.Name].Value));
        _consented?.Encode(content);
        var (commitment, opening) = Commitment.Commit(SnapshotDomain, content.Written, random);
        _consented?.Note(content.Written, opening); // the proof of how many were left out stays here
        return new SnapshotReference(_input.DatasetId, _dataset.Offer.Version, commitment.Value);
    }

    public void Dispose() => _committer.Dispose();

    private CollabException Changed(string how) => new(RunErrors.DataChanged, $"{_input.Owner}'s dataset '{_input.Dataset}' {how}.", _input.Owner, RunSteps.Read);
}
