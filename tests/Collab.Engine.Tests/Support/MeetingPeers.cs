using Collab.Channels;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Support;

/// <summary>Peers that only ever meet; one of them may not come.</summary>
internal sealed class MeetingPeers(PartyId self, MeetingPoint meeting, PartyId? unreachable) : IPeers
{
    public IReadOnlyList<PartyId> Members => [Plans.Al, Plans.Bo, Plans.Cy];

    public Task<IReadOnlyList<DatasetOffer>> ListDatasetsAsync(PartyId from, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<byte[]> GetPlanAsync(PartyId from, Digest job, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<byte[]> GetAlgorithmAsync(PartyId from, string name, int version, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<byte[]> GetReceiptAsync(PartyId from, Digest run, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChannelConnection> ConnectAsync(PartyId peer, Digest run, Digest context, CancellationToken cancellation) => peer == unreachable
        ? Task.FromException<ChannelConnection>(new ChannelException(ChannelException.Silent, peer, $"{peer} did not open its channel in time."))
        : meeting.ConnectAsync(self, peer, run, context, cancellation);
}
