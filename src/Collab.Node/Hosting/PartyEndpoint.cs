using Collab.Channels;
using Collab.Engine;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Wire.Party;

namespace Collab.Node.Hosting;

/// <summary>What this node answers other parties. A plan goes only to who takes part in it or is asked to agree, a receipt to who takes part.</summary>
internal sealed class PartyEndpoint(
    Greeting greeting, IDatasetCatalogue datasets, JobEngine engine, EmbeddedLedger ledger, Rendezvous rendezvous) : IPartyEndpoint
{
    public Greeting Greeting => greeting;

    public IReadOnlyList<DatasetOffer> ListDatasets(PartyId caller) => datasets.Offers;

    public byte[] GetPlan(PartyId caller, Digest job)
    {
        if (engine.Archive.FindPlan(job) is not { } plan) throw UnknownJob(job);
        if (TakesPart(plan, caller) || ProposalTerms.Of(plan)?.Asks(caller) == true) return plan.Encode();
        NoteStranger(plan, caller);
        throw UnknownJob(job);
    }

    public byte[] GetAlgorithm(PartyId caller, string name, int version) => engine.Algorithms.Find(name, version == 0 ? null : version).Encode();

    public byte[] GetReceipt(PartyId caller, Digest run)
    {
        var receipt = engine.Archive.RequireReceipt(run, ledger.Self);
        var committed = ledger.Page(receipt.Job).CommitOf(ledger.Self, run) is not null;
        var plan = engine.Archive.RequirePlan(receipt.Job);
        var mayHave = TakesPart(plan, caller);
        if (!mayHave) NoteStranger(plan, caller);
        return committed && mayHave ? receipt.Encode() : throw new CollabException(JobArchive.ReceiptUnknown, "There is no receipt for that party yet.", ledger.Self);
    }

    public Task<CheckpointAnswer> AddCheckpointAsync(PartyId caller, CheckpointOffer offer, CancellationToken cancellation)
    {
        var request = new AddCheckpointRequest(
            offer.OldSize, offer.Proof, offer.Checkpoint, [.. offer.Entries.Select(e => (ReadOnlyMemory<byte>)e)]);
        var final = offer.FinalCheckpoint is null ? null : SignedCheckpoint.Parse(offer.FinalCheckpoint);
        var reply = ledger.Witness(caller, offer.Origin, request, final);
        return Task.FromResult(new CheckpointAnswer((int)reply.Status, reply.Cosignature?.ToString(), reply.Size ?? 0));
    }

    public byte[]? GetCheckpoint(PartyId caller, string origin) => ledger.NewestOf(origin)?.ToBytes();

    // Every member holds every log anyway; what is told here is nothing that the caller was not offered when it was written.
    public LogTailAnswer? GetLog(PartyId caller, string origin, long held) => ledger.TailOf(origin, held) is { } tail
        ? new LogTailAnswer([.. tail.Entries.Select(entry => entry.ToArray())], tail.Proof, tail.Checkpoint.ToBytes(), tail.Final?.ToBytes())
        : null;

    public Task ConverseAsync(PartyId caller, Digest run, IFrameTransport transport, CancellationToken cancellation) =>
        rendezvous.Bring(caller, run, transport, cancellation)
            ? Task.CompletedTask
            : throw new CollabException(PeerFaultException.BrokeTheProtocol, $"{caller} opened a second conversation for one run.", caller);

    private static bool TakesPart(Plan plan, PartyId caller) => plan.Parties.Contains(caller) || plan.Requester == caller;

    // On this party's log, and not waited for: the caller hears the same as of a job that is not here.
    private void NoteStranger(Plan plan, PartyId caller) => _ = engine.RecordStrangerAsync(plan, caller, CancellationToken.None);

    private CollabException UnknownJob(Digest job) => new(JobArchive.JobUnknown, $"{ledger.Self} holds no plan {job.Short} for that party.", ledger.Self);
}
