using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>Three engines in one process, each with a program; and vectors worth trying.</summary>
internal static class Trio
{
    public static readonly PartyId[] Parties = Collab.Testing.Parties.Named(3);

    /// <summary>Runs one program on an engine at each of three parties; the results in their order.</summary>
    public static async Task<T[]> RunAsync<T>(SecurityModel security, Func<IVectorEngine, Task<T>> program)
    {
        var runs = await ThreeParty.RunAsync(async (self, channels) =>
        {
            using var engine = await OpenAsync(security, self, channels);
            return await program(engine);
        });
        return [.. Parties.Select(party => runs[party].Result)];
    }

    public static Task<ReplicatedEngine> OpenAsync(SecurityModel security, PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels) =>
        ReplicatedEngine.OpenAsync(Parties, self, channels, RandomSource.Seeded(Array.IndexOf(Parties, self)), security);

    /// <summary>Opens to all and gives the words.</summary>
    public static async Task<ulong[]> OpenAsync(this IVectorEngine engine, SharedVector x) => (await engine.OpenAsync(x, engine.Parties))!;

    public static async Task<ulong[]> OpenAsync(this IVectorEngine engine, SharedBitVector x) => (await engine.OpenBitsAsync(x, engine.Parties))!;

    /// <summary>The program's result, which must be the same at all parties and equal to the plain one.</summary>
    public static async Task EqualsPlainAsync(SecurityModel security, ulong[] plain, Func<IVectorEngine, Task<ulong[]>> program)
    {
        foreach (var result in await RunAsync(security, program)) Assert.Equal(plain, result);
    }

    /// <summary>Words of so many bits: extremes first, then random ones.</summary>
    public static ulong[] Words(int count, int bits, int seed)
    {
        var mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        ulong[] extremes = [0, mask, 1, mask - 1, 1UL << (bits - 1), mask >> 1, 0, mask];
        var random = RandomSource.Seeded(seed);
        return [.. Enumerable.Range(0, count).Select(i => i < extremes.Length ? extremes[(i + seed) % extremes.Length] : random.NextUInt64() & mask)];
    }

    public static Task<SharedVector> InputAsync(this IVectorEngine engine, int owner, ulong[] words) =>
        engine.InputAsync(engine.Parties[owner], engine.Index == owner ? words : default, words.Length);
}
