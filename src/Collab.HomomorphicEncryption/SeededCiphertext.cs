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
        _parameters.Top, NoiseBound.FreshSymmetric(_parameters.Top), _first.PublicCopy(), Sampling.Uniform(_parameters.Top.Ring, _seed));

    /// <summary>The canonical bytes: parameter digest, kind, seed, residues of the first part.</summary>
    public byte[] Encode() => Ciphertext.EncodeSeeded(_parameters, Kind, _seed, _first);

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">Other parameters, a residue at or above its prime, or a wrong size.</exception>
    public static SeededCiphertext Decode(BfvParameters parameters, ReadOnlySpan<byte> bytes)
    {
        var (first, seed) = Ciphertext.DecodeSeeded(parameters, Kind, bytes);
        return new(parameters, first, seed);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _first.Dispose();
}
