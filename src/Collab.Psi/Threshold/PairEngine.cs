using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Threshold;

/// <summary>One party's end of the engine over shares with one other party, and the fork that all of theirs runs on.</summary>
internal sealed class PairEngine : IAsyncDisposable
{
    private const string Fork = "psi-threshold";
    private const string EngineFork = "engine";

    private readonly IChannel _engineChannel;
    private readonly ExtendedTransfers _transfers;

    /// <summary>The leader is the second party towards each other one, as the receiver of a membership test is; else the names say who is first.</summary>
    public PairEngine(PartyId self, IChannel channel, RandomSource random, ThresholdPsiOptions options)
    {
        var first = channel.Peer == options.Leader || (self != options.Leader && self.CompareTo(channel.Peer) < 0);
        var context = options.ContextOf(self, channel.Peer);
        Channel = channel.Fork(Fork);
        _engineChannel = Channel.Fork(EngineFork);
        _transfers = new ExtendedTransfers(first ? BooleanParty.First : BooleanParty.Second, Channel, random.Branch("engine"), context); // engines to several parties draw at the same time
        Engine = new BooleanEngine(first ? BooleanParty.First : BooleanParty.Second, _engineChannel, _transfers, context);
    }

    /// <summary>To the other party.</summary>
    public IChannel Channel { get; }

    /// <summary>Over shares with it.</summary>
    public BooleanEngine Engine { get; }

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        await _transfers.DisposeAsync().ConfigureAwait(false);
        await _engineChannel.DisposeAsync().ConfigureAwait(false);
        await Channel.DisposeAsync().ConfigureAwait(false);
    }
}
