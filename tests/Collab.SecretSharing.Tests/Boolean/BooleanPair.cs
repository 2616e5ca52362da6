using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.TwoPartyRing;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Boolean;

/// <summary>Both parties of a computation on shared bits, with dealt transfers.</summary>
internal static class BooleanPair
{
    private static readonly Digest Context = Digest.Of("collab.test.boolean-pair", []);

    public static Task<TwoPartyRun<T, T>> RunAsync<T>(Func<BooleanEngine, Task<T>> program, DealtTransfers? first = null, DealtTransfers? second = null) => TwoParty.RunAsync(
        channel => PartyAsync(channel, BooleanParty.First, program, first), channel => PartyAsync(channel, BooleanParty.Second, program, second));

    /// <summary>With an engine for comparisons beside.</summary>
    public static Task<TwoPartyRun<T, T>> RunAsync<T>(Func<BooleanEngine, TwoPartyEngine, Task<T>> program) => TwoParty.RunAsync(
        channel => WithRingAsync(channel, BooleanParty.First, program), channel => WithRingAsync(channel, BooleanParty.Second, program));

    public static async Task<T> PartyAsync<T>(IChannel channel, BooleanParty party, Func<BooleanEngine, Task<T>> program, DealtTransfers? transfers = null)
    {
        using var dealt = transfers ?? new DealtTransfers(party);
        using var engine = new BooleanEngine(party, channel, dealt, Context);
        return await program(engine);
    }

    private static async Task<T> WithRingAsync<T>(IChannel channel, BooleanParty party, Func<BooleanEngine, TwoPartyEngine, Task<T>> program)
    {
        using var transfers = new DealtTransfers(party);
        using var engine = new BooleanEngine(party, channel, transfers, Context);
        await using var line = channel.Fork("ring");
        using var ring = new TwoPartyEngine([TwoParty.Sender, TwoParty.Receiver], party == BooleanParty.First ? TwoParty.Sender : TwoParty.Receiver, line, transfers, Digest.Of("collab.test.ring", []));
        return await program(engine, ring);
    }
}
