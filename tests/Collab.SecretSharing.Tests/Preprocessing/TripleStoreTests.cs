using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Tests.TwoPartyRing;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Preprocessing;

/// <summary>A unit of stored triples is given out once: whatever crashes, and whoever changes or puts back files.</summary>
public sealed class TripleStoreTests : IDisposable
{
    private readonly StorePair _stores = new();

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Both_parties_take_the_same_triples_and_each_once()
    {
        _stores.Deal(2, 1);
        var seen = new HashSet<ulong>();
        foreach (var kind in new[] { TripleKind.Words, TripleKind.Bits, TripleKind.Words })
        {
            var (one, other) = await TakeAsync(kind, 1000);
            for (var i = 0; i < 1000; i++)
            {
                var (a, b, c) = kind == TripleKind.Words
                    ? unchecked((one[0][i] + other[0][i], one[1][i] + other[1][i], one[2][i] + other[2][i]))
                    : (one[0][i] ^ other[0][i], one[1][i] ^ other[1][i], one[2][i] ^ other[2][i]);
                Assert.Equal(kind == TripleKind.Words ? unchecked(a * b) : a & b, c);
                Assert.True(seen.Add(one[0][i]));
            }
        }

        Assert.Equal(default, TripleStore.StockOf(_stores.FolderOf(0))); // what a run claimed and did not use is lost
    }

    [Fact]
    public async Task A_crash_after_the_claim_loses_the_unit_at_both()
    {
        _stores.Deal(2, 0);
        using (var store = _stores.Open(0)) store.Claim([store.Units[0]], StoredTriples.ClaimStep, TwoParty.Sender).Dispose(); // and no more: the peer never claimed
        var (left, _) = await AgreeAsync();
        Assert.Equal([TripleStore.UnitWords, TripleStore.UnitWords], left);
        Assert.Single(_stores.Files(1));
        Assert.EndsWith("000000000001.triples", _stores.Files(1)[0]);
    }

    [Fact]
    public void A_crash_between_the_claim_and_the_reading_gives_the_unit_to_nobody()
    {
        _stores.Deal(1, 0);
        var putBack = _stores.Files(0).Select(path => (path, File.ReadAllBytes(path))).ToList();
        using (var store = _stores.Open(0)) store.Claim(store.Units, StoredTriples.ClaimStep, TwoParty.Sender).Dispose();
        foreach (var (path, content) in putBack) File.WriteAllBytes(path, content); // as if it had not been deleted; or an old file put back
        using (var store = _stores.Open(0)) Assert.Empty(store.Units);
        Assert.Empty(_stores.Files(0));
    }

    [Fact]
    public async Task An_old_copy_of_a_folder_gives_nothing_that_the_peer_has_used()
    {
        _stores.Deal(2, 0);
        var putBack = _stores.Copy(0);
        await TakeAsync(TripleKind.Words, 1);
        putBack();
        using (var store = _stores.Open(0)) Assert.Equal(2, store.Stock.WordUnits);
        var (left, _) = await AgreeAsync();
        Assert.Equal([TripleStore.UnitWords, TripleStore.UnitWords], left); // the one that neither had used
        Assert.Single(_stores.Files(0));
    }

    [Theory]
    [InlineData("claims", 40)]
    [InlineData("claims", -1)]
    public void Without_the_note_nothing_is_given_out(string file, int flipped)
    {
        _stores.Deal(1, 1);
        Damage(Path.Combine(_stores.FolderOf(0), file), flipped);
        using (var store = _stores.Open(0)) Assert.Empty(store.Units);
        _stores.Deal(1, 0, seed: 8); // and the store goes on
    }

    [Theory]
    [InlineData(5)]    // the nonce of the head
    [InlineData(35)]   // its content
    [InlineData(-1)]   // the whole file
    public async Task A_changed_head_discards_the_unit(int flipped)
    {
        _stores.Deal(2, 0);
        Damage(_stores.Files(0)[0], flipped);
        var (left, _) = await AgreeAsync();
        Assert.Equal([TripleStore.UnitWords, TripleStore.UnitWords], left);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(393_000)]
    public void A_changed_unit_is_an_error_and_used_up(int flipped)
    {
        _stores.Deal(2, 0);
        Damage(_stores.Files(0)[0], flipped);
        using (var store = _stores.Open(0))
        {
            var error = Assert.Throws<CollabException>(() => store.Claim(store.Units, StoredTriples.ClaimStep, TwoParty.Sender));
            Assert.Equal((PreprocessingErrors.UnitDamaged, TwoParty.Sender, StoredTriples.ClaimStep), (error.Code, error.Party, error.Step!));
            Assert.Empty(store.Units);
        }

        using (var store = _stores.Open(0)) Assert.Empty(store.Units);
    }

    [Fact]
    public async Task Files_that_change_places_or_folders_are_no_units()
    {
        _stores.Deal(2, 1);
        var files = _stores.Files(0); // bits 0, words 0, words 1
        File.Copy(files[1], files[2], overwrite: true);
        File.Copy(_stores.Files(1)[0], files[0], overwrite: true);
        var (left, _) = await AgreeAsync();
        Assert.Equal([TripleStore.UnitWords, TripleStore.UnitWords], left);
        Assert.Equal([files[1]], _stores.Files(0));
    }

    [Fact]
    public async Task Different_units_under_one_number_are_an_error_at_both_and_go()
    {
        _stores.Deal(1, 0);
        foreach (var party in new[] { 0, 1 })
        {
            using var store = _stores.Open(party);
            using var triples = Triples.Allocate(TripleStore.UnitWords);
            store.Add(TripleUnit.Of(Digest.Of("collab.test.session", [(byte)party]), TripleKind.Words, 1), triples);
        }

        var (_, failures) = await AgreeAsync();
        Assert.Equal(2, failures.Count);
        foreach (var (i, party) in Pair.Parties.Index())
        {
            var error = Assert.IsType<CollabException>(failures[party]);
            Assert.Equal((PreprocessingErrors.Diverged, Pair.Parties[1 - i], StoredTriples.OfferStep), (error.Code, error.Party, error.Step!));
        }

        (var left, failures) = await AgreeAsync();
        Assert.Empty(failures);
        Assert.Equal([TripleStore.UnitWords, TripleStore.UnitWords], left);
    }

    [Fact]
    public async Task Who_has_no_store_open_spoils_nothing_of_the_other()
    {
        _stores.Deal(1, 0);
        using (var store = _stores.Open(0))
        {
            Assert.Null(_stores.TryOpen(0)); // one run at a time
            var network = new InMemoryNetwork(Pair.Parties);
            Assert.Empty(await network.RunAsync(new Dictionary<PartyId, Func<Task>>
            {
                [Pair.Parties[0]] = async () => Assert.Equal(0, (await StoredTriples.AgreeAsync(Pair.Parties[0], network.Of(Pair.Parties[0])[Pair.Parties[1]], store)).Left(TripleKind.Words)),
                [Pair.Parties[1]] = async () => Assert.Equal(0, (await StoredTriples.AgreeAsync(Pair.Parties[1], network.Of(Pair.Parties[1])[Pair.Parties[0]], null)).Left(TripleKind.Words)),
            }));
        }

        Assert.Equal(1, TripleStore.StockOf(_stores.FolderOf(0)).WordUnits);
    }

    [Fact]
    public void A_unit_is_given_out_once_and_added_once()
    {
        _stores.Deal(2, 0);
        using var store = _stores.Open(0);
        var (first, second) = (store.Units[0], store.Units[1]);
        store.Claim([second], StoredTriples.ClaimStep, TwoParty.Sender).Dispose();
        Assert.Throws<InvalidOperationException>(() => store.Claim([second], StoredTriples.ClaimStep, TwoParty.Sender));
        Assert.Throws<InvalidOperationException>(() => store.Claim([first], StoredTriples.ClaimStep, TwoParty.Sender));
        using var triples = Triples.Allocate(TripleStore.UnitWords);
        Assert.Throws<ArgumentException>(() => store.Add(second, triples));
    }

    [Fact]
    public void An_offer_is_read_back_and_nothing_else_is()
    {
        var units = new[] { TripleUnit.Of(default, TripleKind.Words, 3), TripleUnit.Of(default, TripleKind.Bits, 1) };
        var written = new System.Buffers.ArrayBufferWriter<byte>();
        new UnitOffer(true, units).Encode(written);
        var bytes = written.WrittenSpan.ToArray();
        Assert.Equal(units, UnitOffer.Decode(bytes).Units);
        byte[] swapped = [1, .. bytes[42..], .. bytes[1..42]], twice = [1, .. bytes[1..42], .. bytes[1..42]];
        foreach (var wrong in new[] { [], [2], [1, 0], bytes[..^1], [0, .. bytes[1..]], swapped, twice, [1, 2, .. bytes[2..42]], new byte[1 + (41 * 8193)] })
            Assert.Throws<MalformedException>(() => UnitOffer.Decode(wrong));
    }

    private static void Damage(string path, int flipped)
    {
        if (flipped < 0)
        {
            File.Delete(path);
            return;
        }

        var content = File.ReadAllBytes(path);
        content[flipped] ^= 1;
        File.WriteAllBytes(path, content);
    }

    /// <summary>What both have left for a run after they agreed, and who failed.</summary>
    private async Task<(int[] Left, Dictionary<PartyId, Exception> Failures)> AgreeAsync()
    {
        var left = new int[2];
        var failures = await RunAsync((party, stored) => left[party] = stored.Left(TripleKind.Words));
        return (left, failures);
    }

    private async Task<(ulong[][] One, ulong[][] Other)> TakeAsync(TripleKind kind, int count)
    {
        var taken = new ulong[2][][];
        Assert.Empty(await RunAsync((party, stored) =>
        {
            using var triples = stored.Take(kind, count)!;
            taken[party] = [triples.A.Span.ToArray(), triples.B.Span.ToArray(), triples.C.Span.ToArray()];
        }));
        return (taken[0], taken[1]);
    }

    private Task<Dictionary<PartyId, Exception>> RunAsync(Action<int, StoredTriples> program)
    {
        var network = new InMemoryNetwork(Pair.Parties);
        return network.RunAsync(Pair.Parties.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
        {
            using var store = _stores.Open(p.Index);
            using var stored = await StoredTriples.AgreeAsync(p.Item, network.Of(p.Item)[Pair.Parties[1 - p.Index]], store);
            program(p.Index, stored);
        })));
    }
}
