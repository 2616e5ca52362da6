using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>(b, a) with b = e − a·s: encrypts, and does nothing else. Made by <see cref="SecretKey.PublicKey"/>.</summary>
public sealed class PublicKey : IDisposable
{
    private const byte Kind = 3;
    private readonly RingElement<Evaluations> _first;
    private readonly RingElement<Evaluations> _second;
    private readonly Gf128 _seed;

    internal PublicKey(BfvParameters parameters, RingElement<Evaluations> first, Gf128 seed)
    {
        (Parameters, _first, _seed) = (parameters, first, seed);
        _second = Sampling.Uniform(parameters.Top.Ring, seed);
    }

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters { get; }

    /// <summary>Encrypts: (b·u + e + ⌊(Q/t)·m⌉, a·u + e') for a fresh ternary u and errors e, e'.</summary>
    public Ciphertext Encrypt(Plaintext plaintext, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(random);
        Parameters.CheckSame(plaintext.Parameters, nameof(plaintext));
        using var prg = AesPrg.Generate(random);
        var level = Parameters.Top;
        using var u = Encryption.Ternary(level.Ring, prg);
        var first = Encryption.Scaled(level, plaintext, prg);
        var second = Encryption.Error(level.Ring, prg);
        AddZero(u, first, second);
        return new(level, NoiseBound.FreshPublic(level), first, second);
    }

    /// <summary>Adds b·u and a·u, over the primes of u, the first of Q: with errors added too, an encryption of zero.</summary>
    internal void AddZero(RingElement<Evaluations> u, RingElement<Evaluations> first, RingElement<Evaluations> second)
    {
        for (var i = 0; i < u.Ring.Limbs; i++)
        {
            var modulus = u.Ring.Moduli[i];
            ResidueVectors.Accumulate(u[i], _first[i], first[i], modulus);
            ResidueVectors.Normalize(first[i], first[i], modulus);
            ResidueVectors.Accumulate(u[i], _second[i], second[i], modulus);
            ResidueVectors.Normalize(second[i], second[i], modulus);
        }
    }

    /// <summary>The canonical bytes: parameter digest, kind, seed of a, residues of the first part.</summary>
    public byte[] Encode() => Ciphertext.EncodeSeeded(Parameters, Kind, _seed, _first);

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">Other parameters, a residue at or above its prime, or a wrong size.</exception>
    public static PublicKey Decode(BfvParameters parameters, ReadOnlySpan<byte> bytes)
    {
        var (first, seed) = Ciphertext.DecodeSeeded(parameters, Kind, bytes);
        return new(parameters, first, seed);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}
