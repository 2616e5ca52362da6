using Collab.Arithmetic.BinaryField;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>A fresh symmetric ciphertext whose uniform part is a seed of 16 bytes: half the size. Made by <see cref="SecretKey.Encrypt"/>.</summary>
public sealed class SeededCiphertext : IDisposable
{
    private const byte Kind = 2;
    private readonly BfvParameters _parameters;
    private readonly RingElement<Evaluations> _first;
    private readonly Gf128 _seed;

    internal SeededCiphertext(BfvParameters parameters, RingElement<Evaluations> first, Gf128 seed) =>
        (_parameters, _first, _seed) = (parameters, first, seed);

    /// <summary>The ciphertext itself.</summary>
    public Ciphertext Expand() => new(
        _parameters.Top, NoiseBound.FreshSymmetric(_parameters.Top), _first.Copy(), Sampling.Uniform(_parameters.Top.Ring, _seed));

    /// <summary>The canonical bytes: parameter digest, kind, seed, residues of the first part.</summary>
    public byte[] Encode()
    {
        Span<byte> seed = stackalloc byte[Gf128.Size];
        _seed.Write(seed);
        var writer = new CanonicalWriter().Digest(_parameters.Id).Byte(Kind).Raw(seed);
        ResidueEncoding.Write(writer, _first);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">Other parameters, a residue at or above its prime, or a wrong size.</exception>
    public static SeededCiphertext Decode(BfvParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var reader = new CanonicalReader(bytes);
        Ciphertext.ReadHeader(ref reader, parameters, Kind);
        var seed = Gf128.Read(reader.Raw(Gf128.Size));
        if (reader.Remaining != ResidueEncoding.Size(parameters.Top.Ring)) throw new MalformedException("as many residues as the parameters have");
        var first = ResidueEncoding.Read(ref reader, parameters.Top.Ring);
        reader.End();
        return new(parameters, first, seed);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _first.Dispose();
}
