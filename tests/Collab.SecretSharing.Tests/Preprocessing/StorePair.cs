using System.Runtime.InteropServices;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Tests.TwoPartyRing;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Preprocessing;

/// <summary>The stores of two parties in a folder of their own, deleted at the end.</summary>
internal sealed class StorePair : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("collab-triples-").FullName;
    private readonly SecretBytes[] _keys = [SecretBytes.Random(32, RandomSource.Seeded(1)), SecretBytes.Random(32, RandomSource.Seeded(2))];

    public string FolderOf(int party) => Path.Combine(_root, party.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public TripleStore Open(int party) => TryOpen(party) ?? throw new InvalidOperationException("The store is open.");

    public TripleStore? TryOpen(int party) => TripleStore.TryOpen(FolderOf(party), Pair.Parties[party], Pair.Parties[1 - party], _keys[party]);

    public string[] Files(int party) => [.. Directory.GetFiles(FolderOf(party), "*.triples").Order(StringComparer.Ordinal)];

    /// <summary>Puts right shares of new units into both stores, without a protocol.</summary>
    public void Deal(int wordUnits, int bitUnits, int seed = 7)
    {
        using TripleStore first = Open(0), second = Open(1);
        var random = RandomSource.Seeded(seed);
        var session = Digest.Of("collab.test.session", BitConverter.GetBytes(seed));
        foreach (var (kind, count) in new[] { (TripleKind.Words, wordUnits), (TripleKind.Bits, bitUnits) })
        {
            for (var i = 0; i < count; i++)
            {
                using Triples one = Triples.Allocate(TripleStore.UnitWords), other = Triples.Allocate(TripleStore.UnitWords);
                foreach (var factor in new[] { one.A, one.B, one.C, other.A, other.B }) random.Fill(MemoryMarshal.AsBytes(factor.Span));
                for (var j = 0; j < one.Count; j++)
                {
                    other.C.Span[j] = unchecked(kind == TripleKind.Words
                        ? ((one.A.Span[j] + other.A.Span[j]) * (one.B.Span[j] + other.B.Span[j])) - one.C.Span[j]
                        : ((one.A.Span[j] ^ other.A.Span[j]) & (one.B.Span[j] ^ other.B.Span[j])) ^ one.C.Span[j]);
                }

                var unit = TripleUnit.Of(session, kind, Math.Max(first.NextNumber(kind), second.NextNumber(kind)));
                first.Add(unit, one);
                second.Add(unit, other);
            }
        }
    }

    /// <summary>A party's part of a run with what both hold.</summary>
    public async Task<T> RunAsync<T>(IChannel channel, int party, Func<StoredTriples, Task<T>> program)
    {
        using var store = Open(party);
        using var stored = await StoredTriples.AgreeAsync(Pair.Parties[party], channel, store);
        return await program(stored);
    }

    /// <summary>Copies a party's whole folder aside and gives what puts it back.</summary>
    public Action Copy(int party)
    {
        var files = Directory.GetFiles(FolderOf(party)).Where(f => Path.GetFileName(f) != "lease").Select(f => (f, File.ReadAllBytes(f))).ToList();
        return () => files.ForEach(file => File.WriteAllBytes(file.f, file.Item2));
    }

    public void Dispose()
    {
        foreach (var key in _keys) key.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
