using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Cryptography.Oprf;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Psi.Incremental;

namespace Collab.Psi.Oprf;

/// <summary>The key and the tokens that a server keeps for one client: made once, and after that only for items that are new.</summary>
/// <remarks>
/// Folder: <c>tokens</c> is nonce ‖ tag ‖ AES-256-GCM(seed of the key (32) ‖ name of a run); the run has for each item its name
/// (<see cref="ItemNames"/> under the seed) and the first 16 bytes of F(k, item). A folder that is damaged, or under another storage key, is begun anew:
/// the key and so all tokens are others then, and the client takes the new list. specs/psi-oprf.md, "Kept lists".
/// </remarks>
public static class KeptTokens
{
    private const string State = "tokens";

    /// <summary>Brings what is kept up to date with a whole set.</summary>
    /// <param name="folder">For one client; its owner alone may enter it.</param>
    /// <param name="storageKey">32 bytes under which the seed lies encrypted.</param>
    /// <param name="items">Canonical, distinct items: the set as it is now.</param>
    /// <param name="random">For a new key.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <returns>The key, owned by the caller, the list, and for how many items F was computed.</returns>
    /// <exception cref="ArgumentException">Too many items, one is too long, or one comes twice.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <remarks>One evaluation of F for each new item; beside that one pass over the names, and the file is written anew when anything changed.</remarks>
    public static (OprfKey Key, TokenList List, int Computed) Update(
        string folder, SecretBytes storageKey, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, int parallelism = 1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items.Count, TokenList.LargestCount, nameof(items));
        if (items.Any(item => item.Length > OprfKey.LongestInput)) throw new ArgumentException("An item is too long.", nameof(items));
        var kept = Open(folder, storageKey);
        using var seed = kept?.Seed ?? SecretBytes.Random(OprfKey.SeedSize, random);
        var key = seed.Use(0, static (secret, _) => OprfKey.Derive(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, secret, "collab.psi-oprf.kept"u8));
        try
        {
            using var naming = new ItemNames(seed);
            var names = naming.Of(items);
            int[] places = [.. Enumerable.Range(0, names.Length)];
            Array.Sort(names, places);
            if (Masks128.HasRepetition(names)) throw new ArgumentException("An item comes twice.", nameof(items));

            var values = new UInt128[names.Length];
            List<int> missing = [];
            var gone = Match(kept?.Records ?? [], names, values, missing);
            Parallel.ForEach(missing, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, at =>
                values[at] = BinaryPrimitives.ReadUInt128BigEndian(key.Evaluate(items[places[at]].Span)));
            if (kept is null || gone || missing.Count > 0) Write(folder, storageKey, seed, names, values);
            return (key, TokenList.Of(key, values), missing.Count);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Takes the values of names that are kept, and says which are not; true when a kept one is no longer there.</summary>
    private static bool Match(IReadOnlyList<(UInt128 Name, UInt128 Value)> records, UInt128[] names, UInt128[] values, List<int> missing)
    {
        var (at, gone) = (0, false);
        foreach (var (name, value) in records)
        {
            for (; at < names.Length && names[at] < name; at++) missing.Add(at);
            if (at < names.Length && names[at] == name) values[at++] = value;
            else gone = true;
        }

        for (; at < names.Length; at++) missing.Add(at);
        return gone;
    }

    private static void Write(string folder, SecretBytes storageKey, SecretBytes seed, UInt128[] names, UInt128[] values)
    {
        using var writer = new SortedRunWriter(folder, $"values-{Guid.NewGuid():n}", 16);
        for (var i = 0; i < names.Length; i++) writer.Append(names[i], values[i]);
        writer.Finish();
        var plain = new byte[OprfKey.SeedSize + System.Text.Encoding.ASCII.GetByteCount(writer.Name)];
        seed.Use(plain, static (secret, plain) =>
        {
            secret.CopyTo(plain);
            return true;
        });
        System.Text.Encoding.ASCII.GetBytes(writer.Name, plain.AsSpan(OprfKey.SeedSize));
        DurableFile.Replace(Path.Combine(folder, State), SealedState.Seal(plain, storageKey, Format)); // from here on the new run counts
        foreach (var file in Directory.EnumerateFiles(folder, "values-*").Where(file => Path.GetFileName(file) != writer.Name)) File.Delete(file);
    }

    private static (SecretBytes Seed, IReadOnlyList<(UInt128 Name, UInt128 Value)> Records)? Open(string folder, SecretBytes storageKey)
    {
        var path = Path.Combine(folder, State);
        if (!File.Exists(path) || SealedState.Open(File.ReadAllBytes(path), storageKey, Format) is not { Length: > OprfKey.SeedSize } plain) return null;
        try
        {
            using var run = SortedRun.Open(folder, System.Text.Encoding.ASCII.GetString(plain.AsSpan(OprfKey.SeedSize)), 16);
            (UInt128, UInt128)[] records = [.. run.Read()];
            return (SecretBytes.Take(plain.AsSpan(0, OprfKey.SeedSize)), records);
        }
        catch (IncrementalStateException)
        {
            return null; // new key, new tokens: nothing depends on the old ones but the client's copy, which is replaced
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static ReadOnlySpan<byte> Format => "collab.psi-oprf.kept.1"u8;
}
