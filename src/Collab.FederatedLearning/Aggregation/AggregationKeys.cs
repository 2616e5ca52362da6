using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Curves;
using Collab.Arithmetic.Hashing;
using Collab.Cryptography.Sealing;
using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>A client's secrets of one round: a key that seals, a seed whose key agrees on masks with others, a seed of its own mask. Fresh in every round; zeroed when disposed.</summary>
/// <remarks>Diffie-Hellman in ristretto255, keys by HKDF-SHA-256, masks by AES-128 in counter mode: specs/secure-aggregation.md, "Parameters and why".</remarks>
internal sealed class AggregationKeys : IDisposable
{
    /// <summary>Bytes of a sealed pair of shares.</summary>
    public const int SealedSize = (2 * Gf128.Size) + AesSiv.Overhead;

    private readonly AggregationRound _round;
    private RistrettoScalar _sealing;

    public AggregationKeys(AggregationRound round, RandomSource random)
    {
        _round = round;
        _sealing = RistrettoScalar.Random(random);
        Span<Gf128> seeds = stackalloc Gf128[2];
        random.Fill(MemoryMarshal.AsBytes(seeds));
        (MaskingSeed, OwnMask) = (seeds[0], seeds[1]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(seeds));
        SealingKey = RistrettoPoint.MultiplyGenerator(_sealing).ToArray();
        MaskingKey = PublicKeyOf(MaskingSeed);
    }

    /// <summary>The seed of the key that agrees on masks: shared among the clients, joined if this client goes before its vector has come.</summary>
    public Gf128 MaskingSeed { get; private set; }

    /// <summary>The seed of the mask that is nobody else's: shared among the clients, joined if the vector has come.</summary>
    public Gf128 OwnMask { get; private set; }

    /// <summary>The public key for shares.</summary>
    public byte[] SealingKey { get; }

    /// <summary>The public key for masks.</summary>
    public byte[] MaskingKey { get; }

    /// <summary>The public key that belongs to a masking seed.</summary>
    public static byte[] PublicKeyOf(Gf128 seed) => RistrettoPoint.MultiplyGenerator(ScalarOf(seed)).ToArray();

    /// <summary>Whether bytes are a public key: an element, and not the neutral one, with which every secret agrees on the same.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> key) => RistrettoPoint.TryDecode(key, out var point) && point.IsNeutral() == 0;

    /// <summary>The cipher for shares from one client to another; this client is one of the two.</summary>
    public AesSiv CipherWith(ReadOnlySpan<byte> otherKey, int from, int to)
    {
        Span<byte> key = stackalloc byte[AesSiv.KeySize];
        Agree(_sealing, otherKey, "collab.aggregation.shares", _round, from, to, key);
        var cipher = new AesSiv(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>Adds to words the mask that two clients have in common, or takes it away: the one with the lower number adds it, so that it is gone from the sum of both.</summary>
    /// <param name="seed">The masking seed of one of the two.</param>
    /// <param name="otherKey">The masking key of the other.</param>
    /// <param name="round">The round.</param>
    /// <param name="of">Whose words they are.</param>
    /// <param name="with">The other.</param>
    /// <param name="inverted">To take the mask out of a sum in which the vector of <paramref name="of"/> is.</param>
    /// <param name="words">The words.</param>
    public static void AddCommonMask(Gf128 seed, ReadOnlySpan<byte> otherKey, AggregationRound round, int of, int with, bool inverted, Span<ulong> words)
    {
        Span<byte> agreed = stackalloc byte[Gf128.Size];
        Agree(ScalarOf(seed), otherKey, "collab.aggregation.mask", round, Math.Min(of, with), Math.Max(of, with), agreed);
        AddStream(Gf128.Read(agreed), of < with != inverted, words);
        CryptographicOperations.ZeroMemory(agreed);
    }

    /// <summary>Adds to words the mask of a seed, or takes it away.</summary>
    public static void AddStream(Gf128 seed, bool added, Span<ulong> words)
    {
        const int Piece = 4096;
        using var stream = new AesPrg(seed);
        Span<ulong> mask = stackalloc ulong[Math.Min(Piece, words.Length)];
        for (var rest = words; !rest.IsEmpty; rest = rest[Math.Min(mask.Length, rest.Length)..])
        {
            var part = mask[..Math.Min(mask.Length, rest.Length)];
            stream.Fill(MemoryMarshal.AsBytes(part));
            unchecked
            {
                for (var i = 0; i < part.Length; i++) rest[i] += added ? part[i] : 0 - part[i];
            }
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(mask));
    }

    public void Dispose() => (_sealing, MaskingSeed, OwnMask) = (default, default, default);

    private static RistrettoScalar ScalarOf(Gf128 seed)
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        Span<byte> wide = stackalloc byte[RistrettoScalar.WideSize];
        seed.Write(bytes);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, wide, salt: [], info: "collab.aggregation.key"u8);
        var scalar = RistrettoScalar.ReduceWide(wide);
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(wide);
        return scalar;
    }

    private static void Agree(RistrettoScalar secret, ReadOnlySpan<byte> otherKey, string purpose, AggregationRound round, int first, int second, Span<byte> key)
    {
        if (!RistrettoPoint.TryDecode(otherKey, out var point)) throw new ArgumentException("A checked public key.", nameof(otherKey));
        Span<byte> common = stackalloc byte[RistrettoPoint.Size];
        (secret * point).Encode(common);
        var info = new CanonicalWriter().Text(purpose).Digest(round.Context).UInt32(round.Number).UInt32((uint)first).UInt32((uint)second);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, common, key, salt: [], info.Written);
        CryptographicOperations.ZeroMemory(common);
    }
}
