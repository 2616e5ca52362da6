using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Additive;

namespace Collab.Statistics.Analyses;

/// <summary>One party's view of the others during the rounds of a procedure.</summary>
/// <param name="Plan">The plan of all analyses.</param>
/// <param name="Self">This party.</param>
/// <param name="Peers">A channel to each other party of the plan.</param>
/// <param name="Random">Where shares come from.</param>
/// <param name="Progress">Told of each step as it begins.</param>
internal sealed record ProcedureRounds(
    AnalysisPlan Plan, PartyId Self, IReadOnlyDictionary<PartyId, IChannel> Peers, RandomSource Random, IProgress<StepId>? Progress)
{
    /// <summary>Which cells of the procedure at hand were opened: at least one.</summary>
    public IReadOnlyList<bool> Opened { get; init; } = [];

    /// <summary>The owners but this party, in the order of their names.</summary>
    public IReadOnlyList<IChannel> OtherOwners => [.. Plan.Owners.Where(owner => owner != Self).Select(owner => Peers[owner])];

    /// <summary>An owner's part of a sum over all owners that only the receiver learns: <see cref="AdditiveSharing"/>, both its steps.</summary>
    public async Task AddAsync(ReadOnlyMemory<Integer256> own, CancellationToken cancellation)
    {
        using var shares = await AdditiveSharing.ShareAndAddAsync(OtherOwners, own, Random, cancellation);
        await AdditiveSharing.OpenAsync(Peers[Plan.Receiver], shares, cancellation);
    }

    /// <summary>The receiver's part of such a sum.</summary>
    /// <param name="length">How many values.</param>
    /// <param name="own">Its own values if it is an owner too, shape [length].</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<Integer256[]> SumAsync(int length, Integer256[]? own, CancellationToken cancellation)
    {
        if (own is null) return await AdditiveSharing.ReceiveAsync(OtherOwners, length, null, cancellation);
        using var shares = await AdditiveSharing.ShareAndAddAsync(OtherOwners, own, Random, cancellation);
        return await AdditiveSharing.ReceiveAsync(OtherOwners, length, shares, cancellation);
    }
}
