using Collab.Arithmetic.BinaryField;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>An encrypted plaintext: parts c_0, c_1 (and c_2 after a product) with c_0 + c_1·s + c_2·s² = (Q/t)·m + error.</summary>
/// <remarks>Held in evaluation form. It hides the plaintext from whoever lacks the secret key, and nothing more: not who computed what
/// on it, and not against one who learns decryptions of ciphertexts of its choice. Spec: protocols/specs/bfv.md.</remarks>
public sealed class Ciphertext : IDisposable
{
    /// <summary>A ciphertext that anyone can read, since all but its first part are zero.</summary>
    public static readonly ErrorCode Transparent = new(
        "encryption.transparent", ErrorKind.InvalidInput, "Do not multiply by a plaintext of zeros or subtract a ciphertext from itself; encrypt the zeros instead.");

    private const byte Kind = 1;
    private readonly RingElement<Evaluations>[] _parts;

    internal Ciphertext(BfvLevel level, NoiseBound noise, params RingElement<Evaluations>[] parts)
    {
        (OfLevel, Noise, _parts) = (level, noise, parts);
        if (IsTransparent(parts))
        {
            Dispose();
            throw new CollabException(Transparent, "The ciphertext would be transparent.");
        }
    }

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters => OfLevel.Parameters;

    /// <summary>How many primes its modulus has.</summary>
    public int Level => OfLevel.Limbs;

    /// <summary>How many parts: 2, or 3 between a product and its relinearisation.</summary>
    public int Parts => _parts.Length;

    /// <summary>What is known of its noise.</summary>
    public NoiseBound Noise { get; }

    internal BfvLevel OfLevel { get; }

    internal RingElement<Evaluations> this[int part] => _parts[part];

    /// <summary>The canonical bytes: parameter digest, kind, level, parts, residues.</summary>
    public byte[] Encode() => ResidueEncoding.Append(new CanonicalWriter().Digest(Parameters.Id).Byte(Kind).Byte((byte)Level).Byte((byte)Parts), _parts);

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <param name="parameters">The parameters that the ciphertext must be of.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="MalformedException">Other parameters, a residue at or above its prime, a wrong size, or a transparent ciphertext.</exception>
    /// <remarks>Bytes do not tell the noise: it is taken to be that of a fresh ciphertext of that level. Whoever sends more spoils its own answer.</remarks>
    public static Ciphertext Decode(BfvParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var reader = new CanonicalReader(bytes);
        ReadHeader(ref reader, parameters, Kind);
        var (level, parts) = (reader.Byte(), reader.Byte());
        if (level < 1 || level > parameters.Levels) throw new MalformedException("a level of the parameters");
        if (parts is not (2 or 3)) throw new MalformedException("two or three parts");
        var of = parameters.Level(level);
        if (reader.Remaining != parts * ResidueEncoding.Size(of.Ring)) throw new MalformedException("as many residues as the parameters have");
        var elements = new List<RingElement<Evaluations>>();
        try
        {
            for (var i = 0; i < parts; i++) elements.Add(ResidueEncoding.Read(ref reader, of.Ring));
            reader.End();
            if (IsTransparent([.. elements])) throw new MalformedException("a ciphertext that is not transparent");
        }
        catch (MalformedException)
        {
            elements.ForEach(element => element.Dispose());
            throw;
        }

        return new(of, NoiseBound.FreshPublic(of), [.. elements]);
    }

    // Every object begins with the digest of its parameters and a byte for its kind.
    internal static void ReadHeader(ref CanonicalReader reader, BfvParameters parameters, byte kind)
    {
        if (reader.Digest() != parameters.Id) throw new MalformedException("the agreed parameters");
        if (reader.Byte() != kind) throw new MalformedException("the kind of object asked for");
    }

    // What has two parts of which a seed gives the second: header, seed, residues of the first.
    internal static byte[] EncodeSeeded(BfvParameters parameters, byte kind, Gf128 seed, RingElement<Evaluations> first)
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        seed.Write(bytes);
        return ResidueEncoding.Append(new CanonicalWriter().Digest(parameters.Id).Byte(kind).Raw(bytes), first);
    }

    internal static (RingElement<Evaluations> First, Gf128 Seed) DecodeSeeded(BfvParameters parameters, byte kind, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var reader = new CanonicalReader(bytes);
        ReadHeader(ref reader, parameters, kind);
        var seed = Gf128.Read(reader.Raw(Gf128.Size));
        if (reader.Remaining != ResidueEncoding.Size(parameters.Top.Ring)) throw new MalformedException("as many residues as the parameters have");
        var first = ResidueEncoding.Read(ref reader, parameters.Top.Ring);
        reader.End();
        return (first, seed);
    }

    /// <inheritdoc/>
    public override string ToString() => $"ciphertext of {Parts} parts at level {Level}, {Noise}";

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }

    // Of public numbers: it may stop at the first that is not zero.
    private static bool IsTransparent(RingElement<Evaluations>[] parts) =>
        parts.Skip(1).All(part => !part.Residues.ContainsAnyExcept(0.0));
}
