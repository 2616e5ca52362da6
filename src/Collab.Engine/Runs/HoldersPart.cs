using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Data.Keys;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Oprf;

namespace Collab.Engine.Runs;

/// <summary>A party's part of a check of records: the receiver asks every other owner by itself (protocols/specs/intersection.md, "Holders").</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's keys: the records asked for, or the whole list.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record HoldersPart(EnginePorts Ports, Plan Plan, IntersectionQuestion Question, KeyedRows Rows, SnapshotReference Read)
    : ProtocolPart(Read)
{
    private OprfKey? _key;
    private TokenList? _list;

    private PartyId Asker => Plan.Receivers[0];

    private int MostRecords => (int)Question.RecordsOf(Plan.Inputs, Asker);

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, IntersectionQuestion question, CancellationToken cancellation)
    {
        var (rows, read) = await GrantedData.ReadKeysAsync(ports, plan, question, cancellation);
        var part = new HoldersPart(ports, plan, question, rows, read);
        if (part.Asker == ports.Self)
        {
            if (rows.Keys.Count < 1 || rows.Keys.Count > part.MostRecords)
                throw new CollabException(RunErrors.RecordsUnsuited, $"A run asks for 1 to {part.MostRecords} records.", ports.Self, RunSteps.Read);
            return part;
        }

        // Each asker has a key of its own, so that two of them cannot compare answers. F is computed for new keys only.
        (part._key, part._list, _) = await Task.Run(
            () => KeptTokens.Update(part.FolderOf(part.Asker), ports.RequireStanding().Key, rows.Keys, ports.Random, Environment.ProcessorCount), cancellation);
        return part;
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        if (Asker != Ports.Self)
        {
            await KeptRecordCheck.AnswerAsync(channels[Asker], _key!, _list!, MostRecords, Ports.Random, cancellation);
            return null;
        }

        PartyId[] owners = [.. Plan.Owners.Where(owner => owner != Asker)];
        var held = new bool[owners.Length][];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(owners.Select(async (owner, i) =>
        {
            try
            {
                held[i] = await KeptRecordCheck.CheckAsync(channels[owner], FolderOf(owner), Rows.Keys, Ports.Random, stop.Token);
            }
            catch
            {
                await stop.CancelAsync(); // without one owner's answer there is no result
                throw;
            }
        }));
        var input = Plan.InputOf(Ports.Self)!;
        var asked = new IntersectionOutcome(Question, input, Rows).MatchesOf([.. Enumerable.Range(0, Rows.Keys.Count)]);
        return new JobResult.Holders(
            input.Key, owners, [.. asked.Select((match, record) => new HeldRow(match, [.. owners.Where((_, i) => held[i][record])]))]);
    }

    public override void Dispose() => _key?.Dispose();

    private string FolderOf(PartyId peer) => Ports.RequireStanding().Of(Plan.Digest, peer);
}
