using System.Collections.Frozen;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>Rotate the slots of ciphertexts, by the steps they were made for alone. Public; made by <see cref="SecretKey.GaloisKeys"/>.</summary>
public sealed class GaloisKeys : IDisposable
{
    private const byte Kind = 5;
    private readonly FrozenDictionary<int, (int[] Places, KeySwitchingKey Key)> _keys;

    internal GaloisKeys(BfvParameters parameters, IEnumerable<KeyValuePair<int, KeySwitchingKey>> keys) =>
        (Parameters, _keys) = (
            parameters,
            keys.ToFrozenDictionary(key => key.Key, key => (Automorphism.Places(key.Key, parameters.RingDegree), key.Value)));

    /// <summary>What they belong to.</summary>
    public BfvParameters Parameters { get; }

    /// <summary>The exponents g of the automorphisms X → X^g that there are keys for, ascending: 3^k for k steps, 2N − 1 for the exchange of rows.</summary>
    public IReadOnlyList<int> Elements => [.. _keys.Keys.Order()];

    internal (int[] Places, KeySwitchingKey Key) this[int element] => _keys.TryGetValue(element, out var key)
        ? key
        : throw new ArgumentException("The Galois keys were made for other rotations.", nameof(element));

    /// <summary>The canonical bytes: parameter digest, kind, count, and for each key its exponent, seed and residues, exponents ascending.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter().Digest(Parameters.Id).Byte(Kind).UInt32((uint)_keys.Count);
        foreach (var element in Elements)
        {
            writer.UInt32((uint)element);
            _keys[element].Key.Write(writer);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">Other parameters, exponents that are even, too large or not ascending, a residue at or above its prime, or a
    /// wrong size.</exception>
    public static GaloisKeys Decode(BfvParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var reader = new CanonicalReader(bytes);
        Ciphertext.ReadHeader(ref reader, parameters, Kind);
        if (!parameters.SupportsKeySwitching) throw new MalformedException("parameters with key switching");
        var count = reader.UInt32();
        if (reader.Remaining != count * (4L + KeySwitchingKey.Size(parameters))) throw new MalformedException("as many keys as announced");
        var (keys, last) = (new List<KeyValuePair<int, KeySwitchingKey>>(), 1u);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var element = reader.UInt32();
                if (element <= last || element % 2 == 0 || element >= 2u * (uint)parameters.RingDegree)
                    throw new MalformedException("odd exponents below 2N, ascending");
                keys.Add(new((int)element, KeySwitchingKey.Read(ref reader, parameters)));
                last = element;
            }
        }
        catch (MalformedException)
        {
            keys.ForEach(key => key.Value.Dispose());
            throw;
        }

        return new(parameters, keys);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var (_, key) in _keys.Values) key.Dispose();
    }
}
