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

/// <summary>What this node answers other parties. A plan or a receipt goes only to who takes part in it.</summary>
internal sealed class PartyEndpoint(
    Greeting greeting, IDatasetCatalogue datasets, JobArchive archive, EmbeddedLedger ledger, Rendezvous rendezvous) : IPartyEndpoint
{
    public Greeting Greeting => greeting;

    public IReadOnlyList<DatasetOffer> ListDatasets(PartyId caller) => datasets.Offers;

    public byte[] GetPlan(PartyId caller, Digest job)
    {
        var plan = archive.FindPlan(job);
        return plan is not null && (plan.Parties.Contains(caller) || plan.Requester == caller) ? plan.Encode() : throw UnknownJob(job);
    }

    public byte[] GetReceipt(PartyId caller, Digest run)
    {
        var receipt = archive.RequireReceipt(run, ledger.Self);
        var committed = ledger.Page(receipt.Job).CommitOf(ledger.Self, run) is not null;
        var plan = archive.RequirePlan(receipt.Job);
        var mayHave = plan.Parties.Contains(caller) || plan.Requester == caller;
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

    public Task ConverseAsync(PartyId caller, Digest run, IFrameTransport transport, CancellationToken cancellation) =>
        rendezvous.Bring(caller, run, transport, cancellation)
            ? Task.CompletedTask
            : throw new CollabException(PeerFaultException.BrokeTheProtocol, $"{caller} opened a second conversation for one run.", caller);

    private CollabException UnknownJob(Digest job) => new(JobArchive.JobUnknown, $"{ledger.Self} holds no plan {job.Short} for that party.", ledger.Self);
}
