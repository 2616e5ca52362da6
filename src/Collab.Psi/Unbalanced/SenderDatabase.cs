using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.Oprf;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Incremental;

namespace Collab.Psi.Unbalanced;

/// <summary>What an update of a <see cref="SenderDatabase"/> did.</summary>
/// <param name="Added">Items that are new; F was computed for them alone.</param>
/// <param name="Removed">Items that are no longer there.</param>
/// <param name="Relabelled">Items whose label is another.</param>
/// <param name="Cells">Bins of bundles whose polynomials were computed anew.</param>
/// <param name="IsWhole">Whether all were, under a new salt.</param>
public sealed record DatabaseChange(int Added, int Removed, int Relabelled, long Cells, bool IsWhole);

/// <summary>A sender's items made ready for any number of queries: F of each, its place in bins and bundles, and the polynomials that answers are evaluated from.</summary>
/// <remarks>
/// <see cref="Current"/> is a version that queries use while <see cref="Update"/> makes the next one. One update at a time; queries from any number of threads.
/// Memory: 4·V·B·G·c·N bytes of polynomials, 8·B·G·c·N of places, some 80 + 4·V bytes and the label for each item. specs/psi-unbalanced.md.
/// </remarks>
public sealed partial class SenderDatabase : IDisposable
{
    private const int BatchSize = 1 << 10;
    private const double WholeShare = 0.75;                                              // from so many changed cells on all are made anew

    private readonly Lock _updating = new();
    private readonly SecretBytes _seed;
    private readonly OprfKey _key;
    private readonly byte[] _nonceKey;
    private readonly ItemNames _naming;
    private readonly BatchEncoder _encoder;
    private readonly SenderRecords _records;
    private BinTable _table = null!;
    private uint[] _numbers = [];                                                        // shape [capacity, V]
    private DatabaseSnapshot _current = null!;
    private long _revision;                                                              // of the last version, also of one before this program ran

    private SenderDatabase(UnbalancedParameters parameters, SecretBytes seed)
    {
        (Parameters, _seed) = (parameters, seed);
        _key = seed.Use(0, static (secret, _) => OprfKey.Derive(OprfSuite.Ristretto255Sha512, OprfMode.Oprf, secret, "collab.psi-unbalanced"u8));
        _nonceKey = new byte[SHA256.HashSizeInBytes];
        seed.Use(_nonceKey, static (secret, key) =>
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info: "collab.psi-unbalanced.nonces"u8);
            return true;
        });
        _naming = new ItemNames(seed);
        _encoder = new BatchEncoder(parameters.Encryption);
        _records = new SenderRecords(parameters.LabelSize);
    }

    /// <summary>What queries it answers.</summary>
    public UnbalancedParameters Parameters { get; }

    /// <summary>The version that queries see now.</summary>
    public DatabaseSnapshot Current => Volatile.Read(ref _current);

    /// <summary>The key of F.</summary>
    internal OprfKey Key => _key;

    /// <summary>Makes a database.</summary>
    /// <param name="parameters">Sizes and shapes.</param>
    /// <param name="items">Canonical, distinct items, at most <see cref="UnbalancedParameters.SenderItems"/>; none is allowed.</param>
    /// <param name="labels">A label of <see cref="UnbalancedParameters.LabelSize"/> bytes for each.</param>
    /// <param name="random">Key, strangers' points.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">An item comes twice or is too long, there are too many, or labels are missing.</exception>
    public static SenderDatabase Create(
        UnbalancedParameters parameters, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels, RandomSource random, int parallelism = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        var database = new SenderDatabase(parameters, SecretBytes.Random(OprfKey.SeedSize, random));
        try
        {
            database.Update(items, labels, random, parallelism);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Brings the database to a whole set: F is computed for new items alone, polynomials where a record came, went or has another label.</summary>
    /// <param name="items">Canonical, distinct items: the set as it is from now on.</param>
    /// <param name="labels">A label for each, shape [n, label size].</param>
    /// <param name="random">Strangers' points and values.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <returns>What was done. Queries that began before see the version before.</returns>
    /// <exception cref="ArgumentException">As of <see cref="Create"/>; nothing has changed then.</exception>
    public DatabaseChange Update(IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels, RandomSource random, int parallelism = 1)
    {
        Check(items, labels, random, parallelism);
        if (items.Count > Parameters.SenderItems) throw TooMany(nameof(items));
        lock (_updating)
        {
            var names = _naming.Of(items);
            var seen = new HashSet<UInt128>(names.Length);
            if (!names.All(seen.Add)) throw new ArgumentException("An item comes twice.", nameof(items));
            return Advance(items, names, labels, [.. _records.ByName.Select(record => record.Key).Where(name => !seen.Contains(name))], random, parallelism);
        }
    }

    /// <summary>Changes some items, the others stay: as <see cref="Update"/>, for the cost of the changes alone.</summary>
    /// <param name="items">Canonical, distinct items that come, or get another label.</param>
    /// <param name="labels">A label for each, shape [n, label size].</param>
    /// <param name="removed">Items that go, each once, all of them there and none of those that come.</param>
    /// <param name="random">Strangers' points and values.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <returns>What was done. Queries that began before see the version before.</returns>
    /// <exception cref="ArgumentException">As of <see cref="Create"/>, or an item goes that is not there or comes too; nothing has changed then.</exception>
    public DatabaseChange Change(
        IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels, IReadOnlyList<ReadOnlyMemory<byte>> removed, RandomSource random, int parallelism = 1)
    {
        Check(items, labels, random, parallelism);
        ArgumentNullException.ThrowIfNull(removed);
        lock (_updating)
        {
            UInt128[] names = _naming.Of(items), gone = _naming.Of(removed);
            var seen = new HashSet<UInt128>(names.Length + gone.Length);
            if (!names.Concat(gone).All(seen.Add)) throw new ArgumentException("An item comes twice, or comes and goes.", nameof(items));
            if (!gone.All(name => _records.TryFind(name, out _))) throw new ArgumentException("An item that goes is there.", nameof(removed));
            if (_records.Count - gone.Length + names.Count(name => !_records.TryFind(name, out _)) > Parameters.SenderItems) throw TooMany(nameof(items));
            return Advance(items, names, labels, gone, random, parallelism);
        }
    }

    private void Check(IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels, RandomSource random, int parallelism)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        if (labels.Length != (long)items.Count * Parameters.LabelSize) throw new ArgumentException("A label for each item, all of one length.", nameof(labels));
        if (items.Any(item => item.Length > OprfKey.LongestInput)) throw new ArgumentException("An item is too long.", nameof(items));
    }

    private ArgumentException TooMany(string name) => new($"The parameters are for at most {Parameters.SenderItems} items.", name);

    // Items by their names: F for those that are new, another label for others where it differs; then who goes, and the next version.
    private DatabaseChange Advance(
        IReadOnlyList<ReadOnlyMemory<byte>> items, UInt128[] names, ReadOnlyMemory<byte> labels, UInt128[] removed, RandomSource random, int parallelism)
    {
        int[] added = [.. Enumerable.Range(0, names.Length).Where(i => !_records.TryFind(names[i], out _))];
        ReadOnlySpan<byte> LabelOf(int i) => labels.Span.Slice(i * Parameters.LabelSize, Parameters.LabelSize);

        // 1  F of what is new.
        var seeds = Evaluate([.. added.Select(i => items[i])], parallelism);

        // 2  The records.
        var changes = new TableChanges();
        foreach (var name in removed)
        {
            _ = _records.TryFind(name, out var number);
            changes.Removed.Add((number, _records.Seed(number)));
            _records.Remove(name);
        }

        for (var i = 0; i < names.Length && Parameters.LabelSize > 0; i++)
        {
            if (!_records.TryFind(names[i], out var number) || LabelOf(i).SequenceEqual(_records.Label(number))) continue;
            LabelOf(i).CopyTo(_records.Label(number));
            changes.Relabelled.Add(number);
        }

        _records.Grow(_records.Count + added.Length);
        for (var i = 0; i < added.Length; i++) changes.Added.Add(_records.Add(names[added[i]], seeds[i], LabelOf(added[i])));
        Array.Clear(seeds);

        // 3  Places and polynomials. A version is a set of items and labels.
        if (added.Length + removed.Length + changes.Relabelled.Count > 0 || _revision == 0) _revision++;
        var cells = Apply(changes, random, parallelism, out var isWhole);
        return new(added.Length, removed.Length, changes.Relabelled.Count, cells, isWhole);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SenderDatabase)} (secret)";

    /// <summary>Zeroes key, seeds and labels. No query is to run any more.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _seed.Dispose();
        _naming.Dispose();
        _records.Dispose();
        CryptographicOperations.ZeroMemory(_nonceKey);
    }

    private Gf128[] Evaluate(ReadOnlyMemory<byte>[] items, int parallelism)
    {
        var seeds = new Gf128[items.Length];
        Parallel.For(0, (items.Length + BatchSize - 1) / BatchSize, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, batch =>
        {
            var start = batch * BatchSize;
            var part = items[start..Math.Min(items.Length, start + BatchSize)];
            var values = new byte[part.Length * SHA512.HashSizeInBytes];
            _key.Evaluate(part, values);
            for (var i = 0; i < part.Length; i++) seeds[start + i] = Gf128.Read(values.AsSpan(i * SHA512.HashSizeInBytes));
            CryptographicOperations.ZeroMemory(values);
        });
        return seeds;
    }

    /// <summary>The V numbers of records: tags, and nonce and label encrypted under it.</summary>
    /// <remarks>The nonce is a pseudorandom function of seed and label, so that no two labels of an item are encrypted with one pad, even when an older state
    /// was put back (a synthetic nonce, as in RFC 5297).</remarks>
    private uint[] FillNumbers(ItemFunction function, int[] numbers)
    {
        var seeds = new Gf128[numbers.Length];
        for (var i = 0; i < numbers.Length; i++) seeds[i] = _records.Seed(numbers[i]);
        var (points, rows, stride) = (new uint[numbers.Length], new uint[numbers.Length * Parameters.Values], Parameters.Values);
        function.Numbers(seeds, points, rows, stride);
        Span<byte> nonce = stackalloc byte[SHA256.HashSizeInBytes];
        var sealedLabel = new byte[Parameters.LabelSize];
        var input = new byte[Gf128.Size + Parameters.LabelSize];
        for (var i = 0; i < numbers.Length; i++)
        {
            var row = rows.AsSpan(i * stride, stride);
            if (Parameters.LabelSize > 0)
            {
                seeds[i].Write(input);
                _records.Label(numbers[i]).CopyTo(input.AsSpan(Gf128.Size));
                HMACSHA256.HashData(_nonceKey, input, nonce);
                nonce[UnbalancedParameters.NonceSize..].Clear();
                _records.Label(numbers[i]).CopyTo(sealedLabel);
                function.AddPad(seeds[i], BinaryPrimitives.ReadUInt64LittleEndian(nonce), sealedLabel);
                LabelNumbers.Split(nonce[..UnbalancedParameters.NonceSize], Parameters.LabelBits, row.Slice(Parameters.Tags, Parameters.NonceNumbers));
                LabelNumbers.Split(sealedLabel, Parameters.LabelBits, row[(Parameters.Tags + Parameters.NonceNumbers)..]);
            }

            row.CopyTo(_numbers.AsSpan(numbers[i] * stride, stride));
        }

        CryptographicOperations.ZeroMemory(input);
        return points;
    }

    private sealed class TableChanges
    {
        public List<(int Number, Gf128 Seed)> Removed { get; } = [];

        public List<int> Added { get; } = [];

        public List<int> Relabelled { get; } = [];
    }
}
