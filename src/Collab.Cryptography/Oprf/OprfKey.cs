using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.Oprf;

/// <summary>A server's key of an oblivious pseudorandom function: F(k, x) that a client computes with the server, which learns neither x nor the value.</summary>
/// <remarks>Modes OPRF and VOPRF of RFC 9497; about 126 bits with ristretto255 and 128 with P-256, less the logarithm of the number of answers (section 7.2.3 there). Never printed or compared.</remarks>
public sealed class OprfKey : IDisposable
{
    /// <summary>The size of a seed of <see cref="Derive"/>, in bytes.</summary>
    public const int SeedSize = 32;

    /// <summary>The longest input, in bytes.</summary>
    public const int LongestInput = ushort.MaxValue;

    private readonly OprfGroup _group;
    private readonly SecretBytes _secret;
    private readonly byte[] _publicKey;

    private OprfKey(OprfSuite suite, OprfMode mode, OprfGroup group, byte[] secret)
    {
        (Suite, Mode, _group) = (suite, mode, group);
        _publicKey = group.MultiplyGenerator(secret);
        _secret = SecretBytes.Take(secret);
    }

    /// <summary>Group and hash.</summary>
    public OprfSuite Suite { get; }

    /// <summary>Whether answers are proven.</summary>
    public OprfMode Mode { get; }

    /// <summary>k·G, for clients of the verifiable mode.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Draws a new key.</summary>
    public static OprfKey Generate(OprfSuite suite, OprfMode mode, RandomSource random)
    {
        var group = OprfGroup.Of(suite, mode);
        return new(suite, mode, group, group.RandomScalar(random));
    }

    /// <summary>The key of a seed: DeriveKeyPair of RFC 9497, section 3.2.1.</summary>
    /// <param name="suite">Group and hash.</param>
    /// <param name="mode">Whether answers are proven.</param>
    /// <param name="seed">32 secret bytes.</param>
    /// <param name="info">What the key is for, up to 65535 bytes; public.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static OprfKey Derive(OprfSuite suite, OprfMode mode, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> info)
    {
        if (seed.Length != SeedSize) throw new ArgumentException($"A seed has {SeedSize} bytes.", nameof(seed));
        if (info.Length > ushort.MaxValue) throw new ArgumentException("The info is too long.", nameof(info));
        var group = OprfGroup.Of(suite, mode);
        var input = new byte[SeedSize + 2 + info.Length + 1];
        seed.CopyTo(input);
        BinaryPrimitives.WriteUInt16BigEndian(input.AsSpan(SeedSize), (ushort)info.Length);
        info.CopyTo(input.AsSpan(SeedSize + 2));
        try
        {
            for (var counter = 0; counter < 256; counter++)
            {
                input[^1] = (byte)counter;
                var secret = group.HashToKey(input);
                if (secret.AsSpan().ContainsAnyExcept((byte)0)) return new(suite, mode, group, secret);
            }

            throw new ArgumentException("This seed gives no key.", nameof(seed));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
        }
    }

    /// <summary>F(k, x) for an input of the server's own.</summary>
    /// <param name="input">x, up to <see cref="LongestInput"/> bytes.</param>
    /// <returns>64 bytes with ristretto255, 32 with P-256.</returns>
    /// <exception cref="ArgumentException">The input is too long.</exception>
    /// <remarks>One hash to the group and one multiplication.</remarks>
    public byte[] Evaluate(ReadOnlySpan<byte> input)
    {
        var element = OprfClient.Hashed(_group, input);
        var evaluated = Multiply(element);
        CryptographicOperations.ZeroMemory(element);
        return OprfClient.Finish(_group, input, evaluated);
    }

    /// <summary>F(k, x) for many inputs of the server's own, several at once where the processor has the vectors.</summary>
    /// <param name="inputs">n inputs, each up to <see cref="LongestInput"/> bytes.</param>
    /// <param name="values">Receives the values, shape [n, 64] with ristretto255 and [n, 32] with P-256.</param>
    /// <exception cref="ArgumentException">An input is too long, or the length does not fit.</exception>
    /// <remarks>As <see cref="Evaluate(ReadOnlySpan{byte})"/> of each, at about a quarter of the time with ristretto255.</remarks>
    public void Evaluate(IReadOnlyList<ReadOnlyMemory<byte>> inputs, Span<byte> values)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (values.Length != (long)inputs.Count * _group.HashSize) throw new ArgumentException("A value for each input.", nameof(values));
        if (inputs.Any(input => input.Length > LongestInput)) throw new ArgumentException($"An input has {LongestInput} bytes at most.", nameof(inputs));
        var elements = new byte[inputs.Count * _group.ElementSize];
        var done = _secret.Use((_group, inputs, elements), static (k, s) => s._group.TryMultiplyHashed(k, s.inputs, s.elements));
        if (!done) throw new ArgumentException("An input hashes to the neutral element.", nameof(inputs));
        for (var i = 0; i < inputs.Count; i++)
        {
            var element = elements[(i * _group.ElementSize)..((i + 1) * _group.ElementSize)];
            OprfClient.Finish(_group, inputs[i].Span, element).CopyTo(values[(i * _group.HashSize)..]);
        }

        CryptographicOperations.ZeroMemory(elements);
    }

    /// <summary>Answers blinded elements, one after the other in one string: k·P for each.</summary>
    /// <param name="blinded">What was received, shape [n, element size]; every one is checked.</param>
    /// <returns>The answers in the same form, or null if one is no encoding of an element other than the neutral one, or the last is not whole.</returns>
    public byte[]? BlindEvaluate(ReadOnlyMemory<byte> blinded)
    {
        if (blinded.Length % _group.ElementSize != 0) return null;
        var evaluated = new byte[blinded.Length];
        return _secret.Use((_group, blinded, evaluated), static (k, s) => s._group.TryMultiplyReceived(k, s.blinded.Span, s.evaluated)) ? evaluated : null;
    }

    /// <summary>Answers blinded elements: k·P for each.</summary>
    /// <param name="blinded">What was received; every one is checked.</param>
    /// <returns>The answers, or null if one is no encoding of an element other than the neutral one.</returns>
    public byte[][]? BlindEvaluate(IReadOnlyList<ReadOnlyMemory<byte>> blinded)
    {
        foreach (var element in blinded)
        {
            if (!_group.IsElement(element.Span)) return null;
        }

        return [.. blinded.Select(element => Multiply(element.Span))];
    }

    /// <summary>Answers blinded elements and proves that the key is that of <see cref="PublicKey"/>.</summary>
    /// <param name="blinded">What was received, 1 to 65535; every one is checked.</param>
    /// <param name="random">The proof's secret.</param>
    /// <param name="proof">64 bytes, for all answers together.</param>
    /// <returns>The answers, or null if one is no encoding of an element other than the neutral one.</returns>
    /// <exception cref="InvalidOperationException">The key is not of the verifiable mode.</exception>
    public byte[][]? BlindEvaluate(IReadOnlyList<ReadOnlyMemory<byte>> blinded, RandomSource random, out byte[] proof)
    {
        var r = _group.RandomScalar(random);
        try
        {
            return BlindEvaluate(blinded, r, out proof);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(r);
        }
    }

    internal byte[][]? BlindEvaluate(IReadOnlyList<ReadOnlyMemory<byte>> blinded, byte[] r, out byte[] proof)
    {
        if (Mode != OprfMode.Voprf) throw new InvalidOperationException("Only keys of the verifiable mode prove.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blinded.Count, OprfProof.LargestCount, nameof(blinded));
        proof = [];
        var evaluated = BlindEvaluate(blinded);
        if (evaluated is null || evaluated.Length == 0) return evaluated;
        byte[][] elements = [.. blinded.Select(element => element.ToArray())];
        proof = _secret.Use(
            (Key: this, Elements: elements, Evaluated: evaluated, R: r),
            static (k, s) => OprfProof.Generate(s.Key._group, k, s.Key._publicKey, s.Elements, s.Evaluated, s.R));
        return evaluated;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(OprfKey)} (secret)";

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _secret.Dispose();

    internal bool HasSecret(ReadOnlySpan<byte> expected) =>
        _secret.Use(new Pair(expected), static (k, pair) => k.SequenceEqual(pair.Bytes));

    private byte[] Multiply(ReadOnlySpan<byte> element) =>
        _secret.Use(new Product(_group, element), static (k, product) => product.Group.Multiply(k, product.Bytes));

    private readonly ref struct Pair(ReadOnlySpan<byte> bytes)
    {
        public readonly ReadOnlySpan<byte> Bytes = bytes;
    }

    private readonly ref struct Product(OprfGroup group, ReadOnlySpan<byte> bytes)
    {
        public readonly OprfGroup Group = group;
        public readonly ReadOnlySpan<byte> Bytes = bytes;
    }
}
