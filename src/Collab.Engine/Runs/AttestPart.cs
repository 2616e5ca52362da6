using Collab.Channels;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>The one party's part of <c>attest/1</c>: every granted row becomes a record, all of them one attestation (protocols/specs/attest.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Records">The records made, each with its row.</param>
/// <param name="Batch">The attestation.</param>
/// <param name="Expires">Until when they are valid.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record AttestPart(
    EnginePorts Ports, Plan Plan, IReadOnlyList<(long Row, SaltedRecord Record)> Records, Attestation Batch, DateTimeOffset Expires, SnapshotReference Read)
    : ProtocolPart(Read)
{
    /// <summary>The most records of a run: all of them are in memory while it lasts.</summary>
    public const int MostRecords = 250_000;

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, AttestQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(ports, input);                                                   // 1     the granted rows, once
        var attestation = new Attestation(ports.Self, ports.Random, ports.Commitments);
        var expires = ports.Clock.GetUtcNow() + question.Validity;
        var records = new List<(long, SaltedRecord)>();
        int[] places = [.. question.Columns.Select(name => input.Columns.Index().First(column => column.Item.Name == name).Index)];
        await foreach (var batch in data.ReadAsync(cancellation))
        {
            for (var row = 0; row < batch.RowCount; row++)                                                // 2     a record of each
            {
                if (records.Count == MostRecords) throw Unsuited($"A run attests at most {MostRecords} records.");
                var record = SaltedRecord.Create(
                    ports.Self, plan.Created, expires, [.. places.Select(place => RecordField.Of(batch.Columns[place], row))], ports.Random, ports.Commitments);
                attestation.Add(record);
                records.Add((batch.NumberOf(row), record));
            }
        }

        return records.Count > 0
            ? new AttestPart(ports, plan, records, attestation, expires, data.Close(ports.Random))
            : throw Unsuited("No row is left that could be attested.");

        CollabException Unsuited(string what) => new(RunErrors.RecordsUnsuited, what, ports.Self, RunSteps.Read);
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var written = await Ports.Ledger.AppendAsync(stamp => Batch.Operation(stamp, Plan.Digest), cancellation); // 3     one operation, final
        await Ports.Ledger.WaitForFinalityAsync(written, cancellation);
        return new JobResult.Attested(                                                                    // 4     a file of each
            Batch.Id, Expires, new LazyList<AttestedRow>(Records.Count, i => new AttestedRow(Records[i].Row, Records[i].Record.Header.Handle, Batch.Carry(Records[i].Record, i, Plan.Digest).EncodeSecret())));
    }
}
