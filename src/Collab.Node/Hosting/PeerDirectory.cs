using Collab.Channels;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Wire.Party;

namespace Collab.Node.Hosting;

/// <summary>The other parties' nodes over gRPC, as the engine and the ledger see them.</summary>
internal sealed class PeerDirectory : IPeers, IDisposable
{
    private static readonly ChannelOptions Channels = ChannelOptions.Default with
    {
        KeepAlive = TimeSpan.FromSeconds(4),
        SilenceLimit = TimeSpan.FromSeconds(20),
    };

    private readonly PartyId _self;
    private readonly Rendezvous _rendezvous;
    private readonly IReadOnlyDictionary<PartyId, PartyClient> _clients;

    public PeerDirectory(PartyId self, IReadOnlyList<PartyId> members, IEnumerable<PartyClient> clients, Rendezvous rendezvous)
    {
        (_self, Members, _rendezvous) = (self, members, rendezvous);
        _clients = clients.ToDictionary(c => c.Party);
        Witnesses = [.. _clients.Values.Select(c => new WireWitness(c))];
    }

    public IReadOnlyList<PartyId> Members { get; }

    public IReadOnlyList<ILogHolder> Witnesses { get; }

    public PartyClient ClientOf(PartyId party) => _clients[party];

    public Task<IReadOnlyList<DatasetOffer>> ListDatasetsAsync(PartyId from, CancellationToken cancellation) =>
        _clients[from].ListDatasetsAsync(cancellation);

    public Task<byte[]> GetPlanAsync(PartyId from, Digest job, CancellationToken cancellation) => _clients[from].GetPlanAsync(job, cancellation);

    public Task<byte[]> GetAlgorithmAsync(PartyId from, string name, int version, CancellationToken cancellation) => _clients[from].GetAlgorithmAsync(name, version, cancellation);

    public Task<byte[]> GetReceiptAsync(PartyId from, Digest run, CancellationToken cancellation) => _clients[from].GetReceiptAsync(run, cancellation);

    // Of each pair the party whose name comes first dials, so that there is one call and no race.
    public Task<ChannelConnection> ConnectAsync(PartyId peer, Digest run, Digest context, CancellationToken cancellation) =>
        new Meeting(_self, peer, context, Channels).OpenAsync(
            _self.CompareTo(peer) < 0
                ? stop => _clients[peer].ConverseAsync(run, stop)
                : stop => _rendezvous.TakeAsync(peer, run, stop),
            cancellation);

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    /// <summary>Another party's node as witness of this one's log.</summary>
    private sealed class WireWitness(PartyClient client) : ILogHolder
    {
        public PartyId Party => client.Party;

        public async Task<AddCheckpointReply> AddCheckpointAsync(
            string origin, AddCheckpointRequest request, SignedCheckpoint? newestFinal, CancellationToken cancellation)
        {
            var answer = await client.AddCheckpointAsync(
                new CheckpointOffer(
                    origin, request.OldSize, [.. request.Entries.Select(e => e.ToArray())], request.Proof, request.Note.ToArray(), newestFinal?.ToBytes()),
                cancellation);
            try
            {
                var cosignature = answer.Cosignature is null ? null : NoteSignature.Parse(answer.Cosignature);
                return new AddCheckpointReply(
                    (WitnessStatus)answer.Status, cosignature, answer.Status == (int)WitnessStatus.Conflict ? answer.Size : null, "");
            }
            catch (MalformedException e)
            {
                throw new CollabException(LedgerErrors.Mismatch, $"{Party} answered with a malformed cosignature.", Party, inner: e);
            }
        }

        public async Task<LogRemainder?> GetLogAsync(string origin, long held, CancellationToken cancellation)
        {
            if (await client.GetLogAsync(origin, held, cancellation) is not { } tail) return null;
            try
            {
                return new LogRemainder(
                    [.. tail.Entries.Select(entry => (ReadOnlyMemory<byte>)entry)], tail.Proof, SignedCheckpoint.Parse(tail.Checkpoint),
                    tail.FinalCheckpoint is { } final ? SignedCheckpoint.Parse(final) : null);
            }
            catch (MalformedException e)
            {
                throw new CollabException(LedgerErrors.Mismatch, $"{Party} answered with a malformed checkpoint.", Party, inner: e);
            }
        }

        public async Task<SignedCheckpoint?> GetCheckpointAsync(string origin, CancellationToken cancellation)
        {
            var bytes = await client.GetCheckpointAsync(origin, cancellation);
            try
            {
                return bytes is null ? null : SignedCheckpoint.Parse(bytes);
            }
            catch (MalformedException e)
            {
                throw new CollabException(LedgerErrors.Mismatch, $"{Party} answered with a malformed checkpoint.", Party, inner: e);
            }
        }
    }
}
