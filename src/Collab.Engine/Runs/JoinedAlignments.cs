using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;

namespace Collab.Engine.Runs;

/// <summary>The rows of two owners that match, shared, with either of them as the receiver of the alignment; each made when an analysis first needs it, by both owners alike.</summary>
/// <param name="self">This owner.</param>
/// <param name="receiver">Who receives the findings: its alignment runs on the channel itself, the other's on a fork of it.</param>
/// <param name="channel">To the other owner; stays the caller's.</param>
/// <param name="keys">This owner's keys.</param>
/// <param name="subsets">For each of its rows the subsets it is in.</param>
/// <param name="random">All randomness of this owner.</param>
/// <param name="options">Context, limits, threads.</param>
internal sealed class JoinedAlignments(
    PartyId self, PartyId receiver, IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> keys, ReadOnlyMemory<ulong> subsets, RandomSource random, CircuitPsiOptions options)
    : IAsyncDisposable
{
    private SharedRows? _toReceiver, _toOther;
    private IChannel? _fork;

    /// <summary>The rows aligned with an owner as the receiver.</summary>
    public async Task<SharedRows> ToAsync(PartyId owner, CancellationToken cancellation)
    {
        var party = owner == self ? BooleanParty.Second : BooleanParty.First;
        if (owner == receiver) return _toReceiver ??= await SharedRows.AlignAsync(party, channel, keys, subsets, random, options, cancellation);
        _fork ??= channel.Fork("joined-other");
        return _toOther ??= await SharedRows.AlignAsync(
            party, _fork, keys, subsets, random, options with { Context = Digest.Of("collab.joined-ranks.other", options.Context.ToArray()) }, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_toReceiver is not null) await _toReceiver.DisposeAsync();
        if (_toOther is not null) await _toOther.DisposeAsync();
        if (_fork is not null) await _fork.DisposeAsync();
    }
}
