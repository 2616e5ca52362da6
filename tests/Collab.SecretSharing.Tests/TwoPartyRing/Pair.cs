using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.SecretSharing.Tests.Preprocessing;
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

    /// <summary>The program's result, which must be equal to the plain one at both: with transfers, with a dealer, and if so said with triples made ahead.</summary>
    public static async Task EqualsPlainAsync(ulong[] plain, Func<TwoPartyEngine, Task<ulong[]>> program, bool stored = false)
    {
        var run = await RunAsync(program);
        Assert.Equal(plain, run.Sender);
        Assert.Equal(plain, run.Receiver);
        foreach (var dealt in await DealtAsync(program)) Assert.Equal(plain, dealt);
        if (!stored) return; // it takes the disk's time
        foreach (var result in await StoredAsync(program)) Assert.Equal(plain, result);
    }

    /// <summary>The program's result at both where they made a unit of triples of each kind ahead.</summary>
    public static async Task<ulong[][]> StoredAsync(Func<TwoPartyEngine, Task<ulong[]>> program)
    {
        using var stores = new StorePair();
        stores.Deal(1, 1);
        Task<ulong[]> PartAsync(IChannel channel, int index) => stores.RunAsync(channel, index, async stored =>
        {
            using var transfers = new DealtTransfers((BooleanParty)index);
            using var engine = new TwoPartyEngine(Parties, Parties[index], channel, transfers, Context, stored);
            return await program(engine);
        });
        var run = await TwoParty.RunAsync(channel => PartAsync(channel, 0), channel => PartAsync(channel, 1));
        return [run.Sender, run.Receiver];
    }

    /// <summary>The program's result at both where a third party deals the triples.</summary>
    public static async Task<ulong[][]> DealtAsync(Func<TwoPartyEngine, Task<ulong[]>> program)
    {
        var dealer = PartyId.Parse("dealer");
        var runs = await Testing.Parties.RunAsync([.. Parties, dealer], async (self, channels) =>
        {
            if (self == dealer)
            {
                await Dealer.ServeAsync(channels[Parties[0]], channels[Parties[1]], RandomSource.Seeded(9));
                return [];
            }

            var index = Array.IndexOf(Parties, self);
            using var engine = await TwoPartyEngine.OpenAsync(Parties, self, channels[Parties[1 - index]], channels[dealer]);
            var result = await program(engine);
            await engine.EndAsync();
            return result;
        });
        return [.. Parties.Select(party => runs[party].Result)];
    }
}
