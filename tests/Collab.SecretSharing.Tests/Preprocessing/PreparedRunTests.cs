using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Tests.TwoPartyRing;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Preprocessing;

/// <summary>Triples that two parties make ahead, and runs that use them first.</summary>
public sealed class PreparedRunTests : IDisposable
{
    private const int Rows = 500;

    private readonly StorePair _stores = new();

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Triples_made_together_are_triples_and_both_hold_as_many()
    {
        var network = new InMemoryNetwork(Pair.Parties);
        Assert.Empty(await PrepareAsync(network, new(1, 1), new(1, 1)));
        var (one, other) = (Claim(0), Claim(1));
        for (var i = 0; i < TripleStore.UnitWords; i++)
        {
            Assert.Equal(unchecked((one[0].A.Span[i] + other[0].A.Span[i]) * (one[0].B.Span[i] + other[0].B.Span[i])), unchecked(one[0].C.Span[i] + other[0].C.Span[i]));
            Assert.Equal((one[1].A.Span[i] ^ other[1].A.Span[i]) & (one[1].B.Span[i] ^ other[1].B.Span[i]), one[1].C.Span[i] ^ other[1].C.Span[i]);
        }

        foreach (var triples in one.Concat(other)) triples.Dispose();
    }

    [Theory]
    [InlineData(nameof(PreparationRequest), 1)]
    [InlineData(nameof(DigestMessage), 2)]
    [InlineData(nameof(UnitOffer), 0)]
    public async Task A_broken_message_names_its_sender_and_leaves_no_unit_that_one_alone_would_use(string type, int index)
    {
        foreach (var change in new Func<byte[], byte[]?>[] { _ => null, p => [.. p, 1], p => [.. p[..^1], (byte)(p[^1] ^ 1)] })
        {
            _stores.Deal(0, 1);
            var network = new InMemoryNetwork(Pair.Parties, passed =>
                passed.From == Pair.Parties[0] && passed.Type == type && passed.Index == index ? change(passed.Payload) : passed.Payload);
            var failures = await PrepareAsync(network, new(0, 1), new(0, 1));
            Assert.Contains(Pair.Parties[1], failures);
            Assert.All(failures.Values, failure => Assert.IsAssignableFrom<CollabException>(failure));
        }

        var agreed = new int[2];
        var after = new InMemoryNetwork(Pair.Parties);
        await after.RunAsync(Pair.Parties.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
        {
            using var store = _stores.Open(p.Index);
            using var stored = await StoredTriples.AgreeAsync(p.Item, after.Of(p.Item)[Pair.Parties[1 - p.Index]], store);
            agreed[p.Index] = stored.Left(TripleKind.Bits);
        })));
        Assert.Equal(agreed[0], agreed[1]);
    }

    [Fact]
    public async Task Operators_who_ask_for_different_amounts_make_nothing()
    {
        var failures = await PrepareAsync(new InMemoryNetwork(Pair.Parties), new(1, 0), new(1, 1));
        Assert.All(Pair.Parties, party => Assert.Equal(PreprocessingErrors.AmountsDiffer, Assert.IsType<CollabException>(failures[party]).Code));
        Assert.Empty(_stores.Files(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TripleStock.Holding((TripleStore.MostUnits * (long)TripleStore.UnitWords) + 1, 0));
        Assert.Equal(new TripleStock(1, 2), TripleStock.Holding(1, (64 * TripleStore.UnitWords) + 1));
    }

    [Theory]
    [InlineData(1, 1, false)]  // all of it from the store
    [InlineData(1, 0, true)]   // products alone
    [InlineData(0, 0, true)]
    public async Task A_program_uses_the_store_first_and_gives_the_same_result(int words, int bits, bool makesOthers)
    {
        _stores.Deal(words, bits);
        var network = new InMemoryNetwork(Pair.Parties);
        var results = new IReadOnlyList<OpenedValue>?[2];
        var program = JointProgram.Create("open low = sum(select(x * 1000 < sum(x), x, 0))", Pair.Parties, [new("x", null, 0, 0, 1 << 20)], [Rows, Rows]);
        long[][] x = [.. Pair.Parties.Select((_, p) => Enumerable.Range(1, Rows).Select(i => (i * (7919L + p)) % 1_000_003).ToArray())];
        var failures = await network.RunAsync(Pair.Parties.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
        {
            using var store = _stores.Open(p.Index);
            results[p.Index] = await program.RunAsync(
                p.Item, network.Of(p.Item), new Dictionary<string, long[]> { ["x"] = x[p.Index] }, Rows, Pair.Parties,
                SecurityModel.SemiHonest, Digest.Of("collab.test.run", []), RandomSource.Seeded(p.Index), store);
        })));
        Assert.Empty(failures);
        long[] all = [.. x[0], .. x[1]];
        Assert.All(results, result => Assert.Equal(all.Where(one => one * 1000 < all.Sum()).Sum(), Assert.Single(Assert.Single(result!).Units)));
        Assert.Equal(makesOthers, network.Passed.Any(message => message.Type == "PointMessage")); // the base transfers
        Assert.Empty(_stores.Files(0));
        Assert.Empty(_stores.Files(1));
    }

    [Fact]
    public async Task Beyond_the_store_products_are_made_online_in_the_same_vector()
    {
        _stores.Deal(1, 1);
        const int count = TripleStore.UnitWords + 100;
        ulong[] x = [.. Enumerable.Range(0, count).Select(i => unchecked((ulong)i * 0x9e3779b97f4a7c15))];
        var network = new InMemoryNetwork(Pair.Parties);
        ulong[]? opened = null;
        Assert.Empty(await network.RunAsync(Pair.Parties.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
        {
            using var store = _stores.Open(p.Index);
            await using var joint = await JointEngine.OpenAsync(
                Pair.Parties, p.Item, null, network.Of(p.Item), RandomSource.Seeded(p.Index), SecurityModel.SemiHonest, Digest.Of("collab.test.run", []), store);
            using var own = await joint.Engine.InputAsync(Pair.Parties[0], p.Index == 0 ? x : default, count);
            using var product = (await joint.Engine.MultiplyAsync([(own, own)]))[0];
            opened = await joint.Engine.OpenAsync(product, [Pair.Parties[0]]) ?? opened;
        }))));
        Assert.Equal(x.Select(word => unchecked(word * word)), opened!);
    }

    private List<Triples> Claim(int party)
    {
        using var store = _stores.Open(party);
        return [.. store.Units.Select(unit => store.Claim([unit], StoredTriples.ClaimStep, Pair.Parties[party]))];
    }

    private Task<Dictionary<PartyId, Exception>> PrepareAsync(InMemoryNetwork network, TripleStock first, TripleStock second) =>
        network.RunAsync(Pair.Parties.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
        {
            using var store = _stores.Open(p.Index);
            await TriplePreparation.RunAsync(
                p.Item, network.Of(p.Item)[Pair.Parties[1 - p.Index]], store, p.Index == 0 ? first : second, RandomSource.Seeded(p.Index));
        })));
}
