using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

/// <summary>A receiver's items, blinded, and as many random ones as pad their number to M.</summary>
internal sealed class ItemRequests : IDisposable
{
    /// <summary>Bytes of an element of ristretto255.</summary>
    public const int ElementSize = 32;

    private const int StrangerSize = 32;
    private readonly OprfClient _client = new(OprfSuite.Ristretto255Sha512);
    private readonly OprfBlinding[] _blindings;
    private readonly int _items;

    /// <exception cref="ArgumentException">Two items are equal, one is too long, or there are too many.</exception>
    public ItemRequests(IReadOnlyList<ReadOnlyMemory<byte>> items, int padded, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count > padded) throw new ArgumentException($"The parameters are for at most {padded} items of the receiver.", nameof(items));
        if (items.Select(item => Convert.ToHexString(item.Span)).Distinct().Count() != items.Count) throw new ArgumentException("An item comes twice.", nameof(items));
        _items = items.Count;
        _blindings = new OprfBlinding[padded];
        for (var i = 0; i < padded; i++) _blindings[i] = _client.Blind(i < items.Count ? items[i].Span : random.Bytes(StrangerSize), random);
    }

    /// <summary>r·H(y) for all, shape [M, 32].</summary>
    public byte[] Blinded() => [.. _blindings.SelectMany(blinding => blinding.Element.ToArray())];

    /// <summary>The seeds of the items, of which there may be fewer than M; null if an answer is no element.</summary>
    public Gf128[]? Seeds(ReadOnlyMemory<byte> evaluated)
    {
        if (evaluated.Length != ElementSize * _blindings.Length) return null;
        ReadOnlyMemory<byte>[] elements = [.. Enumerable.Range(0, _blindings.Length).Select(i => evaluated.Slice(i * ElementSize, ElementSize))];
        if (_client.Finish(_blindings, elements) is not { } values) return null;
        var seeds = new Gf128[_items];
        for (var i = 0; i < seeds.Length; i++) seeds[i] = Gf128.Read(values[i]);
        foreach (var value in values) CryptographicOperations.ZeroMemory(value);
        return seeds;
    }

    public void Dispose()
    {
        foreach (var blinding in _blindings) blinding?.Dispose();
    }
}
