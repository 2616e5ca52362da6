using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.SecretSharing.TwoPartyRing;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.TwoPartyRing;

/// <summary>Two engines in one process, each with a program; transfers are dealt.</summary>
internal static class Pair
{
    public static readonly PartyId[] Parties = [TwoParty.Sender, TwoParty.Receiver];

    private static readonly Digest Context = Digest.Of("collab.test.two-party-ring", []);

    /// <summary>Runs one program on both engines.</summary>
    public static Task<TwoPartyRun<T, T>> RunAsync<T>(Func<TwoPartyEngine, Task<T>> program) =>
        TwoParty.RunAsync(channel => RunOneAsync(channel, 0, program), channel => RunOneAsync(channel, 1, program));

    /// <summary>One party's part of such a run.</summary>
    public static async Task<T> RunOneAsync<T>(IChannel channel, int index, Func<TwoPartyEngine, Task<T>> program)
    {
        using var transfers = new DealtTransfers((BooleanParty)index);
        using var engine = new TwoPartyEngine(Parties, Parties[index], channel, transfers, Context);
        return await program(engine);
    }

    /// <summary>The program's result, which must be equal to the plain one at both.</summary>
    public static async Task EqualsPlainAsync(ulong[] plain, Func<TwoPartyEngine, Task<ulong[]>> program)
    {
        var run = await RunAsync(program);
        Assert.Equal(plain, run.Sender);
        Assert.Equal(plain, run.Receiver);
    }
}
